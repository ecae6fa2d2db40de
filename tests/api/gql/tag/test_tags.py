"""Tags by GraphQL: who may, what is refused as data, who sees the reason, and what a page costs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from graphql import parse

from api.gql.context import GqlContext
from api.gql.schema import build_schema
from api.gql.tag.tags import loader_of
from api.wiring import Services
from graph.access.audit import Filter
from graph.access.roles import Caller, Role
from graph.db.database import Database
from tests.api.conftest import Ask, headers_of, message

PAYLOAD = (
    "__typename ... on UserTagged { oneId repeated tags { name why } } ... on TagError { message remedy }"
)
TAG = f"mutation ($i: TagUserInput!) {{ done: tagUser(input: $i) {{ {PAYLOAD} }} }}"
UNTAG = f"mutation ($i: UntagUserInput!) {{ done: untagUser(input: $i) {{ {PAYLOAD} }} }}"
TAGS = "query ($id: ID!) { user(oneId: $id) { tags { name by why since } } }"


@pytest.fixture
async def one_id(services: Services) -> str:
    await services.writer.write(
        [message({"type": "identify", "userId": f"u{n}", "messageId": f"m{n}"}) for n in range(3)]
    )
    rows = await services.database.run_schema(
        "CYPHER 5 MATCH (u:User) RETURN u.oneId AS id ORDER BY id LIMIT 1"
    )
    return rows[0]["id"]


async def test_a_steward_tags_and_takes_back(ask: Ask, services: Services, one_id: str) -> None:
    steward = await headers_of(services, Role.STEWARD)
    given = {"oneId": one_id, "tag": "VIP", "why": "她认识老板", "idempotencyKey": "k"}
    done = (await ask(TAG, {"i": given}, headers=steward))["done"]
    assert done == {
        "__typename": "UserTagged", "oneId": one_id, "repeated": False, "tags": [{"name": "VIP", "why": None}],
    }  # fmt: skip
    assert (await ask(TAG, {"i": given}, headers=steward))["done"]["repeated"]
    (told,) = (await ask(TAGS, {"id": one_id}, headers=steward))["user"]["tags"]
    assert (told["name"], told["why"]) == ("VIP", "她认识老板")
    disclosed = [d for d in services.audit.read(Filter(subject=one_id)) if "Tag.why" in d.fields]
    assert [d.subjects for d in disclosed] == [(one_id,)]
    frontend = await headers_of(services, Role.FRONTEND)
    (masked,) = (await ask(TAGS, {"id": one_id}, headers=frontend))["user"]["tags"]
    assert (masked["name"], masked["why"], masked["by"]) == ("VIP", None, told["by"])
    gone = (await ask(UNTAG, {"i": {"oneId": one_id, "tag": "VIP"}}, headers=steward))["done"]
    assert (gone["tags"], gone["repeated"]) == ([], False)


async def test_what_is_refused_is_data(ask: Ask, services: Services, one_id: str) -> None:
    given = {"oneId": one_id, "tag": "VIP", "why": "so"}
    for role in (Role.FRONTEND, Role.PRIVACY):
        headers = await headers_of(services, role)
        assert (await ask(TAG, {"i": given}, headers=headers))["done"]["__typename"] == "TagForbidden"
    wrong = (await ask(TAG, {"i": given | {"tag": "13912340001"}}))["done"]
    assert (wrong["__typename"], "`tag`" in wrong["message"]) == ("TagInvalid", True)
    nobody = {"oneId": "nobody", "tag": "VIP"}
    assert (await ask(UNTAG, {"i": nobody}))["done"]["__typename"] == "TagUserNotFound"
    assert (await ask(TAGS, {"id": one_id}))["user"]["tags"] == []


async def test_a_dealer_is_refused(services: Services, client: httpx.AsyncClient, one_id: str) -> None:
    headers = await headers_of(services, Role.DEALER, dealer="d1")
    answer = await client.post("/graphql", json={"query": TAGS, "variables": {"id": one_id}}, headers=headers)
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["forbidden"]


async def test_a_page_of_users_costs_one_statement(services: Services, one_id: str) -> None:
    document = "{ users { edges { node { tags { name } again: tags { by } } } } }"
    context = GqlContext(Caller(Role.ADMIN, "k"), services, parse(document))
    taken: list[str] = []
    reading = Database.read_one

    class Counting(Database):
        """The database, noting what it is asked."""

        async def read_one(self, name: str, /, **params: object) -> list[Any] | None:
            taken.append(name)
            return await reading(services.database, name, **params)

    await loader_of(context).service.tag(one_id, "VIP", why="so", by="k")
    loader_of(context).service._database = object.__new__(Counting)
    answer = await build_schema().execute(document, context_value=context)
    assert answer.errors is None
    assert answer.data is not None
    told = [edge["node"]["tags"] for edge in answer.data["users"]["edges"]]
    assert sorted(told, key=len) == [[], [], [{"name": "VIP"}]]
    assert taken == ["tag.read_tags"]
