"""Chains of referrals in a forest of many edges: a whole tree of depth 10 and fan-out 3, and pages of it."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson

from bench import raw
from bench.lean import Connection
from bench.measure import Figure, in_turn, slowest
from bench.setting import Bench, server
from graph.access.roles import Role
from graph.chain.model import DescendantsPage
from graph.chain.repository import ChainRepository

DEPTH: Final = 10
FAN_OUT: Final = 3
PAGE: Final = 20
EDGES: Final = int(os.environ.get("GUANXI_BENCH_EDGES", "200000"))
"""Of the forest; the tree that is asked for has 88,572 of them. A million takes some minutes to write."""
REQUESTS: Final = int(os.environ.get("GUANXI_BENCH_CHAINS", "300"))
BATCH: Final = 5_000
_Ask = Callable[[], Awaitable[list[str]]]

_WRITE: Final = """CYPHER 5
UNWIND $rows AS row
CREATE (u:User {oneId: row[0], recordedAt: 1})<-[:RESOLVED_TO {from: 1}]-(:Profile {id: row[0], source: 'bench',
  recordKey: row[0], birthId: row[0], seq: row[2], founderClass: 0, component: row[0], recordedAt: 1})
CREATE (r:Referral {id: 'r' + row[0], programme: 'two-sided', progress: 'delivered', openedAt: row[2],
  deliveredAt: row[2] + 1, counts: true, recordedAt: 1})
WITH u, r, row
MATCH (by:User {oneId: row[1]})
CREATE (u)-[:FIRST_REFERRED_BY {referral: r.id, at: row[2]}]->(by)"""

_BY_HAND: Final = """CYPHER 5
MATCH (u:User {oneId: $id})
MATCH path = (u)<-[:FIRST_REFERRED_BY]-{1,10}(d:User)
WITH u, d, min(length(path)) AS generation
WHERE d <> u AND (generation > $generation OR (generation = $generation AND d.oneId > $after))
WITH d, generation ORDER BY generation, d.oneId LIMIT 21
MATCH (d)-[f:FIRST_REFERRED_BY]->(by:User)
OPTIONAL MATCH (r:Referral {id: f.referral})
RETURN d.oneId AS oneId, generation, by.oneId AS by, f.at AS at, r.progress AS progress, r.deliveredAt AS deliveredAt
ORDER BY generation, oneId"""

_QUERY: Final = """
query ($id: ID!) { user(oneId: $id) { referrals(deepest: 10, first: 20) {
  edges { cursor node { oneId generation by at progress deliveredAt } } pageInfo { hasNextPage endCursor } } } }
"""


async def chain(bench: Bench) -> list[Figure]:
    """The 99th percentile of the query that walks a whole tree, and of a first page over HTTP."""
    await raw.wipe(bench.driver, bench.database)
    tree = await _plant(bench)
    services = bench.fresh()
    key = (await services.access.create(Role.FRONTEND)).key
    repository = ChainRepository(services.database)
    generation, last = DEPTH, sorted(tree[-(FAN_OUT**DEPTH) :])[-PAGE - 1]
    page = DescendantsPage(tree[0], PAGE, 1, DEPTH, (generation, last))
    body = orjson.dumps({"query": _QUERY, "variables": {"id": tree[0]}})
    async with server(bench) as (address, _), Connection(address, "/graphql", bearer=key) as connection:

        async def query() -> list[str]:
            return [one.one_id for one in (await repository.descendants([page]))[page].people]

        async def over_http() -> list[str]:
            status, answer = await connection.post(body)
            assert status == 200, answer[:300]
            edges = orjson.loads(answer)["data"]["user"]["referrals"]["edges"]
            return [edge["node"]["oneId"] for edge in edges]

        async def whole() -> list[str]:
            return await _by_hand(bench, id=tree[0], generation=generation, after=last)

        async def first() -> list[str]:
            return await _by_hand(bench, id=tree[0], generation=0, after="")

        walked = Figure(
            "chain-query",
            f"the last page of {len(tree) - 1:,} people, depth {DEPTH}, fan-out {FAN_OUT}, so all of them are walked",
            "hand-written Cypher with a cycle guard, over the driver, in turn with it",
            "≤ 1.2",
            higher_is_better=False,
            beside={"edges": EDGES, "unit": "ms, 99th percentile"},
        )
        shown = Figure(
            "chain-page",
            "the first page of that tree by GraphQL over HTTP",
            "hand-written Cypher with a cycle guard, over the driver, in turn with it",
            "≤ 3",
            higher_is_better=False,
            beside={"edges": EDGES, "unit": "ms, 99th percentile"},
        )
        return [await _compare(walked, query, whole), await _compare(shown, over_http, first)]


async def _compare(figure: Figure, ours: _Ask, theirs: _Ask) -> Figure:
    told, expected = await ours(), await theirs()
    assert len(told) == PAGE
    assert told == expected[:PAGE]
    return await in_turn(figure, _waited(ours), _waited(theirs), REQUESTS, of=slowest)


def _waited(ask: _Ask) -> Callable[[], Awaitable[float]]:
    async def measured() -> float:
        started = time.perf_counter()
        await ask()
        return time.perf_counter() - started

    return measured


async def _by_hand(bench: Bench, **given: Any) -> list[str]:
    async with bench.driver.session(database=bench.database) as session:  # pyright: ignore[reportUnknownMemberType]
        result = await session.run(_BY_HAND, given)
        return [record["oneId"] async for record in result]


def _one_id(number: int) -> str:
    return f"0198c0de-7c1a-7d3e-9f00-{number:012x}"


async def _plant(bench: Bench) -> list[str]:
    """A whole tree and, up to the edges wanted, trees in which each was brought by somebody at random."""
    people = [_one_id(1)]
    rows: list[list[Any]] = [[people[0], None, 1]]
    level = people[:]
    for _ in range(DEPTH):
        below = list[str]()
        for by in level:
            for _ in range(FAN_OUT):
                below.append(_one_id(len(people) + len(below) + 1))
                rows.append([below[-1], by, len(rows) + 1])
        people += below
        level = below
    random_ = random.Random(17)
    others = list[str]()
    while len(rows) <= EDGES:
        one = _one_id(len(rows) + 1)
        by = random_.choice(others) if others and random_.random() < 0.9 else None
        rows.append([one, by, len(rows) + 1])
        others.append(one)
    for start in range(0, len(rows), BATCH):
        await bench.services.database.run_schema(_WRITE, rows=rows[start : start + BATCH])
    await bench.services.database.run_schema("CYPHER 5 CALL db.awaitIndexes(300)")
    await bench.services.database.run_schema("CYPHER 5 CALL db.prepareForReplanning(60)")
    return people
