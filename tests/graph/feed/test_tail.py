"""The feed's end, watched once for all who wait: nothing left out, nothing piled up."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from graph.clock import new_id
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import InputError
from graph.feed import tail as tail_module
from graph.feed.tail import FeedTail


class Counted(Database):
    """Counts what is asked."""

    asked: Counter[str]

    async def read_one(self, name: str, /, **params: object) -> list[Any] | None:
        self.asked[name] += 1
        return await super().read_one(name, **params)


@pytest.fixture
def counted(database: Database) -> Counted:
    made = Counted(database._driver, name=database._name)  # pyright: ignore[reportPrivateUsage]
    made.asked = Counter()
    return made


@pytest.fixture
async def tail(counted: Counted) -> AsyncIterator[FeedTail]:
    made = FeedTail(counted, every=0.01)
    yield made
    await made.aclose()


async def write(database: Database, *one_ids: str) -> int:
    """One entry; its position."""

    async def work(tx: Transaction) -> int:
        begun = await feed.begin(tx, operation_id=new_id(), now=1)
        await feed.append(tx, begun, kind="judgement", users=one_ids)
        return begun.position

    return await database.in_write(work)


async def collect(tail: FeedTail, after: int, until: int) -> list[int]:
    """The positions told, one after the other, up to `until`."""
    found: list[int] = []
    while after < until:
        for entry in await tail.after(after, patience=20):
            found.append(entry.position)
            after = entry.position
    return found


async def test_all_who_wait_are_told_everything_in_order_by_one_reader(
    tail: FeedTail, counted: Counted
) -> None:
    start = await tail.position()
    waiting = [asyncio.create_task(collect(tail, start, start + 12)) for _ in range(20)]
    for number in range(12):
        await write(counted, f"u{number}")
    for found in await asyncio.gather(*waiting):
        assert found == list(range(start + 1, start + 13))
    await tail.aclose()
    alone = FeedTail(counted, every=0.01)
    counted.asked.clear()
    assert await collect(alone, start, start + 12) == list(range(start + 1, start + 13))
    assert counted.asked["feed.read_entries"] == 1


async def test_patience_ends(tail: FeedTail) -> None:
    start = await tail.position()
    assert await tail.after(start, patience=0.05) == ()
    with pytest.raises(InputError, match="behind the feed's end"):
        await tail.after(start + 1_000_000, patience=0.05)


async def test_who_is_slow_is_told_all_the_same(
    tail: FeedTail, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept is bounded; older entries are read again."""
    monkeypatch.setattr(tail_module, "KEPT_ENTRIES", 3)
    monkeypatch.setattr(tail_module, "ENTRIES", 4)
    start = await tail.position()
    quick = asyncio.create_task(collect(tail, start, start + 20))
    for _ in range(20):
        await write(counted)
    assert await quick == list(range(start + 1, start + 21))
    assert len(tail._kept) <= 3  # pyright: ignore[reportPrivateUsage]
    assert await collect(tail, start, start + 20) == list(range(start + 1, start + 21))
    assert await collect(tail, start + 7, start + 20) == list(range(start + 8, start + 21))


async def test_nobody_waits_nobody_looks(tail: FeedTail, counted: Counted) -> None:
    start = await tail.position()
    await tail.after(start, patience=0.05)
    watch = tail._watch  # pyright: ignore[reportPrivateUsage]
    assert watch is not None
    await asyncio.wait_for(watch, 20)
    counted.asked.clear()
    await write(counted, "u")
    [entry] = await tail.after(start, patience=20)
    assert (entry.position, entry.one_ids) == (start + 1, {"u"})


async def test_who_gives_up_breaks_nothing(tail: FeedTail, counted: Counted) -> None:
    start = await tail.position()
    waiting = [asyncio.create_task(tail.after(start, patience=20)) for _ in range(10)]
    await asyncio.sleep(0)
    for task in waiting[1:]:
        task.cancel()
    position = await write(counted, "u")
    [entry] = await waiting[0]
    assert entry.position == position
