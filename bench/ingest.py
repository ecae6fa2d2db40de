"""Bulk ingest with everything on, by file and over HTTP, against one raw writer of the same final rows."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

import httpx
import orjson

from bench import raw
from bench.measure import Figure, interleaved
from bench.setting import Bench, server
from bench.worlds import SOURCE, journeys
from graph.access.roles import Role
from graph.ingest.files.load import FileLoader, FileOptions

EVENTS = int(os.environ.get("GUANXI_BENCH_EVENTS", "20000"))
RAW_BATCH = 2_000
POST_EVENTS = 400
POSTERS = 4


class _Silent:
    def begin(self, name: str, size: int | None) -> None:
        """Nobody looks."""

    def advance(self, consumed: int, rows: int) -> None:
        """Nobody looks."""

    def waiting(self, reason: str) -> None:
        """Nobody looks."""


def silent() -> _Silent:
    """A watcher of a file that nobody looks at."""
    return _Silent()


async def bulk(bench: Bench) -> list[Figure]:
    """The file path and the HTTP path, each against the raw writer, in events a second."""
    events = journeys(EVENTS, seed=7)
    file = bench.folder / "events.jsonl"
    file.write_bytes(b"\n".join(orjson.dumps(event) for event in events))

    async def by_file() -> float:
        await raw.wipe(bench.driver, bench.database)
        opened = bench.fresh()
        loader = FileLoader(opened.writer, bench.source, keyring=opened.keyring, blind=opened.blind)
        started = time.perf_counter()
        loaded = await loader.load(file, FileOptions(), watcher=_Silent())
        seconds = time.perf_counter() - started
        assert loaded.progress.stored + loaded.progress.duplicates == len(events)
        return len(events) / seconds

    await by_file()  # warms the server's plans and the JVM, and makes the rows
    nodes, relationships = await raw.dump(bench.driver, bench.database)
    rows = sum(map(len, nodes.values())) + sum(map(len, relationships.values()))

    async def by_raw() -> float:
        await raw.wipe(bench.driver, bench.database)
        return len(events) / await raw.load(
            bench.driver, bench.database, nodes, relationships, batch=RAW_BATCH
        )

    await by_raw()
    beside = {"events": len(events), "finalRows": rows, "unit": "events/s"}
    peer = f"one raw writer, CREATE of the same final rows in batches of {RAW_BATCH}"
    figures = [
        await interleaved(
            Figure("ingest-file", "bulk ingest from a file", peer, "≥ 0.5, aim 0.9", beside=beside),
            by_file,
            by_raw,
        )
    ]
    await raw.wipe(
        bench.driver, bench.database
    )  # the raw writer's feed entries stand where the server's would
    async with server(bench) as (address, _):

        async def by_http() -> float:
            await raw.wipe(bench.driver, bench.database, but=raw.REFERENCES)
            keys = [await new_key(bench) for _ in range(POSTERS)]
            return len(events) / await post_all(address, keys, events)

        await by_http()
        figures.append(
            await interleaved(
                Figure("ingest-http", "bulk ingest over HTTP", peer, "≥ 0.4, aim 0.6", beside=beside),
                by_http,
                by_raw,
            )
        )
    return figures


async def new_key(bench: Bench) -> str:
    """A write key of the bench's source; each client has its own, since keys are limited in rate."""
    return (await bench.services.access.create(Role.SOURCE, source=SOURCE)).key


async def post_all(address: str, keys: list[str], events: list[dict[str, Any]]) -> float:
    """Seconds until every event was acknowledged, by one client for each key that posts batches."""
    bodies = iter(
        [
            orjson.dumps({"batch": events[start : start + POST_EVENTS]})
            for start in range(0, len(events), POST_EVENTS)
        ]
    )
    started = time.perf_counter()

    async def client(session: httpx.AsyncClient, key: str) -> None:
        for body in bodies:
            answer = await session.post(f"{address}/v1/batch", content=body, auth=(key, ""))
            assert answer.status_code == 200, answer.text[:300]

    async with httpx.AsyncClient(timeout=120, headers={"Content-Type": "application/json"}) as session:
        await asyncio.gather(*(client(session, key) for key in keys))
    return time.perf_counter() - started
