"""Cutting ties: on any hypergraph with any conflicts, what stays connected holds none, whatever the order."""

from __future__ import annotations

from random import Random

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.identity.evidence import Identifier
from graph.identity.ties import Edge, bits, connected, cut, groups_of
from tests.laws import examples


@st.composite
def tangles(draw: st.DrawFn) -> tuple[int, list[int], list[int]]:
    """A number of clusters, edges as masks, and conflicts as masks."""
    count = draw(st.integers(2, 7))
    places = st.integers(0, count - 1)
    edges = draw(st.lists(st.sets(places, min_size=2, max_size=4), max_size=8))
    against = [0] * count
    for left, right in draw(st.lists(st.tuples(places, places), max_size=6)):
        if left != right:
            against[left] |= 1 << right
            against[right] |= 1 << left
    return count, [sum(1 << place for place in edge) for edge in edges], against


def permuted(mask: int, order: list[int]) -> int:
    return sum(1 << order[place] for place in bits(mask))


@settings(max_examples=examples(300), deadline=None)
@given(tangles())
def test_no_group_holds_a_conflict(tangle: tuple[int, list[int], list[int]]) -> None:
    count, edges, against = tangle
    left, doubts = cut(edges, against)
    for group in groups_of(count, left):
        assert all(not against[place] & group for place in bits(group))
    for doubt in doubts:
        left_place, right_place = doubt.left.bit_length() - 1, doubt.right.bit_length() - 1
        assert against[left_place] & doubt.right
        assert not doubt.part & (against[left_place] | against[right_place] | doubt.left | doubt.right)


@settings(max_examples=examples(200), deadline=None)
@given(tangles(), st.integers(0, 2**32))
def test_no_number_decides(tangle: tuple[int, list[int], list[int]], seed: int) -> None:
    count, edges, against = tangle
    order = Random(seed).sample(range(count), count)
    turned = [0] * count
    for place, mask in enumerate(against):
        turned[order[place]] = permuted(mask, order)
    left, doubts = cut(edges, against)
    left_turned, doubts_turned = cut([permuted(edge, order) for edge in edges], turned)
    assert left_turned == [permuted(edge, order) for edge in left]
    assert {(frozenset((d.left, d.right)), d.part) for d in doubts_turned} == {
        (frozenset((permuted(d.left, order), permuted(d.right, order))), permuted(d.part, order))
        for d in doubts
    }


@settings(max_examples=examples(200), deadline=None)
@given(tangles())
def test_connected_components_are_those_of_networkx(tangle: tuple[int, list[int], list[int]]) -> None:
    count, masks, _ = tangle
    graph = nx.Graph()
    graph.add_nodes_from(range(count))
    for mask in masks:
        nx.add_path(graph, list(bits(mask)))
    expected = {frozenset(part) for part in nx.connected_components(graph)}
    assert {frozenset(bits(group)) for group in groups_of(count, masks)} == expected

    parts = (
        connected([Edge(Identifier("n", "*", "v"), "", list(bits(mask))) for mask in masks]) if masks else []
    )
    assert {frozenset(nodes) for nodes, _ in parts} == {part for part in expected if len(part) > 1}
    assert sum(len(edges) for _, edges in parts) == len(masks)
    assert all(set(edge.nodes) <= set(nodes) for nodes, edges in parts for edge in edges)
