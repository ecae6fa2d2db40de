"""Joining a company's graph: references to people, what they cost, and a real gateway before us."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from graphql import parse

from api.app import create_app
from api.gql.cost import BASE, MAX_COST, Cost
from api.gql.federation import read_representations
from api.gql.schema import SDL_FILE, build_schema
from api.gql.selection import LONGEST_LIST
from api.wiring import Services
from graph.access.roles import Role
from graph.errors import InputError
from tests import node
from tests.api.conftest import Ask, message
from tests.api.server import listening

SCHEMA = build_schema().core
NAMES = ("王建国", "李小红", "陈大文")
ENTITIES = """
query ($people: [_Any!]!, $pages: Int = 5) {
  _entities(representations: $people) {
    __typename
    ... on User {
      oneId displayName identifiers { value }
      touchpoints(first: $pages) { edges { node { kind } } }
    }
  }
}
"""


def referred(*one_ids: str) -> list[dict[str, Any]]:
    return [{"__typename": "User", "oneId": one_id} for one_id in one_ids]


async def people(services: Services, count: int) -> list[str]:
    """That many people, each with an enquiry; their oneIds in the order of their e-mails."""
    events: list[dict[str, Any]] = []
    for n in range(count):
        traits = {"email": f"u{n}@example.com", "name": NAMES[n]}
        events.append({"type": "identify", "userId": f"u{n}", "traits": traits, "messageId": f"i{n}"})
        asked = {"type": "track", "userId": f"u{n}", "event": "Enquiry Submitted", "messageId": f"t{n}"}
        events.append(asked)
    await services.writer.write([message(event) for event in events])
    rows = await services.database.run_schema(
        "CYPHER 5 MATCH (u:User)<-[r:RESOLVED_TO]-(p:Profile) RETURN u.oneId AS id ORDER BY p.seq"
    )
    return [row["id"] for row in rows]


async def test_references_are_answered_in_their_order(services: Services, ask: Ask) -> None:
    first, second = await people(services, 2)
    unknown = "0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f"
    data = await ask(ENTITIES, {"people": referred(second, unknown, first, second)})
    names = [found and found["displayName"] for found in data["_entities"]]
    assert names == [NAMES[1], None, NAMES[0], NAMES[1]]
    assert data["_entities"][0]["identifiers"] != data["_entities"][2]["identifiers"]
    assert [edge["node"]["kind"] for edge in data["_entities"][0]["touchpoints"]["edges"]] == ["enquiry"]


async def test_it_is_what_user_answers(
    services: Services, ask: Ask, frontend: dict[str, str], admin: dict[str, str]
) -> None:
    """Masks and all, for each role."""
    [one_id] = await people(services, 1)
    wanted = "oneId displayName identifiers { namespace value trusted } vehicles { vin }"
    for headers in (frontend, admin):
        direct = await ask(
            f"query ($id: ID!) {{ user(oneId: $id) {{ {wanted} }} }}", {"id": one_id}, headers=headers
        )
        referred_to = await ask(
            f"query ($of: [_Any!]!) {{ _entities(representations: $of) {{ ... on User {{ {wanted} }} }} }}",
            {"of": referred(one_id)},
            headers=headers,
        )
        assert referred_to["_entities"] == [direct["user"]]


async def test_a_dealer_is_told_of_its_own_people_only(services: Services, ask: Ask) -> None:
    own, other = await people(services, 2)
    visit = {"type": "track", "userId": "u0", "event": "Enquiry Submitted", "properties": {"dealer": "d-1"}}
    await services.writer.write([message(visit | {"messageId": "visit"})])
    key = (await services.access.create(Role.DEALER, dealer="d-1")).key
    headers = {"Authorization": f"Bearer {key}"}
    data = await ask(ENTITIES, {"people": referred(other, own)}, headers=headers)
    assert [found and found["oneId"] for found in data["_entities"]] == [None, own]


@pytest.mark.parametrize(
    "representation",
    [
        {"__typename": "Vehicle", "id": "x"},
        {"__typename": "User"},
        {"__typename": "User", "oneId": 7},
        {"__typename": "User", "oneId": "x" * 65},
        {"oneId": "x"},
        "User",
        None,
        [],
    ],
)
def test_what_refers_to_nobody_is_refused(representation: Any) -> None:
    with pytest.raises(InputError, match="refers to no entity"):
        read_representations([representation])


def test_more_than_a_list_is_refused() -> None:
    assert len(read_representations(referred("x") * LONGEST_LIST)) == LONGEST_LIST
    with pytest.raises(InputError, match="1000 is the most"):
        read_representations(referred("x") * (LONGEST_LIST + 1))


@pytest.mark.parametrize(
    ("text", "variables", "points"),
    [
        (
            "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { oneId } } }",
            {"r": referred("x") * 7},
            14,
        ),
        ("query ($r: [_Any!]! = [{}, {}]) { _entities(representations: $r) { __typename } }", {}, 4),
        (
            "{ _entities(representations: [{}, {}, {}]) { ... on User { vehicles { vin } } } }",
            {},
            3 * (1 + 20),
        ),
        ("query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }", {"r": {}}, 2),
        ("query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }", {"r": []}, 2),
    ],
)
def test_points(text: str, variables: dict[str, Any], points: int) -> None:
    assert Cost(SCHEMA, parse(text)).of(None, variables) - BASE == points


async def test_many_references_cost_too_much(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    body = {"query": ENTITIES, "variables": {"people": referred("x") * 900, "pages": 20}}
    answer = (await client.post("/graphql", json=body, headers=admin)).json()
    assert f"{MAX_COST} is the most" in answer["errors"][0]["message"]
    assert "data" not in answer


async def test_the_schema_is_told_to_who_may_look_at_it(
    client: httpx.AsyncClient, ask: Ask, frontend: dict[str, str]
) -> None:
    told = (await ask("{ _service { sdl } }"))["_service"]["sdl"]
    assert SDL_FILE.read_text(encoding="utf-8").endswith(f"\n\n{told}\n")
    refused = await client.post("/graphql", json={"query": "{ _service { sdl } }"}, headers=frontend)
    assert "Introspection is off" in refused.json()["errors"][0]["message"]


async def test_a_gateway_joins_people_with_another_graph(services: Services, admin: dict[str, str]) -> None:
    """Apollo's own gateway composes our schema with one that has points for a person, and asks both."""
    one_ids = await people(services, 3)
    async with listening(create_app(services, follow=False)) as place:
        key = admin["Authorization"].split()[1]
        [joined] = await node.run("gateway.mjs", f"http://{place}/graphql", *one_ids, key=key)
    assert joined == {
        "members": [
            {"points": 10 * n, "person": {"oneId": one_id, "displayName": NAMES[n], "points": 10 * n}}
            for n, one_id in enumerate(one_ids)
        ],
        "user": {"oneId": one_ids[1], "displayName": NAMES[1], "points": 10},
    }
