"""The analysts' console over HTTP against the bare driver, ingest beside twenty of them, and the end of a runaway."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from itertools import chain, count
from typing import Any, Final, LiteralString

import orjson

from bench import raw
from bench.crowd import fill
from bench.ingest import new_key
from bench.lean import Connection
from bench.measure import ROUNDS, Figure, in_turn, slowest
from bench.setting import Bench, server
from bench.single import event_of
from graph.access.roles import Role
from graph.feed.follow import catch_up

RUN: Final = "/v1/console/run"
CONSOLES: Final = 20
SMALL: Final = 300
"""Small statements of a round."""
LARGE: Final = 60
"""Large answers of a round, of which the first row is waited for."""
EVENTS: Final = 2_400
"""Events of a round for each side, one a request, by four clients."""
SLICES: Final = 2
"""In which both sides of a round take turns, for what a graph costs grows with it."""
CLIENTS: Final = 4
DEADLINE: Final = 2
RUNAWAYS: Final = 5

_ONE: Final = "MATCH (u:User {oneId: $id}) RETURN u.oneId AS oneId, u.recordedAt AS recordedAt"
_ALL: Final = "MATCH (t:Touchpoint) RETURN t.kind AS kind, t.channel AS channel, t.occurredAt AS at"
_SCAN: Final = "MATCH (t:Touchpoint) RETURN t.kind AS kind, count(*) AS touchpoints"
_RUNAWAY: Final = "UNWIND range(1, 1000000) AS a UNWIND range(1, 1000000) AS b RETURN sum(a * b % 7) AS s"
_RUNNING: Final = """CYPHER 5 SHOW TRANSACTIONS YIELD metaData
WHERE metaData.app = 'guanxi.console' AND metaData.run <> '' RETURN count(*) AS running"""


async def console(bench: Bench) -> list[Figure]:
    """Small and large statements, ingest beside twenty consoles, and the end of a statement that would not end."""
    await raw.wipe(bench.driver, bench.database)
    crowd = await fill(bench)
    for follower in bench.services.followers:  # or the server does it meanwhile
        await catch_up(follower)
    keys = [(await bench.services.access.create(Role.ANALYST)).key for _ in range(CONSOLES)]
    figures = list[Figure]()
    wide = {"GUANXI_REST_RATE": "1e9", "GUANXI_REST_BURST": "1e9"}
    async with server(bench, **wide) as (address, _), Connection(address, RUN, bearer=keys[0]) as connection:
        figures.append(await _small(bench, connection, crowd.one_ids))
        figures.append(await _first_row(bench, connection))
        figures.append(await _beside(bench, address, keys))
    async with (
        server(bench, **wide, GUANXI_CONSOLE_SECONDS=str(DEADLINE)) as (address, _),
        Connection(address, RUN, bearer=keys[0]) as connection,
    ):
        figures.append(await _runaway(bench, connection))
    return figures


async def _small(bench: Bench, connection: Connection, one_ids: list[str]) -> Figure:
    numbers = count()

    async def ours() -> float:
        started = time.perf_counter()
        one_id = one_ids[next(numbers) % len(one_ids)]
        answer = [chunk async for chunk in connection.stream(_asked(_ONE, id=one_id))]
        waited = time.perf_counter() - started
        assert one_id.encode() in b"".join(answer)
        return waited

    async def theirs() -> float:
        started = time.perf_counter()
        one_id = one_ids[next(numbers) % len(one_ids)]
        async with bench.driver.session(database=bench.database) as session:  # pyright: ignore[reportUnknownMemberType]
            [record] = [record async for record in await session.run(_ONE, id=one_id)]
        waited = time.perf_counter() - started
        assert record["oneId"] == one_id
        return waited

    figure = Figure(
        "console-small",
        "a statement that finds one user, through the console over HTTP, explained before",
        "the same by the bare driver, in turn with it",
        "≤ 3",
        higher_is_better=False,
        beside={"unit": "ms, median"},
    )
    return await in_turn(figure, ours, theirs, SMALL)


async def _first_row(bench: Bench, connection: Connection) -> Figure:
    async def over() -> None:
        while (await bench.services.database.run_schema(_RUNNING))[0]["running"]:
            pass

    async def ours() -> float:
        started, seen = time.perf_counter(), b""
        async with aclosing(connection.stream(_asked(_ALL))) as chunks:
            async for chunk in chunks:
                seen += chunk
                if seen.count(b"\n") >= 2:  # the columns, and a row
                    break
        waited = time.perf_counter() - started
        await connection.reopen()  # who goes away ends the statement
        await over()
        return waited

    async def theirs() -> float:
        started = time.perf_counter()
        async with bench.driver.session(database=bench.database) as session:  # pyright: ignore[reportUnknownMemberType]
            await anext(aiter(await session.run(_ALL)))
            waited = time.perf_counter() - started
        await over()
        return waited

    figure = Figure(
        "console-first-row",
        "the first row of a large answer, through the console over HTTP",
        "the same by the bare driver, in turn with it: both find the machine as the other left it",
        "≤ 2",
        higher_is_better=False,
        beside={"unit": "ms, median"},
    )
    return await in_turn(figure, ours, theirs, LARGE)


async def _beside(bench: Bench, address: str, keys: list[str]) -> Figure:
    numbers = count()
    write_keys = [await new_key(bench) for _ in range(CLIENTS)]
    answered = [0]

    async def posting() -> list[float]:
        waits = list[float]()

        async def client(key: str) -> None:
            async with Connection(address, "/v1/track", key) as connection:
                for _ in range(EVENTS // CLIENTS // SLICES):
                    sent = time.perf_counter()
                    status, answer = await connection.post(orjson.dumps(event_of(next(numbers))))
                    assert status == 200, answer[:300]
                    waits.append(time.perf_counter() - sent)

        await asyncio.gather(*(client(key) for key in write_keys))
        return waits

    async def asking(key: str, stopping: asyncio.Event) -> None:
        async with Connection(address, RUN, bearer=key) as connection:
            while not stopping.is_set():
                async for _ in connection.stream(_asked(_SCAN)):
                    pass
                answered[0] += 1

    async def crowded() -> list[float]:
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for key in keys:
                group.create_task(asking(key, stopping))
            try:
                return await posting()
            finally:
                stopping.set()

    for _ in range(3):
        await posting()
    figure = Figure(
        "console-beside",
        f"ingest, one event a request, while {CONSOLES} consoles ask one scan after the other",
        "ingest alone",
        "≤ 1.5",
        higher_is_better=False,
        beside={"unit": "ms, 99th percentile"},
    )
    for _ in range(ROUNDS):
        slices = [(await crowded(), await posting()) for _ in range(SLICES)]
        for side, waits in zip((figure.ours, figure.theirs), zip(*slices, strict=True), strict=True):
            side.append(1000 * slowest([*chain(*waits)]))
    figure.beside["answers of the consoles"] = answered[0]
    return figure


async def _runaway(bench: Bench, connection: Connection) -> Figure:
    """From the deadline on, until the server has no transaction of it."""
    figure = Figure(
        "console-runaway",
        f"a statement that would not end, whose deadline is {DEADLINE} s: until Neo4j has it no more",
        "the deadline and a second",
        "≤ 1",
        higher_is_better=False,
        beside={"unit": "s"},
    )
    for _ in range(RUNAWAYS):
        started = time.perf_counter()
        status, _ = await connection.post(_asked(_RUNAWAY))
        assert status == 408, status
        while (await bench.services.database.run_schema(_RUNNING))[0]["running"]:
            pass
        figure.ours.append(time.perf_counter() - started)
        figure.theirs.append(DEADLINE + 1.0)
    return figure


def _asked(statement: LiteralString, **parameters: Any) -> bytes:
    return orjson.dumps({"statement": statement, "parameters": parameters})
