"""64 clients that send one event a request, acknowledged when durable, against one transaction an event.

Two peers, for the first promises what we promise and the second does not: our own writer committing each event alone
(found again by its message id, attached to its profile, in the feed), and a bare CREATE of a node and its relationship.
Neither has HTTP. What the second leaves out costs more than a commit, where the disk acknowledges at once.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from itertools import count
from typing import Any

import orjson

from bench import raw
from bench.ingest import new_key
from bench.lean import Connection
from bench.measure import Figure, interleaved, slowest
from bench.setting import Bench, server
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message

CLIENTS = 64
EVENTS_EACH = 30
RAW_EVENTS = 400
ALONE_EVENTS = 96
WARM_UP = 5
TASKS = (1, 4, 16, 32)

ONE = """MATCH (p:Profile {id: $profile})
CREATE (p)-[:BROUGHT]->(:Message:Touchpoint {key: $key, profileId: $profile, at: $key, kind: 'page', recordedAt: 1})"""


async def single(bench: Bench) -> list[Figure]:
    """Acknowledged events a second, and the slowest percent beside."""
    await raw.wipe(bench.driver, bench.database)
    numbers = count()
    waits: list[float] = []
    async with server(bench) as (address, _):
        keys = [await new_key(bench) for _ in range(4)]

        async def ours() -> float:
            waits.clear()
            async with AsyncExitStack() as stack:
                connections = [
                    await stack.enter_async_context(Connection(address, "/v1/track", keys[place % len(keys)]))
                    for place in range(CLIENTS)
                ]
                started = time.perf_counter()
                await asyncio.gather(*(client(connection) for connection in connections))
                return CLIENTS * EVENTS_EACH / (time.perf_counter() - started)

        async def client(connection: Connection) -> None:
            for _ in range(EVENTS_EACH):
                sent = time.perf_counter()
                status, answer = await connection.post(orjson.dumps(event_of(next(numbers))))
                assert status == 200, answer[:300]
                waits.append(time.perf_counter() - sent)

        async def theirs() -> float:
            return max([await writing_alone(bench, tasks, numbers) for tasks in TASKS])

        async def bare() -> float:
            return max([await creating_alone(bench, tasks, numbers) for tasks in TASKS])

        # The server compiles what is run often: only after a few thousand commits does it show its pace.
        for _ in range(WARM_UP):
            await ours()
            await theirs()
            await bare()
        slow: list[float] = []

        async def ours_noted() -> float:
            rate = await ours()
            slow.append(slowest(waits))
            return rate

        alike = await interleaved(
            Figure(
                "single-events",
                f"{CLIENTS} clients, one event a request, acknowledged when committed",
                f"the same writer, one transaction an event, best of {TASKS} at once, without HTTP",
                "≥ 5",
            ),
            ours_noted,
            theirs,
        )
        alike.beside = {"unit": "events/s", "p99Milliseconds": round(1000 * statistics.median(slow), 1)}
        least = await interleaved(
            Figure(
                "single-events-bare",
                f"{CLIENTS} clients, one event a request, acknowledged when committed",
                f"a bare CREATE of a node, one transaction an event, best of {TASKS} at once, without HTTP",
                "≥ 5",
            ),
            ours,
            bare,
        )
        least.beside = {"unit": "events/s"}
    return [alike, least]


def event_of(number: int) -> dict[str, Any]:
    """A small event of one of 500 people."""
    return {
        "event": "Content Viewed",
        "userId": f"single-{number % 500}",
        "messageId": f"single-{number}",
        "properties": {"model": "ET5"},
    }


async def writing_alone(bench: Bench, tasks: int, numbers: count[int]) -> float:
    """Events a second of our writer where each event has a transaction of its own."""
    share = ALONE_EVENTS // tasks
    arrival = Arrival(source=bench.source, received_at=bench.services.clock())
    read = [read_message(event_of(next(numbers)), arrival, type_="track") for _ in range(share * tasks)]
    waiting = iter([message for message in read if isinstance(message, Message)])

    async def work() -> None:
        for message in waiting:
            await bench.services.writer.write([message])

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(tasks)))
    return share * tasks / (time.perf_counter() - started)


async def creating_alone(bench: Bench, tasks: int, numbers: count[int]) -> float:
    """Events a second of a raw writer that commits each alone, with so many sessions at once."""
    async with bench.driver.session(database=bench.database) as session:
        await (await session.run("MERGE (:Profile {id: 'raw', recordKey: 'raw', birthId: 'raw'})")).consume()

    async def work(share: int) -> None:
        async with bench.driver.session(database=bench.database) as session:
            for _ in range(share):
                await (await session.run(ONE, profile="raw", key=f"raw-{next(numbers)}")).consume()

    started = time.perf_counter()
    await asyncio.gather(*(work(RAW_EVENTS // tasks) for _ in range(tasks)))
    return RAW_EVENTS / (time.perf_counter() - started)
