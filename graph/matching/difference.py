"""What differs between the pairs and keys that the graph holds and those that a model gives now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Pair = tuple[str, str]
"""Two profile ids, the lesser first."""


@dataclass(slots=True)
class Difference:
    """Rows of `matching.write_scores`, and the profiles whose evidence changes by them."""

    unblocked: list[tuple[str, list[str]]] = field(default_factory=list[tuple[str, list[str]]])
    blocked: list[tuple[str, list[str]]] = field(default_factory=list[tuple[str, list[str]]])
    unscored: list[Pair] = field(default_factory=list[Pair])
    scored: list[tuple[str, str, float]] = field(default_factory=list[tuple[str, str, float]])
    matched: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def touched(self) -> set[str]:
        """The profiles of pairs that come, go or score otherwise."""
        return {id_ for pair in self.unscored for id_ in pair} | {
            id_ for left, right, _ in self.scored for id_ in (left, right)
        }

    @property
    def size(self) -> int:
        """How many rows there are."""
        return sum(map(len, (self.unblocked, self.blocked, self.unscored, self.scored, self.matched)))

    def rows(self) -> dict[str, list[object]]:
        """As the statement takes them, sorted."""
        return {
            "unblocked": [list(row) for row in sorted(self.unblocked)],
            "blocked": [list(row) for row in sorted(self.blocked)],
            "unscored": [list(row) for row in sorted(self.unscored)],
            "scored": [list(row) for row in sorted(self.scored)],
            "matched": [list(row) for row in sorted(self.matched)],
        }

    def add_keys(self, id_: str, before: frozenset[str], now: frozenset[str]) -> None:
        """A profile's blocking keys as they are and as they shall be."""
        if gone := before - now:
            self.unblocked.append((id_, sorted(gone)))
        if come := now - before:
            self.blocked.append((id_, sorted(come)))

    def add_pairs(self, before: Mapping[Pair, float], now: Mapping[Pair, float]) -> None:
        """Pairs as they are and as they shall be; a probability that differs in the last digits is the same."""
        self.unscored += [pair for pair in before if pair not in now]
        self.scored += [
            (*pair, probability)
            for pair, probability in now.items()
            if abs(before.get(pair, -1.0) - probability) > 1e-9
        ]


def pair_of(one: str, other: str) -> Pair:
    """The pair, whichever way round it was given."""
    return (one, other) if one < other else (other, one)


def batches(difference: Difference, components: Mapping[str, str], *, size: int) -> list[Difference]:
    """The pairs in batches of about `size`, no group of connected pairs cut: each person is resolved in one batch.

    Profiles of one link component, as `components` names them by id, are connected too.
    """
    parent: dict[str, str] = {}

    def root(id_: str) -> str:
        while parent.setdefault(id_, id_) != id_:
            parent[id_] = parent[parent[id_]]
            id_ = parent[id_]
        return id_

    for left, right in _pairs(difference):
        parent[root(right)] = root(left)
        for id_ in (left, right):
            parent[root(components.get(id_, id_))] = root(left)
    groups: dict[str, Difference] = {}
    for pair in difference.unscored:
        groups.setdefault(root(pair[0]), Difference()).unscored.append(pair)
    for row in difference.scored:
        groups.setdefault(root(row[0]), Difference()).scored.append(row)
    packed: list[Difference] = []
    for group in groups.values():
        if not packed or packed[-1].size + group.size > size:
            packed.append(Difference())
        packed[-1].unscored += group.unscored
        packed[-1].scored += group.scored
    return packed


def cut(difference: Difference, size: int) -> list[Difference]:
    """Rows of keys and digests in parts that a transaction holds."""
    parts: list[Difference] = []
    for name in ("unblocked", "blocked", "matched"):
        rows: list[Any] = getattr(difference, name)
        for at in range(0, len(rows), size):
            part = Difference()
            getattr(part, name).extend(rows[at : at + size])
            parts.append(part)
    return parts


def _pairs(difference: Difference) -> Iterable[Pair]:
    yield from difference.unscored
    for left, right, _ in difference.scored:
        yield left, right
