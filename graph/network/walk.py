"""Walking from person to person: shortest paths and neighbourhoods. Pure but for the reading that it is given.

People are the nodes, what two of them share is a tie. Each level of a walk is read at once, so a walk costs at most as
many reads as it is deep.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

MOST_AT_ONCE: Final = 300
"""People whose ties are read on one level: the walk says so where there were more."""


class TieKind(StrEnum):
    """What two people share."""

    IDENTIFIER = "identifier"
    VEHICLE = "vehicle"
    GROUP = "group"


class Tie(NamedTuple):
    """One thing that people share; `key` tells it from others and is for nobody to see."""

    kind: TieKind
    key: str
    detail: str | None


class Link(NamedTuple):
    """Somebody who is reached by a tie."""

    tie: Tie
    one_id: str


@dataclass(frozen=True, slots=True)
class Near:
    """A person with those next to it; not `whole` where some were left out."""

    one_id: str
    links: tuple[Link, ...]
    whole: bool = True


Read = Callable[[Sequence[str]], Awaitable[Mapping[str, Near]]]
"""Reads people and those next to them at once, by the oneIds asked; an id that leads nowhere is left out."""


@dataclass(frozen=True, slots=True)
class Path:
    """People from one to the other, and the tie between each two of them; empty where none was found."""

    people: tuple[str, ...]
    ties: tuple[Tie, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """People with how far away they are, nearest first, and what they share with each other."""

    people: tuple[tuple[str, int], ...]
    ties: tuple[tuple[Tie, tuple[str, ...]], ...]
    whole: bool


@dataclass(slots=True)
class _Side:
    """All who were reached from one end, by whom and by what."""

    start: str
    by: dict[str, tuple[str, Tie]] = field(default_factory=dict[str, tuple[str, Tie]])
    edge: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.edge = [self.start]

    def has(self, one_id: str) -> bool:
        return one_id == self.start or one_id in self.by

    def advance(self, near: Mapping[str, Near]) -> None:
        reached: dict[str, tuple[str, Tie]] = {}
        for one_id in self.edge:
            for tie, other in near[one_id].links if one_id in near else ():
                if not self.has(other):
                    reached.setdefault(other, (one_id, tie))
        self.by |= reached
        self.edge = sorted(reached)

    def back(self, one_id: str) -> tuple[list[str], list[Tie]]:
        """From somebody to the start."""
        people, ties = [one_id], list[Tie]()
        while one_id != self.start:
            one_id, tie = self.by[one_id]
            people.append(one_id)
            ties.append(tie)
        return people, ties


class _Reading:
    """What was read so far: nobody is read twice."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.known: dict[str, Near] = {}
        self.whole = True

    async def of(self, one_ids: Sequence[str]) -> Mapping[str, Near]:
        wanted = one_ids[:MOST_AT_ONCE]
        missing = [one_id for one_id in wanted if one_id not in self.known]
        if missing:
            self.known |= await self._read(missing)
        found = {one_id: self.known[one_id] for one_id in wanted if one_id in self.known}
        self.whole &= len(wanted) == len(one_ids) and all(near.whole for near in found.values())
        return found


async def find_path(read: Read, start: str, end: str, *, longest: int) -> Path | None:
    """A shortest path of at most `longest` ties; None where one of the two leads nowhere.

    Both ends are read at once and then walk towards each other, the one with fewer people first: at most `longest`
    reads. Among equally short ones it is always the same.
    """
    reading = _Reading(read)
    ends = await reading.of(sorted({start, end}))
    if start not in ends or end not in ends:
        return None
    reading.known |= {near.one_id: near for near in ends.values()}
    left, right = _Side(ends[start].one_id), _Side(ends[end].one_id)
    if left.start == right.start:
        return Path((left.start,), (), whole=True)
    for _ in range(longest):
        # Whose ties are known already goes first: both ends are.
        side, other = (left, right) if len(left.edge) <= len(right.edge) else (right, left)
        if not side.edge:
            break
        side.advance(await reading.of(side.edge))
        if met := [one_id for one_id in side.edge if other.has(one_id)]:
            return _joined(left, right, met[0], whole=reading.whole)
    return Path((), (), whole=reading.whole)


def _joined(left: _Side, right: _Side, met: str, *, whole: bool) -> Path:
    people, ties = left.back(met)
    onward, further = right.back(met)
    return Path((*reversed(people), *onward[1:]), (*reversed(ties), *further), whole=whole)


async def find_neighbourhood(read: Read, start: str, *, depth: int, first: int) -> Neighbourhood | None:
    """Who is at most `depth` ties away, at most `first` people; None where the id leads nowhere.

    One read a level. Ties are told of those who were read, so what two of the outermost share is told only where
    somebody nearer shares it too.
    """
    reading = _Reading(read)
    found = await reading.of([start])
    if start not in found:
        return None
    centre = found[start].one_id
    reading.known[centre] = found[start]
    side = _Side(centre)
    people = [(centre, 0)]
    for away in range(1, depth + 1):
        side.advance(await reading.of(side.edge))
        people += [(one_id, away) for one_id in side.edge]
        if len(people) >= first:
            break
    shown = people[:first]
    whole = reading.whole and len(shown) == len(people) and (not side.edge or shown[-1][1] == depth)
    return Neighbourhood(tuple(shown), _shared(reading.known.values(), {id_ for id_, _ in shown}), whole)


def _shared(near: Iterable[Near], shown: set[str]) -> tuple[tuple[Tie, tuple[str, ...]], ...]:
    sharing: dict[Tie, set[str]] = {}
    for person in near:
        for tie, other in person.links:
            if person.one_id in shown and other in shown:
                sharing.setdefault(tie, set()).update((person.one_id, other))
    ordered = sorted(sharing.items(), key=lambda item: (item[0].kind, item[0].key))
    return tuple((tie, tuple(sorted(people))) for tie, people in ordered)
