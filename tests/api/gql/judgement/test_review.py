"""The stewards' queue over GraphQL: pages, roles, masks, and what leaves it."""

from __future__ import annotations

import httpx
import pytest

from api.wiring import Services
from graph.access.roles import Role
from graph.feed.follow import catch_up
from tests.api.conftest import Ask, headers_of
from tests.graph.judgement.likely import keep_model
from tests.graph.judgement.people import People, said, seen

AMBIGUOUS = """query($after: String) { ambiguities(first: 1, after: $after) {
  edges { node { profile oneId tier candidates valueAtStake } } pageInfo { endCursor hasNextPage } } }"""
LIKELY = """query($first: Int, $after: String) { likelyPairs(first: $first, after: $after) {
  edges { cursor node { left { profile oneId source } right { profile oneId source } probability model valueAtStake
                        reasons { field level agrees bits leftMask rightMask } } }
  pageInfo { endCursor hasNextPage hasPreviousPage } } }"""
JUDGE = """mutation($a: ID!, $b: ID!) {
  done: confirmDifferent(input: {a: $a, b: $b}) { __typename } }"""


@pytest.fixture
def people(services: Services) -> People:
    return People(services.database, services.keyring, services.rules, services.writer)


async def follow(services: Services) -> None:
    for follower in services.followers:
        await catch_up(follower)


async def bring_couples(services: Services, people: People) -> None:
    """Three likely pairs, the second with most at stake."""
    await keep_model(services.database)
    await services.matching.link()
    for number in range(3):
        birth = f"1980-05-0{number + 1}"
        await people.bring(
            said(f"a{number}", name="李丽华", birthDate=birth, phone=f"1391234000{number}"),
            said(f"b{number}", name="李晓峰", birthDate=birth),
            *[seen(f"b{number}")] * (number == 1),
        )
    await follow(services)


async def test_a_steward_goes_through_the_likely_pairs(ask: Ask, services: Services, people: People) -> None:
    await bring_couples(services, people)
    steward = await headers_of(services, Role.STEWARD)
    first = (await ask(LIKELY, {"first": 1}, headers=steward))["likelyPairs"]
    assert first["pageInfo"]["hasNextPage"] is True
    node = first["edges"][0]["node"]
    assert {node["left"]["oneId"], node["right"]["oneId"]} == {
        await people.one_id("a1"),
        await people.one_id("b1"),
    }
    assert (node["valueAtStake"], node["model"], node["left"]["source"][:3]) == (100, "by-hand", "of-")
    masks = {one["field"]: (one["agrees"], one["leftMask"]) for one in node["reasons"]}
    assert masks["birthDate"] == (True, "1980****")
    assert masks["givenName"][0] is False
    whole = str(first)
    assert not any(value in whole for value in ("丽华", "晓峰", "李", "05-02", "0502", "13912340001"))

    after = {"first": 5, "after": first["pageInfo"]["endCursor"]}
    rest = (await ask(LIKELY, after, headers=steward))["likelyPairs"]
    assert (len(rest["edges"]), rest["pageInfo"]["hasNextPage"]) == (2, False)
    assert rest["pageInfo"]["hasPreviousPage"] is True
    pair = {"a": node["left"]["profile"], "b": node["right"]["profile"]}
    assert (await ask(JUDGE, pair, headers=steward))["done"]["__typename"] == "JudgementRecorded"
    for _ in range(2):  # at once, and when the queue has followed
        left = (await ask(LIKELY, headers=steward))["likelyPairs"]
        assert [edge["cursor"] for edge in left["edges"]] == [edge["cursor"] for edge in rest["edges"]]
        await follow(services)


async def test_who_may_not_judge_sees_no_queue(services: Services, client: httpx.AsyncClient) -> None:
    for role in (Role.FRONTEND, Role.PRIVACY):
        headers = await headers_of(services, role)
        for query in (LIKELY, AMBIGUOUS):
            response = await client.post("/graphql", json={"query": query}, headers=headers)
            assert response.json()["errors"][0]["extensions"]["code"] == "forbidden"


async def test_the_queue_of_the_ambiguous_has_pages(ask: Ask, services: Services, people: People) -> None:
    for number in range(2):
        phone = f"1391234{number:04d}"
        for record, name in (("a", "王建国"), ("b", "王建军"), ("x", "王先生")):
            await people.bring(said(f"{record}{number}", phone=phone, name=name))
    await people.bring(seen("x1"))
    await follow(services)
    first = (await ask(AMBIGUOUS))["ambiguities"]
    second = (await ask(AMBIGUOUS, {"after": first["pageInfo"]["endCursor"]}))["ambiguities"]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    found = [edge["node"] for page in (first, second) for edge in page["edges"]]
    assert [node["profile"] for node in found] == [await people.id("x1"), await people.id("x0")]
    assert [node["valueAtStake"] for node in found] == [100, 0]
    assert found[1]["candidates"] == sorted([await people.one_id("a0"), await people.one_id("b0")])


@pytest.mark.parametrize("query", [LIKELY, AMBIGUOUS])
async def test_what_is_no_cursor_is_refused(
    client: httpx.AsyncClient, admin: dict[str, str], query: str
) -> None:
    body = {"query": query, "variables": {"after": "x"}}
    response = await client.post("/graphql", json=body, headers=admin)
    assert response.json()["errors"][0]["extensions"]["code"] == "bad_input"
