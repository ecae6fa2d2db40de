"""Erasing over GraphQL: what a privacy officer sends, what comes back, and what others may not."""

from __future__ import annotations

import httpx
import pytest

from api.gql.ids import global_id
from api.wiring import Services
from graph.access.roles import Role
from tests.api.conftest import Ask, headers_of
from tests.graph.judgement.people import PHONE, People, said, seen

PAYLOAD = """
  __typename
  ... on EraseSuccess { repeated tombstones { profile birthId successor } changes { kind oneId other }
                        removed { profiles messages touchpoints evidence identifiers deadLetters } }
  ... on ErasureError { message remedy }
"""
ERASE = f"mutation($i: EraseProfileInput!) {{ done: eraseProfile(input: $i) {{ {PAYLOAD} }} }}"
ERASE_USER = f"mutation($i: EraseUserInput!) {{ done: eraseUser(input: $i) {{ {PAYLOAD} }} }}"
WHAT_IF = """query($t: ErasureTargetInput!) { whatIfErase(target: $t) {
  profiles repeated removed { profiles messages touchpoints evidence identifiers deadLetters }
  changes { kind oneId other } } }"""
USER = "query($id: ID!) { user(oneId: $id) { oneId } }"
NODE = "query($id: ID!) { node(id: $id) { __typename ... on FormerUser { currentUser { oneId } } } }"


@pytest.fixture
def people(services: Services) -> People:
    return People(services.database, services.keyring, services.rules, services.writer)


@pytest.fixture
async def officer(services: Services) -> dict[str, str]:
    return await headers_of(services, Role.PRIVACY)


async def test_a_profile_is_previewed_and_erased_and_its_id_leads_on(
    ask: Ask, people: People, officer: dict[str, str]
) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=PHONE), seen("a"))
    stored = await people.stored()
    a, b = stored["a"], stored["b"]
    preview = (await ask(WHAT_IF, {"t": {"profile": a.id}}, headers=officer))["whatIfErase"]
    by_record = {"record": {"source": "of-a", "record": "a"}}
    assert (await ask(WHAT_IF, {"t": by_record}, headers=officer))["whatIfErase"] == preview
    assert preview["removed"] == {
        "profiles": 1, "messages": 2, "touchpoints": 1, "evidence": 2, "identifiers": 1, "deadLetters": 0,
    }  # fmt: skip
    asked = {"profile": a.id, "why": "她要求", "idempotencyKey": "k"}
    done = (await ask(ERASE, {"i": asked}, headers=officer))["done"]
    assert done["__typename"] == "EraseSuccess"
    assert (done["removed"], done["changes"]) == (preview["removed"], preview["changes"])
    assert done["tombstones"] == [{"profile": a.id, "birthId": a.birth_id, "successor": b.birth_id}]
    assert (await ask(USER, {"id": a.birth_id}))["user"] == {"oneId": b.birth_id}
    node = (await ask(NODE, {"id": global_id("User", a.birth_id)}))["node"]
    assert node == {"__typename": "FormerUser", "currentUser": {"oneId": b.birth_id}}

    again = (await ask(ERASE, {"i": asked}, headers=officer))["done"]
    assert (again["repeated"], again["tombstones"]) == (True, done["tombstones"])
    assert (await ask(WHAT_IF, {"t": {"profile": a.id}}))["whatIfErase"]["repeated"]

    person = (await ask(ERASE_USER, {"i": {"oneId": a.birth_id}}, headers=officer))["done"]
    assert [one["profile"] for one in person["tombstones"]] == [b.id]
    for gone in (a.birth_id, b.birth_id):
        assert (await ask(USER, {"id": gone}))["user"] is None
        assert (await ask(NODE, {"id": global_id("User", gone)}))["node"] is None


async def test_errors_have_types(
    ask: Ask,
    services: Services,
    people: People,
    officer: dict[str, str],
    frontend: dict[str, str],
    client: httpx.AsyncClient,
) -> None:
    await people.bring(said("a"))
    one = await people.id("a")
    assert (await ask(ERASE, {"i": {"profile": "nobody"}}, headers=officer))["done"][
        "__typename"
    ] == "ProfileNotFound"
    assert (await ask(WHAT_IF, {"t": {"user": "nobody"}}, headers=officer))["whatIfErase"] is None
    long = {"profile": one, "why": "x" * 3000}
    assert (await ask(ERASE, {"i": long}, headers=officer))["done"]["__typename"] == "ErasureInvalid"
    for role in (Role.FRONTEND, Role.STEWARD):
        headers = await headers_of(services, role)
        refused = (await ask(ERASE, {"i": {"profile": one}}, headers=headers))["done"]
        assert refused["__typename"] == "ErasureForbidden"
    response = await client.post(
        "/graphql", json={"query": WHAT_IF, "variables": {"t": {"profile": one}}}, headers=frontend
    )
    assert response.json()["errors"][0]["extensions"]["code"] == "forbidden"
    assert await people.who() == [["a"]]
