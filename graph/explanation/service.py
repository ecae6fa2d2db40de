"""Why two records are one person or are not, how a person came to be, and what would split it, told to people.

Links and obstacles are those of today's rules on today's evidence; decisions of the past are read as they were
stored. See docs/explanations.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from graph.db.database import Database
from graph.errors import InputError, TooLargeError
from graph.explanation.model import (
    BasisView,
    DecisionView,
    HowView,
    Language,
    WeakestLinksView,
    WhyNotView,
    WhyView,
)
from graph.explanation.render import Renderer
from graph.explanation.repository import (
    Decided,
    StoredDecision,
    biggest_component,
    find_subjects,
    read_decisions,
)
from graph.explanation.weighing import Weighing
from graph.explanation.words import Words
from graph.identity.explain import Explainer
from graph.identity.explain_facts import LinkKind, Step
from graph.identity.place import named_degrees
from graph.identity.rules import Rules
from graph.identity.stored import Key, StoredProfile, judgements_of, scores_of, shared_of, to_evidence
from graph.ingest.components import ComponentReader
from graph.judgement.model import UserNotFoundError
from graph.judgement.repository import Subject
from graph.matching.service import Matching, StoredModel
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring

MOST_WEAK_LINKS: Final = 20
_AT_ONCE: Final = 2
"""Explanations made at the same time: each may resolve thousands of profiles some twenty times."""

_MODEL_TIER: Final = "model-"


@dataclass(frozen=True, slots=True)
class _Case:
    """What an answer is made from: the people asked about with all that hangs together with them."""

    explainer: Explainer
    by_id: Mapping[str, StoredProfile]
    by_key: Mapping[Key, StoredProfile]


class Explanations:
    """Explains who is who; reads only.

    An id is a profile's, or any oneId, which leads to the person it is now. Every method raises
    UserNotFoundError for an id that leads to nobody or to a record that was erased, TooLargeError where more
    records hang together than `Rules.read_limit`, and DatabaseUnavailableError where the database is away.
    """

    def __init__(
        self, database: Database, *, keyring: Keyring, blind: BlindIndex, rules: Rules, matching: Matching
    ) -> None:
        self._read = database.read_one
        self._blind = blind
        self._rules = rules
        self._matching = matching
        self._reader = ComponentReader(keyring, rules)
        self._weighing = Weighing(database, keyring=keyring, blind=blind, matching=matching)
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def resolve_record(self, ref: str) -> str:
        """The profile id of a record written `source/recordId`; any other text, and an unknown one, as it is."""
        source, slash, record_id = ref.partition("/")
        if not slash:
            return ref
        key = self._blind.record_key(source, record_id)
        found = await find_subjects(self._read, (), (key,))
        return found[key].profile_id if key in found else ref

    async def why(
        self, left: str, right: str, *, language: Language = Language.EN, clear: bool = False
    ) -> WhyView:
        """The links between two records or people."""
        one, other = await self._pair(left, right)
        case = await self._case(one, other)
        ours, theirs = self._keys(case, one, other)
        async with self._turn:
            found = await asyncio.to_thread(case.explainer.why, ours, theirs)
        spoken = {ours, theirs, *(key for step in found.path for key in (step.left, step.right))}
        decided = await self._decided(case, spoken, found.path)
        show = await self._renderer(case, decided, found.path, language, clear=clear)
        a, b = show.record(ours), show.record(theirs)
        same = one.one_id == other.one_id
        called = {"left": show.called(a), "right": show.called(b)}
        if ours == theirs:
            told = show.words.say("why.itself")
        elif not same:
            told = show.words.say("why.apart", **called)
        elif not found.path:
            told = show.words.say("why.unlinked", **called)
        else:
            told = show.words.count("why.same", len(found.path), **called)
        basis, notes = self._basis(decided, spoken, case, differs=found.same != same, words=show.words)
        path = tuple(map(show.link, found.path)) if same else ()
        return WhyView(a, b, same, path, basis, show.words.sentences(told, notes))

    async def why_not(
        self, left: str, right: str, *, language: Language = Language.EN, clear: bool = False
    ) -> WhyNotView:
        """What keeps two records or people apart, and what would be needed to join them."""
        one, other = await self._pair(left, right)
        case = await self._case(one, other)
        ours, theirs = self._keys(case, one, other)
        async with self._turn:
            found = await asyncio.to_thread(case.explainer.why_not, ours, theirs)
        spoken = {ours, theirs}
        decided = await self._decided(case, spoken)
        show = await self._renderer(case, decided, (), language, clear=clear)
        a, b = show.record(ours), show.record(theirs)
        same = one.one_id == other.one_id
        words = show.words
        called = {"left": show.called(a), "right": show.called(b)}
        if same:
            told = words.say("why_not.same", **called)
        else:
            told = words.count("why_not.apart", len(found.hindrances), **called)
        after = "" if same else words.say("why_not.needed" if found.needed else "why_not.nothing")
        basis, notes = self._basis(decided, spoken, case, differs=found.same != same, words=words)
        return WhyNotView(
            a,
            b,
            same,
            () if same else tuple(map(show.hindrance, found.hindrances)),
            () if same else tuple(map(show.change, found.needed)),
            basis,
            words.sentences(told, after, notes),
        )

    async def how(self, ref: str, *, language: Language = Language.EN, clear: bool = False) -> HowView:
        """The steps that built a person, what was refused, and the stored decisions about its records."""
        subject = await self._one(ref)
        case = await self._case(subject)
        (key,) = self._keys(case, subject)
        async with self._turn:
            found = await asyncio.to_thread(case.explainer.how, key)
        now = self._members(case, subject)
        steps = [step for merge in found.steps for step in merge.through]
        spoken = now | found.members
        decided = await self._decided(case, spoken, steps)
        show = await self._renderer(case, decided, steps, language, clear=clear)
        words, records = show.words, show.records(now)
        if len(records) == 1:
            told = words.say("how.one")
        elif not found.steps:
            told = words.say("how.unlinked", records=len(records))
        else:
            told = words.count("how.many", len(found.steps), records=len(records))
        basis, notes = self._basis(decided, spoken, case, differs=found.members != now, words=words)
        return HowView(
            subject.one_id,
            records,
            tuple(show.step(number, merge) for number, merge in enumerate(found.steps, 1)),
            tuple(map(show.refusal, found.refusals)),
            await self._history(decided, case, show),
            basis,
            words.sentences(told, notes),
        )

    async def weakest_links(
        self, ref: str, *, language: Language = Language.EN, clear: bool = False
    ) -> WeakestLinksView:
        """The single removals that would split a person; at most `MOST_WEAK_LINKS` are tried."""
        subject = await self._one(ref)
        case = await self._case(subject)
        (key,) = self._keys(case, subject)
        async with self._turn:
            found = await asyncio.to_thread(case.explainer.weakest_links, key, most=MOST_WEAK_LINKS)
        now = self._members(case, subject)
        decided = await self._decided(case, now)
        show = await self._renderer(case, decided, (), language, clear=clear)
        records = show.records(now)
        members = next(p.members for p in case.explainer.resolution.people if key in p.members)
        told = show.words.count("weak.some", len(found)) if found else show.words.say("weak.none")
        basis, notes = self._basis(decided, now, case, differs=members != now, words=show.words)
        links = tuple(map(show.weak_link, found))
        return WeakestLinksView(subject.one_id, records, links, basis, show.words.sentences(told, notes))

    # -- reading ---------------------------------------------------------------------------------------------

    async def _pair(self, left: str, right: str) -> tuple[Subject, Subject]:
        if left == right:
            raise InputError("The same id is given twice.", remedy="Name two different ones.")
        found = await find_subjects(self._read, (left, right))
        for ref in (left, right):
            if ref not in found:
                raise UserNotFoundError(ref)
        one, other = found[left], found[right]
        if one.one_id == other.one_id:  # two oneIds of one person now: meant are the records that bore them
            return replace(one, profile_id=one.born), replace(other, profile_id=other.born)
        return one, other

    async def _one(self, ref: str) -> Subject:
        found = await find_subjects(self._read, (ref,))
        if ref not in found:
            raise UserNotFoundError(ref)
        return found[ref]

    async def _case(self, *subjects: Subject) -> _Case:
        components = sorted({subject.component for subject in subjects})
        most = self._rules.read_limit
        if await biggest_component(self._read, components, most=most + 1) > most:
            raise TooLargeError(
                f"More than {most} records hang together with these: too many to explain.",
                remedy="Mark the identifier that so many share as shared, then ask again.",
            )
        profiles, degrees = await self._reader.read(self._read, components)
        async with self._turn:
            explainer = await asyncio.to_thread(self._explainer, profiles, degrees)
        return _Case(
            explainer,
            {profile.id: profile for profile in profiles},
            {profile.key: profile for profile in profiles},
        )

    def _explainer(
        self, profiles: Sequence[StoredProfile], degrees: Mapping[str, tuple[int, int]]
    ) -> Explainer:
        return Explainer(
            to_evidence(profiles),
            judgements_of(profiles),
            scores_of(profiles),
            rules=self._rules,
            degrees=named_degrees(profiles, degrees),
            shared=shared_of(profiles),
        )

    @staticmethod
    def _keys(case: _Case, *subjects: Subject) -> tuple[Key, ...]:
        for subject in subjects:
            if subject.profile_id not in case.by_id:  # its key was shredded
                raise UserNotFoundError(subject.ref)
        return tuple(case.by_id[subject.profile_id].key for subject in subjects)

    @staticmethod
    def _members(case: _Case, subject: Subject) -> frozenset[Key]:
        """The records of the person as the graph has them."""
        return frozenset(key for key, profile in case.by_key.items() if profile.one_id == subject.one_id)

    async def _decided(self, case: _Case, spoken: Iterable[Key], steps: Sequence[Step] = ()) -> Decided:
        ids = [case.by_key[key].id for key in spoken]
        return await read_decisions(self._read, ids, _scored(case, steps))

    async def _renderer(
        self, case: _Case, decided: Decided, steps: Sequence[Step], language: Language, *, clear: bool
    ) -> Renderer:
        """A renderer that knows models and weights of the scores among some links."""
        scores = {pair: case.by_id[pair[0]].scores[pair[1]] for pair in _scored(case, steps)}
        weights = await self._weighing.weights(scores, decided.models) if scores else {}
        return Renderer(Words(language), clear, case.by_key, decided.models, weights)

    # -- decisions -------------------------------------------------------------------------------------------

    def _basis(
        self, decided: Decided, spoken: Iterable[Key], case: _Case, *, differs: bool, words: Words
    ) -> tuple[BasisView, str]:
        ids = {case.by_key[key].id for key in spoken}
        standing = [one for one in decided.decisions if one.until is None and one.profile_id in ids]
        outdated = any(one.rules != self._rules.version for one in standing)
        notes = words.sentences(
            words.say("basis.outdated") if outdated else "",
            words.say("basis.differs") if differs else "",
        )
        return BasisView(self._rules.version, outdated, differs), notes

    async def _history(self, decided: Decided, case: _Case, show: Renderer) -> tuple[DecisionView, ...]:
        scored = any(one.tier.startswith(_MODEL_TIER) for one in decided.decisions)
        models = await self._matching.models() if scored else []
        return tuple(self._decision(one, models, case, show) for one in decided.decisions)

    def _decision(
        self, one: StoredDecision, models: Sequence[StoredModel], case: _Case, show: Renderer
    ) -> DecisionView:
        words = show.words
        record = show.record(case.by_id[one.profile_id].key)
        scored = one.tier.startswith(_MODEL_TIER)
        model = _model_of(one.until, models) if scored else None
        current = one.rules == self._rules.version
        named = "linked_by" if one.rule == "linked" and one.namespace else one.rule
        because = words.say(
            f"rule.{named}", tier=show.tier(one.tier), namespace=show.namespace(one.namespace)
        )
        told = words.say(
            "decision.now" if one.until is None else "decision.past",
            since=words.date(one.since),
            until="" if one.until is None else words.date(one.until),
            record=show.called(record),
            person=one.one_id,
            because=because,
        )
        return DecisionView(
            record,
            one.one_id,
            one.since,
            one.until,
            one.tier,
            one.rule,
            one.namespace or None,
            one.rules,
            model,
            current,
            words.sentences(
                told,
                words.say("decision.model", model=model) if model else "",
                "" if current else words.say("decision.rules", rules=one.rules),
            ),
        )


def _scored(case: _Case, steps: Iterable[Step]) -> list[tuple[str, str]]:
    """The pairs of profile ids that scores tie among some links, each as the graph stores it: lesser id first."""
    pairs: set[tuple[str, str]] = set()
    for step in steps:
        if step.kind is LinkKind.SCORE:
            left, right = sorted((case.by_key[step.left].id, case.by_key[step.right].id))
            pairs.add((left, right))
    return sorted(pairs)


def _model_of(until: int | None, models: Sequence[StoredModel]) -> str | None:
    """The model whose scores a decision stood by at its end: the newest that was in use, else the newest there was.

    A reason may be replaced while its decision stands, so the end tells more than the beginning.
    """
    there = [one for one in models if until is None or one.recorded_at < until]
    used = [one for one in there if one.linked_at is not None and (until is None or one.linked_at < until)]
    return next((one.version for one in (*used, *there)), None)
