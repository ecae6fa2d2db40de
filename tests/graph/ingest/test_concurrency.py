"""Many writers at once: the graph is what one writer makes of the same messages, whoever overtakes whom."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest

from graph.clock import DAY
from graph.db.connect import connect
from graph.db.database import Database
from graph.db.shelf import Shelf, Statement, shelf
from graph.errors import DatabaseUnavailableError, IntegrityError
from graph.identity.rules import Rules
from graph.identity.stored import resolve_stored
from graph.ingest.message import Message
from graph.ingest.poison import write_around_poison
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration
from graph.ingest.writer import Writer, Written
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from graph.settings import load_settings
from tests.conftest import empty
from tests.graph.ingest import worlds
from tests.graph.ingest.state import counts, facts, partition, stored_profiles
from tests.graph.ingest.support import reasons

NOW = worlds.NOW
WEB = SourceDeclaration(name="web")
VERIFYING = SourceDeclaration.model_validate({"name": "app", "grades": {"phone": "verified"}})
PHONE = "13912340001"

MakeWriter = Callable[[], Writer]


@pytest.fixture
def make_writer(database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules) -> MakeWriter:
    """Writers of the same graph that share nothing in memory but the keyring."""
    return lambda: Writer(database, keyring=keyring, blind=blind, rules=rules)


def message(source: SourceDeclaration = WEB, *, at: int = NOW, **event: Any) -> Message:
    """One event at a time in microseconds; without a type an identify."""
    body = {"type": "identify", "timestamp": at // 1000, **event}
    made = read_message(body, Arrival(source, NOW + DAY))
    assert isinstance(made, Message), made
    return made


class Overtaken(Writer):
    """A writer that lets something happen once, before it reads components or before it commits."""

    before_reading: Callable[[], Awaitable[object]] | None = None
    before_commit: Callable[[], Awaitable[object]] | None = None

    async def _read_components(self, *args: Any) -> Any:
        hook, self.before_reading = self.before_reading, None
        if hook is not None:
            await hook()
        return await super()._read_components(*args)

    async def _commit(self, *args: Any, **more: Any) -> Written:
        hook, self.before_commit = self.before_commit, None
        if hook is not None:
            await hook()
        return await super()._commit(*args, **more)


@pytest.fixture
def overtaken(database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules) -> Overtaken:
    return Overtaken(database, keyring=keyring, blind=blind, rules=rules)


async def assert_from_scratch(database: Database, keyring: Keyring, rules: Rules) -> Any:
    """The stored partition is that of all stored evidence; returns it with all facts."""
    profiles = await stored_profiles(database, keyring)
    from_scratch = resolve_stored(profiles, rules=rules)
    assert partition(profiles) == {person.members for person in from_scratch.people}
    return partition(profiles), facts(profiles)


async def edge(database: Database, record: str) -> dict[str, Any]:
    """The one evidence edge of a profile on the phone, by the profile's blind record key."""
    rows = await database.run_schema(
        "CYPHER 5 MATCH (:Profile {recordKey: $record})-[e:HAS|CLAIMS]->(:Identifier {namespace: 'phone'}) "
        "RETURN type(e) AS type, e.grade AS grade, e.firstAt AS first, e.lastAt AS last, e.uses AS uses",
        record=record,
    )
    assert len(rows) == 1
    return rows[0]


class TestManyWriters:
    async def test_eight_writers_make_the_graph_of_one(
        self, database: Database, keyring: Keyring, rules: Rules, make_writer: MakeWriter
    ) -> None:
        random_ = random.Random(8)
        messages = worlds.messages(worlds.events(random_, 120))
        await make_writer().write(messages)
        alone = (*await assert_from_scratch(database, keyring, rules), await counts(database))
        await empty(database)

        written = Written()
        attempts: list[int] = []

        async def work(share: Sequence[Message]) -> None:
            writer = make_writer()
            for start in range(0, len(share), 6):
                one = await writer.write(share[start : start + 6])
                attempts.append(one.attempts)
                written.add(one)

        shares = [
            random_.sample(messages[number::8] + random_.sample(messages, 12), 27) for number in range(8)
        ]
        async with asyncio.TaskGroup() as tasks:
            for share in shares:
                tasks.create_task(work(share))

        assert (*await assert_from_scratch(database, keyring, rules), await counts(database)) == alone
        assert (written.stored, written.conflicts) == (120, 0)
        assert written.duplicates == 8 * 27 - 120
        assert max(attempts) <= 2
        feed = await database.run_schema(
            "CYPHER 5 MATCH (e:FeedEntry) RETURN e.position AS position, e.recordedAt AS at ORDER BY position"
        )
        assert [entry["position"] for entry in feed] == list(range(1, len(feed) + 1))
        assert all(early["at"] < late["at"] for early, late in pairwise(feed))
        print(f"attempts per batch: {sum(attempts) / len(attempts):.2f}, most {max(attempts)}")

    async def test_a_batch_that_is_overtaken_is_decided_under_the_lock_and_so_is_the_next(
        self, database: Database, keyring: Keyring, rules: Rules, overtaken: Overtaken, writer: Writer
    ) -> None:
        async def write(number: int) -> Written:
            overtaken.before_commit = lambda: writer.write(
                [message(userId=f"rival-{number}", traits={"phone": PHONE})]
            )
            return await overtaken.write([message(userId=f"late-{number}", traits={"phone": PHONE})])

        await writer.write([message(userId="first", traits={"phone": PHONE})])
        found = [await write(number) for number in range(3)]

        assert [(written.attempts, written.stored) for written in found] == [(2, 1), (1, 1), (1, 1)]
        await assert_from_scratch(database, keyring, rules)

    async def test_a_repeat_found_under_the_lock_leaves_no_hole_in_the_feed(
        self, database: Database, overtaken: Overtaken, writer: Writer
    ) -> None:
        mine = message(userId="u", traits={"phone": PHONE}, messageId="m")
        await writer.write([message(userId="first", traits={"phone": PHONE})])
        overtaken.before_commit = lambda: writer.write([mine])
        written = await overtaken.write([mine])

        assert (written.attempts, written.stored, written.duplicates) == (2, 0, 1)
        assert (await counts(database))["messages"] == 2


class TestOvertaken:
    """Each case: what another writer commits between our reading and our commit is not lost."""

    async def test_profiles_that_move_between_looking_up_and_reading(
        self, database: Database, keyring: Keyring, rules: Rules, overtaken: Overtaken, writer: Writer
    ) -> None:
        await writer.write(
            [
                message(userId="a", traits={"phone": PHONE}),
                message(userId="b", traits={"email": "b@x.example"}),
            ]
        )
        overtaken.before_reading = lambda: writer.write(
            [message(userId="a", traits={"email": "b@x.example"}, messageId="joins a and b")]
        )
        await overtaken.write([message(anonymousId="visitor-c", traits={"phone": PHONE})])
        await assert_from_scratch(database, keyring, rules)

    async def test_the_first_two_who_are_trusted_on_a_much_claimed_phone(
        self, database: Database, keyring: Keyring, rules: Rules, overtaken: Overtaken, writer: Writer
    ) -> None:
        hot = rules.namespace("phone").hot
        await writer.write(
            [message(anonymousId=f"form-{number}", traits={"phone": PHONE}) for number in range(hot + 3)]
        )
        overtaken.before_commit = lambda: writer.write(
            [message(VERIFYING, anonymousId="app-one", traits={"phone": PHONE})]
        )
        await overtaken.write([message(VERIFYING, anonymousId="app-two", traits={"phone": PHONE})])
        people, _ = await assert_from_scratch(database, keyring, rules)
        assert {("app", "app-one"), ("app", "app-two")} in people

    async def test_a_time_of_use_on_either_side_is_kept(
        self, database: Database, overtaken: Overtaken, writer: Writer, blind: BlindIndex
    ) -> None:
        def seen(day: int) -> Message:
            return message(userId="a", traits={"phone": PHONE}, at=NOW + day * DAY // 10)

        await writer.write([seen(0)])
        overtaken.before_commit = lambda: writer.write([seen(-3), seen(3)])
        await overtaken.write([seen(-1), seen(1)])
        found = await edge(database, blind.record_key("web", "a"))
        assert (found["first"], found["last"]) == (NOW - 3 * DAY // 10, NOW + 3 * DAY // 10)
        assert (found["type"], found["uses"]) == ("CLAIMS", 5)

    async def test_times_of_ids_widen_without_a_second_attempt(
        self, database: Database, overtaken: Overtaken, writer: Writer
    ) -> None:
        def seen(day: int) -> Message:
            return message(type="page", anonymousId="browser-1", at=NOW + day * DAY // 10)

        await writer.write([seen(0)])
        overtaken.before_commit = lambda: writer.write([seen(-3), seen(3)])
        written = await overtaken.write([seen(-1), seen(1)])
        rows = await database.run_schema(
            "CYPHER 5 MATCH (p:Profile)-[e:HAS]->() RETURN e.firstAt AS first, e.lastAt AS last, e.uses AS uses, "
            "e.trustedFirstAt AS trustedFirst, e.trustedLastAt AS trustedLast, "
            "p.firstSeenAt AS seen, p.lastSeenAt AS seenLast"
        )
        first, last = NOW - 3 * DAY // 10, NOW + 3 * DAY // 10
        assert rows == [
            {"first": first, "last": last, "trustedFirst": first, "trustedLast": last}
            | {"seen": first, "seenLast": last, "uses": 5}
        ]
        assert written.attempts == 1

    @pytest.mark.parametrize("better_first", [True, False])
    async def test_a_better_grade_and_a_use_at_the_same_time(
        self,
        database: Database,
        overtaken: Overtaken,
        writer: Writer,
        blind: BlindIndex,
        better_first: bool,
    ) -> None:
        claimed = message(userId="a", traits={"email": "a@x.example"})
        later = message(userId="a", traits={"email": "a@x.example"}, at=NOW + DAY // 2)
        verifying = SourceDeclaration.model_validate({"name": "web", "grades": {"email": "verified"}})
        better = message(verifying, userId="a", traits={"email": "a@x.example"}, at=NOW + DAY // 4)
        first, second = (better, later) if better_first else (later, better)
        await writer.write([claimed])
        overtaken.before_commit = lambda: writer.write([first])
        await overtaken.write([second])
        rows = await database.run_schema(
            "CYPHER 5 MATCH (p:Profile {recordKey: $record})-[e]->(:Identifier {namespace: 'email'}) "
            "RETURN type(e) AS type, e.grade AS grade, e.firstAt AS first, e.lastAt AS last, e.uses AS uses, "
            "e.trustedFirstAt AS trusted",
            record=blind.record_key("web", "a"),
        )
        assert rows == [
            {"type": "HAS", "grade": "verified", "first": NOW, "last": NOW + DAY // 2, "uses": 3}
            | {"trusted": NOW + DAY // 4}
        ]

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            ({"userId": "new"}, {"userId": "new"}),  # the same new profile
            ({"userId": "new-1"}, {"userId": "new-2"}),  # the same new identifier
            ({"userId": "old"}, {"userId": "new"}),
            ({"anonymousId": "b", "userId": "old"}, {"anonymousId": "b", "userId": "new"}),
        ],
    )
    async def test_new_evidence_at_the_same_time(
        self,
        database: Database,
        keyring: Keyring,
        rules: Rules,
        overtaken: Overtaken,
        writer: Writer,
        ours: dict[str, str],
        theirs: dict[str, str],
    ) -> None:
        await writer.write([message(userId="old", traits={"email": "old@x.example"})])
        traits = {"phone": PHONE, "name": "李敏"}
        overtaken.before_commit = lambda: writer.write([message(**theirs, traits=traits, messageId="theirs")])
        written = await overtaken.write([message(**ours, traits=traits, messageId="ours")])
        await assert_from_scratch(database, keyring, rules)
        assert written.attempts == 2
        assert (await counts(database))["messages"] == 3


class CountingShelf(Shelf):
    """The shelf, with a note of each statement taken to be run."""

    def __init__(self) -> None:
        super().__init__(dict(shelf()))
        self.taken: list[str] = []

    def __getitem__(self, name: str) -> Statement:
        self.taken.append(name)
        return super().__getitem__(name)

    def since(self) -> list[str]:
        """What was run since the last call."""
        taken, self.taken = self.taken, []
        return taken


FAST = ["ingest.look_up", "feed.begin_write", "ingest.write_batch"]
LONG = ["ingest.look_up", "identity.read_components", "feed.begin_write", "ingest.write_batch"]


class TestFastPath:
    @pytest.fixture
    async def counted(
        self, database: Database, endpoint: Endpoint, keyring: Keyring, blind: BlindIndex, rules: Rules
    ) -> Any:
        """A writer, and the shelf that counts its statements."""
        driver = await connect(endpoint)
        counting = CountingShelf()
        counted = Database(driver, name=endpoint.database, statements=counting)
        yield Writer(counted, keyring=keyring, blind=blind, rules=rules), counting
        await driver.close()

    async def test_one_read_and_two_writes_unless_identity_is_touched(self, counted: Any) -> None:
        writer, shelf_ = counted
        await writer.write([message(userId=f"u{n}", traits={"phone": f"1391234100{n}"}) for n in range(9)])
        assert shelf_.since() == FAST  # new people who share nothing
        page = {"type": "page", "userId": "u1"}
        await writer.write([message(**page, at=NOW + n) for n in range(0, 9_000, 1_000)])
        assert shelf_.since() == FAST  # what is known, later
        await writer.write([message(userId="u1", traits={"phone": "13912341002"})])
        assert shelf_.since() == LONG  # two people on one phone
        await writer.write([message(**page, at=NOW + 60_000_000)])
        assert shelf_.since() == FAST  # one of the two goes on

    async def test_what_is_stored_already_costs_one_read(self, counted: Any) -> None:
        writer, shelf_ = counted
        batch = [message(userId="u", traits={"phone": PHONE}, messageId="m")]
        await writer.write(batch)
        shelf_.since()
        assert (await writer.write(batch)).duplicates == 1
        assert shelf_.since() == FAST[:1]

    async def test_a_showroom_tablet_merges_nobody_and_is_not_walked(
        self, counted: Any, database: Database, keyring: Keyring, rules: Rules
    ) -> None:
        writer, shelf_ = counted

        def visit(number: int, *, at: int = NOW) -> Message:
            return message(
                type="page",
                userId=f"customer-{number}",
                anonymousId="tablet-browser",
                context={"device": {"id": "tablet-serial-7"}},
                at=at,
            )

        for start in range(0, 66, 22):
            await writer.write([visit(number) for number in range(start, start + 22)])
        people, _ = await assert_from_scratch(database, keyring, rules)
        assert len(people) == 66
        shelf_.since()
        await writer.write([visit(3, at=NOW + 5_000_000), visit(70), visit(71)])
        assert shelf_.since() == FAST
        people, _ = await assert_from_scratch(database, keyring, rules)
        assert len(people) == 68

    async def test_no_plan_walks_from_an_identifier(self, database: Database) -> None:
        """Whose edges may be a hundred thousand; planned on an empty graph, where every choice looks cheap."""
        text = shelf()["ingest.write_batch"].text.replace("CYPHER 5", "CYPHER 5 EXPLAIN", 1)
        plan, _ = await database.explain(text, rows={}, position=1, recordedAt=1, operationId="o", rules="r")
        walks = [details for details in expansions(plan) if details.startswith("(i)")]
        assert walks == []


def expansions(plan: dict[str, Any]) -> Iterator[str]:
    """What each Expand(All) of a plan walks."""
    if plan["operatorType"].startswith("Expand(All)"):
        yield plan["args"]["Details"]
    for child in plan.get("children", ()):
        yield from expansions(child)


class TestRestoredKeyring:
    @pytest.fixture
    def older(self, keyring: Keyring, tmp_path: Any) -> Iterator[Keyring]:
        """A copy of the keyring from before anything was allotted."""
        source, copy = load_settings(data_dir=tmp_path / "keys"), load_settings(data_dir=tmp_path / "old")
        keyring.close()
        copy.data_dir.mkdir(mode=0o700)
        for path in source.data_dir.iterdir():
            if path.is_file():
                target = copy.data_dir / path.name
                target.write_bytes(path.read_bytes())
                target.chmod(0o600)
        with Keyring.open(copy, create=False) as opened:
            yield opened

    async def test_an_older_keyring_is_noticed_and_nothing_written(
        self, older: Keyring, database: Database, rules: Rules, tmp_path: Any
    ) -> None:
        with Keyring.open(load_settings(data_dir=tmp_path / "keys"), create=False) as newer:
            known = Writer(database, keyring=newer, blind=BlindIndex(newer.index_root), rules=rules)
            await known.write([message(userId="u", traits={"phone": PHONE})])
        before = await counts(database)
        stale = Writer(database, keyring=older, blind=BlindIndex(older.index_root), rules=rules)
        with pytest.raises(IntegrityError) as caught:
            await stale.write([message(userId="u", traits={"name": "李敏"}), message(userId="v")])
        assert "newest keyring" in caught.value.remedy
        with pytest.raises(DatabaseUnavailableError):  # no message is to blame: none becomes a dead letter
            await write_around_poison(stale.write, [message(userId="u", traits={"name": "李敏"})] * 3)
        assert await reasons(database) == []
        assert await counts(database) == before
