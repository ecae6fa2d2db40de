"""Growth and leaderboards by GraphQL over a real graph."""

from __future__ import annotations

import random
from typing import Any, Final

import httpx
import pytest

from api.wiring import Services
from graph.access.roles import Role
from graph.clock import DAY, isoformat
from graph.growth.factor import k_of_all, k_of_mature
from graph.growth.owners import Friend, Owner
from graph.growth.repository import GrowthRepository
from tests.api.conftest import Ask, headers_of
from tests.api.gql.chain.forest import BEGUN, Told, write_people, write_referrals
from tests.api.gql.profile.test_statements import CountingShelf, counting

__all__ = ["counting"]

NAMES: Final = [f"{n:02}" for n in range(12)]


def delivered(name: str, at: int, *, dealer: str = "d-1", model: str | None = None) -> dict[str, Any]:
    return {
        "type": "track",
        "userId": name,
        "event": "Vehicle Delivered",
        "messageId": f"d-{name}-{at}",
        "timestamp": isoformat(at),
        "properties": {"dealer": dealer, "orderId": f"o-{name}-{at}"} | ({"model": model} if model else {}),
    }


async def test_owners_are_read_with_whom_they_brought(services: Services) -> None:
    """00 owns a car, and brings 01 (who owns a car already), 02 (a new owner), 03 (still looking), 05 (a click)."""
    events = [
        delivered("00", BEGUN + 5 * DAY, dealer="d-2", model="ET7"),
        delivered("00", BEGUN, model="ET5"),
        delivered("01", BEGUN - 400 * DAY),
        delivered("01", BEGUN + 30 * DAY),
        delivered("02", BEGUN + 40 * DAY, model="ET5"),
        delivered("04", BEGUN - 1),
    ]
    ids = await write_people(services, NAMES[:6], events)
    told = [
        Told("r1", "00", "01", BEGUN + DAY, "order:1", 10, 1, BEGUN + 30 * DAY),
        Told("r2", "00", "02", BEGUN + 2 * DAY, "order:2", 10, 1, BEGUN + 40 * DAY, channel="wechat"),
        Told("r3", "00", "03", BEGUN + 3 * DAY, identified_at=BEGUN + 4 * DAY),
        Told("r5", "00", "05", BEGUN + 4 * DAY, counts=False),
        # Later, by somebody else: an order that is credited to the second still is the friend's.
        Told("r4", "02", "03", BEGUN + 50 * DAY, "order:3", 10, 1, BEGUN + 70 * DAY),
    ]
    await write_referrals(services, ids, told)
    await services.database.run_schema(
        "CYPHER 5 MATCH (:User {oneId: $id})<-[:RESOLVED_TO]-(p:Profile) "
        "CREATE (p)-[:SHARES]->(c:ReferralCode {code: '7KQM3XRT', programme: 'two-sided'}) "
        "CREATE (c)-[:SENT]->(:Invitation {id: 'i1', at: $at, acceptedAt: $at + 1}) "
        "CREATE (c)-[:SENT]->(:Invitation {id: 'i2', at: $at})",
        id=ids["00"],
        at=BEGUN + DAY,
    )
    repository = GrowthRepository(services.database)

    async def owners(programme: str | None = None, *, models: bool = True) -> list[Owner]:
        found, complete = await repository.owners(
            since=BEGUN, until=BEGUN + 45 * DAY, programme=programme, models=models
        )
        assert complete
        return sorted(found, key=lambda owner: owner.delivered_at)

    first, second = await owners()
    assert (first.delivered_at, first.dealer, first.model, first.generation) == (BEGUN, "d-1", "ET5", 0)
    assert set(first.invitations) == {(BEGUN + DAY, None), (BEGUN + DAY, BEGUN + DAY + 1)}
    assert sorted(first.friends) == [
        Friend(BEGUN + 2 * DAY, "wechat", None, None, BEGUN + 2 * DAY, BEGUN + 40 * DAY),
        Friend(BEGUN + 3 * DAY, "app", BEGUN + 4 * DAY, None, BEGUN + 50 * DAY, BEGUN + 70 * DAY),
        Friend(BEGUN + 4 * DAY, "app"),
    ]
    assert (second.delivered_at, second.generation, second.friends) == (BEGUN + 40 * DAY, 1, ())
    assert [owner.model for owner in await owners(models=False)] == [None, None]
    assert [len(owner.friends) for owner in await owners("two-sided")] == [3, 0]
    assert [(owner.friends, owner.invitations) for owner in await owners("other")] == [((), ()), ((), ())]


GROWTH: Final = """
query ($since: Date!, $until: Date!, $window: Int! = 60, $cac: Money!) {
  growth(since: $since, until: $until, windowDays: $window) {
    owners complete windowDays
    k { estimate lower upper events of } matureK { estimate events of }
    curve(points: 3) { days k { estimate } }
    cohorts { month owners referees k { estimate events of } }
    cycleTime { days lower upper came of }
    stageTimes { stage time { days } }
    funnel { owners participation { estimate } invitations { estimate } steps { stage share { estimate events of } } }
    generations { generation owners k { estimate } kept }
    dealers: groups(by: dealer) { part owners k { estimate } }
    models: groups(by: model) { part owners }
    channels: groups(by: channel) { part owners k { estimate } }
    amplification effectiveCac(cac: $cac) { cost lower upper } projection(owners: 100, days: 365)
  }
}
"""


async def brand(services: Services, seed: int) -> list[Owner]:
    """Some owners of January to March 2026 of whom the first half bring somebody; as they should be read."""
    random_ = random.Random(seed)
    referrers, friends = NAMES[:6], NAMES[6:]
    start = 1_767_225_600_000_000  # January 2026
    bought = {name: start + random_.randrange(80) * DAY for name in referrers}
    events = [delivered(name, at, dealer=random_.choice(("d-1", "d-2"))) for name, at in bought.items()]
    told: list[Told] = []
    for number, friend in enumerate(friends):
        by = random_.choice(referrers)
        opened, came = bought[by] + random_.randrange(1, 20) * DAY, random_.randrange(25, 100) * DAY
        told.append(Told(f"r{number}", by, friend, opened, f"order:{number}", 1, 1, bought[by] + came))
        events.append(delivered(friend, bought[by] + came, dealer="d-3"))
    ids = await write_people(services, NAMES, events)
    await write_referrals(services, ids, told)
    every = bought | {one.friend: one.delivered_at or 0 for one in told}
    return [
        Owner(
            at,
            friends=tuple(
                Friend(one.at, one.channel, delivered_at=one.delivered_at)
                for one in told
                if one.referrer == name
            ),
        )
        for name, at in every.items()
        if at < 1_775_000_000_000_000 - 57_600_000_000  # April in Shanghai
    ]


async def test_growth_tells_the_measures_of_the_owners_that_were_read(
    services: Services,
    counting: tuple[httpx.AsyncClient, CountingShelf],
    admin: dict[str, str],
) -> None:
    client, statements = counting
    owners = await brand(services, seed=3)
    statements.taken.clear()
    given = {"since": "2026-01-09", "until": "2026-03-31", "cac": "8000.00 CNY"}
    answer = (await client.post("/graphql", json={"query": GROWTH, "variables": given}, headers=admin)).json()
    assert "errors" not in answer
    assert statements.taken == ["growth.read_owners"]
    growth = answer["data"]["growth"]
    now = services.clock()
    k = k_of_all(owners, window=60 * DAY, now=now)
    mature = k_of_mature(owners, window=60 * DAY, now=now)
    assert k is not None
    assert mature is not None
    assert (growth["owners"], growth["complete"], growth["windowDays"]) == (len(owners), True, 60)
    assert growth["k"] == pytest.approx(
        {"estimate": k.value, "lower": k.lower, "upper": k.upper, "events": k.events, "of": k.of}
    )
    assert growth["matureK"] == pytest.approx(
        {"estimate": mature.value, "events": mature.events, "of": mature.of}
    )
    assert [point["days"] for point in growth["curve"]] == [20, 40, 60]
    assert growth["curve"][-1]["k"]["estimate"] == pytest.approx(k.value)
    assert [cohort["month"] for cohort in growth["cohorts"]] == ["2026-01", "2026-02", "2026-03"]
    assert sum(cohort["owners"] for cohort in growth["cohorts"]) == len(owners)
    assert sum(cohort["referees"] for cohort in growth["cohorts"]) == k.events
    assert growth["cycleTime"]["lower"] <= growth["cycleTime"]["days"] <= growth["cycleTime"]["upper"] <= 60
    stages = ["opened", "lead", "testDriven", "ordered", "delivered"]
    assert [one["stage"] for one in growth["stageTimes"]] == stages
    funnel = growth["funnel"]
    product = funnel["participation"]["estimate"] * funnel["invitations"]["estimate"]
    for step in funnel["steps"]:
        product *= step["share"]["estimate"]
    assert product == pytest.approx(mature.value)
    assert {one["generation"] for one in growth["generations"]} <= {0, 1}
    assert sum(one["owners"] for one in growth["dealers"]) == len(owners)
    assert [one["owners"] for one in growth["models"]] == [len(owners)]
    assert sum(one["k"]["estimate"] for one in growth["channels"]) == pytest.approx(k.value)
    assert growth["amplification"] == pytest.approx(1 / (1 - k.value))
    assert growth["effectiveCac"]["cost"] == f"{8000 * (1 - k.value):.2f} CNY"
    assert growth["projection"] > 100


async def test_of_nobody_nothing_is_known(ask: Ask) -> None:
    growth = (await ask(GROWTH, {"since": "2026-01-01", "until": "2026-01-01", "cac": "1.00 CNY"}))["growth"]
    assert (growth["owners"], growth["k"], growth["matureK"], growth["cycleTime"]) == (0, None, None, None)
    assert growth["cohorts"] == [{"month": "2026-01", "owners": 0, "referees": 0, "k": None}]
    assert (growth["funnel"]["participation"], growth["generations"], growth["curve"]) == (None, [], [])
    assert (growth["amplification"], growth["effectiveCac"], growth["projection"]) == (None, None, None)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ('growth(since: "2026-02-01", until: "2026-01-01") { owners }', "months"),
        ('growth(since: "2026-01-01", until: "2026-01-01", windowDays: 0) { owners }', "windowDays"),
        ('growth(since: "2026-01-01", until: "2026-01-01", timeZone: "Mars") { owners }', "timeZone"),
        (
            'growth(since: "2026-01-01", until: "2026-01-01") { curve(points: 101) { days } }',
            "points",
        ),
        (
            'growth(since: "2026-01-01", until: "2026-01-01") '
            '{ effectiveCac(cac: "9999999999999999.00 CNY") { cost } }',
            "cac",
        ),
        (
            'leaderboard(programme: "p", since: "2026-01-01", until: "2026-02-01", after: "bm9uZQ") { complete }',
            "after",
        ),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    services: Services, client: httpx.AsyncClient, admin: dict[str, str], query: str, named: str
) -> None:
    answer = (await client.post("/graphql", json={"query": f"{{ {query} }}"}, headers=admin)).json()
    assert answer["errors"][0]["extensions"]["code"] == "bad_input"
    assert named in answer["errors"][0]["message"]


LEADERS: Final = """
query ($since: DateTime!, $until: DateTime!, $after: String) {
  leaderboard(programme: "two-sided", since: $since, until: $until, first: 2, after: $after) {
    complete edges { cursor node { rank tied name brought } } pageInfo { hasNextPage endCursor }
  }
}
"""


def consent(name: str, at: int, event: str = "Consent Given", **properties: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "userId": name,
        "event": event,
        "messageId": f"c-{name}-{at}",
        "timestamp": isoformat(at),
        "properties": {"purpose": "leaderboard"} | properties,
    }


async def test_on_a_leaderboard_stands_who_agreed_by_a_masked_name(
    services: Services,
    ask: Ask,
    counting: tuple[httpx.AsyncClient, CountingShelf],
    frontend: dict[str, str],
) -> None:
    """00 brought three, 01 and 02 two each, 03 two unasked, 04 two and took it back; 05's one was not delivered."""
    events = [consent(name, BEGUN) for name in ("00", "01", "02", "04", "05")]
    events.append(consent("04", BEGUN + DAY, "Consent Withdrawn"))
    events.append(consent("03", BEGUN, purpose="marketing"))
    ids = await write_people(services, NAMES, events)
    brought = {
        "00": ("06", "07", "08"),
        "01": ("09", "10"),
        "02": ("06", "11"),
        "03": ("07", "08"),
        "04": ("09", "10"),
    }
    told = [
        Told(f"r{by}{friend}", by, friend, BEGUN + DAY, f"order:{friend}", 1, 1, BEGUN + 9 * DAY)
        for by, friends in brought.items()
        for friend in friends
    ]
    told.append(Told("r05", "05", "11", BEGUN + DAY))
    told.append(Told("early", "01", "11", BEGUN - DAY, "order:x", 1, 1, BEGUN + 9 * DAY))
    await write_referrals(services, ids, told)
    given = {"since": isoformat(BEGUN), "until": isoformat(BEGUN + 30 * DAY)}
    page = (await ask(LEADERS, given, headers=frontend))["leaderboard"]
    assert page["complete"]
    assert page["pageInfo"]["hasNextPage"]
    first, second = (edge["node"] for edge in page["edges"])
    assert first == {"rank": 1, "tied": False, "name": "张*", "brought": 3}
    assert second == {"rank": 2, "tied": True, "name": "张*", "brought": 2}
    rest = (await ask(LEADERS, given | {"after": page["pageInfo"]["endCursor"]}, headers=frontend))[
        "leaderboard"
    ]
    assert [edge["node"] for edge in rest["edges"]] == [second]
    assert not rest["pageInfo"]["hasNextPage"]
    client, statements = counting
    statements.taken.clear()
    await client.post("/graphql", json={"query": LEADERS, "variables": given}, headers=frontend)
    assert statements.taken == ["growth.list_leaders", "standing.read_statements", "profile.read_users"]


@pytest.mark.parametrize(
    "query",
    [
        'growth(since: "2026-01-01", until: "2026-01-01") { owners }',
        'leaderboard(programme: "p", since: "2026-01-01", until: "2026-02-01") { complete }',
    ],
)
async def test_growth_is_not_for_dealers(services: Services, client: httpx.AsyncClient, query: str) -> None:
    dealer = await headers_of(services, Role.DEALER, dealer="d-1")
    answer = (await client.post("/graphql", json={"query": f"{{ {query} }}"}, headers=dealer)).json()
    assert answer["errors"][0]["extensions"]["code"] == "forbidden"
