"""Splink from graph to graph: records read from Neo4j as ours are, its pairs and clusters written back in batches."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final, LiteralString

from bench.setting import Bench
from bench.splink_peer import SplinkPeer
from graph.matching.model import Model
from graph.matching.pool import Pool
from graph.matching.prepare import prepare

BATCH: Final = 10_000

_PAIRS: Final = """CYPHER 5 UNWIND $rows AS r
MATCH (p:Profile {id: r[0]}) MATCH (q:Profile {id: r[1]})
CREATE (p)-[:PEER_SCORED {probability: r[2], model: 'splink', recordedAt: 1795000000000000}]->(q)"""
_CLUSTERS: Final = "CYPHER 5 UNWIND $rows AS r MATCH (p:Profile {id: r[0]}) SET p.peerCluster = r[1]"
_FORGET_PAIRS: Final = """CYPHER 5 MATCH ()-[s:PEER_SCORED]->()
CALL (s) { DELETE s } IN TRANSACTIONS OF 10000 ROWS"""
_FORGET_CLUSTERS: Final = """CYPHER 5 MATCH (p:Profile)
CALL (p) { REMOVE p.peerCluster } IN TRANSACTIONS OF 10000 ROWS"""


async def link_by_splink(bench: Bench, peer: SplinkPeer, model: Model) -> tuple[float, int]:
    """Seconds of linking all profiles by Splink, and how many pairs it wrote; the graph is then as it was."""
    services = bench.fresh()
    started = time.perf_counter()
    found = [one.record async for page in Pool(services.database, services.keyring).pages() for one in page]
    rows = await asyncio.to_thread(prepare, found, model.compared)
    pairs, clusters = await asyncio.to_thread(peer.link, rows)
    await _write(bench, _PAIRS, pairs)
    await _write(bench, _CLUSTERS, clusters)
    seconds = time.perf_counter() - started
    for forget in (_FORGET_PAIRS, _FORGET_CLUSTERS):
        await services.database.run_schema(forget)
    return seconds, len(pairs)


async def _write(bench: Bench, text: LiteralString, rows: Sequence[Sequence[Any]]) -> None:
    async with bench.driver.session(database=bench.database) as session:  # pyright: ignore[reportUnknownMemberType]
        for start in range(0, len(rows), BATCH):
            result = await session.run(text, rows=[list(row) for row in rows[start : start + BATCH]])
            await result.consume()
