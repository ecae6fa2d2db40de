"""Which questions stand in the stewards' queue, and where: from scored pairs and ambiguous profiles. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile
from graph.judgement.conflicts import Obstacles
from graph.judgement.stake import at_stake, place_of_ambiguous, place_of_pair

Users = tuple[str, str]
"""Two oneIds, the lesser first."""


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """A scored pair of profiles, the lesser id first, with its users in that order and its place until now."""

    left: str
    right: str
    probability: float
    place: str | None
    left_user: str
    right_user: str
    components: frozenset[str]

    @property
    def users(self) -> Users | None:
        """The two users; None where they are one already."""
        if self.left_user == self.right_user:
            return None
        return min(self.left_user, self.right_user), max(self.left_user, self.right_user)


@dataclass(frozen=True, slots=True)
class AmbiguousQuestion:
    """A profile that is, or was, ambiguous: since when (None: no longer), its place, and whom it may be."""

    profile_id: str
    waiting: str | None
    place: str | None
    users: tuple[str, ...]


@dataclass(slots=True)
class PlaceRows:
    """Rows of `judgement.write_places`."""

    pairs: list[tuple[str, str, str | None, int | None]] = field(
        default_factory=list[tuple[str, str, "str | None", "int | None"]]
    )
    ambiguous: list[tuple[str, str | None, int | None]] = field(
        default_factory=list[tuple[str, "str | None", "int | None"]]
    )

    def __bool__(self) -> bool:
        return bool(self.pairs or self.ambiguous)

    def rows(self) -> dict[str, list[Any]]:
        """As the statement takes them, sorted."""
        return {
            "pairs": [list(row) for row in sorted(self.pairs, key=lambda row: row[:2])],
            "ambiguous": [list(row) for row in sorted(self.ambiguous, key=lambda row: row[0])],
        }


def read_pair(row: Sequence[Any]) -> ScoredQuestion:
    """A pair of `judgement.find_questions`, which gives it from either end."""
    id_, other, probability, place, user, other_user, component, other_component = row
    if id_ > other:
        id_, other, user, other_user = other, id_, other_user, user
    return ScoredQuestion(
        id_, other, probability, place, user, other_user, frozenset((component, other_component))
    )


def open_questions(
    pairs: Iterable[ScoredQuestion], profiles: Sequence[StoredProfile], rules: Rules
) -> dict[Users, ScoredQuestion]:
    """For each two users that a steward may be asked about, their likeliest pair.

    `profiles` are the whole components of those users. Nothing is asked about two whom a verdict in force speaks
    of, whatever it says, nor about two whom proven evidence keeps apart: they could not be joined.
    """
    best: dict[Users, ScoredQuestion] = {}
    for pair in pairs:
        if (users := pair.users) and (users not in best or _rank(pair) < _rank(best[users])):
            best[users] = pair
    members: dict[str, set[str]] = defaultdict(set)
    for profile in profiles:
        if profile.one_id:
            members[profile.one_id].add(profile.id)
    obstacles = Obstacles(profiles, rules)

    def askable(users: Users) -> bool:
        left, right = (members[one_id] for one_id in users)
        known = bool(left and right)  # else the keys of one were shredded
        return known and not obstacles.judged(left, right) and not obstacles.between(left, right)

    return {users: pair for users, pair in best.items() if askable(users)}


def rank(
    pairs: Iterable[ScoredQuestion],
    asked: Mapping[Users, ScoredQuestion],
    ambiguous: Iterable[AmbiguousQuestion],
    values: Mapping[str, int],
) -> PlaceRows:
    """What is different of the queue's places. `asked` are the open questions among `pairs`, `values` by oneId."""
    rows = PlaceRows()
    for pair in pairs:
        stake = place = None
        if (users := pair.users) and asked.get(users) == pair:
            stake = at_stake(values.get(one_id, 0) for one_id in users)
            place = place_of_pair(stake, pair.probability, pair.left, pair.right)
        if place != pair.place:
            rows.pairs.append((pair.left, pair.right, place, stake))
    for one in ambiguous:
        stake = place = None
        if one.waiting is not None:
            stake = at_stake(values.get(one_id, 0) for one_id in set(one.users))
            place = place_of_ambiguous(stake, one.waiting)
        if place != one.place:
            rows.ambiguous.append((one.profile_id, place, stake))
    return rows


def _rank(pair: ScoredQuestion) -> tuple[float, str, str]:
    return -pair.probability, pair.left, pair.right
