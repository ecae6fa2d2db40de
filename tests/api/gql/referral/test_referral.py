"""Referrals by GraphQL: what is told of them, what is decided, who may."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse

from api.gql.context import GqlContext
from api.gql.schema import build_schema
from graph.access.roles import Caller, Permission, Role
from graph.clock import DAY
from graph.db.database import Database
from graph.fraud.flag import CLEARS, Code, Flag, Hop
from graph.judgement.model import Same
from tests.api.conftest import headers_of
from tests.api.gql.referral.conftest import World
from tests.graph.referral.stage import START, A, bought, did

LIST = """query ($progress: ReferralProgress, $judgement: ReferralJudgement, $first: Int, $after: String) {
  referrals(programme: "two-sided", progress: $progress, judgement: $judgement, first: $first, after: $after) {
    edges { node { id code progress judgement order referrer { oneId } friend { oneId displayName } } }
    pageInfo { hasNextPage endCursor } } }"""
DETAIL = """referral { judgement flags } flags { code score clears path { kind of to rarity } }
  decisions { outcome note flags } reviews { key } rewards { key state side oneId }"""
ONE = f"query ($id: ID!) {{ referral(id: $id) {{ {DETAIL} }} }}"
DECIDE = f"""mutation ($i: DecideReferralInput!) {{ done: decideReferral(input: $i) {{
  __typename ... on ReferralDetail {{ {DETAIL} }} ... on ReferralError {{ message remedy }} }} }}"""
REVIEW = """mutation ($i: DecideReferralReviewInput!) { done: decideReferralReview(input: $i) {
  __typename ... on ReferralReview { key state note } ... on ReferralError { message remedy } } }"""
REVIEWS = """query ($first: Int, $after: String) { referralReviews(first: $first, after: $after) {
  edges { cursor node { key kind } } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
HOPS = (Hop("deviceId", "p", "d", 0.8), Hop("deviceId", "d", "q", 0.8))


async def test_referrals_are_paged_and_led_to_people(world: World) -> None:
    await world.referral("bob", ordered=True)
    await world.referral("cas")
    ann, bob = await world.stage.people.one_id("ann"), await world.stage.people.one_id("bob")
    (edge,) = (await world.ask(LIST, {"progress": "ordered"}))["referrals"]["edges"]
    node = edge["node"]
    assert (node["code"], node["judgement"], node["order"]) == (A, "clear", "300000.00 CNY")
    assert (node["referrer"]["oneId"], node["friend"]["oneId"]) == (ann, bob)
    assert (await world.ask(LIST, {"judgement": "flagged"}))["referrals"]["edges"] == []
    read: list[str] = []
    asked: dict[str, Any] = {"first": 1}
    while True:
        page = (await world.ask(LIST, asked))["referrals"]
        read += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        asked["after"] = page["pageInfo"]["endCursor"]
    assert len(set(read)) == len(read) == 2
    told = await world.ask("{ programmes { id version name nameZh unpayable } }", {})
    assert told["programmes"] == [
        {"id": "two-sided", "version": 1, "name": "Bring a friend", "nameZh": "推荐有礼", "unpayable": []}
    ]
    both = "query ($id: ID!) { user(oneId: $id) { madeReferrals { friendId } receivedReferrals { referrerId } } }"
    user = (await world.ask(both, {"id": bob}, Role.FRONTEND))["user"]
    assert user == {"madeReferrals": [], "receivedReferrals": [{"referrerId": ann}]}
    user = (await world.ask(both, {"id": ann}, Role.FRONTEND))["user"]
    assert (len(user["madeReferrals"]), user["receivedReferrals"]) == (2, [])


async def test_a_flag_is_shown_with_its_way_and_decided(world: World) -> None:
    id_ = await world.referral("bob", ordered=True)
    world.stage.flags.of[id_] = (Flag(Code.SHARED_DEVICE, 0.8, HOPS, CLEARS[Code.SHARED_DEVICE]),)
    await world.stage.does(did("bob", "Referral Code Entered", at=START + 2 * DAY, code=A))
    told = (await world.ask(ONE, {"id": id_}))["referral"]
    assert told["referral"] == {"judgement": "flagged", "flags": ["sharedDevice"]}
    (flag,) = told["flags"]
    assert flag["path"] == [
        {"kind": "deviceId", "of": "p", "to": "d", "rarity": 0.8},
        {"kind": "deviceId", "of": "d", "to": "q", "rarity": 0.8},
    ]
    given = {"referral": id_, "outcome": "cleared", "note": "An office.", "idempotencyKey": "k"}
    done = (await world.ask(DECIDE, {"i": given}))["done"]
    assert [(one["outcome"], one["note"]) for one in done["decisions"]] == [("cleared", "An office.")]
    await world.stage.follow()
    told = (await world.ask(ONE, {"id": id_}))["referral"]
    assert told["referral"] == {"judgement": "cleared", "flags": []}
    assert (await world.ask(ONE, {"id": "none"}))["referral"] is None
    assert (await world.ask(REVIEWS, {}))["referralReviews"]["edges"] == []


async def test_reviews_come_in_pages_and_go_when_they_are_decided(world: World) -> None:
    stage = world.stage
    stage.now = START + 16 * DAY
    await stage.does(
        did("bob", "Referral Link Clicked", at=START, code=A),
        *bought("bob", "o1", at=START + DAY, delivered=START + 15 * DAY),
    )
    ann, bob = await stage.people.id("ann"), await stage.people.id("bob")
    await world.services.judgements.judge(Same(ann, bob), by="k")
    await stage.follow()
    first = (await world.ask(REVIEWS, {"first": 1}))["referralReviews"]
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    second = (await world.ask(REVIEWS, {"after": first["pageInfo"]["endCursor"]}))["referralReviews"]
    assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)
    nodes = [edge["node"] for page in (first, second) for edge in page["edges"]]
    assert [node["kind"] for node in nodes] == ["samePerson", "samePerson"]
    assert nodes[0]["key"] < nodes[1]["key"]
    given = {"review": nodes[0]["key"], "accept": True, "note": "One person."}
    assert (await world.ask(REVIEW, {"i": given}))["done"]["state"] == "accepted"
    left = (await world.ask(REVIEWS, {}))["referralReviews"]
    assert [edge["node"]["key"] for edge in left["edges"]] == [nodes[1]["key"]]
    decided = "{ referralReviews(state: accepted) { edges { node { key state } } } }"
    (edge,) = (await world.ask(decided, {}))["referralReviews"]["edges"]
    assert edge["node"] == {"key": nodes[0]["key"], "state": "accepted"}


async def test_what_is_refused_is_data(world: World) -> None:
    id_ = await world.referral()
    for given, kind in (
        ({"referral": "none", "outcome": "rejected", "note": "x"}, "ReferralNotFound"),
        ({"referral": id_, "outcome": "cleared", "note": "x"}, "ReferralConflict"),
        ({"referral": id_, "outcome": "rejected", "note": " "}, "ReferralInvalid"),
    ):
        done = (await world.ask(DECIDE, {"i": given}))["done"]
        assert (done["__typename"], bool(done["message"])) == (kind, True)
    unknown = {"review": "none", "accept": True, "note": "x"}
    assert (await world.ask(REVIEW, {"i": unknown}))["done"]["__typename"] == "ReferralNotFound"
    for role in (Role.FRONTEND, Role.STEWARD):
        refused = {"referral": id_, "outcome": "rejected", "note": "x"}
        assert (await world.ask(DECIDE, {"i": refused}, role))["done"]["__typename"] == "ReferralForbidden"
        assert (await world.ask(REVIEW, {"i": unknown}, role))["done"]["__typename"] == "ReferralForbidden"


async def test_who_may_not_is_refused(world: World) -> None:
    asked = {
        "{ programmes { id } }": (Role.FRONTEND, Role.STEWARD, Role.DEALER),
        "{ referralReviews { edges { cursor } } }": (Role.FRONTEND, Role.DEALER),
        '{ referral(id: "x") { referral { id } } }': (Role.PRIVACY, Role.DEALER),
        '{ referrals(programme: "two-sided") { edges { cursor } } }': (Role.STEWARD, Role.DEALER),
        "{ users { edges { node { madeReferrals { id } } } } }": (Role.DEALER,),
    }
    for query, roles in asked.items():
        for role in roles:
            headers = await headers_of(world.services, role, dealer="d1" if role is Role.DEALER else None)
            answer = await world.client.post("/graphql", json={"query": query}, headers=headers)
            codes = [error["extensions"]["code"] for error in answer.json()["errors"]]
            assert codes == ["forbidden"], (query, role)
    made = await world.services.access.create(Role.PROGRAMME, only=frozenset({Permission.QUERY}))
    answer = await world.client.post(
        "/graphql",
        json={"query": "{ programmes { id } }"},
        headers={"Authorization": f"Bearer {made.key}"},
    )
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["forbidden"]


async def test_a_page_of_users_costs_one_statement(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.referral()
    document = "{ users { edges { node { madeReferrals { id } again: receivedReferrals { code } } } } }"
    context = GqlContext(Caller(Role.ADMIN, "k"), world.services, parse(document))
    taken: list[str] = []
    reading = Database.read_one

    async def counting(self: Database, name: str, /, **params: object) -> list[Any] | None:
        taken.append(name)
        return await reading(self, name, **params)

    monkeypatch.setattr(Database, "read_one", counting)
    answer = await build_schema().execute(document, context_value=context)
    assert answer.errors is None
    assert answer.data is not None
    told = [edge["node"] for edge in answer.data["users"]["edges"]]
    assert sorted(len(node["madeReferrals"]) for node in told) == [0, 1]
    assert [name for name in taken if name.startswith("referral.")] == ["referral.read_referrals"]
