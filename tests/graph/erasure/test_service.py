"""Erasing people, through a real graph."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import orjson
import pytest

from graph.db.database import Database
from graph.db.invariants import broken_invariants
from graph.erasure.model import ByPerson, ByProfile, ByRecord, Erasure, ProfileNotFoundError
from graph.erasure.service import ErasureService
from graph.errors import DatabaseUnavailableError, InputError
from graph.identity.changes import ChangeKind
from graph.identity.rules import Rules
from graph.ingest.deadletters import Replay
from graph.ingest.draft import draft
from graph.ingest.message import Message, Rejected
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import default_source
from graph.ingest.writer import Writer
from graph.judgement.model import MarkShared, Same
from graph.judgement.service import JudgementService
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.repository import ProfileRepository
from graph.profile.rows import Want
from graph.profile.service import FormerUserView, RelationshipView
from tests.conftest import empty
from tests.graph.ingest import worlds
from tests.graph.ingest.state import counts, facts, partition
from tests.graph.judgement.people import NOW, PHONE, People, said, seen

BY = "key-1"
VIN = "LSVAM4187C2184841"


async def everything(database: Database) -> str:
    """All properties of all nodes and relationships, as text."""
    rows = await database.run_schema(
        "CYPHER 5 MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN properties(n) AS node, properties(r) AS edge"
    )
    return repr(rows)


@pytest.fixture
def view(database: Database, keyring: Keyring, blind: BlindIndex) -> RelationshipView:
    return RelationshipView(ProfileRepository(database), keyring=keyring, blind=blind)


async def test_nothing_of_it_is_left(
    people: People, service: ErasureService, database: Database, keyring: Keyring, blind: BlindIndex
) -> None:
    await people.bring(said("other", email="other@example.com"))
    before = await counts(database)
    await people.bring(
        said("a", phone=PHONE, email="canary@example.com", name="王建国", governmentId="110101198001010010"),
        seen("a"),
    )
    stored = (await people.stored())["a"]
    (sealed,) = await database.run_schema(
        "CYPHER 5 MATCH (p:Profile {source: 'of-a'}) RETURN p.recordKey AS key"
    )
    done = await service.erase(ByProfile(stored.id), by=BY, why="她要求 13912340001")

    assert (done.repeated, done.changes) == (False, ())
    removed = done.removed
    assert (removed.profiles, removed.messages, removed.touchpoints) == (1, 2, 1)
    assert (removed.evidence, removed.identifiers) == (len(stored.uses), len(stored.uses))
    (tombstone,) = done.tombstones
    assert (tombstone.profile_id, tombstone.birth_id, tombstone.successor) == (
        stored.id,
        stored.birth_id,
        None,
    )
    assert await counts(database) == before
    left = await everything(database)
    for gone in (*stored.uses, sealed["key"], PHONE, "canary", "王建国"):
        assert gone not in left
    assert keyring.keys_for([stored.id]) == {}
    assert keyring.pending_erasures() == []
    assert await people.who() == [["other"]]


async def test_what_is_sent_again_changes_nothing_by_any_door(
    people: People, service: ErasureService, database: Database, keyring: Keyring
) -> None:
    messages = [said("a", phone=PHONE), seen("a"), said("b", phone=PHONE)]
    await people.bring(*messages)
    await service.erase(ByRecord("of-a", "a"), by=BY)
    before = await counts(database)
    entries = await database.run_schema("CYPHER 5 MATCH (e:FeedEntry) RETURN count(e) AS n")

    again = await people.writer.write(messages)
    assert (again.stored, again.duplicates, again.suppressed, again.conflicts) == (0, 1, 2, 0)
    new = await people.writer.write([seen("a"), said("a", email="a@example.com")])
    assert (new.stored, new.suppressed) == (0, 2)
    assert await counts(database) == before
    assert entries == await database.run_schema("CYPHER 5 MATCH (e:FeedEntry) RETURN count(e) AS n")
    mixed = await people.writer.write([seen("a"), seen("b")])
    assert (mixed.stored, mixed.suppressed) == (1, 1)
    assert await people.who() == [["b"]]


async def test_dead_letters_of_the_record_go_and_a_later_one_is_dropped_at_replay(
    people: People, service: ErasureService, database: Database, keyring: Keyring
) -> None:
    await people.bring(said("a", phone=PHONE))

    def letter(record: str, number: int) -> Rejected:
        body = {"type": "identify", "userId": record, "messageId": f"l-{number}", "traits": {"phone": PHONE}}
        return Rejected(source="of-a", code="bad", field="x", message="wrong", payload=orjson.dumps(body))

    await people.writer.write([], rejected=[letter("a", 1), letter("other", 2)])
    done = await service.erase(ByRecord("of-a", "a"), by=BY)
    assert done.removed.dead_letters == 1
    await people.writer.write([], rejected=[letter("a", 3)])

    async def declare(name: str) -> Any:
        return default_source(name)

    replayed = await Replay(database, people.writer, keyring=keyring, declare=declare).run()
    assert (replayed.stored, replayed.suppressed, replayed.remaining.total()) == (1, 1, 0)
    assert await people.who() == [["other"]]


class TestOthers:
    async def test_who_shares_a_phone_keeps_it(
        self, people: People, service: ErasureService, view: RelationshipView
    ) -> None:
        await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
        old, b = await people.one_id("a"), (await people.stored())["b"]
        assert await people.one_id("b") == old
        done = await service.erase(ByProfile(await people.id("a")), by=BY)

        assert [(c.kind, c.one_id, c.other) for c in done.changes] == [
            (ChangeKind.REFOUNDED, b.birth_id, old)
        ]
        assert done.removed.identifiers == 1  # its user id; the phone stays
        found = await view.user_by_identifier("phone", PHONE, Want())
        assert found is not None
        assert found.one_id == b.birth_id
        assert done.tombstones[0].successor == b.birth_id
        assert await people.who() == [["b"]]

    async def test_whom_it_held_together_come_apart(self, people: People, service: ErasureService) -> None:
        await people.bring(
            said("b", phone=PHONE),
            said("a", phone=PHONE, email="a@example.com"),
            said("c", email="a@example.com"),
        )
        assert await people.who() == [["a", "b", "c"]]
        done = await service.erase(ByProfile(await people.id("a")), by=BY)
        assert await people.who() == [["b"], ["c"]]
        assert [change.kind for change in done.changes] == [ChangeKind.SPLIT]

    async def test_a_hot_identifier_links_again(self, people: People, service: ErasureService) -> None:
        limit = people.rules.namespace("email").hot
        await people.writer.write([said(f"h{n:03d}", email="all@example.com") for n in range(limit + 1)])
        assert len(await people.who()) == limit + 1
        await service.erase(ByRecord("of-h000", "h000"), by=BY)
        assert len(await people.who()) < limit

    async def test_judgements_about_others_stand(
        self, people: People, service: ErasureService, database: Database, keyring: Keyring, blind: BlindIndex
    ) -> None:
        steward = JudgementService(database, keyring=keyring, blind=blind, rules=people.rules)
        await people.bring(said("a", phone=PHONE), said("b", phone=PHONE), said("c"), said("d"))
        shared = await steward.judge(MarkShared("phone", PHONE), by=BY, why="a 的电话")
        kept = await steward.judge(Same(await people.id("c"), await people.id("d")), by=BY, why="同一人")
        half = await steward.judge(Same(await people.id("a"), await people.id("b")), by=BY, why="同一人")
        await service.erase(ByRecord("of-a", "a"), by=BY)
        done = await service.erase(ByRecord("of-c", "c"), by=BY)
        assert done.removed.judgements == 0
        assert await people.who() == [["b"], ["d"]]
        of_b, of_d = [await steward.judgements(await people.one_id(record)) for record in "bd"]
        assert {judged.id for judged in of_b or ()} == {shared.judgement.id, half.judgement.id}
        assert [judged.id for judged in of_d or ()] == [kept.judgement.id]
        assert (await service.erase(ByRecord("of-d", "d"), by=BY)).removed.judgements == 1


class TestTombstone:
    async def test_its_id_leads_to_the_next_founder_and_on(
        self, people: People, service: ErasureService, view: RelationshipView
    ) -> None:
        await people.bring(*(said(record, phone=PHONE) for record in "abc"))
        births = {record: stored.birth_id for record, stored in (await people.stored()).items()}
        for gone, now in (("a", "b"), ("b", "c")):
            await service.erase(ByRecord(f"of-{gone}", gone), by=BY)
            for old in ("a", gone):
                found = await view.user(births[old], Want())
                assert found is not None
                assert found.one_id == births[now]
                node = await view.node_user(births[old], Want(), if_former=Want())
                assert isinstance(node, FormerUserView)
                assert node.current is not None
        await service.erase(ByRecord("of-c", "c"), by=BY)
        for birth in births.values():
            assert await view.user(birth, Want()) is None
            assert await view.node_user(birth, Want(), if_former=Want()) is None

    async def test_the_past_is_without_it(
        self, people: People, service: ErasureService, view: RelationshipView, database: Database
    ) -> None:
        await people.bring(said("a", phone=PHONE, name="王建国"), said("b", phone=PHONE), seen("a"))
        births = {record: stored.birth_id for record, stored in (await people.stored()).items()}
        (head,) = await database.run_schema("CYPHER 5 MATCH (h:FeedHead) RETURN h.recordedAt AS at")
        then = Want(as_of=head["at"])
        whole = await view.user(births["b"], then)
        assert whole is not None
        assert len(whole.profiles) == 2
        await service.erase(ByRecord("of-a", "a"), by=BY)
        for birth in births.values():
            past = await view.user(birth, then)
            assert past is not None
            assert [profile.record_id for profile in past.profiles] == ["b"]
            assert past.one_id == births["a"]  # what the person was called then
        assert (await view.user(births["a"], Want())).one_id == births["b"]  # type: ignore[union-attr]
        await service.erase(ByRecord("of-b", "b"), by=BY)
        assert await view.user(births["b"], then) is None

    async def test_erasing_again_answers_the_same(self, people: People, service: ErasureService) -> None:
        await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
        one = await people.id("a")
        first = await service.erase(ByProfile(one), by=BY)
        for target in (ByProfile(one), ByRecord("of-a", "a")):
            again = await service.erase(target, by=BY)
            assert (again.repeated, again.tombstones) == (True, first.tombstones)
            assert (await service.what_if(target)).repeated
        for nobody in (ByProfile("nobody"), ByRecord("of-a", "b"), ByPerson("nobody")):
            with pytest.raises(ProfileNotFoundError):
                await service.erase(nobody, by=BY)
            with pytest.raises(ProfileNotFoundError):
                await service.what_if(nobody)


async def test_a_person_goes_with_all_their_profiles(
    people: People, service: ErasureService, keyring: Keyring
) -> None:
    await people.bring(*(said(record, phone=PHONE) for record in "abc"), said("d"))
    one_id = await people.one_id("a")
    ids = {await people.id(record) for record in "abc"}
    preview = await service.what_if(ByPerson(one_id))
    assert await people.who() == [["a", "b", "c"], ["d"]]
    done = await service.erase(ByPerson(one_id), by=BY, idempotency_key="once")
    assert (set(preview.profiles), preview.removed) == (ids, done.removed)
    assert {tombstone.profile_id for tombstone in done.tombstones} == ids
    assert {tombstone.successor for tombstone in done.tombstones} == {None}
    assert keyring.keys_for(sorted(ids)) == {}
    assert await people.who() == [["d"]]
    assert (await service.erase(ByPerson(one_id), by=BY, idempotency_key="once")).repeated
    with pytest.raises(InputError):
        await service.erase(ByRecord("of-d", "d"), by=BY, idempotency_key="once")
    with pytest.raises(InputError):
        await service.erase(ByRecord("of-d", "d"), by=BY, why="x" * 3000)


async def test_lifted_it_comes_back_as_somebody_new(
    people: People, service: ErasureService, keyring: Keyring
) -> None:
    await people.bring(said("a", phone=PHONE))
    old = await people.id("a")
    await service.erase(ByProfile(old), by=BY)
    assert await service.lift("of-a", "a")
    assert not await service.lift("of-a", "a")
    assert await service.resume(everything=True) == 0
    assert (await people.writer.write([said("a", phone=PHONE)])).stored == 1
    assert await people.id("a") != old


@pytest.mark.parametrize("seed", range(3))
async def test_it_is_as_if_the_erased_had_never_been_there(
    people: People, service: ErasureService, database: Database, blind: BlindIndex, seed: int
) -> None:
    random_ = random.Random(seed)
    messages = worlds.messages(worlds.events(random_, 60))
    await people.writer.write(messages)
    doomed = random_.sample(await people.profiles(), 4)
    for profile in doomed:
        await service.erase(ByProfile(profile.id), by=BY)
        await people.who()
        assert not await broken_invariants(database)
    kept = await people.profiles()
    erased = (partition(kept), facts(kept), await counts(database))

    await empty(database)
    records = {profile.key for profile in doomed}
    fresh = Writer(database, keyring=people.keyring, blind=blind, rules=people.rules)
    await fresh.write([m for m in messages if (m.source, m.record_id) not in records])
    scratch = await people.profiles()
    assert erased == (partition(scratch), facts(scratch), await counts(database))


class Cut(Exception):
    """The process is gone."""


class TestCutOff:
    async def test_before_the_keys_are_shredded(
        self, people: People, service: ErasureService, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
        one = await people.id("a")

        def cut(self: Keyring, profile_id: str) -> None:
            raise Cut

        with monkeypatch.context() as patched:
            patched.setattr(Keyring, "shred", cut)
            with pytest.raises(Cut):
                await service.erase(ByProfile(one), by=BY)
        assert await people.who() == [["b"]]
        assert one in keyring.keys_for([one])
        assert await service.resume() == 1
        assert keyring.keys_for([one]) == {}
        assert await service.resume() == 0

    async def test_before_the_graph_commits(
        self, people: People, service: ErasureService, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
        one = await people.id("a")

        def cut(*_: object, **__: object) -> None:
            raise Cut

        with monkeypatch.context() as patched:
            patched.setattr("graph.erasure.service.placed_rows", cut)
            with pytest.raises(Cut):
                await service.erase(ByProfile(one), by=BY)
        assert await people.who() == [["a", "b"]]
        assert [id_ for id_, _ in keyring.pending_erasures()] == [one]
        assert await service.resume() == 1
        assert await people.who() == [["b"]]
        assert keyring.keys_for([one]) == {}

    async def test_a_commit_nobody_heard_of(
        self, people: People, database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules
    ) -> None:
        class Deaf(Database):
            deaf = True

            async def in_write(self, work):  # type: ignore[no-untyped-def]
                answer = await super().in_write(work)
                if self.deaf:
                    self.deaf = False
                    raise DatabaseUnavailableError("The connection broke.")
                return answer

        await people.bring(*(said(record, phone=PHONE) for record in "ab"))
        ids = [await people.id(record) for record in "ab"]
        one_id = await people.one_id("a")
        deaf = ErasureService(Deaf(database._driver), keyring=keyring, blind=blind, rules=rules)
        with pytest.raises(DatabaseUnavailableError):
            await deaf.erase(ByPerson(one_id), by=BY, idempotency_key="once")
        assert (await deaf.erase(ByPerson(one_id), by=BY, idempotency_key="once")).repeated
        assert keyring.keys_for(ids) == {}

    async def test_a_restored_graph_loses_them_again(
        self, people: People, service: ErasureService, database: Database, keyring: Keyring
    ) -> None:
        messages = [said("a", phone=PHONE), said("b", phone=PHONE)]
        await people.bring(*messages)
        await service.erase(ByRecord("of-a", "a"), by=BY)
        key = await database.run_schema(
            "CYPHER 5 MATCH (s:Suppression) WITH s, s.key AS key DELETE s RETURN key"
        )
        assert len(key) == 1
        assert await service.resume(everything=True) == 0  # a's entry is written again
        assert (await people.writer.write(messages)).suppressed == 1

    async def test_a_restored_graph_loses_profiles_whose_keys_are_gone(
        self, people: People, service: ErasureService, keyring: Keyring
    ) -> None:
        messages = [said("a", phone=PHONE), said("b", phone=PHONE)]
        await people.bring(*messages)
        one = await people.id("a")
        suppression = BlindIndex(keyring.suppression_root).record_key("of-a", "a")
        keyring.intend_erasure([(one, suppression)])  # as it was when the newer graph was erased
        keyring.shred(one)
        assert await service.resume() == 0
        assert await service.resume(everything=True) == 1
        assert await people.who() == [["b"]]
        assert (await people.writer.write(messages)).suppressed == 1


async def test_erased_while_it_comes_in_it_is_erased_in_the_end(
    people: People,
    service: ErasureService,
    database: Database,
    keyring: Keyring,
    blind: BlindIndex,
    rules: Rules,
) -> None:
    await people.bring(*(said(record, phone=PHONE) for record in "ab"))

    async def write(share: int) -> None:
        writer = Writer(database, keyring=keyring, blind=blind, rules=rules)
        for number in range(12):
            await writer.write([seen("a"), said("a", email=f"a{share}{number}@example.com"), seen("b")])

    async def erase() -> Erasure:
        return await service.erase(ByRecord("of-a", "a"), by=BY)

    async with asyncio.TaskGroup() as tasks:
        for share in range(2):
            tasks.create_task(write(share))
        tasks.create_task(erase())
    assert await people.who() == [["b"]]
    rows = await database.run_schema(
        "CYPHER 5 MATCH (n) WHERE n:Identifier OR n:Message RETURN labels(n)[0] AS label, count(n) AS n ORDER BY label"
    )
    assert {row["label"]: row["n"] for row in rows} == {"Identifier": 2, "Message": 25}


async def test_a_batch_decided_before_the_erasure_is_decided_again(
    people: People, service: ErasureService, database: Database
) -> None:
    await people.bring(said("a", phone=PHONE))
    drafts = await people.writer.prepare([seen("a"), _about_car("a")])
    plan = await people.writer._plan(database.read_one, drafts, [])
    await service.erase(ByRecord("of-a", "a"), by=BY)
    before = await counts(database)
    written = await people.writer.write_drafts(drafts)
    assert (written.stored, written.suppressed) == (0, 2)
    late = await people.writer._commit(plan, drafts, [], "late")
    assert (late.stored, late.suppressed) == (0, 2)
    assert await counts(database) == before


def _about_car(user: str) -> Message:
    body = {
        "type": "track", "event": "Service Completed", "userId": user, "messageId": "car",
        "properties": {"vin": VIN},
    }  # fmt: skip
    made = read_message(body, Arrival(default_source(f"of-{user}"), NOW))
    assert isinstance(made, Message), made
    return made


async def test_the_suppression_is_of_its_own_key(keyring: Keyring, blind: BlindIndex) -> None:
    (item,) = draft([said("a")], keyring=keyring, blind=blind)
    assert item.suppression
    assert keyring.suppression_root != keyring.index_root
    assert item.suppression != item.record_key
    assert BlindIndex(keyring.suppression_root).record_key("of-a", "a") == item.suppression
