"""Ties of one tier: clusters joined by hyperedges, cut apart where joining them would join a conflict.

Everything here is symmetric in its clusters: no key, number or order decides (docs/reference/resolve.md §2,
5d). Clusters are named by their place in a sequence and sets of them are bit masks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.identity.evidence import Identifier


@dataclass(slots=True)
class Edge:
    """A hyperedge: the clusters on one unit, or those on it with one full name (`label`).

    Clusters are named by their least profile number, ascending.
    """

    identifier: Identifier
    label: str
    nodes: list[int]


@dataclass(frozen=True, slots=True)
class Doubt:
    """The clusters of `part` fit `left` and `right` equally well, which conflict; all as bit masks."""

    left: int
    right: int
    part: int


def connected(edges: Sequence[Edge]) -> list[tuple[list[int], list[Edge]]]:
    """The connected components of the hypergraph: ascending clusters and their edges."""
    if len(edges) == 1:
        return [(edges[0].nodes, [edges[0]])]
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while (up := parent[node]) != node:
            parent[node] = parent[up]
            node = parent[node]
        return node

    for edge in edges:
        first = edge.nodes[0]
        low = root(parent.setdefault(first, first))
        for node in edge.nodes[1:]:
            other = root(parent.setdefault(node, node))
            if other != low:
                low, other = min(low, other), max(low, other)
                parent[other] = low
    parts: dict[int, tuple[list[int], list[Edge]]] = {}
    for node in sorted(parent):
        parts.setdefault(root(node), ([], []))[0].append(node)
    for edge in edges:
        parts[root(edge.nodes[0])][1].append(edge)
    return list(parts.values())


def bits(mask: int) -> Iterator[int]:
    """The places of a bit mask, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def cut(edges: list[int], against: Sequence[int]) -> tuple[list[int], list[Doubt]]:
    """The edges with every tie taken out, and the doubts found, from edges and conflicts as masks.

    For each conflicting pair, look at what is left without the two and without all that conflicts with
    either: every connected part (of clusters and edges) that touches both is cut from both. No two clusters
    that conflict stay connected. Quadratic in the conflicting clusters: callers bound their number.
    """
    edges_of = [0] * len(against)
    for number, nodes in enumerate(edges):
        for place in bits(nodes):
            edges_of[place] |= 1 << number
    cuts = [0] * len(edges)
    doubts: list[Doubt] = []
    everything = (1 << len(against)) - 1
    for left, mask in enumerate(against):
        for right in bits(mask >> left + 1 << left + 1):
            pair = 1 << left | 1 << right
            free = everything & ~(mask | against[right] | pair)
            unseen = edges_of[left]
            while unseen:
                part, reached = _flood(unseen & -unseen, free, edges, edges_of)
                unseen &= ~reached
                if reached & edges_of[right]:
                    for number in bits(reached & (edges_of[left] | edges_of[right])):
                        cuts[number] |= pair
                    if part:
                        doubts.append(Doubt(1 << left, 1 << right, part))
    return [nodes & ~gone for nodes, gone in zip(edges, cuts, strict=True)], doubts


def _flood(start: int, free: int, edges: list[int], edges_of: list[int]) -> tuple[int, int]:
    """The free clusters and the edges connected to the starting edges through free clusters."""
    nodes, reached, fresh = 0, start, start
    while fresh:
        found = 0
        for number in bits(fresh):
            found |= edges[number]
        found &= free & ~nodes
        nodes |= found
        fresh = 0
        for place in bits(found):
            fresh |= edges_of[place]
        fresh &= ~reached
        reached |= fresh
    return nodes, reached


def groups_of(count: int, edges: Sequence[int]) -> list[int]:
    """The connected groups of `count` clusters under these edges, as masks; every cluster is in one."""
    groups: list[int] = []
    for place in range(count):
        groups.append(1 << place)
    for nodes in edges:
        if nodes & (nodes - 1):
            touched = [group for group in groups if group & nodes]
            if len(touched) > 1:
                groups = [group for group in groups if not group & nodes]
                merged = 0
                for group in touched:
                    merged |= group
                groups.append(merged)
    return groups


def sharing_twice(edges: list[Edge]) -> list[Edge]:
    """An edge for each pair of clusters on two different identifiers or more, named by the least."""
    shared: dict[tuple[int, int], list[tuple[Identifier, str]]] = {}
    for edge in edges:
        for place, left in enumerate(edge.nodes):
            for right in edge.nodes[place + 1 :]:
                shared.setdefault((left, right), []).append((edge.identifier, edge.label))
    found: list[Edge] = []
    for pair, names in shared.items():
        if len({identifier for identifier, _ in names}) > 1:
            identifier, label = min(names)
            found.append(Edge(identifier, label, list(pair)))
    return found
