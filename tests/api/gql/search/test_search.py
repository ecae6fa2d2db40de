"""Search over GraphQL: who is found, why, by how many statements, and who may ask."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.wiring import Services
from graph.access.roles import Role
from tests.api.conftest import Ask, headers_of, message
from tests.api.gql.profile.test_statements import EVERYTHING, CountingShelf, counting
from tests.graph.search.conftest import indexed

__all__ = ["counting"]

SEARCH = """
query Search($query: String!, $first: Int) {
  search(query: $query, first: $first) {
    edges { node { displayName profiles { recordId } identifiers { value } } matched score } hasMore
  }
}
"""


def named(user: str, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "messageId": f"m-{user}", "traits": traits}


async def bring(services: Services, *events: dict[str, Any]) -> None:
    await services.writer.write([message(event) for event in events])
    await indexed(services.database)


async def test_who_is_found_and_why(services: Services, ask: Ask, frontend: dict[str, str]) -> None:
    await bring(services, named("a", name="张伟国", phone="13912345678"), named("b", name="李娜"))
    found = (await ask(SEARCH, {"query": "zhang weigou"}, headers=frontend))["search"]
    assert [edge["node"]["displayName"] for edge in found["edges"]] == ["张伟国"]
    assert (found["edges"][0]["matched"], found["hasMore"]) == ("NAME", False)
    assert 0.5 < found["edges"][0]["score"] < 1
    found = (await ask(SEARCH, {"query": "5678"}, headers=frontend))["search"]["edges"]
    assert [(edge["matched"], edge["node"]["profiles"][0]["recordId"]) for edge in found] == [
        ("LAST_DIGITS", "a")
    ]
    assert "139****5678" in {one["value"] for one in found[0]["node"]["identifiers"]}
    assert (await ask(SEARCH, {"query": "诸葛亮"}))["search"] == {"edges": [], "hasMore": False}


async def test_a_page_says_whether_more_fit(services: Services, ask: Ask) -> None:
    await bring(services, *(named(f"u{n}", name="王芳") for n in range(4)))
    found = (await ask(SEARCH, {"query": "王芳", "first": 3}))["search"]
    assert (len(found["edges"]), found["hasMore"]) == (3, True)


@pytest.mark.parametrize("variables", [{"query": ""}, {"query": "王" * 201}, {"query": "王", "first": 51}])
async def test_a_wrong_argument_is_told_without_the_query(
    client: httpx.AsyncClient, admin: dict[str, str], variables: dict[str, Any]
) -> None:
    answer = await client.post("/graphql", json={"query": SEARCH, "variables": variables}, headers=admin)
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "bad_input"
    assert "王" not in answer.text


@pytest.mark.parametrize("text", ["王芳", "wang fang", "13900004321", "4321", "u0@example.com"])
async def test_a_search_costs_two_statements_however_many_fit(
    services: Services, counting: tuple[httpx.AsyncClient, CountingShelf], text: str
) -> None:
    client, statements = counting
    headers = await headers_of(services, Role.ADMIN)
    for people in (1, 30):
        await bring(
            services,
            *(
                named(f"u{n}", name="王芳", phone=f"139{n:04d}4321", email=f"u{n}@example.com")
                for n in range(people)
            ),
        )
        statements.taken.clear()
        query = "query S($t: String!) { search(query: $t, first: 20) { edges { node { ...Everything } } } }"
        asked = {"query": query + EVERYTHING, "variables": {"t": text}}
        answer = await client.post("/graphql", json=asked, headers=headers)
        assert "errors" not in answer.json(), answer.text
        assert answer.json()["data"]["search"]["edges"]
        assert statements.taken == ["search.find_people", "profile.read_users"]


async def test_a_source_may_not_search(client: httpx.AsyncClient, services: Services) -> None:
    headers = await headers_of(services, Role.SOURCE, source="web")
    answer = await client.post(
        "/graphql", json={"query": SEARCH, "variables": {"query": "王芳"}}, headers=headers
    )
    assert answer.status_code == 403
