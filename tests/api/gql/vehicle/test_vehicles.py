"""A vehicle over time: its people and services, what of it a dealer is told, and what that costs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.wiring import Services, compose
from graph.access.roles import Role
from graph.clock import system_clock, to_datetime
from graph.db.connect import connect
from graph.db.database import Database
from graph.ingest.sources import SourceDeclaration
from graph.profile.rows import Want
from graph.runtime import Endpoint
from graph.vehicle import repository
from tests.api.conftest import Ask, headers_of, message, serving
from tests.api.gql.profile.test_statements import CountingShelf

VIN = "LSVAM4187C2184847"
MASK = "LSV********4847"
PAGE = Path(__file__).parents[4] / "docs" / "vehicles.md"
REQUESTS = {
    re.findall(r"^\w+ (\w+)", text)[0]: text
    for text in re.findall(r"^```graphql\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
}
SERVICES = """
query ($vin: Vin!, $first: Int, $after: String) { vehicle(vin: $vin) {
  services(first: $first, after: $after) { edges { node { id occurredAt dealer } } pageInfo { hasNextPage endCursor } }
} }
"""


def event(user: str, name: str, day: str, *, vin: str = VIN, **properties: Any) -> dict[str, Any]:
    """Something that a person did with a car."""
    return {
        "type": "track",
        "userId": user,
        "event": name,
        "messageId": f"{user}-{name}-{day}",
        "timestamp": f"{day}T08:00:00Z",
        "properties": {"vin": vin, "model": "ET5"} | properties,
    }


HISTORY = [
    event("ann", "Vehicle Delivered", "2024-01-01", dealer="d-1", amount="249900", currency="CNY"),
    event("ann", "Service Completed", "2024-06-01", dealer="d-1", odometerKm=9_000, amount="800.5"),
    event("cal", "Service Completed", "2025-06-01", dealer="d-2"),
    event("bob", "Vehicle Delivered", "2026-01-01"),
    event("bob", "Service Completed", "2026-03-01"),
    event("bob", "Test Drive Completed", "2026-04-01"),
]
"""Ann bought the car new, Cal drove it, Bob bought it of her."""


async def people(services: Services, *, history: list[dict[str, Any]] = HISTORY) -> dict[str, str]:
    """The oneIds of whom a history speaks, by user id."""
    users = sorted({one["userId"] for one in history})
    known = [
        {
            "type": "identify",
            "userId": user,
            "messageId": f"{user}-known",
            "traits": {"name": user.title(), "phone": f"1381234{n:04d}"},
        }
        for n, user in enumerate(users, 5_600)
    ]
    await services.writer.write([message(one) for one in known + history])
    found: dict[str, str] = {}
    for user in users:
        view = await services.people.user_by_identifier("userId", f"web/{user}", Want())
        assert view is not None, user
        found[user] = view.one_id
    return found


async def test_who_had_it_and_what_was_done(services: Services, ask: Ask) -> None:
    one = await people(services)
    car = (await ask(REQUESTS["Car"], {"vin": VIN.lower()}))["vehicle"]
    assert (car["vin"], car["model"]) == (VIN, "ET5")
    owners = [
        (o["user"]["displayName"], o["since"][:10], o["lastAt"][:10], o["current"])
        for o in car["owners"]["holders"]
    ]
    assert owners == [("Bob", "2026-01-01", "2026-03-01", True), ("Ann", "2024-01-01", "2024-06-01", False)]
    drivers = [(d["oneId"], d["role"], d["current"]) for d in car["drivers"]["holders"]]
    assert drivers == [
        (one["bob"], "owner", True),
        (one["cal"], "driver", None),
        (one["ann"], "owner", False),
    ]
    assert (car["owners"]["hasMore"], car["owners"]["complete"]) == (False, True)
    done = [(edge["node"]["occurredAt"][:10], edge["node"]["price"]) for edge in car["services"]["edges"]]
    assert done == [("2026-03-01", None), ("2025-06-01", None), ("2024-06-01", "800.50 CNY")]
    assert car["services"]["edges"][2]["node"]["odometerKm"] == 9_000
    assert (await ask(REQUESTS["Car"], {"vin": "LSVAM4187C2184850"}))["vehicle"] is None


async def test_lists_are_bounded(services: Services, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await people(services)
    query = f'{{ vehicle(vin: "{VIN}") {{ drivers(first: 1) {{ holders {{ oneId }} hasMore complete }} }} }}'
    drivers = (await ask(query))["vehicle"]["drivers"]
    assert drivers == {"holders": [{"oneId": one["bob"]}], "hasMore": True, "complete": True}
    monkeypatch.setattr(repository, "MOST_WALKED", 2)
    drivers = (await ask(query))["vehicle"]["drivers"]
    assert (len(drivers["holders"]), drivers["hasMore"], drivers["complete"]) == (1, True, False)


async def test_services_come_in_pages_without_gap_or_double(services: Services, ask: Ask) -> None:
    days = [f"2026-0{1 + n // 28}-{1 + n % 28:02d}" for n in range(45)]
    history = [event(f"u{n % 7}", "Service Completed", day) for n, day in enumerate(days)]
    await people(services, history=history)
    told: list[str] = []
    after, more = None, True
    while more:
        page = (await ask(SERVICES, {"vin": VIN, "first": 10, "after": after}))["vehicle"]["services"]
        told += [edge["node"]["occurredAt"][:10] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert told == days[::-1]


async def test_touchpoints_of_all_kinds(services: Services, ask: Ask) -> None:
    await people(services)
    query = (
        "query ($vin: Vin!, $kinds: [String!]) { vehicle(vin: $vin) { touchpoints(kinds: $kinds) "
        "{ edges { node { kind } } } } }"
    )

    async def kinds(wanted: list[str] | None) -> list[str]:
        found = await ask(query, {"vin": VIN, "kinds": wanted})
        return [edge["node"]["kind"] for edge in found["vehicle"]["touchpoints"]["edges"]]

    assert await kinds(None) == ["testDrive", "service", "delivery", "service", "service", "delivery"]
    assert await kinds(["delivery"]) == ["delivery", "delivery"]


async def test_people_of_two_profiles_count_once(services: Services, ask: Ask) -> None:
    await people(services)
    again = {
        "type": "identify",
        "userId": "ann-2",
        "messageId": "ann-2",
        "traits": {"phone": "13812345600"},
    }
    declared = [again, event("ann-2", "Service Completed", "2024-07-01")]
    shop = SourceDeclaration.model_validate({"name": "shop", "grades": {"phone": "trusted"}})
    web = SourceDeclaration.model_validate({"name": "web", "grades": {"phone": "trusted"}})
    first = {**again, "userId": "ann", "messageId": "ann-again"}
    await services.writer.write(
        [message(first, source=web), *(message(one, source=shop) for one in declared)]
    )
    car = (await ask(REQUESTS["Car"], {"vin": VIN}))["vehicle"]
    told = [(d["user"]["displayName"], d["role"]) for d in car["drivers"]["holders"]]
    assert told == [("Bob", "owner"), ("Cal", "driver"), ("Ann", "owner")]
    assert [o["lastAt"][:10] for o in car["owners"]["holders"]] == ["2026-03-01", "2024-07-01"]


async def test_a_frontend_sees_a_mask(services: Services, ask: Ask, frontend: dict[str, str]) -> None:
    await people(services)
    assert (await ask(REQUESTS["Car"], {"vin": VIN}, headers=frontend))["vehicle"]["vin"] == MASK


async def test_a_vehicle_of_a_person_and_by_its_id(services: Services, ask: Ask) -> None:
    one = await people(services)
    below = "{ id owners { holders { oneId } } services(first: 1) { edges { node { id } } } }"
    of_user = (await ask(f'{{ user(oneId: "{one["cal"]}") {{ vehicles {below} }} }}'))["user"]["vehicles"][0]
    assert [o["oneId"] for o in of_user["owners"]["holders"]] == [one["bob"], one["ann"]]
    by_id = (await ask(f'{{ node(id: "{of_user["id"]}") {{ ... on Vehicle {below} }} }}'))["node"]
    assert by_id == of_user
    now = to_datetime(system_clock()).isoformat()
    past = await ask(f'{{ user(oneId: "{one["cal"]}", asOf: "{now}") {{ vehicles {below} }} }}')
    assert past["user"]["vehicles"] == [{"id": of_user["id"], "owners": None, "services": None}]


async def test_a_dealer_is_told_of_its_own(services: Services, ask: Ask) -> None:
    one = await people(services)
    headers = await headers_of(services, Role.DEALER, dealer="d-1")
    query = (
        "query ($vin: Vin!) { vehicle(vin: $vin) { vin owners { holders { oneId current user { oneId } } hasMore "
        "complete } drivers { holders { oneId role } } services { edges { node { dealer } } } } }"
    )
    car = (await ask(query, {"vin": VIN}, headers=headers))["vehicle"]
    assert car["vin"] == MASK
    assert car["owners"]["holders"] == [{"oneId": one["ann"], "current": True, "user": {"oneId": one["ann"]}}]
    assert car["drivers"]["holders"] == [{"oneId": one["ann"], "role": "owner"}]
    assert [edge["node"]["dealer"] for edge in car["services"]["edges"]] == ["d-1"]
    stranger = await headers_of(services, Role.DEALER, dealer="d-3")
    assert (await ask(query, {"vin": VIN}, headers=stranger))["vehicle"] is None


async def test_a_dealer_may_not_ask_for_times(services: Services) -> None:
    headers = await headers_of(services, Role.DEALER, dealer="d-1")
    async with serving(services) as client:
        for field in ("since", "lastAt"):
            query = f'{{ vehicle(vin: "{VIN}") {{ owners {{ holders {{ {field} }} }} }} }}'
            answer = (await client.post("/graphql", json={"query": query}, headers=headers)).json()
            assert answer["errors"][0]["extensions"]["code"] == "forbidden"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("drivers(first: 101) { hasMore }", "`first` is not 1 to 100"),
        ('services(after: "x") { pageInfo { endCursor } }', "not a cursor of touchpoints"),
        (
            'touchpoints(kinds: ["party"]) { pageInfo { endCursor } }',
            "kind of touchpoint that does not exist",
        ),
    ],
)
async def test_wrong_arguments_are_told(
    services: Services, admin: dict[str, str], arguments: str, told: str
) -> None:
    await people(services)
    query = f'{{ vehicle(vin: "{VIN}") {{ {arguments} }} }}'
    async with serving(services) as client:
        answer = (await client.post("/graphql", json={"query": query}, headers=admin)).json()
    assert told in answer["errors"][0]["message"]


def vin_of(number: int) -> str:
    """A VIN of Europe, where the check digit is advice."""
    return f"WVWZZZ1KZ6W00000{number}"


PAGE_OF_USERS = """
{ users { edges { node {
  vehicles { owners { holders { user { oneId } } } drivers { holders { user { oneId } } }
    services(first: 5) { edges { node { id } } } touchpoints(first: 5) { edges { node { id } } } }
  days: timeline(by: DAY) { groups { key } } kinds: timeline(by: KIND) { groups { key } }
} } } }
"""


@pytest.fixture
async def counting(
    services: Services, endpoint: Endpoint
) -> AsyncIterator[tuple[httpx.AsyncClient, CountingShelf]]:
    """A client of an application whose statements are counted, and that remembers nobody."""
    driver = await connect(endpoint)
    statements = CountingShelf()
    database = Database(driver, name=endpoint.database, statements=statements)
    settings = services.settings.model_copy(update={"remember_seconds": 0})
    counted = compose(settings, database, keyring=services.keyring, rules=services.rules)
    async with serving(replace(counted, access=services.access)) as client:
        yield client, statements
    await driver.close()


async def test_a_view_costs_the_same_however_many_there_are(
    services: Services, admin: dict[str, str], counting: tuple[httpx.AsyncClient, CountingShelf]
) -> None:
    client, statements = counting

    async def taken(query: str, **variables: str) -> list[str]:
        statements.taken.clear()
        body = {"query": query, "variables": variables}
        answer = (await client.post("/graphql", json=body, headers=admin)).json()
        assert "errors" not in answer, answer
        return sorted(statements.taken)

    for count, cars in ((1, 1), (9, 4)):
        history = [
            event(f"u{n}", name, f"2026-01-{1 + n:02d}", vin=vin_of(n % cars))
            for n in range(count)
            for name in ("Service Completed", "Vehicle Delivered")
        ]
        await people(services, history=history)
        assert await taken(REQUESTS["Car"], vin=vin_of(0)) == [
            "profile.find_vehicle",
            "profile.read_users",
            "vehicle.read_holders",
            "vehicle.read_touchpoints",
        ]
        assert await taken(PAGE_OF_USERS) == [
            "profile.list_users",
            "profile.read_users",
            "profile.read_users",
            "timeline.count_touchpoints",
            "vehicle.read_holders",
            "vehicle.read_touchpoints",
        ]
