"""Forced deadlocks: foreign transactions lock the profiles that our writers write, in the opposite order.

Ours lock the feed's head first, then profiles in the order of their ids. The foreign ones know nothing of that:
each takes two profiles from the last to the first, with a round trip between.
"""

from __future__ import annotations

import asyncio
import logging
from itertools import count

from neo4j import AsyncManagedTransaction

from bench.counting import CountingDatabase
from bench.measure import Figure
from bench.setting import Bench
from bench.worlds import identify, phone, read_all, track
from graph.ingest.writer import Writer

WRITERS = 4
FOREIGN = 4
BATCHES = 15
PROFILES = 6
ROUNDS = 3

_IDS = "CYPHER 5 UNWIND $keys AS key MATCH (p:Profile {recordKey: key}) RETURN p.id AS id ORDER BY id"
_LOCK = "CYPHER 5 MATCH (p:Profile {id: $id}) SET p.benched = coalesce(p.benched, 0) + 1"
_SUM = "CYPHER 5 UNWIND $ids AS id MATCH (p:Profile {id: id}) RETURN sum(p.benched) AS benched"
_KEPT = """CYPHER 5 UNWIND $ids AS id MATCH (p:Profile {id: id})-[:BROUGHT]->(t:Touchpoint)
RETURN count(DISTINCT t.key) AS kept"""


async def storm(bench: Bench) -> Figure:
    """Attempts per success of our transactions; raises AssertionError where anything was lost or counted twice."""
    database = CountingDatabase(bench.driver, name=bench.database)
    services = bench.fresh()
    writers = [
        Writer(database, keyring=services.keyring, blind=services.blind, rules=services.rules)
        for _ in range(WRITERS)
    ]
    figure = Figure(
        "deadlocks",
        f"attempts of our transactions beside {FOREIGN} that lock the same profiles in the opposite order",
        "transactions committed",
        "≤ 1.2, none lost",
        higher_is_better=False,
    )
    foreign = Foreign(bench)
    logging.getLogger("neo4j").setLevel(logging.ERROR)  # the driver tells of each retry, and there are many
    for number in range(ROUNDS):
        browsers = [f"storm-{number}-{place}" for place in range(PROFILES)]
        await writers[0].write(
            read_all(
                [
                    identify("anonymousId", browser, at=0, phone=phone(9_000_000 + number))
                    for browser in browsers
                ],
                bench.source,
            )
        )
        rows = await services.database.run_schema(
            _IDS, keys=[services.blind.record_key(bench.source.name, browser) for browser in browsers]
        )
        ids = [row["id"] for row in rows]
        database.attempts = database.successes = 0
        over = asyncio.Event()
        beside = [asyncio.create_task(foreign.work(ids, over)) for _ in range(FOREIGN)]
        await asyncio.gather(
            *(_write(bench, writer, place, browsers) for place, writer in enumerate(writers))
        )
        over.set()
        changed = 2 * sum(await asyncio.gather(*beside))
        assert (await services.database.run_schema(_SUM, ids=ids))[0]["benched"] == changed
        sent = WRITERS * BATCHES * PROFILES
        assert (await services.database.run_schema(_KEPT, ids=ids))[0]["kept"] == sent
        figure.ours.append(database.attempts)
        figure.theirs.append(database.successes)
    figure.beside = {
        "deadlocksOfOurs": round(sum(figure.ours) - sum(figure.theirs)),
        "deadlocksOfTheirs": foreign.attempts - foreign.successes,
        "theirTransactions": foreign.successes,
        "lost": 0,
        "twice": 0,
    }
    return figure


async def _write(bench: Bench, writer: Writer, place: int, browsers: list[str]) -> None:
    for batch in range(BATCHES):
        events = [
            track("anonymousId", browser, at=batch, message=f"{browser}-{place}-{batch}")
            for browser in browsers
        ]
        written = await writer.write(read_all(events, bench.source))
        assert written.stored == len(events)


class Foreign:
    """Transactions that take two profiles in the wrong order, repeated by the driver as ours are."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._turns = count()
        self.attempts = 0
        self.successes = 0

    async def work(self, ids: list[str], over: asyncio.Event) -> int:
        """Commit one after the other until it is over; answers how many that were."""
        done = 0
        async with self._bench.driver.session(database=self._bench.database) as session:
            while not over.is_set():
                turn = next(self._turns)
                low = turn % (len(ids) - 1)
                high = low + 1 + (turn // len(ids)) % (len(ids) - 1 - low)
                await session.execute_write(self._lock, (ids[high], ids[low]))
                self.successes += 1
                done += 1
        return done

    async def _lock(self, tx: AsyncManagedTransaction, ids: tuple[str, str]) -> None:
        self.attempts += 1
        for id_ in ids:
            await (await tx.run(_LOCK, id=id_)).consume()
