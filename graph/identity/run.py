"""One run of `resolve`: every component through its tiers, and what came of it put together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from graph.identity.agreed import agreed
from graph.identity.evidence import (
    Ambiguity,
    Household,
    Identifier,
    Judgement,
    Person,
    Piece,
    ProfileEvidence,
    Reason,
    Refusal,
    Resolution,
    Score,
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
    find_links,
    gather,
)
from graph.identity.knot import Joined, Knot
from graph.identity.reading import Overgrown, Reading, outgrown_by_number, readable, wholes
from graph.identity.rules import Rules
from graph.identity.sizes import Sizes
from graph.identity.summary import SOFT, conflicts
from graph.identity.tiers import LAST_LOOK, MODEL, STAGES, STEWARD, Tier
from graph.identity.ties import bits

ALONE: Final = Reason(tier="", rule="alone")

_LINKED: Final = {tier.name: Reason(tier.name, "linked") for tier in MODEL}
_CLASS_ORDER: Final = (PERSONAL, SHARED, GENERIC, HOT)
_TIER_ORDER: Final = {
    name: place
    for place, name in enumerate([STEWARD.name, *(t.name for s in STAGES for t in s.tiers), LAST_LOOK])
}


class Run:
    """Evidence resolved, with all that was found on the way.

    With `logged`, every join is kept, so that it can be explained.
    """

    def __init__(
        self,
        profiles: Iterable[ProfileEvidence],
        judgements: Iterable[Judgement] = (),
        scores: Iterable[Score] = (),
        *,
        rules: Rules,
        degrees: Degrees | None = None,
        shared: Collection[Identifier] = (),
        outgrown: Mapping[Key, int] | None = None,
        logged: bool = False,
    ) -> None:
        self.rules = rules
        self.evidence = evidence = gather(profiles, judgements, rules, scores)
        self.links = find_links(evidence, degrees or {}, frozenset(shared))
        self._outgrown = outgrown_by_number(evidence, outgrown)
        self.wholes = wholes(evidence, self.links, rules)
        self._pieces: list[tuple[list[int], int]] = []
        self.log: list[Joined] = []
        self.knots: list[Knot] = []
        self._logged = logged
        self._result = _Result(evidence, Sizes(rules, evidence))
        self._run()

    def resolution(self) -> Resolution:
        """The answer, in an order that depends on the set only."""
        keys = self.evidence.keys
        parts = tuple(frozenset([keys[index] for index in whole.members]) for whole in self.wholes)
        pieces = tuple(
            (frozenset([keys[index] for index in members]), step) for members, step in sorted(self._pieces)
        )
        return self._result.resolution(_classes(self.links), parts, pieces)

    def _run(self) -> None:
        for whole in self.wholes:
            part = whole.members
            if len(part) == 1 and part[0] not in self._outgrown:
                self._result.alone(part[0])
                self._pieces.append((part, 0))
                continue
            readings, over = readable(whole, self.rules, self._outgrown)
            self._result.component(part, over)
            for reading in readings:
                self._resolve(reading)
                self._pieces.append((reading.members, reading.step))
            for dropped in (link for one in over for link in one.dropped):
                dropped.counting = HOT
        self._result.sizes.degrees(self.links)

    def _resolve(self, reading: Reading) -> None:
        if reading.scores and not self._logged and not reading.left_out:
            tier = agreed(self.evidence, reading, self.rules)
            if tier is not None:
                self._result.agreed(reading.members, tier)
                return
        knot = Knot(
            self.evidence,
            reading.members,
            reading.links,
            self.rules,
            scores=reading.scores,
            log=self.log if self._logged else None,
        )
        knot.run(reading.same)
        if self._logged:
            self.knots.append(knot)
        self._result.take(knot, reading)


def _classes(links: Iterable[Link]) -> dict[Identifier, str]:
    """The class of each identifier at the level that counts, the worst of its tenures."""
    found: dict[Identifier, str] = {}
    for link in links:
        units = link.trusted or link.every
        least = SHARED if link.marked else PERSONAL
        kinds = [least, *(unit.kind for unit in units)] if link.counting is not HOT else [HOT]
        found[link.identifier] = max(kinds, key=_CLASS_ORDER.index)
    return found


class _Result:
    """What the components answered, being put together."""

    def __init__(self, evidence: Gathered, sizes: Sizes) -> None:
        self._evidence = evidence
        self.sizes = sizes
        self._people: list[Person] = []
        self._ambiguities: list[Ambiguity] = []
        self._households: list[Household] = []
        self._refusals: list[Refusal] = []

    def alone(self, index: int) -> None:
        """Add a profile that shares nothing."""
        key = self._evidence.keys[index]
        self._people.append(Person(frozenset((key,)), key, {key: ALONE}))
        self.sizes.person(key, [index])

    def agreed(self, members: list[int], tier: Tier) -> None:
        """Add a component that the scores of a tier make one person."""
        keys = self._evidence.keys
        reasons = {keys[index]: _LINKED[tier.name] for index in members}
        founder = self._founder(members)
        self._people.append(Person(frozenset(reasons), founder, reasons))
        self.sizes.person(founder, members)

    def component(self, members: list[int], over: Iterable[Overgrown]) -> None:
        """Tell how big a component is, and what of it was too big to be resolved together."""
        self.sizes.component(members)
        keys = self._evidence.keys
        self._refusals += [
            Refusal(one.tier, "read-limit", frozenset(keys[index] for index in one.members)) for one in over
        ]

    def take(self, knot: Knot, reading: Reading) -> None:
        """Add the people of a component that has been run, and look once more at what they share (step 6)."""
        keys = self._evidence.keys
        founders: dict[int, Key] = {}
        for cluster, members in knot.clusters.items():
            founders[cluster] = self._founder(members)
            if reading.left_out:
                reasons = {keys[index]: Reason(reading.left_out, "read-limit") for index in members}
            else:
                reasons = {keys[index]: knot.reasons.get(index, ALONE) for index in members}
            self._people.append(Person(frozenset(reasons), founders[cluster], reasons))
            self.sizes.person(founders[cluster], members)
        self.sizes.knot(knot, reading.links)
        seen: set[tuple[Identifier, frozenset[Key]]] = set()
        for link in reading.links:
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

    def resolution(
        self,
        classes: dict[Identifier, str],
        parts: tuple[frozenset[Key], ...],
        pieces: tuple[Piece, ...],
    ) -> Resolution:
        """Everything, in an order that depends on the set only."""
        return Resolution(
            people=tuple(sorted(self._people, key=lambda person: min(person.members))),
            ambiguities=tuple(sorted(self._ambiguities, key=lambda doubt: min(doubt.members))),
            households=tuple(
                sorted(self._households, key=lambda house: (house.identifier, sorted(house.founders)))
            ),
            classes=classes,
            refusals=tuple(
                sorted(
                    self._refusals,
                    key=lambda no: (
                        _TIER_ORDER[no.tier],
                        min(no.members),
                        no.rule,
                        no.namespace,
                        sorted(no.members),
                    ),
                )
            ),
            components=parts,
            pieces=pieces,
            warnings=self.sizes.found(),
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
