"""Resolution: evidence in, partition out, as a pure function of the set of evidence.

The algorithm, its traps and its laws are in docs/reference/resolve.md; what that leaves open is decided in
docs/adr/0004-resolve-open-choices.md. `tests/graph/identity/oracle.py` is a second, independent writing of
it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Final

from graph.identity.evidence import (
    Ambiguity,
    Household,
    Identifier,
    Judgement,
    Person,
    ProfileEvidence,
    Reason,
    Refusal,
    Resolution,
    SourceClass,
)
from graph.identity.gather import (
    GENERIC,
    HOT,
    PERSONAL,
    SHARED,
    Degrees,
    Gathered,
    Key,
    Link,
    components,
    connect,
    find_links,
    gather,
)
from graph.identity.knot import Knot
from graph.identity.rules import Rules
from graph.identity.summary import SOFT, conflicts
from graph.identity.tiers import LAST_LOOK, STAGES, STEWARD
from graph.identity.ties import bits

__all__ = ["canonical_hash", "components", "resolve"]

ALONE: Final = Reason(tier="", rule="alone")

_CLASS_ORDER: Final = (PERSONAL, SHARED, GENERIC, HOT)
_TIER_ORDER: Final = {
    name: place
    for place, name in enumerate([STEWARD.name, *(t.name for s in STAGES for t in s.tiers), LAST_LOOK])
}


def resolve(
    profiles: Iterable[ProfileEvidence],
    judgements: Iterable[Judgement] = (),
    *,
    rules: Rules,
    degrees: Degrees | None = None,
) -> Resolution:
    """The people these profiles are, and what could not be decided.

    Depends on the *set* of evidence and judgements only: any order, repetition or batching answers the
    same, and a component (see `components`) answers alone as it does among others. A profile given twice
    counts once, with the evidence of both; a judgement on a profile that is not given counts for nothing.

    `degrees` tells how many profiles in the whole graph hold an identifier (trusted, all), where not all of
    them are given: only those above the namespace's `hot` need it.
    """
    evidence = gather(profiles, judgements, rules)
    links = find_links(evidence, degrees or {})
    result = _Result(evidence)
    parts = connect(evidence, links)
    links_of = _by_part(parts, links, len(evidence.keys))
    same_of: dict[int, list[tuple[int, int]]] = {}
    for pair in evidence.same:
        same_of.setdefault(pair[0], []).append(pair)
    for part, inside in zip(parts, links_of, strict=True):
        if len(part) == 1:
            key = evidence.keys[part[0]]
            result.people.append(Person(frozenset((key,)), key, {key: ALONE}))
            continue
        knot = Knot(evidence, part, inside, rules)
        knot.run([pair for index in part if index in same_of for pair in same_of[index]] if same_of else ())
        result.take(knot, inside)
    return result.resolution(_classes(links))


def canonical_hash(resolution: Resolution) -> str:
    """A hash of what was decided, equal for equal answers: people, ambiguities, households and classes.

    Written over clear keys only: neither founders (who was committed first) nor reasons or refusals count.
    """
    people = {person.founder: min(person.members) for person in resolution.people}
    content = [
        sorted(sorted(person.members) for person in resolution.people),
        sorted([sorted(doubt.members), doubt.candidates, doubt.tier] for doubt in resolution.ambiguities),
        sorted(
            [_plain(house.identifier), sorted(people[founder] for founder in house.founders)]
            for house in resolution.households
        ),
        sorted([_plain(identifier), kind] for identifier, kind in resolution.classes.items()),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _plain(identifier: Identifier) -> list[str]:
    return [identifier.namespace, identifier.scope, identifier.value]


def _by_part(parts: Sequence[Sequence[int]], links: Iterable[Link], count: int) -> list[list[Link]]:
    """The links of each component; hot ones belong to none."""
    place = [0] * count
    for number, part in enumerate(parts):
        for index in part:
            place[index] = number
    found: list[list[Link]] = [[] for _ in parts]
    for link in links:
        units = link.every or link.trusted
        if units:
            found[place[units[0].holders[0]]].append(link)
    return found


def _classes(links: Iterable[Link]) -> dict[Identifier, str]:
    """The class of each identifier at the level that counts, the worst of its tenures."""
    found: dict[Identifier, str] = {}
    for link in links:
        units = link.trusted or link.every
        kinds = [link.counting, *(unit.kind for unit in units)] if link.counting is not HOT else [HOT]
        found[link.identifier] = max(kinds, key=_CLASS_ORDER.index)
    return found


class _Result:
    """What the components answered, being put together."""

    def __init__(self, evidence: Gathered) -> None:
        self._evidence = evidence
        self.people: list[Person] = []
        self._ambiguities: list[Ambiguity] = []
        self._households: list[Household] = []
        self._refusals: list[Refusal] = []

    def take(self, knot: Knot, links: Sequence[Link]) -> None:
        """Add the people of a component that has been run, and look once more at what they share (step 6)."""
        keys = self._evidence.keys
        founders: dict[int, Key] = {}
        for cluster, members in knot.clusters.items():
            founders[cluster] = self._founder(members)
            reasons = {keys[index]: knot.reasons.get(index, ALONE) for index in members}
            self.people.append(Person(frozenset(reasons), founders[cluster], reasons))
        seen: set[tuple[Identifier, frozenset[Key]]] = set()
        for link in links:
            units = link.every if link.every is link.trusted else [*link.trusted, *link.every]
            for unit in units:
                if unit.kind is SHARED and len(on := knot.on(unit.holders)) > 1:
                    _last_look(knot, on)
                    if unit in link.every:
                        seen.add((link.identifier, frozenset(founders[cluster] for cluster in on)))
        self._households += [Household(identifier, people) for identifier, people in seen]
        self._refusals += knot.refusals
        if knot.doubts:
            self._doubts(knot)

    def _founder(self, members: list[int]) -> Key:
        profiles = self._evidence.profiles
        founder = min(
            members, key=lambda i: (profiles[i].source_class is not SourceClass.KNOWN, profiles[i].seq, i)
        )
        return self._evidence.keys[founder]

    def _doubts(self, knot: Knot) -> None:
        """One ambiguity for each person: its uncertain profiles, all their candidates, the first tier."""
        keys = self._evidence.keys
        by_cluster: dict[int, list[int]] = {}
        for index in knot.doubts:
            by_cluster.setdefault(knot.cluster_of[index], []).append(index)
        for members in by_cluster.values():
            candidates = {knot.cluster_of[side] for index in members for side in knot.doubts[index][1]}
            self._ambiguities.append(
                Ambiguity(
                    members=frozenset(keys[index] for index in members),
                    candidates=tuple(keys[cluster] for cluster in sorted(candidates)),
                    tier=min((knot.doubts[index][0] for index in members), key=_TIER_ORDER.__getitem__),
                )
            )

    def resolution(self, classes: dict[Identifier, str]) -> Resolution:
        """Everything, in an order that depends on the set only."""
        return Resolution(
            people=tuple(sorted(self.people, key=lambda person: min(person.members))),
            ambiguities=tuple(sorted(self._ambiguities, key=lambda doubt: min(doubt.members))),
            households=tuple(
                sorted(self._households, key=lambda house: (house.identifier, sorted(house.founders)))
            ),
            classes=classes,
            refusals=tuple(
                sorted(
                    self._refusals,
                    key=lambda no: (_TIER_ORDER[no.tier], min(no.members), no.rule, no.namespace),
                )
            ),
        )


def _last_look(knot: Knot, on: list[int]) -> None:
    """Between two people on a shared unit who conflict, whoever conflicts with neither is ambiguous."""
    against = conflicts([knot.summary(cluster) for cluster in on], SOFT)
    everybody = (1 << len(on)) - 1
    for place, mask in enumerate(against):
        free = everybody & ~mask & ~(1 << place)
        tied = {on[other] for other in bits(free) if against[other] & free}
        if tied:
            for index in knot.clusters[on[place]]:
                knot.doubts.setdefault(index, (LAST_LOOK, set()))[1].update(tied)
