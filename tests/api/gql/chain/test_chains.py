"""Chains by GraphQL over a real graph: made-up referrals against a plain walk of them."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from fractions import Fraction
from typing import Any, Final

import httpx
import pytest

from api.wiring import Services
from graph.access.roles import Role
from graph.clock import DAY, isoformat
from graph.referral.forest import Forest, ancestors
from tests.api.conftest import Ask, headers_of
from tests.api.gql.chain.forest import BEGUN, Told, made_up, write_people, write_referrals
from tests.api.gql.profile.test_statements import CountingShelf, counting

__all__ = ["counting"]

NAMES: Final = [f"{n:02}" for n in range(14)]
PEOPLE: Final = """
query ($after: String, $nearest: Int! = 1, $deepest: Int! = 30, $id: ID!) {
  user(oneId: $id) {
    referrers { oneId distance at reason user { oneId } }
    withAlso: referrers(also: true) { oneId distance at reason }
    referrals(first: 3, after: $after, nearest: $nearest, deepest: $deepest) {
      edges { cursor node { oneId generation by at progress deliveredAt user { oneId } } }
      pageInfo { hasNextPage endCursor }
    }
    alsoReferred { oneId at reason progress }
  }
}
"""
INFLUENCE: Final = """
query ($id: ID!, $discount: Float! = 0.5) { user(oneId: $id) { influence(discount: $discount) {
  discount people generations { generation people } values { currency own direct below referral orders }
} } }
"""


def below(forest: Forest, one_id: str) -> dict[str, int]:
    """Everybody below with their generation, by asking everybody for who is above them."""
    found: dict[str, int] = {}
    for friend in forest.first:
        chain = list(ancestors(forest, friend))
        if one_id in chain:
            found[friend] = chain.index(one_id) + 1
    return found


async def pages_of(ask: Ask, one_id: str, **given: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    people, after = list[dict[str, Any]](), None
    while True:
        told = (await ask(PEOPLE, {"id": one_id, "after": after, **given}))["user"]
        page = told["referrals"]
        people += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return told, people
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("seed", range(3))
async def test_chains_are_what_a_plain_walk_says(services: Services, ask: Ask, seed: int) -> None:
    ids = await write_people(services, NAMES)
    told = made_up(random.Random(seed), NAMES, 16)
    forest = await write_referrals(services, ids, told)
    known = {one.id: one for one in told}
    for one_id in ids.values():
        user, people = await pages_of(ask, one_id)
        up = list(ancestors(forest, one_id))
        assert [one["oneId"] for one in user["referrers"]] == up
        assert [one["distance"] for one in user["referrers"]] == list(range(1, len(up) + 1))
        assert [one["user"]["oneId"] for one in user["referrers"]] == up
        for child, one in zip([one_id, *up], user["referrers"], strict=False):
            assert one["at"] == isoformat(forest.first[child].at)
        also = {
            (edge.referrer, reason.value)
            for edge, reason in forest.also.values()
            if edge.referee == one_id and edge.referrer != one_id
        }
        beside = user["withAlso"][len(up) :]
        assert user["withAlso"][: len(up)] == [
            {key: one[key] for key in ("oneId", "distance", "at", "reason")} for one in user["referrers"]
        ]
        assert {one["oneId"] for one in beside} == {referrer for referrer, _ in also}
        assert all((one["oneId"], one["reason"]) in also for one in beside)

        expected = below(forest, one_id)
        order = sorted(expected, key=lambda friend: (expected[friend], friend))
        assert [one["oneId"] for one in people] == order
        for one in people:
            edge = forest.first[one["oneId"]]
            of_it = known[edge.referral]
            assert one["generation"] == expected[one["oneId"]]
            assert (one["by"], one["at"]) == (edge.referrer, isoformat(edge.at))
            assert one["user"] == {"oneId": one["oneId"]}
            delivered = of_it.delivered_at
            assert one["deliveredAt"] == (None if delivered is None else isoformat(delivered))
        brought_too = [edge for edge, _ in forest.also.values() if edge.referrer == one_id != edge.referee]
        assert [one["oneId"] for one in user["alsoReferred"]] == [
            edge.referee for edge in sorted(brought_too, key=lambda e: (e.at, e.referee, e.referral))
        ]
        if expected:
            _, second = await pages_of(ask, one_id, nearest=2, deepest=2)
            assert [one["oneId"] for one in second] == [f for f in order if expected[f] == 2]


def credited(told: list[Told], ids: dict[str, str], one_id: str, tree: dict[str, int]) -> dict[str, Any]:
    """Shares of orders by generation, exactly: each order is split by all weights that credit it."""
    weights = Counter[str]()
    for one in told:
        if one.order:
            weights[one.order] += one.weight
    found: dict[str, Any] = defaultdict(lambda: [Fraction(0), Fraction(0), Fraction(0), 0])
    for one in told:
        generation = {one_id: 0, **tree}.get(ids[one.referrer])
        if generation is None or one.delivered_at is None or not one.order or ids[one.friend] == one_id:
            continue
        share = Fraction(one.price * one.weight, weights[one.order])
        totals = found[one.currency]
        totals[0 if generation == 0 else 1] += share
        totals[2] += share / 2**generation
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_influence_is_what_shares_by_generation_come_to(
    services: Services, ask: Ask, seed: int
) -> None:
    ids = await write_people(services, NAMES)
    told = made_up(random.Random(seed), NAMES, 16)
    forest = await write_referrals(services, ids, told)
    for one_id in ids.values():
        answer = (await ask(INFLUENCE, {"id": one_id}))["user"]["influence"]
        tree = below(forest, one_id)
        assert answer["people"] == len(tree)
        assert {one["generation"]: one["people"] for one in answer["generations"]} == Counter(tree.values())
        expected = credited(told, ids, one_id, tree)
        assert [value["currency"] for value in answer["values"]] == sorted(expected)
        for value in answer["values"]:
            direct, under, referral, _ = expected[value["currency"]]
            for name, exact in (("direct", direct), ("below", under), ("referral", referral)):
                minor = round(float(value[name].split(" ")[0]) * 100)
                assert minor == pytest.approx(float(exact), abs=1)
            assert value["own"] == f"0.00 {value['currency']}"


async def test_no_money_is_in_own_and_in_referral_value(services: Services, ask: Ask) -> None:
    """A buys, and brings B, who buys; B also brought A's second car, whose credit stands below A in A's own tree."""
    orders = [
        {
            "type": "track",
            "userId": name,
            "event": event,
            "messageId": f"{event}{name}",
            "timestamp": "2026-02-01T00:00:00Z",
            "properties": {"orderId": f"o-{name}", "amount": 1000, "currency": "CNY", "dealer": "d-1"},
        }
        for name in ("01", "02")
        for event in ("Order Placed", "Vehicle Delivered")
    ]
    ids = await write_people(services, NAMES[:4], orders)
    facts = {
        row["name"]: row["fact"]
        for row in await services.database.run_schema(
            "CYPHER 5 MATCH (u:User)<-[:RESOLVED_TO]-(p:Profile)-[:BROUGHT]->(t:Touchpoint {kind: 'delivery'}) "
            "RETURN u.oneId AS name, t.fact AS fact"
        )
    }
    told = [
        Told("r1", "01", "02", BEGUN, facts[ids["02"]], 100_000, 1, BEGUN + DAY),
        Told("r2", "02", "01", BEGUN + DAY, facts[ids["01"]], 100_000, 1, BEGUN + 2 * DAY),
        Told("r3", "02", "03", BEGUN + DAY, facts[ids["01"]], 100_000, 1, BEGUN + 2 * DAY),
    ]
    await write_referrals(services, ids, told)
    [value] = (await ask(INFLUENCE, {"id": ids["01"]}))["user"]["influence"]["values"]
    # r2 is A's own order by the friend, r3 (a co-buyer said it) by the order: neither counts to A a second time.
    assert value == {
        "currency": "CNY",
        "own": "1000.00 CNY",
        "direct": "1000.00 CNY",
        "below": "0.00 CNY",
        "referral": "1000.00 CNY",
        "orders": 1,
    }
    # To B both speak of one order, which counts once.
    [value] = (await ask(INFLUENCE, {"id": ids["02"], "discount": 1}))["user"]["influence"]["values"]
    assert (value["own"], value["direct"], value["orders"]) == ("1000.00 CNY", "1000.00 CNY", 1)


async def test_a_circle_that_should_not_be_there_ends(services: Services, ask: Ask) -> None:
    ids = await write_people(services, NAMES[:5])
    await write_referrals(
        services,
        ids,
        [Told("r1", "00", "01", BEGUN), Told("r2", "01", "02", BEGUN), Told("r3", "02", "03", BEGUN)],
    )
    await services.database.run_schema(
        "CYPHER 5 MATCH (a:User {oneId: $a}), (c:User {oneId: $c}) "
        "CREATE (a)-[:FIRST_REFERRED_BY {referral: 'bad', at: 1}]->(c)",
        a=ids["00"],
        c=ids["02"],
    )
    user, people = await pages_of(ask, ids["00"])
    assert [one["oneId"] for one in user["referrers"]] == [ids["02"], ids["01"]]
    assert [(one["oneId"], one["generation"]) for one in people] == [
        (ids["01"], 1),
        (ids["02"], 2),
        (ids["03"], 3),
    ]
    influence = (await ask(INFLUENCE, {"id": ids["00"]}))["user"]["influence"]
    assert influence["people"] == 3
    query = "query ($id: ID!) { bridges(oneId: $id) { people } }"
    assert (await ask(query, {"id": ids["00"]}))["bridges"]["people"] == 4
    await services.database.run_schema(
        "CYPHER 5 MATCH ()-[f:FIRST_REFERRED_BY {referral: 'bad'}]->() DELETE f"
    )


async def test_thirty_generations_are_walked_and_no_more(services: Services, ask: Ask) -> None:
    names = [f"{n:02}" for n in range(33)]
    ids = await write_people(services, names)
    line = [Told(f"r{n}", names[n], names[n + 1], BEGUN + n) for n in range(32)]
    await write_referrals(services, ids, line)
    top, people = await pages_of(ask, ids["00"])
    assert top["referrers"] == []
    assert [one["generation"] for one in people] == list(range(1, 31))
    last, nobody = await pages_of(ask, ids["32"])
    assert [one["oneId"] for one in last["referrers"]] == [ids[names[n]] for n in range(31, 1, -1)]
    assert nobody == []
    for deepest in (1, 2, 5, 6, 10, 11):
        _, people = await pages_of(ask, ids["00"], deepest=deepest)
        assert [one["generation"] for one in people] == list(range(1, deepest + 1))


VIN: Final = "LBVHY1107NM000011"
LINEAGE: Final = """
query ($vin: Vin!) { vehicleLineage(vin: $vin) {
  vehicle { vin model } hasMore
  owners { oneId since current referrers { oneId distance } referrals { edges { node { oneId generation } } }
    user { oneId } }
} }
"""


async def test_the_lineage_of_a_vehicle(
    services: Services, ask: Ask, counting: tuple[httpx.AsyncClient, CountingShelf], admin: dict[str, str]
) -> None:
    bought = [
        {
            "type": "track",
            "userId": name,
            "event": "Vehicle Delivered",
            "messageId": f"d{name}",
            "timestamp": at,
            "properties": {"vin": VIN, "model": "ET5", "dealer": "d-1"},
        }
        for name, at in (("02", "2026-02-01T00:00:00Z"), ("04", "2026-03-01T00:00:00Z"))
    ]
    ids = await write_people(services, NAMES[:6], bought)
    line = [("00", "01"), ("01", "02"), ("02", "03"), ("05", "04")]
    await write_referrals(services, ids, [Told(f"r{n}", *ends, BEGUN + n) for n, ends in enumerate(line)])
    lineage = (await ask(LINEAGE, {"vin": VIN}))["vehicleLineage"]
    assert (lineage["vehicle"]["model"], lineage["hasMore"]) == ("ET5", False)
    assert [
        (
            owner["oneId"],
            owner["current"],
            [one["oneId"] for one in owner["referrers"]],
            [edge["node"]["oneId"] for edge in owner["referrals"]["edges"]],
            owner["user"]["oneId"],
        )
        for owner in lineage["owners"]
    ] == [
        (ids["04"], True, [ids["05"]], [], ids["04"]),
        (ids["02"], False, [ids["01"], ids["00"]], [ids["03"]], ids["02"]),
    ]
    assert (await ask(LINEAGE, {"vin": "LBVHY1109NM000012"}))["vehicleLineage"] is None
    client, statements = counting
    statements.taken.clear()
    await client.post("/graphql", json={"query": LINEAGE, "variables": {"vin": VIN}}, headers=admin)
    assert sorted(statements.taken) == [
        "chain.list_descendants",
        "chain.read_lineage",
        "profile.find_vehicle",
        "profile.read_users",
    ]


SPREADERS: Final = """
query ($after: String, $since: DateTime, $programme: ID) {
  superSpreaders(first: 2, after: $after, since: $since, programme: $programme) {
    complete edges { node { oneId brought firstAt lastAt user { oneId } } } pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest.mark.parametrize("seed", range(2))
async def test_super_spreaders_are_those_of_a_plain_count(services: Services, ask: Ask, seed: int) -> None:
    ids = await write_people(services, NAMES)
    told = made_up(random.Random(seed), NAMES, 25)
    await write_referrals(services, ids, told)
    for since, programme in ((None, None), (BEGUN + 9 * DAY, "two-sided"), (None, "unknown")):
        brought: dict[str, set[str]] = defaultdict(set)
        times: dict[str, list[int]] = defaultdict(list)
        for one in told:
            if one.delivered_at and one.at >= (since or 0) and programme != "unknown":
                brought[ids[one.referrer]].add(one.friend)
                times[ids[one.referrer]].append(one.delivered_at)
        found, after = list[Any](), None
        while True:
            given = {"after": after, "since": since and isoformat(since), "programme": programme}
            page = (await ask(SPREADERS, given))["superSpreaders"]
            assert page["complete"]
            found += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        assert found == [
            {
                "oneId": one_id,
                "brought": len(brought[one_id]),
                "firstAt": isoformat(min(times[one_id])),
                "lastAt": isoformat(max(times[one_id])),
                "user": {"oneId": one_id},
            }
            for one_id in sorted(brought, key=lambda one: (-len(brought[one]), one))
        ]


async def test_bridges_of_the_tree_of_anybody_in_it(services: Services, ask: Ask) -> None:
    delivered = [
        {
            "type": "track",
            "userId": name,
            "event": "Vehicle Delivered",
            "messageId": f"d{name}",
            "timestamp": "2026-02-01T00:00:00Z",
            "properties": {"dealer": dealer},
        }
        for name, dealer in (("00", "d-1"), ("01", "d-1"), ("03", "d-2"), ("04", "d-2"), ("05", "d-3"))
    ]
    ids = await write_people(services, NAMES[:7], delivered)
    tree = [("00", "01"), ("01", "02"), ("02", "03"), ("03", "04"), ("02", "05")]
    await write_referrals(services, ids, [Told(f"r{n}", *ends, BEGUN + n) for n, ends in enumerate(tree)])
    query = """query ($id: ID!) { bridges(oneId: $id, first: 3) {
      people complete bridges { oneId parts separated dealers cities user { oneId } } } }"""
    expected = [
        (ids["02"], 3, 3, ["d-1", "d-2", "d-3"]),
        *sorted([(ids["01"], 2, 1, ["d-1", "d-2"]), (ids["03"], 2, 1, ["d-1", "d-2"])]),
    ]
    for name in ("00", "04", "05"):
        found = (await ask(query, {"id": ids[name]}))["bridges"]
        assert (found["people"], found["complete"]) == (6, True)
        assert [
            (one["oneId"], one["parts"], one["separated"], one["dealers"]) for one in found["bridges"]
        ] == expected
    alone = (await ask(query, {"id": ids["06"]}))["bridges"]
    assert (alone["people"], alone["bridges"]) == (1, [])
    assert (await ask(query, {"id": "0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f"}))["bridges"] is None


@pytest.mark.parametrize("people", [2, 12])
async def test_people_cost_one_statement_of_each_kind(
    services: Services,
    counting: tuple[httpx.AsyncClient, CountingShelf],
    admin: dict[str, str],
    people: int,
) -> None:
    client, statements = counting
    ids = await write_people(services, NAMES[:people])
    await write_referrals(services, ids, [Told(f"r{n}", NAMES[0], NAMES[n], BEGUN) for n in range(1, people)])
    statements.taken.clear()
    query = """{ users(first: 20) { edges { node {
      referrers { oneId } withAlso: referrers(also: true) { oneId }
      referrals(first: 2) { edges { node { oneId } } } direct: referrals(deepest: 1) { edges { node { oneId } } }
      alsoReferred(first: 2) { oneId } influence { people } orders { id }
    } } } }"""
    answer = await client.post("/graphql", json={"query": query}, headers=admin)
    assert "errors" not in answer.json()
    assert sorted(statements.taken) == [
        "chain.list_also",
        "chain.list_descendants",
        "chain.read_ancestors",
        "chain.sum_credits",
        "profile.list_users",
        "profile.read_users",
        "standing.read_statements",
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (
            "{ user(oneId: $id) { referrals(nearest: 3, deepest: 2) { pageInfo { endCursor } } } }",
            "bad_input",
        ),
        ("{ user(oneId: $id) { referrals(deepest: 31) { pageInfo { endCursor } } } }", "bad_input"),
        ('{ user(oneId: $id) { referrals(after: "bm9uZQ") { pageInfo { endCursor } } } }', "bad_input"),
        ("{ user(oneId: $id) { influence(discount: 2) { people } } }", "bad_input"),
        ('{ superSpreaders(after: "bm9uZQ") { complete } user(oneId: $id) { oneId } }', "bad_input"),
        ("{ bridges(oneId: $id, first: 21) { people } }", "bad_input"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    services: Services, client: httpx.AsyncClient, admin: dict[str, str], query: str, code: str
) -> None:
    ids = await write_people(services, NAMES[:1])
    body = {"query": f"query ($id: ID!) {query}", "variables": {"id": ids["00"]}}
    answer = (await client.post("/graphql", json=body, headers=admin)).json()
    assert answer["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize(
    "query",
    [
        "{ users { edges { node { referrers { oneId } } } } }",
        "{ users { edges { node { influence { people } } } } }",
        "{ superSpreaders { complete } }",
        f'{{ vehicleLineage(vin: "{VIN}") {{ hasMore }} }}',
        '{ bridges(oneId: "0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f") { people } }',
    ],
)
async def test_chains_are_not_for_dealers(services: Services, client: httpx.AsyncClient, query: str) -> None:
    dealer = await headers_of(services, Role.DEALER, dealer="d-1")
    answer = (await client.post("/graphql", json={"query": query}, headers=dealer)).json()
    assert answer["errors"][0]["extensions"]["code"] == "forbidden"


async def test_a_time_in_the_past_has_no_chains(services: Services, ask: Ask) -> None:
    ids = await write_people(services, NAMES[:2])
    await write_referrals(services, ids, [Told("r1", "00", "01", BEGUN)])
    query = """query ($id: ID!, $at: DateTime!) { user(oneId: $id, asOf: $at) {
      referrers { oneId } referrals { edges { cursor } } alsoReferred { oneId } influence { people } } }"""
    [row] = await services.database.run_schema("CYPHER 5 MATCH (u:User) RETURN max(u.recordedAt) AS at")
    found = (await ask(query, {"id": ids["01"], "at": isoformat(row["at"] + 1000)}))["user"]
    assert found == {"referrers": [], "referrals": {"edges": []}, "alsoReferred": [], "influence": None}
