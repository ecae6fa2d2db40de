"""The joins of a logged run as a graph of profiles: paths through it, the steps that built it, its bridges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph.identity.evidence import Grade, Identifier
from graph.identity.explain_facts import LinkKind, Merge, Step
from graph.identity.gather import Key, Link, Unit
from graph.identity.knot import UNNAMED, Joined
from graph.identity.run import Run
from graph.identity.ties import Edge

_Hop = tuple[int, int]


class Joins:
    """The join forest of a run that was logged."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._links = {link.identifier: link for link in run.links}
        self._near: dict[int, list[tuple[int, Joined, Edge]]] = {}
        for joined in run.log:
            for edge in joined.edges:
                for left, right in self._hops(joined, edge):
                    self._near.setdefault(left, []).append((right, joined, edge))
                    self._near.setdefault(right, []).append((left, joined, edge))

    def path(self, start: int, end: int) -> tuple[Step, ...]:
        """The shortest path of direct links; of several the one whose links joined first. Empty if none."""
        came: dict[int, tuple[int, Joined, Edge] | None] = {start: None}
        fresh = [start]
        while fresh and end not in came:
            later: list[int] = []
            for index in fresh:
                for other, joined, edge in self._near.get(index, ()):
                    if other not in came:
                        came[other] = (index, joined, edge)
                        later.append(other)
            fresh = later
        steps: list[Step] = []
        here = end
        while (back := came.get(here)) is not None:
            steps.append(self._step(back[0], here, back[1], back[2]))
            here = back[0]
        return tuple(reversed(steps))

    def merges(self, members: Iterable[int]) -> tuple[Merge, ...]:
        """The joins within these profiles, in the order in which they happened."""
        inside, keys = set(members), self._run.evidence.keys
        found: list[Merge] = []
        for joined in self._run.log:
            if inside.issuperset(next(iter(joined.parts.values()))):
                parts = sorted(joined.parts.values(), key=min)
                steps = [
                    self._step(left, right, joined, edge)
                    for edge in joined.edges
                    for left, right in self._hops(joined, edge)
                ]
                found.append(
                    Merge(
                        joined.tier.name,
                        tuple(frozenset(keys[index] for index in part) for part in parts),
                        tuple(steps),
                    )
                )
        return tuple(found)

    def bridges(self, members: Iterable[int]) -> list[tuple[int, Identifier] | _Hop]:
        """Single pieces of join evidence without which the joins of these profiles fall apart.

        Holdings as (profile, identifier), judgements and scores as pairs of profiles; in order of keys.
        """
        inside = set(members)
        graph: dict[object, set[object]] = {index: set() for index in inside}
        for joined in self._run.log:
            if not inside.issuperset(next(iter(joined.parts.values()))):
                continue
            for edge in joined.edges:
                if edge.identifier is UNNAMED:
                    for left, right in self._pairs(joined, edge):
                        graph[left].add(right)
                        graph[right].add(left)
                else:
                    for index in self._holders(joined, edge):
                        graph[index].add(edge.identifier)
                        graph.setdefault(edge.identifier, set()).add(index)
        found: list[tuple[int, Identifier] | _Hop] = []
        for one, other in _bridges(graph):
            left, right = (one, other) if isinstance(one, int) else (other, one)
            if isinstance(left, int) and isinstance(right, int):
                found.append((min(left, right), max(left, right)))
            elif isinstance(left, int) and isinstance(right, Identifier):
                found.append((left, right))
        return sorted(found, key=lambda pair: (pair[0], str(pair[1])))

    def _holders(self, joined: Joined, edge: Edge) -> list[int]:
        """The profiles of an edge's clusters that hold its identifier at the tier's level."""
        link = self._links[edge.identifier]
        units = link.trusted if joined.tier.trusted else link.every
        holders = {index for unit in units for index in unit.holders}
        return [index for node in edge.nodes for index in sorted(joined.parts[node]) if index in holders]

    def _pairs(self, joined: Joined, edge: Edge) -> list[_Hop]:
        """The judged pair, or the scored pairs that reach the tier."""
        left, right = (joined.parts[node] for node in edge.nodes)
        between = {(min(a, b), max(a, b)) for a in left for b in right}
        if joined.tier.bucket is None:
            return sorted(between.intersection(self._run.evidence.same))
        scores = self._run.evidence.scores
        pairs = sorted((pair for pair in between if pair in scores), key=lambda pair: (-scores[pair], pair))
        return [pair for pair in pairs if scores[pair] >= self._run.rules.model.probable]

    def _hops(self, joined: Joined, edge: Edge) -> Iterator[_Hop]:
        """Direct links that the edge stands for: from its least holder to one in each other cluster."""
        if edge.identifier is UNNAMED:
            yield self._pairs(joined, edge)[0]
            return
        holders = set(self._holders(joined, edge))
        least = [min(holders.intersection(joined.parts[node])) for node in edge.nodes]
        for other in least[1:]:
            yield least[0], other

    def _step(self, left: int, right: int, joined: Joined, edge: Edge) -> Step:
        keys: list[Key] = self._run.evidence.keys
        tier = joined.tier
        if edge.identifier is UNNAMED:
            if tier.bucket is None:
                return Step(keys[left], keys[right], LinkKind.JUDGEMENT, tier.name)
            score = self._run.evidence.scores[min(left, right), max(left, right)]
            return Step(keys[left], keys[right], LinkKind.SCORE, tier.name, probability=score)
        link = self._links[edge.identifier]
        units = link.trusted if tier.trusted else link.every
        unit = _worst([unit for unit in units if left in unit.holders or right in unit.holders])
        return Step(
            keys[left],
            keys[right],
            LinkKind.IDENTIFIER,
            tier.name,
            identifier=edge.identifier,
            identifier_class=unit.kind,
            people=unit.people,
            left_grade=self._grade(left, link),
            right_grade=self._grade(right, link),
            agreeing=edge.label,
        )

    def _grade(self, index: int, link: Link) -> Grade:
        evidence = self._run.evidence
        numbers = evidence.held[index]
        return next(g for number, g in numbers.items() if evidence.identifiers[number] == link.identifier)


def _worst(units: list[Unit]) -> Unit:
    return max(units, key=lambda unit: unit.people)


def _bridges(graph: dict[object, set[object]]) -> list[tuple[object, object]]:
    """The edges without which a part of the graph falls in two, found in one walk (Tarjan)."""
    order: dict[object, int] = {}
    low: dict[object, int] = {}
    found: list[tuple[object, object]] = []
    for root, first in graph.items():
        if root in order:
            continue
        order[root] = low[root] = len(order)
        walk: list[tuple[object, object, Iterator[object]]] = [(root, None, iter(first))]
        while walk:
            node, parent, others = walk[-1]
            for other in others:
                if other not in order:
                    order[other] = low[other] = len(order)
                    walk.append((other, node, iter(graph[other])))
                    break
                if other != parent:
                    low[node] = min(low[node], order[other])
            else:
                walk.pop()
                if parent is not None:
                    low[parent] = min(low[parent], low[node])
                    if low[node] > order[parent]:
                        found.append((parent, node))
    return found
