"""The hard rules, counted on a partition by a writing of their own that shares no code with `resolve`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from graph.identity.evidence import Grade, Identifier, ProfileEvidence

Key = tuple[str, str]

_CONTACTS: Final = frozenset({"phone", "email", "anonymousId", "deviceId", "vin", "plate", "address"})
"""What never joins two people whose full names or birth dates contradict."""
_FULL_DATE: Final = 10


@dataclass(frozen=True, slots=True)
class HardRules:
    """Pairs of people in one cluster that must never be: by verified ids, by names, by birth dates.

    `people` are those in any of the pairs.
    """

    verified_ids: int = 0
    names: int = 0
    births: int = 0
    people: frozenset[str] = frozenset()

    def plus(self, other: HardRules) -> HardRules:
        """Both counts together."""
        return HardRules(
            self.verified_ids + other.verified_ids,
            self.names + other.names,
            self.births + other.births,
            self.people | other.people,
        )

    @property
    def broken(self) -> int:
        """All of them."""
        return self.verified_ids + self.names + self.births


def broken_rules(cluster: Sequence[ProfileEvidence], person_of: Callable[[Key], str]) -> HardRules:
    """The rules that one cluster breaks, counted by pairs of people.

    What strong identifiers (an account, a government id) hold together speaks with one voice: its full names
    and birth dates are alternatives. Two such voices of different people contradict where none is common.
    """
    by_person: dict[str, list[ProfileEvidence]] = defaultdict(list)
    for profile in cluster:
        by_person[person_of(profile.key)].append(profile)
    verified = {person: _verified(profiles) for person, profiles in by_person.items()}
    voices = [(frozenset(person_of(p.key) for p in voice), voice) for voice in _voices(cluster)]
    names, births = set[frozenset[str]](), set[frozenset[str]]()
    for (left_people, left), (right_people, right) in combinations(voices, 2):
        for pair in _different(left_people, right_people):
            if _apart(_full_names(left), _full_names(right)):
                names.add(pair)
            if _apart(_birth_dates(left), _birth_dates(right)):
                births.add(pair)
    ids = {
        frozenset((one, other))
        for one, other in combinations(by_person, 2)
        if _apart(verified[one], verified[other])
    }
    people = frozenset(person for pair in ids | names | births for person in pair)
    return HardRules(len(ids), len(names), len(births), people)


def _different(left: frozenset[str], right: frozenset[str]) -> Iterator[frozenset[str]]:
    """Pairs of one person here and another there, where neither is in both."""
    for one in left - right:
        for other in right - left:
            yield frozenset((one, other))


def _voices(cluster: Sequence[ProfileEvidence]) -> list[list[ProfileEvidence]]:
    """The cluster's parts that identifiers other than contacts hold together."""
    voices: list[tuple[set[Identifier], list[ProfileEvidence]]] = []
    for profile in cluster:
        strong = {h.identifier for h in profile.holdings if h.identifier.namespace not in _CONTACTS}
        mates = [profile]
        rest: list[tuple[set[Identifier], list[ProfileEvidence]]] = []
        for values, members in voices:
            if values.isdisjoint(strong):
                rest.append((values, members))
            else:
                strong |= values
                mates += members
        voices = [*rest, (strong, mates)]
    return [members for _, members in voices]


def _verified(profiles: Sequence[ProfileEvidence]) -> set[str]:
    return {
        holding.identifier.value
        for profile in profiles
        for holding in profile.holdings
        if holding.identifier.namespace == "governmentId" and holding.grade is Grade.VERIFIED
    }


def _full_names(profiles: Sequence[ProfileEvidence]) -> set[str]:
    """Full names by their letters: the order of given and family name tells nothing."""
    return {"".join(sorted(name.full)) for profile in profiles for name in profile.names if name.full}


def _birth_dates(profiles: Sequence[ProfileEvidence]) -> set[str]:
    return {date for profile in profiles for date in profile.birth_dates if len(date) == _FULL_DATE}


def _apart(left: set[str], right: set[str]) -> bool:
    """Whether both are known and have nothing in common."""
    return bool(left) and bool(right) and left.isdisjoint(right)
