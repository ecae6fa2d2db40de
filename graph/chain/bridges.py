"""Who holds a tree of referrals together. Pure.

Without one of its people a tree falls into parts: the branch of each friend, and all the rest around whoever
brought them. How many people are then cut off from the largest part says what hangs on this one. It is the
weight of a cut vertex of a tree, found in one walk up from the leaves, in time proportional to the people.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Member(NamedTuple):
    """Somebody of a tree: who brought them, None for the first, who delivered to them first, and where they live."""

    one_id: str
    by: str | None
    dealer: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """Whose absence would part a tree.

    `parts` it would fall into, `separated` people outside the largest of these. `dealers` and `cities` are
    those to which most people of a part belong, each once: more than one where the parts belong to different
    ones.
    """

    one_id: str
    parts: int
    separated: int
    dealers: tuple[str, ...]
    cities: tuple[str, ...]


@dataclass(slots=True)
class _Tree:
    """The tree from its top; `order` has everybody after whoever brought them."""

    order: list[str] = field(default_factory=list[str])
    members: dict[str, Member] = field(default_factory=dict[str, Member])
    below: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    size: dict[str, int] = field(default_factory=dict[str, int])

    def parts(self, one_id: str) -> list[int]:
        """How many people each part has that is left without somebody."""
        parts = [self.size[friend] for friend in self.below.get(one_id, ())]
        rest = len(self.order) - self.size[one_id]
        return [*parts, rest] if rest else parts


def bridges_of(people: Iterable[Member], *, first: int) -> tuple[Bridge, ...]:
    """The `first` of those whose absence would part the tree, who would cut off most people first, ties by oneId.

    Who hangs on nobody of the tree does not belong to it. The people may come in any order.
    """
    tree = _tree_of(people)
    ranked = sorted(
        (-separated, one_id)
        for one_id in tree.order
        if (separated := sum(parts := tree.parts(one_id)) - max(parts, default=0)) > 0
    )
    return tuple(_bridge(tree, one_id, -minus) for minus, one_id in ranked[:first])


def _tree_of(people: Iterable[Member]) -> _Tree:
    tree = _Tree()
    below: dict[str | None, list[Member]] = defaultdict(list)
    for member in people:
        below[member.by].append(member)
    for member in _downwards(below):
        tree.order.append(member.one_id)
        tree.members[member.one_id] = member
        if member.by is not None:
            tree.below[member.by].append(member.one_id)
    for one_id in reversed(tree.order):
        tree.size[one_id] = 1 + sum(tree.size[friend] for friend in tree.below.get(one_id, ()))
    return tree


def _downwards(below: Mapping[str | None, Sequence[Member]]) -> Iterator[Member]:
    reached = list(below.get(None, ()))
    while reached:
        yield from reached
        reached = [friend for member in reached for friend in below.get(member.one_id, ())]


def _bridge(tree: _Tree, one_id: str, separated: int) -> Bridge:
    dealers, cities = _mains(tree, one_id)
    return Bridge(one_id, len(tree.parts(one_id)), separated, dealers, cities)


def _mains(tree: _Tree, without: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The main dealer and the main city of each part that is left without somebody, each once."""
    part: dict[str, str] = {}
    dealers: dict[str, Counter[str]] = defaultdict(Counter)
    cities: dict[str, Counter[str]] = defaultdict(Counter)
    for one_id in tree.order:
        if one_id == without:
            continue
        member = tree.members[one_id]
        part[one_id] = one_id if member.by == without else part.get(member.by or "", "")
        if member.dealer is not None:
            dealers[part[one_id]][member.dealer] += 1
        if member.city is not None:
            cities[part[one_id]][member.city] += 1
    return _most(dealers.values()), _most(cities.values())


def _most(counted: Iterable[Counter[str]]) -> tuple[str, ...]:
    return tuple(sorted({min(each, key=lambda name: (-each[name], name)) for each in counted}))
