"""Rewards and the ledger by GraphQL: who may, what is told, what is refused as data, what a page of users costs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from graphql import parse

from api.gql.context import GqlContext
from api.gql.ledger.loaders import loader_of
from api.gql.schema import build_schema
from api.wiring import Services
from graph.access.roles import Caller, Permission, Role
from graph.db.database import Database
from graph.ledger.commands import Approve, Fund, Grant, Mature, Share
from graph.ledger.model import Side
from tests.api.conftest import Ask, headers_of, message
from tests.graph.ledger.lives import published

AT = 1_795_000_000_000_000
PROGRAMME = "two-sided"
PAYLOAD = """__typename ... on LedgerPosted { kind repeated outcomes { reward result amount unit } }
  ... on LedgerError { message remedy } ... on LedgerConflict { code }"""


def mutation(name: str) -> str:
    return f"mutation ($i: {name[0].upper()}{name[1:]}Input!) {{ done: {name}(input: $i) {{ {PAYLOAD} }} }}"


PERSON = """query ($id: ID!, $first: Int, $after: String, $language: Language! = EN) { user(oneId: $id) {
  balances { programme unit pending available spent }
  rewards(first: $first) { edges { node { key state side amount oneId holder { oneId } } } pageInfo { hasNextPage } }
  statement(first: $first, after: $after, language: $language) {
    edges { node { kind sentence cause changes { account unit amount } outcomes { result referral } } }
    pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""
REWARDS = """query ($programme: String, $states: [RewardState!], $first: Int, $after: String) {
  rewards(programme: $programme, states: $states, first: $first, after: $after) {
    edges { node { key oneId } } pageInfo { hasNextPage endCursor } } }"""


class World:
    """Two people, and what was granted to them."""

    def __init__(self, services: Services, people: dict[str, str]) -> None:
        self.services = services
        self.profiles, self.one_ids = list(people), list(people.values())

    async def granted(self, referral: str = "r", *, matured: bool = False) -> list[str]:
        shares = tuple(
            Share(side, profile, "points", 500) for side, profile in zip(Side, self.profiles, strict=True)
        )
        grant = Grant(PROGRAMME, referral, "rule", "delivered 0", AT, shares)
        keys = tuple(f"{grant.key}:{side}" for side in Side)
        commands: list[Any] = [Fund("f", PROGRAMME, "points", 100_000, "c", AT), grant]
        if matured:
            commands += [
                Approve(f"a{referral}", keys, "clear", AT),
                Mature(f"m{referral}", keys, "matured", AT),
            ]
        await self.services.ledger.post(commands)
        return list(keys)


@pytest.fixture
async def world(services: Services) -> World:
    await services.writer.write(
        [message({"type": "identify", "userId": f"u{n}", "messageId": f"m{n}"}) for n in range(2)]
    )
    await published(services.database, PROGRAMME)
    rows = await services.database.run_schema(
        "CYPHER 5 MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User) "
        "RETURN p.id AS p, u.oneId AS u ORDER BY u"
    )
    return World(services, {row["p"]: row["u"] for row in rows})


@pytest.fixture
async def manager(services: Services) -> dict[str, str]:
    return await headers_of(services, Role.PROGRAMME)


async def test_from_a_budget_to_what_is_taken_back(ask: Ask, world: World, manager: dict[str, str]) -> None:
    async def do(name: str, given: dict[str, Any]) -> dict[str, Any]:
        return (await ask(mutation(name), {"i": given}, headers=manager))["done"]

    funding = {"programme": PROGRAMME, "unit": "points", "amount": 5_000_000_000, "idempotencyKey": "k"}
    for repeated in (False, True):
        done = await do("fundBudget", funding)
        assert done == {"__typename": "LedgerPosted", "kind": "fund", "repeated": repeated, "outcomes": []}
    keys = await world.granted()
    done = await do("approveRewards", {"rewards": keys})
    assert [(one["result"], one["reward"]) for one in done["outcomes"]] == [("approved", key) for key in keys]
    await world.services.ledger.post([Mature("m", tuple(keys), "matured", AT)])
    spending = {"oneId": world.one_ids[0], "programme": PROGRAMME, "unit": "points", "amount": 120}
    done = await do("redeemRewards", spending | {"reason": "Winter tyres"})
    assert [(one["result"], one["amount"], one["unit"]) for one in done["outcomes"]] == [
        ("redeemed", 120, "points")
    ]
    accounts = (
        'query ($at: DateTime) { programmeAccounts(programme: "two-sided", at: $at) '
        "{ unit funded outstanding owed } }"
    )
    told = await ask(accounts, {}, headers=manager)
    assert told["programmeAccounts"] == [
        {"unit": "points", "funded": 5_000_100_000, "outstanding": 880, "owed": 120}
    ]
    (then,) = (await ask(accounts, {"at": "2020-01-01T00:00:00Z"}, headers=manager))["programmeAccounts"]
    assert (then["funded"], then["owed"]) == (0, 0)
    done = await do("reverseRewards", {"rewards": keys[:1]})
    assert [(one["result"], one["amount"]) for one in done["outcomes"]] == [("reviewRequired", 380)]


async def test_what_is_refused_is_data(
    ask: Ask, services: Services, world: World, manager: dict[str, str]
) -> None:
    keys = await world.granted()
    spending = {"oneId": world.one_ids[0], "programme": PROGRAMME, "unit": "points", "amount": 1}
    for name, given, kind, code in (
        ("redeemRewards", spending, "LedgerConflict", "insufficient_balance"),
        ("redeemRewards", spending | {"unit": "status"}, "LedgerConflict", "not_spendable"),
        ("redeemRewards", spending | {"oneId": "nobody"}, "LedgerNotFound", None),
        ("redeemRewards", spending | {"unit": "RMB"}, "LedgerInvalid", None),
        ("redeemRewards", spending | {"reason": "13912340001"}, "LedgerInvalid", None),
        ("approveRewards", {"rewards": []}, "LedgerInvalid", None),
        ("approveRewards", {"rewards": ["none"]}, "LedgerNotFound", None),
        ("reverseRewards", {"rewards": [*keys, "none"]}, "LedgerNotFound", None),
        ("fundBudget", {"programme": "V", "unit": "CNY", "amount": 1}, "LedgerInvalid", None),
        ("fundBudget", {"programme": "another", "unit": "CNY", "amount": 1}, "LedgerNotFound", None),
    ):
        done = (await ask(mutation(name), {"i": given}, headers=manager))["done"]
        assert (done["__typename"], done.get("code")) == (kind, code), (name, given)
        assert done["message"]
        assert done["remedy"]
    for role in (Role.FRONTEND, Role.STEWARD, Role.PRIVACY):
        headers = await headers_of(services, role)
        done = (await ask(mutation("redeemRewards"), {"i": spending}, headers=headers))["done"]
        assert done["__typename"] == "LedgerForbidden"


async def test_a_person_is_told_what_they_have_and_why(ask: Ask, services: Services, world: World) -> None:
    keys = await world.granted(matured=True)
    frontend = await headers_of(services, Role.FRONTEND)
    user = (await ask(PERSON, {"id": world.one_ids[1], "first": 2}, headers=frontend))["user"]
    assert user["balances"] == [
        {"programme": PROGRAMME, "unit": "points", "pending": 0, "available": 500, "spent": 0}
    ]
    (edge,) = user["rewards"]["edges"]
    one_id = world.one_ids[1]
    assert edge["node"] == {
        "key": keys[1], "state": "posted", "side": "referee", "amount": 500, "oneId": one_id,
        "holder": {"oneId": one_id},
    }  # fmt: skip
    page = user["statement"]
    assert [edge["node"]["kind"] for edge in page["edges"]] == ["mature", "approve"]
    assert page["edges"][0]["node"]["sentence"] == "500 points for being referred can be used now."
    assert page["edges"][0]["node"]["changes"] == [
        {"account": "pending", "unit": "points", "amount": -500},
        {"account": "available", "unit": "points", "amount": 500},
    ] or page["edges"][0]["node"]["changes"] == [
        {"account": "available", "unit": "points", "amount": 500},
        {"account": "pending", "unit": "points", "amount": -500},
    ]
    assert page["pageInfo"]["hasNextPage"]
    rest = {"id": one_id, "first": 2, "after": page["pageInfo"]["endCursor"], "language": "ZH"}
    last = (await ask(PERSON, rest, headers=frontend))["user"]["statement"]
    assert [edge["node"]["sentence"] for edge in last["edges"]] == [
        "您因受好友推荐获得500积分（车辆已交付），审核通过并到期后可以使用。"
    ]
    assert last["pageInfo"] | {"endCursor": ""} == {
        "hasNextPage": False, "hasPreviousPage": True, "endCursor": "",
    }  # fmt: skip


async def test_managers_page_through_all_rewards(ask: Ask, world: World, manager: dict[str, str]) -> None:
    keys = [await world.granted(str(n)) for n in range(3)]
    read: list[str] = []
    asked: dict[str, Any] = {"programme": PROGRAMME, "first": 4}
    while True:
        page = (await ask(REWARDS, asked, headers=manager))["rewards"]
        read += [edge["node"]["key"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        asked["after"] = page["pageInfo"]["endCursor"]
    assert read == [key for pair in reversed(keys) for key in pair]
    none = (await ask(REWARDS, {"states": ["posted"]}, headers=manager))["rewards"]
    assert (none["edges"], none["pageInfo"]["hasNextPage"]) == ([], False)
    one = "query ($key: ID!) { reward(key: $key) { state holder { oneId displayName } } }"
    found = (await ask(one, {"key": keys[0][0]}, headers=manager))["reward"]
    assert (found["state"], found["holder"]["oneId"]) == ("pending", world.one_ids[0])
    assert (await ask(one, {"key": "none"}, headers=manager))["reward"] is None


@pytest.mark.parametrize(
    ("role", "document"),
    [
        (Role.DEALER, "query ($id: ID!) { user(oneId: $id) { rewards { pageInfo { hasNextPage } } } }"),
        (Role.DEALER, "query ($id: ID!) { user(oneId: $id) { balances { unit } } }"),
        (Role.DEALER, "query ($id: ID!) { user(oneId: $id) { statement { pageInfo { hasNextPage } } } }"),
        (Role.FRONTEND, "{ rewards { pageInfo { hasNextPage } } }"),
        (Role.STEWARD, '{ reward(key: "k") { key } }'),
        (Role.PRIVACY, '{ programmeAccounts(programme: "two-sided") { unit } }'),
    ],
)
async def test_who_may_not_is_refused(
    services: Services, client: httpx.AsyncClient, world: World, role: Role, document: str
) -> None:
    headers = await headers_of(services, role, dealer="d1" if role is Role.DEALER else None)
    body = {"query": document, "variables": {"id": world.one_ids[0]} if "$id" in document else {}}
    answer = await client.post("/graphql", json=body, headers=headers)
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["forbidden"]


async def test_a_key_made_to_query_alone_reads_no_ledger(
    services: Services, client: httpx.AsyncClient
) -> None:
    made = await services.access.create(Role.PROGRAMME, only=frozenset({Permission.QUERY}))
    answer = await client.post(
        "/graphql",
        json={"query": "{ rewards { pageInfo { hasNextPage } } }"},
        headers={"Authorization": f"Bearer {made.key}"},
    )
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["forbidden"]


async def test_a_page_of_users_costs_one_statement_a_field(services: Services, world: World) -> None:
    await world.granted()
    document = """{ users { edges { node {
      balances { unit pending } again: balances { spent }
      rewards(first: 2) { edges { node { key } } } more: rewards(first: 1) { edges { cursor } }
      statement { edges { node { sentence } } } } } } }"""
    context = GqlContext(Caller(Role.ADMIN, "k"), services, parse(document))
    taken: list[str] = []
    reading = Database.read_one

    class Counting(Database):
        """The database, noting what it is asked."""

        async def read_one(self, name: str, /, **params: object) -> list[Any] | None:
            taken.append(name)
            return await reading(services.database, name, **params)

    loader_of(context).reader._database = object.__new__(Counting)
    answer = await build_schema().execute(document, context_value=context)
    assert answer.errors is None
    assert answer.data is not None
    told = [edge["node"] for edge in answer.data["users"]["edges"]]
    assert [node["balances"] for node in told] == [[{"unit": "points", "pending": 500}]] * 2
    assert [len(node["rewards"]["edges"]) for node in told] == [1, 1]
    assert sorted(taken) == ["ledger.list_holders_rewards", "ledger.list_lines", "ledger.read_balances"]
