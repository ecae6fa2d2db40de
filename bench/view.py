"""`user(oneId)` with 20 touchpoints over HTTP, against the bare Cypher round trips it needs."""

from __future__ import annotations

import statistics
import time

import orjson

from bench import raw
from bench.lean import Connection
from bench.measure import Figure, interleaved
from bench.setting import Bench, server
from bench.worlds import journeys
from graph.access.roles import Role
from graph.clock import system_clock
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.profile.repository import ProfileRepository
from graph.profile.rows import PageRequest, Want

REQUESTS = 150
TOUCHPOINTS = 40

QUERY = """query ($id: ID!) { user(oneId: $id) { oneId displayName
  profiles { source recordId } identifiers { namespace value }
  touchpoints(first: 20) { edges { node { id occurredAt event } } pageInfo { hasNextPage endCursor } } } }"""


async def view(bench: Bench) -> list[Figure]:
    """Median milliseconds of each, one request at a time."""
    await raw.wipe(bench.driver, bench.database)
    services = bench.fresh()
    messages = [
        read_message(event, Arrival(bench.source, system_clock())) for event in journeys(4_000, seed=3)
    ]
    messages += [
        read_message(
            {
                "type": "track",
                "event": "Content Viewed",
                "userId": "viewed",
                "messageId": f"v{n}",
                "timestamp": 1.7e9 + n,
            },
            Arrival(bench.source, system_clock()),
        )
        for n in range(TOUCHPOINTS)
    ]
    await services.writer.write([message for message in messages if isinstance(message, Message)])
    rows = await services.database.run_schema(
        "CYPHER 5 MATCH (:Profile {recordKey: $key})-[:RESOLVED_TO]->(u:User) RETURN u.oneId AS id",
        key=services.blind.record_key(bench.source.name, "viewed"),
    )
    one_id = rows[0]["id"]
    repository = ProfileRepository(services.database)
    want = Want(identifiers=True, pages=(PageRequest(first=20),), clear=True)
    key = (await services.access.create(Role.ADMIN)).key
    body = orjson.dumps({"query": QUERY, "variables": {"id": one_id}})
    async with server(bench) as (address, _), Connection(address, "/graphql", bearer=key) as connection:

        async def ours() -> float:
            waits = list[float]()
            for _ in range(REQUESTS):
                started = time.perf_counter()
                status, answer = await connection.post(body)
                waits.append(time.perf_counter() - started)
                assert status == 200, answer[:300]
                assert len(orjson.loads(answer)["data"]["user"]["touchpoints"]["edges"]) == 20, answer[:300]
            return 1000 * statistics.median(waits)

        async def theirs() -> float:
            waits = list[float]()
            for _ in range(REQUESTS):
                started = time.perf_counter()
                rows = await repository.users([one_id], want)
                assert len(rows[0].pages[0]) == 21
                waits.append(time.perf_counter() - started)
            return 1000 * statistics.median(waits)

        await ours()
        await theirs()
        figure = Figure(
            "user-view",
            "user(oneId) with 20 touchpoints over HTTP",
            "the bare round trip of its Cypher statement, by the same driver",
            "≤ 2.5",
            higher_is_better=False,
            beside={"unit": "ms, median"},
        )
        return [await interleaved(figure, ours, theirs)]
