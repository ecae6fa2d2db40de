"""Group commit against a real Neo4j: kept means committed, poison is set aside, an outage costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.db.database import Database
from graph.errors import DatabaseError, DatabaseUnavailableError, KeyringError
from graph.ingest.committer import Capacity, Committer, lane_of
from graph.ingest.message import Message, Rejected
from graph.ingest.poison import write_around_poison
from graph.ingest.writer import Writer
from tests.graph.ingest.support import count, poisoned, reasons, track
from tests.laws import examples

SIXTY_FOUR = [track(n) for n in range(64)]


@pytest.fixture
async def committer(writer: Writer, database: Database) -> AsyncIterator[Committer]:
    async def probe() -> object:
        return await database.run_schema(database.statements["ingest.find_head"].text)

    async with Committer(writer.write, probe=probe) as made:
        yield made


class TestGroupCommit:
    async def test_what_is_acknowledged_is_committed(self, committer: Committer, database: Database) -> None:
        assert await committer.submit([track(1)]) == [None]
        assert await count(database, "Message") == 1

    async def test_many_callers_share_few_transactions(
        self, committer: Committer, database: Database
    ) -> None:
        await committer.submit([track(0)])
        outcomes = await asyncio.gather(*(committer.submit([track(n)]) for n in range(1, 201)))

        assert outcomes == [[None]] * 200
        assert await count(database, "Message") == 201
        assert await count(database, "FeedEntry") <= 10

    async def test_a_request_larger_than_a_batch_is_split_and_answered_once(
        self, writer: Writer, database: Database
    ) -> None:
        async with Committer(writer.write, probe=_never_away, capacity=Capacity(batch=7)) as committer:
            outcomes = await committer.submit([track(n) for n in range(40)])

        assert outcomes == [None] * 40
        assert await count(database, "Message") == 40
        assert await count(database, "FeedEntry") >= 6

    async def test_the_same_message_from_many_callers_is_stored_once(
        self, committer: Committer, database: Database
    ) -> None:
        message = track(1)
        outcomes = await asyncio.gather(*(committer.submit([message, message]) for _ in range(20)))

        assert outcomes == [[None, None]] * 20
        assert await count(database, "Message") == 1

    async def test_rejected_events_become_dead_letters_beside_good_ones(
        self, committer: Committer, database: Database
    ) -> None:
        await committer.submit([track(1)], rejected=[_rejected()])
        await committer.submit([], rejected=[_rejected()])

        assert await reasons(database) == ["bad_field"]
        assert await count(database, "Message") == 1

    async def test_nothing_to_do_is_done_at_once(self, committer: Committer, database: Database) -> None:
        assert await committer.submit([]) == []
        assert await count(database, "FeedEntry") == 0

    def test_messages_of_one_profile_meet_one_lane(self) -> None:
        lanes = {lane_of(track(n, person=5), 8) for n in range(50)}
        others = {lane_of(track(n), 8) for n in range(50)}

        assert len(lanes) == 1
        assert len(others) > 4


class TestPoison:
    async def test_the_poisoned_message_is_set_aside_and_its_neighbours_stay(
        self, committer: Committer, database: Database
    ) -> None:
        outcomes = await committer.submit([poisoned(n) if n == 37 else track(n) for n in range(100)])

        assert [place for place, outcome in enumerate(outcomes) if outcome is not None] == [37]
        assert outcomes[37] is not None
        assert outcomes[37].code == "poisoned"
        assert outcomes[37].message_id == "m-37"
        assert await count(database, "Message") == 99
        assert await reasons(database) == ["poisoned"]

    async def test_another_callers_poison_does_not_touch_mine(
        self, committer: Committer, database: Database
    ) -> None:
        theirs, mine = await asyncio.gather(
            committer.submit([poisoned(1)]), committer.submit([track(n) for n in range(2, 30)])
        )

        assert theirs[0] is not None
        assert mine == [None] * 28
        assert committer.available
        assert await count(database, "Message") == 28

    @pytest.mark.parametrize("place", [0, 1, 2_499, 2_500, 4_998, 4_999])
    async def test_one_of_5000_costs_at_most_15_more_transactions(self, place: int) -> None:
        base = track(0)
        messages = [base] * 5_000
        bad = messages[place] = track(1)
        store = _Store(lambda batch: any(message is bad for message in batch))

        found = await write_around_poison(store.write, messages)

        assert list(found) == [place]
        assert store.stored == 4_999
        assert store.letters == ["poisoned"]
        assert store.calls - 1 <= 15

    @settings(max_examples=examples(60), deadline=None)
    @given(bad=st.sets(st.integers(0, 63)))
    def test_any_set_of_them_is_found_and_nobody_else(self, bad: set[int]) -> None:
        asyncio.run(self._find(bad))

    async def _find(self, bad: set[int]) -> None:
        store = _Store(lambda batch: any(int(m.message_id[2:]) in bad for m in batch))

        found = await write_around_poison(store.write, SIXTY_FOUR, rejected=[_rejected()])

        assert set(found) == bad
        assert store.stored == 64 - len(bad)
        assert sorted(store.letters) == sorted(["bad_field", *["poisoned"] * len(bad)])

    async def test_a_batch_that_is_only_too_large_loses_nobody(self) -> None:
        messages = [track(n) for n in range(64)]
        store = _Store(lambda batch: len(batch) > 20)

        assert await write_around_poison(store.write, messages) == {}
        assert store.stored == 64
        assert store.letters == []

    async def test_where_everything_fails_no_message_is_blamed(self) -> None:
        store = _Store(lambda _: True, takes_letters=False)

        with pytest.raises(DatabaseUnavailableError):
            await write_around_poison(store.write, [track(n) for n in range(64)])
        assert store.calls < 10

    async def test_a_keyring_in_trouble_is_no_messages_fault(self) -> None:
        store = _Store(lambda _: True, error=KeyringError("The disk is full."))

        with pytest.raises(DatabaseUnavailableError):
            await write_around_poison(store.write, [track(1)])
        assert store.calls == 1


class _Store:
    """Stands for a writer that fails on batches which the test names; counts what it is asked."""

    def __init__(
        self,
        fails: Callable[[Sequence[Message]], bool],
        *,
        error: Exception | None = None,
        takes_letters: bool = True,
    ) -> None:
        self._fails = fails
        self._takes_letters = takes_letters
        self._error = error or DatabaseError("Neo4j refused a statement.")
        self.calls = 0
        self.stored = 0
        self.letters: list[str] = []

    async def write(self, messages: Sequence[Message], *, rejected: Sequence[Rejected] = ()) -> None:
        self.calls += 1
        if (messages and self._fails(messages)) or (rejected and not self._takes_letters):
            raise self._error
        self.stored += len(messages)
        self.letters += [letter.code for letter in rejected]


class TestPressure:
    async def test_a_full_queue_refuses_at_once_and_keeps_what_it_took(
        self, writer: Writer, database: Database
    ) -> None:
        async with Committer(writer.write, probe=_never_away, capacity=Capacity(messages=50)) as committer:
            first = asyncio.create_task(committer.submit([track(n) for n in range(50)]))
            await asyncio.sleep(0)
            with pytest.raises(DatabaseUnavailableError):
                await committer.submit([track(100)])
            assert await first == [None] * 50
            assert await committer.submit([track(100)]) == [None]
        assert await count(database, "Message") == 51

    async def test_bytes_are_bounded_too(self, writer: Writer, database: Database) -> None:
        capacity = Capacity(payload_bytes=len(track(1).payload) + 1)
        async with Committer(writer.write, probe=_never_away, capacity=capacity) as committer:
            first = asyncio.create_task(committer.submit([track(1)]))
            await asyncio.sleep(0)
            with pytest.raises(DatabaseUnavailableError):
                await committer.submit([track(2)])
            await first
        assert await count(database, "Message") == 1

    async def test_a_clean_stop_commits_what_waits(self, writer: Writer, database: Database) -> None:
        committer = Committer(writer.write, probe=_never_away)
        async with committer:
            waiting = [asyncio.create_task(committer.submit([track(n)])) for n in range(30)]
            await asyncio.sleep(0)
        outcomes = await asyncio.gather(*waiting)

        assert outcomes == [[None]] * 30
        assert await count(database, "Message") == 30
        with pytest.raises(DatabaseUnavailableError):
            await committer.submit([track(99)])

    async def test_a_caller_who_goes_away_leaves_no_weight_behind(
        self, committer: Committer, database: Database
    ) -> None:
        await committer.submit([track(0)])
        gone = asyncio.create_task(committer.submit([track(1)]))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)

        assert committer.waiting == 0
        assert await committer.submit([track(2)]) == [None]
        assert await count(database, "Profile") >= 2


def _rejected() -> Rejected:
    return Rejected(source="web", payload=b"{}", code="bad_field", field="userId", message="is missing")


async def _never_away() -> None:
    return None
