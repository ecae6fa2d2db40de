"""Why two records are one person or are not, how a person came to be, and what would split it, told to people.

Links and obstacles are those of today's rules on today's evidence, or on what was known at a time in the past; who
was one person then, and every decision of the past, is read as it was stored. See docs/explanations.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from graph.db.database import Database
from graph.errors import InputError, TooLargeError
from graph.explanation.deciding import Case, Telling, scores_decided
from graph.explanation.model import HowView, Language, RecordView, WeakestLinksView, WhyNotView, WhyView
from graph.explanation.render import Renderer
from graph.explanation.repository import (
    biggest_component,
    find_past_subjects,
    find_subjects,
    read_decisions,
    read_past,
)
from graph.explanation.weighing import Weighing
from graph.explanation.words import Words
from graph.identity.explain import Explainer
from graph.identity.explain_facts import Step
from graph.identity.rules import Rules
from graph.identity.stored import Key, StoredProfile, evidence_of
from graph.ingest.components import ComponentReader
from graph.judgement.model import UserNotFoundError
from graph.judgement.repository import Subject
from graph.matching.service import Matching
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring

MOST_WEAK_LINKS: Final = 20
_AT_ONCE: Final = 2
"""Explanations made at the same time: each may resolve thousands of profiles some twenty times."""


class Explanations:
    """Explains who is who; reads only.

    An id is a profile's, or any oneId, which leads to the person it is now, or was at `as_of`. Every method raises
    UserNotFoundError for an id that leads to nobody or to a profile that was erased, TooLargeError where more
    records hang together than `Rules.read_limit`, and DatabaseUnavailableError where the database is away.
    """

    def __init__(
        self, database: Database, *, keyring: Keyring, blind: BlindIndex, rules: Rules, matching: Matching
    ) -> None:
        self._read = database.read_one
        self._keyring = keyring
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
        self,
        left: str,
        right: str,
        *,
        language: Language = Language.EN,
        clear: bool = False,
        as_of: int | None = None,
    ) -> WhyView:
        """The links between two records or people, now or at a time (µs)."""
        one, other, case = await self._asked(left, right, as_of)
        ours, theirs = self._keys(case, one, other)
        async with self._turn:
            found = await asyncio.to_thread(case.explainer.why, ours, theirs)
        same = one.one_id == other.one_id
        path = found.path if same else ()
        spoken = {ours, theirs, *(key for step in path for key in (step.left, step.right))}
        telling = await self._telling(case, spoken, path)
        show = await self._renderer(telling, path, language, clear=clear)
        a, b = show.record(ours), show.record(theirs)
        told = _why_told(show, a, b, same=same, itself=ours == theirs, links=len(path), at=as_of)
        basis, notes = telling.basis(spoken, show.words, differs=found.same != same)
        links = tuple(map(show.link, path))
        return WhyView(
            a, b, same, links, basis, show.words.sentences(told, notes), telling.past(spoken, show)
        )

    async def why_not(
        self,
        left: str,
        right: str,
        *,
        language: Language = Language.EN,
        clear: bool = False,
        as_of: int | None = None,
    ) -> WhyNotView:
        """What keeps two records or people apart, and what would be needed to join them.

        Of a time in the past (µs), what kept them apart then, and nothing that would have been needed.
        """
        one, other, case = await self._asked(left, right, as_of)
        ours, theirs = self._keys(case, one, other)
        async with self._turn:
            found = await asyncio.to_thread(case.explainer.why_not, ours, theirs)
        spoken = {ours, theirs}
        telling = await self._telling(case, spoken)
        show = await self._renderer(telling, (), language, clear=clear)
        a, b = show.record(ours), show.record(theirs)
        same = one.one_id == other.one_id
        hindrances = () if same else found.hindrances
        needed = () if same or as_of is not None else found.needed
        told = _why_not_told(show, a, b, same=same, hindrances=len(hindrances), needed=bool(needed), at=as_of)
        basis, notes = telling.basis(spoken, show.words, differs=found.same != same)
        return WhyNotView(
            a,
            b,
            same,
            tuple(map(show.hindrance, hindrances)),
            tuple(map(show.change, needed)),
            basis,
            show.words.sentences(told, notes),
            telling.past(spoken, show),
        )

    async def how(
        self, ref: str, *, language: Language = Language.EN, clear: bool = False, as_of: int | None = None
    ) -> HowView:
        """The steps that built a person, what was refused, and the stored decisions about its records.

        With `as_of` (µs), the person of that time, and the decisions up to it.
        """
        (subject,), components = await self._subjects((ref,), as_of)
        case = await self._case(components, as_of)
        (key,) = self._keys(case, subject)
        async with self._turn:
            found = await asyncio.to_thread(case.explainer.how, key)
        now = case.members(subject)
        differs = found.members != now
        merges = () if differs and as_of is not None else found.steps
        steps = [step for merge in merges for step in merge.through]
        spoken = now if as_of is not None else now | found.members
        telling = await self._telling(case, spoken, steps)
        show = await self._renderer(telling, steps, language, clear=clear)
        records = show.records(now)
        told = _how_told(show.words, records=len(records), steps=len(merges), at=as_of)
        basis, notes = telling.basis(spoken, show.words, differs=differs)
        return HowView(
            subject.one_id,
            records,
            tuple(show.step(number, merge) for number, merge in enumerate(merges, 1)),
            tuple(map(show.refusal, found.refusals)) if as_of is None or not differs else (),
            tuple(map(show.near, found.near)) if as_of is None else (),
            telling.history(show),
            basis,
            show.words.sentences(told, notes),
            telling.past(now, show),
        )

    async def weakest_links(
        self, ref: str, *, language: Language = Language.EN, clear: bool = False
    ) -> WeakestLinksView:
        """The single removals that would split a person; at most `MOST_WEAK_LINKS` are tried."""
        (subject,), components = await self._subjects((ref,), None)
        case = await self._case(components)
        (key,) = self._keys(case, subject)
        async with self._turn:
            found = await asyncio.to_thread(case.explainer.weakest_links, key, most=MOST_WEAK_LINKS)
        now = case.members(subject)
        telling = await self._telling(case, now)
        show = await self._renderer(telling, (), language, clear=clear)
        records = show.records(now)
        members = next(p.members for p in case.explainer.resolution.people if key in p.members)
        told = show.words.count("weak.some", len(found)) if found else show.words.say("weak.none")
        basis, notes = telling.basis(now, show.words, differs=members != now)
        links = tuple(map(show.weak_link, found))
        return WeakestLinksView(subject.one_id, records, links, basis, show.words.sentences(told, notes))

    # -- reading ---------------------------------------------------------------------------------------------

    async def _asked(self, left: str, right: str, as_of: int | None) -> tuple[Subject, Subject, Case]:
        if left == right:
            raise InputError("The same id is given twice.", remedy="Name two different ones.")
        (one, other), components = await self._subjects((left, right), as_of)
        if one.one_id == other.one_id:  # two oneIds of one person: meant are the records that bore them
            one, other = replace(one, profile_id=one.born), replace(other, profile_id=other.born)
        return one, other, await self._case(components, as_of)

    async def _subjects(
        self, refs: tuple[str, ...], as_of: int | None
    ) -> tuple[tuple[Subject, ...], frozenset[str]]:
        """Who is, or was, meant by these ids, and the components to read."""
        if as_of is None:
            now = await find_subjects(self._read, refs)
            found = {ref: (subject, frozenset({subject.component})) for ref, subject in now.items()}
        else:
            found = await find_past_subjects(self._read, refs, as_of)
        for ref in refs:
            if ref not in found:
                raise UserNotFoundError(ref)
        components = frozenset[str]().union(*(found[ref][1] for ref in refs))
        return tuple(found[ref][0] for ref in refs), components

    async def _case(self, components: frozenset[str], as_of: int | None = None) -> Case:
        most = self._rules.read_limit
        if await biggest_component(self._read, sorted(components), most=most + 1) > most:
            raise TooLargeError(
                f"More than {most} records hang together with these: too many to explain.",
                remedy="Mark the identifier that so many share as shared, then ask again.",
            )
        if as_of is None:
            profiles, degrees = await self._reader.read(self._read, sorted(components))
            later, erased = frozenset[tuple[str, str]](), False
        else:
            past = await read_past(self._read, components, as_of, keyring=self._keyring, rules=self._rules)
            profiles, degrees, later, erased = past.profiles, past.degrees, past.later, past.erased
        async with self._turn:
            explainer = await asyncio.to_thread(self._explainer, profiles, degrees)
        return Case(
            explainer,
            {profile.id: profile for profile in profiles},
            {profile.key: profile for profile in profiles},
            as_of,
            later,
            erased,
        )

    def _explainer(
        self, profiles: Sequence[StoredProfile], degrees: Mapping[str, tuple[int, int]]
    ) -> Explainer:
        evidence = evidence_of(profiles, degrees)
        return Explainer(
            evidence.profiles,
            evidence.judgements,
            evidence.scores,
            rules=self._rules,
            degrees=evidence.degrees,
            shared=evidence.shared,
            outgrown=evidence.outgrown,
        )

    @staticmethod
    def _keys(case: Case, *subjects: Subject) -> tuple[Key, ...]:
        for subject in subjects:
            if subject.profile_id not in case.by_id:  # its key was shredded
                raise UserNotFoundError(subject.ref)
        return tuple(case.by_id[subject.profile_id].key for subject in subjects)

    async def _telling(self, case: Case, spoken: Iterable[Key], steps: Iterable[Step] = ()) -> Telling:
        ids = [case.by_key[key].id for key in spoken]
        decided = await read_decisions(self._read, ids, case.scored(steps))
        models = await self._matching.models() if scores_decided(decided) else []
        return Telling(decided, case, self._rules.version, models)

    async def _renderer(
        self, telling: Telling, steps: Sequence[Step], language: Language, *, clear: bool
    ) -> Renderer:
        """A renderer that knows models and weights of the scores among some links."""
        case, models = telling.case, telling.decided.models
        scores = {pair: case.by_id[pair[0]].scores[pair[1]] for pair in case.scored(steps)}
        weights = await self._weighing.weights(scores, models) if scores else {}
        return Renderer(Words(language), clear, case.by_key, models, weights)


def _why_told(
    show: Renderer, a: RecordView, b: RecordView, *, same: bool, itself: bool, links: int, at: int | None
) -> str:
    words, called = show.words, {"left": show.called(a), "right": show.called(b)}
    if itself:
        return words.say("why.itself")
    if at is not None:
        told = words.say("past.same" if same else "past.apart", date=words.date(at), **called)
        joined = words.count("past.links", links) if links else words.say("past.unlinked")
        return words.sentences(told, joined if same else "")
    if not same:
        return words.say("why.apart", **called)
    return words.count("why.same", links, **called) if links else words.say("why.unlinked", **called)


def _why_not_told(
    show: Renderer, a: RecordView, b: RecordView, *, same: bool, hindrances: int, needed: bool, at: int | None
) -> str:
    words, called = show.words, {"left": show.called(a), "right": show.called(b)}
    if at is not None:
        told = words.say("past.same" if same else "past.apart", date=words.date(at), **called)
        kept = words.count("past.hindrances", hindrances) if hindrances else words.say("past.unhindered")
        return words.sentences(told, "" if same else kept)
    if same:
        return words.say("why_not.same", **called)
    after = words.say("why_not.needed" if needed else "why_not.nothing")
    return words.sentences(words.count("why_not.apart", hindrances, **called), after)


def _how_told(words: Words, *, records: int, steps: int, at: int | None) -> str:
    if at is not None:
        told = words.count("past.how", records, date=words.date(at))
        built = words.count("past.steps", steps) if steps else words.say("past.unlinked")
        return words.sentences(told, built if records > 1 else "")
    if records == 1:
        return words.say("how.one")
    return (
        words.count("how.many", steps, records=records)
        if steps
        else words.say("how.unlinked", records=records)
    )
