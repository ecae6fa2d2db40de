"""A story told to the real graph and to a plain record of it; after each step the two must agree."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from graph.db.database import Database
from graph.db.invariants import broken_invariants
from graph.erasure.model import ByPerson, ByRecord
from graph.erasure.service import ErasureService
from graph.errors import NotFoundError
from graph.feed.reader import FeedReader
from graph.identity.changes import ChangeKind
from graph.identity.stored import StoredProfile
from graph.ingest.message import Message
from graph.ingest.writer import Writer, Written
from graph.judgement.model import (
    Change,
    Different,
    MarkShared,
    MarkWrong,
    MergeConflictError,
    Move,
    Outcome,
    Retract,
    Same,
    Split,
)
from graph.judgement.service import JudgementService
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.corrections import CorrectionService
from graph.profile.remembered import Remembered
from graph.profile.repository import ProfileRepository
from graph.profile.rows import PageRequest, Want
from graph.profile.service import RelationshipView
from tests.conftest import empty
from tests.graph.identity.oracle import TIERS
from tests.graph.ingest.state import counts, facts, stored_profiles
from tests.graph.machine.said import Deed, Key, Person, Said
from tests.graph.machine.words import CITIES, NAMES, PHONES, SIZES, Event, Size, batches, shown

T = TypeVar("T")
numbers = st.integers(0, 7)
TIER_ORDER = ["steward", *(tier[0] for tier in TIERS), "shared"]


@dataclass
class World:
    """What all stories share: one database, the loop it is spoken to on, and where keyrings come from."""

    database: Database
    loop: asyncio.AbstractEventLoop
    open_keyring: Callable[[], Keyring]
    reached: Counter[str] = field(default_factory=Counter[str])

    def run(self, work: Awaitable[T]) -> T:
        async def waited() -> T:
            return await work

        return self.loop.run_until_complete(waited())


@dataclass
class Corrected:
    """A value set by hand on a record; the latest that stands is shown."""

    id: str
    key: Key
    field: str
    value: str


@dataclass(frozen=True)
class Place:
    """Whose a record is, and by which ids."""

    one_id: str
    person: Person


class GraphMachine(RuleBasedStateMachine):
    """Ingest, judgements, corrections, erasures and crowds, one at a time or many at once."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.database = world.database
        self.open = ExitStack()
        self.messages: list[tuple[Event, Message]] = []
        self.born: dict[str, Key] = {}
        self.led: dict[str, str | None] = {}
        self.answered: set[str] = set()
        self.places: dict[Key, Place] = {}
        self.corrections: list[Corrected] = []
        self.fold: dict[str, str] = {}
        self.cursor: str | None = None
        self.sound = False

    @initialize(size=st.sampled_from(SIZES))
    def begin(self, size: Size) -> None:
        """Every story begins with an empty graph, a new keyring and some rules."""
        self.rules_ = size.rules()
        self.said = Said(self.rules_)
        self.run(empty(self.database))
        self.keyring = self.open.enter_context(self.world.open_keyring())
        options: dict[str, Any] = {"keyring": self.keyring, "blind": BlindIndex(self.keyring.index_root)}
        self.writers = [Writer(self.database, rules=self.rules_, **options) for _ in range(8)]
        self.steward = JudgementService(self.database, rules=self.rules_, **options)
        self.eraser = ErasureService(self.database, rules=self.rules_, **options)
        self.corrector = CorrectionService(self.database, keyring=self.keyring)
        self.view = RelationshipView(ProfileRepository(self.database), **options)
        memory = Remembered(self.database)
        self.remembering = RelationshipView(ProfileRepository(self.database), remembered=memory, **options)
        self.reader = FeedReader(self.database)
        self.reach(size.name)

    def run(self, work: Awaitable[T]) -> T:
        return self.world.run(work)

    def reach(self, what: str) -> None:
        self.world.reached[what] += 1

    def teardown(self) -> None:
        try:
            if self.sound:
                self.check_feed_from_the_beginning()
        finally:
            self.open.close()

    # -- what may happen: ingest --------------------------------------------------------------------

    def accepted(self, said: Sequence[Event]) -> list[Message]:
        """New messages, each with an id of its own."""
        made: list[Message] = []
        for event in said:
            made.append(event.message(f"m{len(self.messages)}"))
            self.messages.append((event, made[-1]))
        return made

    def write(self, messages: Sequence[Message]) -> None:
        before = self.before({(m.source, m.record_id) for m in messages})
        expected = self.said.hear(messages)
        written = self.run(self.writers[0].write(messages))
        found = Counter(
            stored=written.stored,
            duplicates=written.duplicates,
            conflicts=written.conflicts,
            suppressed=written.suppressed,
        )
        assert +found == +expected, (found, expected)
        self.check(before)

    @rule(said=batches)
    def sources_say(self, said: list[Event]) -> None:
        self.write(self.accepted(said))

    @precondition(lambda self: self.messages)
    @rule(which=st.lists(st.integers(0, 30), min_size=1, max_size=6), new=batches)
    def repeat(self, which: list[int], new: list[Event]) -> None:
        """Old messages come again, among new ones, out of order."""
        again = [self.messages[n % len(self.messages)][1] for n in which]
        made = self.accepted(new)
        self.write([*again[::2], *made, *again[1::2]])

    @precondition(lambda self: self.messages)
    @rule(which=numbers, new=batches)
    def contradict(self, which: int, new: list[Event]) -> None:
        """A message id comes again with other words."""
        _, old = self.messages[which % len(self.messages)]
        other = [event for event in new if event.source == old.source]
        self.write([event.message(old.message_id) for event in other[:1]] or [old])

    @rule(
        phone=st.sampled_from(PHONES), count=st.integers(2, 7), first=st.integers(0, 3), split=st.booleans()
    )
    def crowd(self, phone: str, count: int, first: int, split: bool) -> None:
        """Many users of a shop type in one phone."""
        said = [
            Event("shop", f"crowd-{first + n}", None, "identify", 999, (("phone", phone),))
            for n in range(count)
        ]
        for part in [[event] for event in said] if split else [said]:
            self.write(self.accepted(part))

    @rule(
        shares=st.lists(batches, min_size=2, max_size=8),
        again=st.integers(0, 30),
        erase=st.none() | numbers,
    )
    def all_at_once(self, shares: list[list[Event]], again: int, erase: int | None) -> None:
        """Two to eight writers at once, some with the same messages, perhaps while a record is erased."""
        works = [self.accepted(share) for share in shares]
        if self.messages:
            works[-1].append(self.messages[again % len(self.messages)][1])
        works[-1] += works[0][:1]
        touched = {(m.source, m.record_id) for work in works for m in work}
        gone = self.pick(erase) if erase is not None and self.said.records else None
        before = self.before(touched | ({gone} if gone else set()))

        async def told() -> None:
            async with asyncio.TaskGroup() as tasks:
                done = [
                    tasks.create_task(writer.write(work))
                    for writer, work in zip(self.writers, works, strict=False)
                ]
                erased = tasks.create_task(self.eraser.erase(ByRecord(*gone), by="k")) if gone else None
            results.extend(task.result() for task in done)
            if erased:
                tombstones.extend(erased.result().tombstones)

        results: list[Written] = []
        tombstones: list[Any] = []
        self.run(told())
        if gone:
            self.forget([gone], {t.birth_id: t.successor for t in tombstones})
        old = set(self.said.records)
        for work in works:
            self.said.hear(work)
        self.settle_order(old)
        assert not any(written.conflicts for written in results)
        self.reach("at once")
        self.check(before)

    def settle_order(self, old: set[Key]) -> None:
        """Who of several at once was committed first, only the graph knows."""
        stored = {profile.key: profile.seq for profile in self.profiles()}
        news = sorted(
            (key for key in self.said.records if key not in old), key=lambda key: stored.get(key, 0)
        )
        base = max((self.said.records[key].order for key in old), default=0)
        for place, key in enumerate(news, 1):
            self.said.records[key].order = base + place

    # -- judgements ---------------------------------------------------------------------------------

    def pick(self, number: int) -> Key:
        keys = sorted(self.said.records)
        return keys[number % len(keys)]

    @property
    def some(self) -> bool:
        return len(self.said.records) > 1 if hasattr(self, "said") else False

    @precondition(lambda self: self.some)
    @rule(one=numbers, other=numbers, back=st.booleans())
    def say_same(self, one: int, other: int, back: bool) -> None:
        a, b = self.pick(one), self.pick(other)
        if a == b:
            return
        people = self.said.people()
        ours, theirs = people[a], people[b]
        deed = Deed(f"{a} is {b}", same=[frozenset((a, b))], content=("same", frozenset((a, b))))
        self.judge(
            Same(self.said.ids[a], self.said.ids[b]),
            deed,
            together=[ours | theirs],
            joins=None if ours == theirs else (ours, theirs),
            back=back,
        )

    @precondition(lambda self: self.some)
    @rule(one=numbers, other=numbers, back=st.booleans())
    def say_different(self, one: int, other: int, back: bool) -> None:
        a, b = self.pick(one), self.pick(other)
        if a != b:
            pair = frozenset((a, b))
            deed = Deed(f"{a} is not {b}", different=[pair], content=("different", pair))
            self.judge(Different(self.said.ids[a], self.said.ids[b]), deed, back=back)

    @precondition(lambda self: self.some)
    @rule(one=numbers, part=st.sets(numbers, min_size=1, max_size=3), back=st.booleans())
    def split(self, one: int, part: set[int], back: bool) -> None:
        person = sorted(max(self.said.answer().partition, key=lambda p: (len(p), min(p))))
        off = frozenset(person[n % len(person)] for n in part)
        rest = frozenset(person) - off
        if not rest:
            return
        change = Split(self.places[person[0]].one_id, tuple(self.said.ids[key] for key in sorted(off)))
        deed = Deed(
            f"{sorted(off)} are not {sorted(rest)}", different=[frozenset((a, b)) for a in off for b in rest]
        )
        self.judge(change, deed, together=[off, rest], back=back)

    @precondition(lambda self: self.some)
    @rule(one=numbers, other=numbers, back=st.booleans())
    def move(self, one: int, other: int, back: bool) -> None:
        a, b = self.pick(one), self.pick(other)
        people = self.said.people()
        if people[a] == people[b]:
            return
        left, joined = people[a] - {a}, people[b]
        deed = Deed(
            f"{a} moves to {b}",
            same=[frozenset((a, b))],
            different=[frozenset((a, c)) for c in left],
            content=("move", (a, b)),
        )
        self.judge(
            Move(self.said.ids[a], self.said.ids[b]),
            deed,
            together=[left, joined | {a}],
            joins=(frozenset((a,)), joined),
            back=back,
        )

    @precondition(lambda self: self.some)
    @rule(one=numbers, which=numbers, whole=st.booleans(), back=st.booleans())
    def mark_wrong(self, one: int, which: int, whole: bool, back: bool) -> None:
        key = self.pick(one)
        held = sorted(i for i in self.said.records[key].identifiers if (key, i) not in self.said.disowned)
        if not held:
            return
        identifier = held[which % len(held)]
        own = self.said.people()[key] if whole else frozenset((key,))
        wrong = {(k, identifier) for k in own if identifier in self.said.records[k].identifiers}
        wrong -= self.said.disowned
        of = self.places[key].one_id if whole else self.said.ids[key]
        deed = Deed(f"{shown(identifier)} is wrong of {sorted(k for k, _ in wrong)}", wrong=wrong)
        self.judge(MarkWrong(of, identifier.namespace, shown(identifier)), deed, back=back)

    @precondition(lambda self: self.some)
    @rule(one=numbers, which=numbers, back=st.booleans())
    def mark_shared(self, one: int, which: int, back: bool) -> None:
        key = self.pick(one)
        held = sorted(i for i in self.said.records[key].identifiers if (key, i) not in self.said.disowned)
        if held:
            identifier = held[which % len(held)]
            deed = Deed(f"{shown(identifier)} is shared", shared={identifier}, content=("shared", identifier))
            self.judge(MarkShared(identifier.namespace, shown(identifier)), deed, back=back)

    def judge(
        self,
        change: Change,
        deed: Deed,
        *,
        back: bool,
        together: Sequence[Person] = (),
        joins: tuple[Person, Person] | None = None,
    ) -> None:
        """Judge, and where `back`, take it back at once: then everything is as it was."""
        note(f"steward: {deed.words}{', and takes it back' if back else ''}")
        before = self.before(deed.about(self.said))
        was = self.everything() if back else None
        standing = deed.content is not None and any(d.content == deed.content for d in self.said.deeds)
        accepted = not standing and self.said.judge(deed, together=together, joins=joins)
        try:
            outcome = self.run(self.steward.judge(change, by="k"))
        except MergeConflictError:
            allowed = accepted or standing
            assert not allowed, f"refused: {deed.words}"
            self.reach("refused")
            self.check(before)
            return
        assert outcome.repeated == standing, f"repeated {outcome.repeated}: {deed.words}"
        if standing:
            self.check(before)
            return
        assert accepted, f"not refused: {deed.words}"
        self.reach(type(change).__name__)
        deed.id = outcome.judgement.id
        self.check(before)
        if back:
            self.take_back(deed)
            assert self.everything() == was, f"not as before: {deed.words}"

    @precondition(lambda self: hasattr(self, "said") and self.said.deeds)
    @rule(which=numbers)
    def retract(self, which: int) -> None:
        deed = self.said.deeds[which % len(self.said.deeds)]
        note(f"steward takes back: {deed.words}")
        self.take_back(deed)

    def take_back(self, deed: Deed) -> None:
        before = self.before(deed.about(self.said))
        self.said.deeds.remove(deed)
        try:
            outcome: Outcome | None = self.run(self.steward.judge(Retract(deed.id), by="k"))
        except NotFoundError:
            assert not any((deed.same, deed.different, deed.wrong, deed.shared)), deed.words
            outcome = None
        assert outcome is None or not outcome.repeated
        self.reach("Retract")
        self.check(before)

    # -- corrections and erasures -------------------------------------------------------------------

    @precondition(lambda self: hasattr(self, "said") and self.said.records)
    @rule(one=numbers, value=st.sampled_from([("name", n) for n in NAMES] + [("city", c) for c in CITIES]))
    def correct(self, one: int, value: tuple[str, str]) -> None:
        place = self.places[self.pick(one)]
        before = self.before(set())
        made = self.run(self.corrector.correct(place.one_id, *value, why="asked", by="k"))
        self.corrections.append(Corrected(made.correction.id, self.said.founder(place.person), *value))
        self.reach("corrected")
        self.check(before)

    @precondition(lambda self: self.corrections)
    @rule(which=numbers)
    def take_correction_back(self, which: int) -> None:
        before = self.before(set())
        gone = self.corrections.pop(which % len(self.corrections))
        self.run(self.corrector.retract(gone.id, by="k"))
        self.check(before)

    @precondition(lambda self: hasattr(self, "said") and self.said.records)
    @rule(one=numbers, whole=st.booleans())
    def erase(self, one: int, whole: bool) -> None:
        key = self.pick(one)
        place = self.places[key]
        gone = sorted(place.person) if whole else [key]
        note(f"erased: {gone}")
        before = self.before(set(gone))
        left = place.person - set(gone)
        heir = next((b for b, k in self.born.items() if left and k == self.said.founder(left)), None)
        births = [b for b, k in self.born.items() if k in gone]
        target = ByPerson(place.one_id) if whole else ByRecord(*key)
        erased = self.run(self.eraser.erase(target, by="k"))
        assert {(t.birth_id, t.successor) for t in erased.tombstones} == {(b, heir) for b in births}
        assert erased.removed.messages == sum(len(self.said.records[k].messages) for k in gone)
        assert erased.removed.touchpoints == sum(self.said.records[k].contacts for k in gone)
        self.forget(gone, dict.fromkeys(births, heir))
        self.reach("erased")
        self.check(before)

    def forget(self, gone: Sequence[Key], heirs: dict[str, str | None]) -> None:
        for key in gone:
            self.fold.pop(self.said.ids.pop(key))
            self.places.pop(key)
        self.said.erase(gone)
        self.born = {birth: key for birth, key in self.born.items() if birth not in heirs}
        self.led |= heirs
        self.corrections = [c for c in self.corrections if c.key not in gone]

    @precondition(lambda self: hasattr(self, "said") and self.said.erased)
    @rule(which=numbers)
    def lift(self, which: int) -> None:
        """An erased record may come back, as somebody new."""
        key = sorted(self.said.erased)[which % len(self.said.erased)]
        before = self.before(set())
        assert self.run(self.eraser.lift(*key))
        self.said.erased.remove(key)
        self.check(before)

    # -- what must hold -----------------------------------------------------------------------------

    def profiles(self) -> list[StoredProfile]:
        return self.run(stored_profiles(self.database, self.keyring))

    def everything(self) -> Any:
        profiles = self.profiles()
        stands = {p.key: (p.id, p.one_id, p.component, p.reason, p.candidates, p.shared) for p in profiles}
        return stands, facts(profiles), self.run(counts(self.database))

    def before(self, touched: set[Key]) -> Before:
        """How people stand before something happens to these records."""
        self.sound = False
        return Before(touched, self.said.readers(touched), self.said.components())

    def check(self, before: Before) -> None:
        """The graph is what the plain record says, and nobody moved whose read set was left alone."""
        profiles = {profile.key: profile for profile in self.profiles()}
        assert profiles.keys() == self.said.records.keys()
        self.said.ids = {key: profile.id for key, profile in profiles.items()}
        for key, profile in profiles.items():
            assert self.born.setdefault(profile.birth_id, key) == key
        self.check_evidence(profiles)
        self.check_people(profiles)
        self.check_who_moved(profiles, before)
        self.check_ids()
        self.check_remembered()
        self.check_golden()
        self.check_feed(profiles)
        assert not (broken := self.run(broken_invariants(self.database))), broken
        self.sound = True

    def check_evidence(self, profiles: dict[Key, StoredProfile]) -> None:
        disowned = self.said.disowned
        expected = {place: held for place, held in self.said.uses().items() if place not in disowned}
        found = {
            (key, identifier): (use.grade, use.first, use.last, use.trusted_first, use.trusted_last)
            for key, profile in profiles.items()
            for name, identifier in profile.identifiers.items()
            for use in (profile.uses[name],)
        }
        assert found == {
            place: (h.grade, h.first, h.last, h.trusted_first, h.trusted_last)
            for place, h in expected.items()
        }
        records = self.said.records.values()
        total = self.run(counts(self.database))
        assert total["messages"] == total["brought"] == sum(len(r.messages) for r in records)
        assert total["touchpoints"] == sum(r.contacts for r in records)
        assert total["uses"] == sum(len(r.sightings) for r in records)

    def check_people(self, profiles: dict[Key, StoredProfile]) -> None:
        answer = self.said.answer()
        for what in answer.reached:
            self.reach(what)
        people: dict[str, set[Key]] = {}
        for key, profile in profiles.items():
            people.setdefault(profile.one_id or "", set()).add(key)
        found = {frozenset(members) for members in people.values()}
        only = [sorted(map(sorted, some)) for some in (found - answer.partition, answer.partition - found)]
        assert found == answer.partition, f"the graph says {only[0]}, from scratch it is {only[1]}"
        person = {key: members for members in found for key in members}
        for one_id, members in people.items():
            assert one_id == profiles[self.said.founder(frozenset(members))].birth_id
        doubts: dict[Person, tuple[set[str], set[str]]] = {}
        for member, candidate, tier in answer.ambiguous:
            ids, tiers = doubts.setdefault(person[member], (set(), set()))
            ids.add(profiles[candidate].one_id or "")
            tiers.add(tier)
        uncertain = {member for member, _, _ in answer.ambiguous}
        for key, profile in profiles.items():
            ids, tiers = doubts[person[key]] if key in uncertain else (set[str](), set[str]())
            assert profile.candidates == {(i, min(tiers, key=TIER_ORDER.index)) for i in ids}, key
        components: dict[str, set[Key]] = {}
        for key, profile in profiles.items():
            components.setdefault(profile.component or "", set()).add(key)
        assert {frozenset(c) for c in components.values()} == set(self.said.components().values())

    def check_who_moved(self, profiles: dict[Key, StoredProfile], before: Before) -> None:
        touched = before.readers | self.said.readers(before.touched)
        now = self.said.components()
        people = self.said.people()
        places = {key: Place(profile.one_id or "", people[key]) for key, profile in profiles.items()}
        for key, place in places.items():
            if key in self.places and self.places[key] != place:
                assert touched & (before.components.get(key, frozenset()) | now[key]), f"{key} moved"
        self.places = places
        self.answered |= {place.one_id for place in places.values()}

    def check_ids(self) -> None:
        """Every oneId that was ever answered leads to its founder's person, or where an erased one's went."""
        expected: dict[str, str] = {}
        for one_id in self.answered:
            to: str | None = one_id
            while to in self.led:
                to = self.led[to]
            if to is not None:
                expected[one_id] = self.places[self.born[to]].one_id
        views = self.run(self.view.people(sorted(self.answered), Want()))
        assert {asked: view.one_id for asked, view in views.items()} == expected

    def check_remembered(self) -> None:
        """Who was remembered through all of it is shown as they are read anew."""
        want = Want(identifiers=True, vehicles=True, pages=(PageRequest(first=3),))
        ids = sorted(self.answered)
        assert self.run(self.remembering.people(ids, want)) == self.run(self.view.people(ids, want))
        page: dict[str, Any] = {"first": 500, "after": "", "want": want}
        assert self.run(self.remembering.users(**page)) == self.run(self.view.users(**page))

    def check_golden(self) -> None:
        views, more = self.run(self.view.users(first=500, after="", want=Want(golden=True, clear=True)))
        assert not more
        shown = {
            (view.one_id, golden.field): golden.shown.value
            for view in views
            for golden in view.golden
            if golden.field in ("name", "city")
        }
        expected: dict[tuple[str, str], str] = {}
        for place in set(self.places.values()):
            for name in ("name", "city"):
                by_hand = [c.value for c in self.corrections if c.key in place.person and c.field == name]
                stated = [r.newest(name) for r in self.said.records.values() if r.key in place.person]
                best = max(
                    (s for s in stated if s is not None),
                    key=lambda s: (name != "name" or s[3]["full"] is not None, s[:3]),
                    default=None,
                )
                if by_hand:
                    expected[place.one_id, name] = by_hand[-1]
                elif best is not None:
                    expected[place.one_id, name] = best[3]["display"] if name == "name" else best[3]
        assert shown.keys() == expected.keys()
        assert all(shown[field].startswith(value[:2]) for field, value in expected.items()), (shown, expected)

    def check_feed(self, profiles: dict[Key, StoredProfile]) -> None:
        """The feed's changes lead from how it was to how it is."""
        while True:
            page = self.run(self.reader.changes(after=self.cursor, first=3))
            for fed in page.changes:
                change = fed.change
                split = change.kind is ChangeKind.SPLIT
                old, new = (change.one_id, change.other) if split else (change.other, change.one_id)
                for profile in change.profiles:
                    assert self.fold.get(profile, old) == old, fed
                    self.fold[profile] = new
            self.cursor = page.cursor
            if not page.has_next:
                break
        now = {profile.id: profile.one_id or "" for profile in profiles.values()}
        self.fold = {id_: self.fold.get(id_, one_id) for id_, one_id in now.items()}
        assert self.fold == now

    def check_feed_from_the_beginning(self) -> None:
        page = self.run(self.reader.changes(first=1_000))
        last: dict[str, str] = {}
        for fed in page.changes:
            change = fed.change
            new = change.other if change.kind is ChangeKind.SPLIT else change.one_id
            last.update(dict.fromkeys(change.profiles, new))
        assert not page.has_next
        assert {id_: one_id for id_, one_id in last.items() if id_ in self.fold}.items() <= self.fold.items()


@dataclass(frozen=True)
class Before:
    """The records something happens to, who reads what they hold, and who was connected."""

    touched: set[Key]
    readers: set[Key]
    components: dict[Key, frozenset[Key]]
