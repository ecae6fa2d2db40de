"""Why two profiles are one person or are not, how a person came to be, and what would split it. Pure.

Answers are facts (`explain_facts`) read off one logged run of `resolve`, or found by running it again with one
change; nothing is guessed. Sentences, in any language, and masking are the caller's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from graph.identity.evidence import (
    Identifier,
    Judgement,
    NearSize,
    PersonName,
    ProfileEvidence,
    Resolution,
    Score,
    SizeKind,
    Verdict,
)
from graph.identity.explain_facts import (
    Change,
    Hindrance,
    How,
    Obstacle,
    Refused,
    Remedy,
    WeakLink,
    Why,
    WhyNot,
)
from graph.identity.explain_joins import Joins
from graph.identity.explain_obstacles import Obstacles
from graph.identity.gather import RANK, Degrees, Key
from graph.identity.resolve import resolve
from graph.identity.rules import Rules
from graph.identity.run import Run
from graph.identity.summary import full_name


class Explainer:
    """Explains one resolution; takes what `resolve` takes and answers about its result.

    Give whole components or pieces (see `resolve`): those of the profiles asked about are enough. A re-run costs as
    much as resolving them; each method says how many it makes.
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
    ) -> None:
        self._profiles = list(profiles)
        self._judgements = list(judgements)
        self._scores = list(scores)
        self._rules, self._shared = rules, frozenset(shared)
        self._given = degrees or {}
        self._outgrown = outgrown or {}
        self._run = Run(
            self._profiles,
            self._judgements,
            self._scores,
            rules=rules,
            degrees=degrees,
            shared=self._shared,
            outgrown=self._outgrown,
            logged=True,
        )
        self.resolution: Resolution = self._run.resolution()
        self._index = {key: number for number, key in enumerate(self._run.evidence.keys)}
        self._joins = Joins(self._run)
        self._obstacles = Obstacles(self._run, self.resolution)

    def why(self, left: Key, right: Key) -> Why:
        """The path of evidence between two profiles of one person. No re-run."""
        if not self._known(left, right) or not self._together(self.resolution, left, right):
            return Why(left, right, same=False)
        return Why(left, right, same=True, path=self._joins.path(self._index[left], self._index[right]))

    def why_not(self, left: Key, right: Key) -> WhyNot:
        """What keeps two profiles apart and which single change would join them. At most some ten re-runs."""
        if not self._known(left, right):
            return WhyNot(left, right, same=False, hindrances=(Hindrance(Obstacle.UNKNOWN),))
        if self._together(self.resolution, left, right):
            return WhyNot(left, right, same=True)
        found = self._obstacles.between(self._index[left], self._index[right])
        same_as = Remedy(Change.SAME_AS, (left, right), verdict=Verdict.SAME_AS)
        tried = [same_as, *self._remedies(left, right, found)]
        return WhyNot(
            left,
            right,
            same=False,
            hindrances=found,
            needed=tuple(
                one for one in tried if self._together(self._after((left, right), one), left, right)
            ),
        )

    def how(self, profile: Key) -> How:
        """The steps that built a profile's person, in order. No re-run; raises KeyError if not given."""
        members = self._obstacles.members(self._index[profile])
        keys = frozenset(self._run.evidence.keys[index] for index in members)
        return How(
            keys,
            self._joins.merges(members),
            tuple(no for no in self.resolution.refusals if no.members & keys),
            tuple(near for near in self.resolution.warnings if self._concerns(near, keys)),
        )

    def _concerns(self, near: NearSize, person: frozenset[Key]) -> bool:
        """Whether a size that is nearly reached is one of a person, of what it holds, or of its component."""
        if isinstance(near.subject, Identifier):
            held = self._run.evidence.held
            numbers = {number for key in person for number in held[self._index[key]]}
            return near.subject in {self._run.evidence.identifiers[number] for number in numbers}
        if near.kind in (SizeKind.CAP, SizeKind.LIMIT):
            return near.subject in person
        return any(near.subject in part and person & part for part in self.resolution.components)

    def weakest_links(self, profile: Key, *, most: int = 20) -> tuple[WeakLink, ...]:
        """The single holdings, judgements and scores whose removal splits a profile's person.

        Looks at the bridges of the evidence that joined it, the first `most` in order of keys, with one re-run
        for each: other evidence may hold the person together. Those that take away most come first. Raises
        KeyError if the profile is not given.
        """
        members = self._obstacles.members(self._index[profile])
        keys = frozenset(self._run.evidence.keys[index] for index in members)
        found: list[WeakLink] = []
        for bridge in self._joins.bridges(members)[:most]:
            removal = self._removal(*bridge)
            after = self._after((profile,), removal)
            parts = [part for person in after.people if (part := person.members & keys)]
            if len(parts) > 1:
                parts.sort(key=lambda part: (-len(part), min(part)))
                found.append(WeakLink(removal, tuple(parts)))
        return tuple(sorted(found, key=lambda link: -sum(map(len, link.parts[1:]))))

    def refused_same_as(self, left: Key, right: Key) -> Refused:
        """Whether a steward's SAME_AS must be refused, since it crosses a hard conflict, and what to change first.

        Each change of `needed`, with the SAME_AS, makes the two one person. Raises KeyError if not given.
        """
        conflicts = self._obstacles.hard(self._index[left], self._index[right])
        if self._together(self.resolution, left, right) or not conflicts:
            return Refused(left, right, refused=False)
        said = Judgement(left, right, Verdict.SAME_AS)
        needed = [
            one
            for one in self._remedies(left, right, conflicts)
            if self._together(self._after((left, right), one, said), left, right)
        ]
        return Refused(left, right, refused=True, conflicts=conflicts, needed=tuple(needed))

    # -- changes -------------------------------------------------------------------------------------------

    def _remedies(self, left: Key, right: Key, found: Sequence[Hindrance]) -> list[Remedy]:
        """Single changes that may decide: a value is wrong, a judgement is taken back, a name is told."""
        tried: list[Remedy] = []
        for one in found:
            if one.obstacle is Obstacle.BANNED:
                tried += [
                    Remedy(Change.WITHDRAW, pair, verdict=Verdict.DIFFERENT_FROM) for pair in one.judged
                ]
            for side, identifiers in ((left, one.left_identifiers), (right, one.right_identifiers)):
                tried += [self._wrong(side, identifier) for identifier in identifiers]
        for side, other in ((left, right), (right, left)):
            if not any(full_name(name) for name in self._names(side)):
                full = sorted({name.full for name in self._names(other) if name.full})
                tried += [Remedy(Change.NAME, (side,), name=name) for name in full]
        return tried

    def _wrong(self, side: Key, identifier: Identifier) -> Remedy:
        evidence = self._run.evidence
        members = self._obstacles.members(self._index[side])
        number = evidence.identifiers.index(identifier)
        holders = [evidence.keys[index] for index in members if number in evidence.held[index]]
        return Remedy(Change.WRONG, tuple(sorted(holders)), identifier=identifier)

    def _removal(self, index: int, other: int | Identifier) -> Remedy:
        keys = self._run.evidence.keys
        if isinstance(other, Identifier):
            return Remedy(Change.WRONG, (keys[index],), identifier=other)
        pair = (keys[index], keys[other])
        if (index, other) in self._run.evidence.same:
            return Remedy(Change.WITHDRAW, pair, verdict=Verdict.SAME_AS)
        return Remedy(Change.NO_SCORE, pair, score=Score(*pair, self._run.evidence.scores[index, other]))

    def _after(self, asked: Sequence[Key], change: Remedy, *said: Judgement) -> Resolution:
        """The components of the profiles asked about, resolved with one change."""
        near = frozenset(
            key for part in self.resolution.components if part.intersection(asked) for key in part
        )
        judgements = [j for j in self._judgements if j.left in near and j.right in near]
        scores = [s for s in self._scores if s.left in near and s.right in near]
        pair = set(change.profiles)
        if change.change is Change.SAME_AS:
            judgements.append(Judgement(asked[0], asked[1], Verdict.SAME_AS))
        elif change.change is Change.WITHDRAW:
            judgements = [
                j for j in judgements if {j.left, j.right} != pair or j.verdict is not change.verdict
            ]
        elif change.change is Change.NO_SCORE:
            scores = [s for s in scores if {s.left, s.right} != pair]
        return resolve(
            [_changed(profile, change) for profile in self._profiles if profile.key in near],
            [*judgements, *said],
            scores,
            rules=self._rules,
            degrees=self._degrees,
            shared=self._shared,
            outgrown=self._outgrown,
        )

    @cached_property
    def _degrees(self) -> Degrees:
        """Holders of each identifier, as given or as counted here; a change does not count them anew."""
        found: dict[Identifier, tuple[int, int]] = {}
        evidence = self._run.evidence
        for identifier, on in zip(evidence.identifiers, evidence.holders, strict=True):
            trusted, every = self._given.get(identifier, (0, 0))
            here = sum(RANK[holding.grade] > 0 for _, holding in on)
            found[identifier] = (max(trusted, here), max(every, len(on)))
        return found

    # -- people --------------------------------------------------------------------------------------------

    def _known(self, *keys: Key) -> bool:
        return all(key in self._index for key in keys)

    def _names(self, side: Key) -> set[PersonName]:
        members = self._obstacles.members(self._index[side])
        return {name for index in members for name in self._run.evidence.profiles[index].names}

    @staticmethod
    def _together(resolution: Resolution, left: Key, right: Key) -> bool:
        return any({left, right} <= person.members for person in resolution.people)


def _changed(profile: ProfileEvidence, change: Remedy) -> ProfileEvidence:
    """The profile's evidence after the change."""
    if profile.key not in change.profiles:
        return profile
    if change.change is Change.WRONG:
        kept = tuple(held for held in profile.holdings if held.identifier != change.identifier)
        return replace(profile, holdings=kept)
    if change.change is Change.NAME:
        return replace(profile, names=profile.names | {PersonName(full=change.name)})
    return profile
