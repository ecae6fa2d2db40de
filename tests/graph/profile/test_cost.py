"""What reading a person costs the server: pages are read from their index, whatever the history is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from neo4j import AsyncDriver

from graph.db.connect import connect
from graph.db.database import Database
from graph.db.plans import broken_rules
from graph.db.shelf import shelf
from graph.ingest.rows import sort_key
from graph.runtime import Endpoint
from tests.conftest import empty

ROWS = 21
FILL = """CYPHER 5
CREATE (u:User {oneId: $id, recordedAt: 1})
WITH u UNWIND range(1, $profiles) AS n
CREATE (p:Profile {id: $id + n, birthId: CASE n WHEN 1 THEN $id ELSE $id + n END, recordKey: $id + n, seq: n,
                   source: 'web', recordedAt: 1})-[:RESOLVED_TO {from: 1}]->(u)
WITH p UNWIND range(1, $each) AS m
CREATE (:Message:Touchpoint {key: p.id + '-' + m, profileId: p.id, at: right('0000000' + m, 8) + p.id,
                             kind: 'page', event: 'Page Viewed', occurredAt: m, receivedAt: m})"""


@pytest.fixture(scope="module")
async def driver(endpoint: Endpoint, server: Database) -> AsyncIterator[AsyncDriver]:
    """People with short and with long histories."""
    await empty(server)
    for id_, profiles, each in (("short", 3, 30), ("long", 3, 3_000), ("wide", 12, 500)):
        await server.run_schema(FILL, id=id_, profiles=profiles, each=each)
    await server.run_schema("CYPHER 5 CALL db.awaitIndexes(60)")
    opened = await connect(endpoint)
    yield opened
    await opened.close()
    await empty(server)


async def profile(driver: AsyncDriver, one_id: str, *, before: str = "9") -> tuple[list[Any], dict[str, Any]]:
    """The page of a person, and the plan with what each operator did."""
    text = shelf()["profile.read_users"].text.replace("CYPHER 5", "CYPHER 5 PROFILE", 1)
    asked = {"oneIds": [one_id], "pages": [["0", before, None, None]]}
    async with driver.session() as session:
        result = await session.run(
            text,
            asked=asked,
            identifiers=True,
            values=True,
            proof=False,
            clear=True,
            vehicles=True,
            dealer=None,
            rows=ROWS,  # type: ignore[arg-type]
        )
        record = await result.single(strict=True)
        summary = await result.consume()
    assert summary.profile is not None
    return record["users"], summary.profile


def operators(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("children", []):
        yield from operators(child)


def hits(plan: dict[str, Any]) -> int:
    return sum(operator["args"].get("DbHits", 0) for operator in operators(plan))


async def test_a_page_costs_the_same_whatever_the_history(driver: AsyncDriver) -> None:
    costs = {}
    for one_id, before in (("short", "9"), ("long", "9"), ("long", "00001500")):
        [user], plan = await profile(driver, one_id, before=before)
        assert len(user[5][0]) == ROWS
        costs[one_id, before] = hits(plan)
    assert len(set(costs.values())) == 1, costs


async def test_each_profile_gives_a_page_in_index_order_and_one_top_merges_them(driver: AsyncDriver) -> None:
    [user], plan = await profile(driver, "wide")
    found = list(operators(plan))
    names = [operator["operatorType"].partition("@")[0] for operator in found]

    assert list(broken_rules(plan)) == []
    assert names.count("Top") == 1
    seeks = [o for o in found if "Touchpoint(profileId, at)" in str(o["args"].get("Details"))]
    [seek] = [o for o in seeks if o["operatorType"].startswith("NodeIndexSeek")]
    assert seek["args"]["Rows"] <= 12 * ROWS
    assert [row[1] for row in user[5][0]] == sorted((row[1] for row in user[5][0]), reverse=True)
    assert "Sort" not in names[names.index("Top") :]


def test_the_sort_key_orders_as_time_does() -> None:
    moments = [-2_208_988_800_000_000, -1, 0, 1, 1_795_000_000_000_000, 253_402_300_799_999_999]
    keys = [sort_key(moment, "x") for moment in moments]
    assert keys == sorted(keys)
    assert keys[0] > "0"
    assert keys[-1] < "9"
