"""Eight writers on one person against eight writers on eight people; the feed's lock apart; forced deadlocks."""

from __future__ import annotations

import asyncio
import statistics
import time
from itertools import count
from typing import Any, TypeVar

from bench import raw
from bench.counting import CountingDatabase
from bench.measure import Figure, interleaved
from bench.setting import Bench
from bench.storm import storm
from bench.worlds import identify, phone, read_all, track
from graph.clock import new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.ingest.message import Message
from graph.ingest.writer import Writer

T = TypeVar("T")

WRITERS = 8
BATCHES = 10
"""Of each writer in a round; each brings the writer's profile one device more, which joins it to the others'."""
TOUCHPOINTS = 9
FEED_COMMITS = 25
WARM_UP = 2


async def contention(bench: Bench) -> list[Figure]:
    """Two figures: the rate under contention, and what forced deadlocks cost."""
    await raw.wipe(bench.driver, bench.database)
    work = Rounds(bench)
    for _ in range(WARM_UP):
        await work.run(people=1)
        await work.run(people=WRITERS)
    work.attempts.clear()
    figure = await interleaved(
        Figure(
            "contention",
            f"{WRITERS} writers on one person",
            f"the same {WRITERS} writers, each on a person of its own",
            "≥ 0.6",
        ),
        lambda: work.run(people=1),
        lambda: work.run(people=WRITERS),
    )
    together = await feed_only(work.database, writers=WRITERS)
    alone = await feed_only(work.database, writers=1)
    figure.beside = {
        "unit": "events/s",
        "eventsABatch": TOUCHPOINTS + 1,
        "decidedAnew": {
            f"{people} people": round(statistics.mean(tries) - 1, 3)
            for people, tries in work.attempts.items()
        },
        "feedLockWaitMilliseconds": {"8 writers": together[0], "1 writer": alone[0]},
        "emptyCommitsPerSecond": {"8 writers": together[1], "1 writer": alone[1]},
    }
    return [figure, await storm(bench)]


class Rounds:
    """Rounds of eight writers; each round has people of its own, of eight profiles on one phone each."""

    def __init__(self, bench: Bench) -> None:
        services = bench.fresh()
        self._bench = bench
        self._numbers = count()
        self.database = CountingDatabase(bench.driver, name=bench.database)
        self.attempts: dict[int, list[int]] = {}
        self.writers = [
            Writer(self.database, keyring=services.keyring, blind=services.blind, rules=services.rules)
            for _ in range(WRITERS)
        ]

    async def run(self, *, people: int) -> float:
        """Events a second of all writers together, on so many people."""
        number = next(self._numbers)
        await self._make(number)
        batches = [self._batches(number, writer, people=people) for writer in range(WRITERS)]
        started = time.perf_counter()
        tries = await asyncio.gather(
            *(self._write(writer, mine) for writer, mine in zip(self.writers, batches, strict=True))
        )
        seconds = time.perf_counter() - started
        self.attempts.setdefault(people, []).extend(attempt for mine in tries for attempt in mine)
        return WRITERS * BATCHES * (TOUCHPOINTS + 1) / seconds

    async def _make(self, number: int) -> None:
        events = [
            identify("anonymousId", _browser(number, person, place), at=0, phone=phone(number * 100 + person))
            for person in range(WRITERS)
            for place in range(WRITERS)
        ]
        await self.writers[0].write(read_all(events, self._bench.source))

    def _batches(self, number: int, writer: int, *, people: int) -> list[list[Message]]:
        """A writer's batches: on one person each writer has a profile of its own."""
        person = writer % people
        browser = _browser(number, person, writer)
        found: list[list[Message]] = []
        for batch in range(BATCHES):
            name = f"{browser}-{batch}"
            events: list[dict[str, Any]] = [
                track("anonymousId", browser, at=60 + batch, message=f"{name}-{place}")
                for place in range(TOUCHPOINTS)
            ]
            device = {"context": {"device": {"id": f"device-{number}-{person}-{batch}"}}}
            events.append({**identify("anonymousId", browser, at=90 + batch, message=name), **device})
            found.append(read_all(events, self._bench.source))
        return found

    async def _write(self, writer: Writer, batches: list[list[Message]]) -> list[int]:
        attempts: list[int] = []
        for batch in batches:
            written = await writer.write(batch)
            assert written.stored == TOUCHPOINTS + 1
            attempts.append(written.attempts)
        return attempts


def _browser(number: int, person: int, place: int) -> str:
    return f"browser-{number}-{person}-{place}"


async def feed_only(database: Database, *, writers: int) -> tuple[float, int]:
    """Median milliseconds until `feed.begin` has the lock, and commits a second, where nothing else is written."""
    waits: list[float] = []

    async def commit() -> None:
        async def work(tx: Transaction) -> None:
            started = time.perf_counter()
            begun = await feed.begin(tx, operation_id=new_id(), now=system_clock())
            waits.append(time.perf_counter() - started)
            await feed.append(tx, begun, kind="bench")

        await database.in_write(work)

    async def writer() -> None:
        for _ in range(FEED_COMMITS):
            await commit()

    started = time.perf_counter()
    await asyncio.gather(*(writer() for _ in range(writers)))
    return round(1000 * statistics.median(waits), 2), round(
        writers * FEED_COMMITS / (time.perf_counter() - started)
    )
