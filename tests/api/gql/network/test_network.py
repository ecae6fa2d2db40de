"""Paths and neighbourhoods by GraphQL, over a real graph."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.wiring import Services
from graph.access.roles import Role
from graph.network.repository import MOST_SHARING
from tests.api.conftest import Ask, headers_of, message
from tests.api.gql.household.test_households import family
from tests.api.gql.profile.test_statements import CountingShelf, counting

__all__ = ["counting"]

PATH = """
query ($start: ID!, $end: ID!, $longest: Int! = 6) {
  path(start: $start, end: $end, longest: $longest) {
    complete people { oneId distance user { displayName } } ties { kind detail people }
  }
}
"""
NEAR = """
query ($id: ID!, $depth: Int!, $first: Int) {
  neighbourhood(oneId: $id, depth: $depth, first: $first) {
    complete people { oneId distance user { displayName } } ties { kind detail people }
  }
}
"""


async def chain(services: Services) -> dict[str, str]:
    """A, B, C and D, of whom each drives a car with the next; and E, who has nothing to do with them."""
    cars = {"A": [1], "B": [1, 2], "C": [2, 3], "D": [3], "E": [4]}
    events: list[dict[str, Any]] = []
    for name, driven in cars.items():
        traits = {"name": f"Person {name}"}
        events.append({"type": "identify", "userId": name, "messageId": f"i{name}", "traits": traits})
        events += [
            {
                "type": "track",
                "userId": name,
                "event": "Service Completed",
                "messageId": f"s{name}{car}",
                "properties": {"vin": VINS[car]},
            }
            for car in driven
        ]
    await services.writer.write([message(event) for event in events])
    rows = await services.database.run_schema(
        "CYPHER 5 MATCH (p:Profile)-[:RESOLVED_TO]->(u:User) RETURN u.oneId AS id, p.seq AS seq ORDER BY seq"
    )
    return {name: row["id"] for name, row in zip(cars, rows, strict=True)}


VINS = {1: "LBVHY1107NM000011", 2: "LBVHY1109NM000012", 3: "LBVHY1100NM000013", 4: "LBVHY1102NM000014"}


async def test_a_path_leads_over_shared_cars(services: Services, ask: Ask) -> None:
    ids = await chain(services)
    found = (await ask(PATH, {"start": ids["A"], "end": ids["D"]}))["path"]
    assert found["complete"] is True
    assert [p["oneId"] for p in found["people"]] == [ids[name] for name in "ABCD"]
    assert [p["distance"] for p in found["people"]] == [0, 1, 2, 3]
    assert [p["user"]["displayName"] for p in found["people"]] == [f"Person {name}" for name in "ABCD"]
    assert [tie["kind"] for tie in found["ties"]] == ["vehicle"] * 3
    assert found["ties"][1]["people"] == [ids["B"], ids["C"]]
    short = (await ask(PATH, {"start": ids["A"], "end": ids["D"], "longest": 2}))["path"]
    assert (short["people"], short["ties"]) == ([], [])
    apart = (await ask(PATH, {"start": ids["A"], "end": ids["E"]}))["path"]
    assert (apart["people"], apart["complete"]) == ([], True)
    assert (await ask(PATH, {"start": ids["A"], "end": "nobody"}))["path"] is None


async def test_a_neighbourhood_is_told_nearest_first(services: Services, ask: Ask) -> None:
    ids = await chain(services)
    found = (await ask(NEAR, {"id": ids["A"], "depth": 2}))["neighbourhood"]
    assert [(p["oneId"], p["distance"]) for p in found["people"]] == [
        (ids["A"], 0),
        (ids["B"], 1),
        (ids["C"], 2),
    ]
    assert sorted(tuple(sorted(tie["people"])) for tie in found["ties"]) == sorted(
        [tuple(sorted((ids["A"], ids["B"]))), tuple(sorted((ids["B"], ids["C"])))]
    )
    cut = (await ask(NEAR, {"id": ids["A"], "depth": 2, "first": 2}))["neighbourhood"]
    assert ([p["oneId"] for p in cut["people"]], cut["complete"]) == ([ids["A"], ids["B"]], False)
    assert (await ask(NEAR, {"id": "nobody", "depth": 1}))["neighbourhood"] is None


async def test_a_household_ties_its_members(services: Services, ask: Ask) -> None:
    _, one_ids = await family(services, size=3)
    found = (await ask(NEAR, {"id": one_ids[0], "depth": 1}))["neighbourhood"]
    assert [p["oneId"] for p in found["people"]] == one_ids
    assert [(tie["kind"], tie["detail"], tie["people"]) for tie in found["ties"]] == [
        ("group", "household", one_ids),
        ("group", "sharedDevice", one_ids),
    ]


async def test_what_too_many_share_ties_nobody(services: Services, ask: Ask) -> None:
    _, one_ids = await family(services, size=MOST_SHARING + 1)
    found = (await ask(NEAR, {"id": one_ids[0], "depth": 2}))["neighbourhood"]
    assert ([p["oneId"] for p in found["people"]], found["ties"]) == ([one_ids[0]], [])


@pytest.mark.parametrize("size", [2, 12])
async def test_each_level_costs_one_statement_whatever_is_there(
    services: Services,
    counting: tuple[httpx.AsyncClient, CountingShelf],
    admin: dict[str, str],
    size: int,
) -> None:
    client, statements = counting
    _, one_ids = await family(services, size=size)
    ends = {"start": one_ids[0], "end": one_ids[1]}
    for query, variables, levels in (
        (NEAR, {"id": one_ids[0], "depth": 1}, 1),
        (NEAR, {"id": one_ids[0], "depth": 2}, 2),
        (PATH, ends, 1),
    ):
        statements.taken.clear()
        answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=admin)
        assert "errors" not in answer.json(), answer.text
        assert statements.taken == ["network.read_ties"] * levels + ["profile.read_users"]


@pytest.mark.parametrize(
    ("query", "variables", "what"),
    [(PATH, {"start": "a", "end": "b", "longest": 7}, "longest"), (NEAR, {"id": "a", "depth": 3}, "depth")],
)
async def test_a_walk_is_bounded(
    client: httpx.AsyncClient, admin: dict[str, str], query: str, variables: dict[str, Any], what: str
) -> None:
    answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=admin)
    assert answer.json()["errors"][0]["message"].startswith(f"`{what}` is not 1 to")


async def test_dealers_are_refused(services: Services, client: httpx.AsyncClient) -> None:
    headers = await headers_of(services, Role.DEALER, dealer="d-1")
    answer = await client.post(
        "/graphql", json={"query": NEAR, "variables": {"id": "a", "depth": 1}}, headers=headers
    )
    assert answer.json()["errors"][0]["extensions"]["code"] == "forbidden"
