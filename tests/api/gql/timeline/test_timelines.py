"""A person's timeline by GraphQL: groups, bounds, what a dealer is told, and that an update is told anew."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import ExecutionResult, parse, subscribe  # pyright: ignore[reportUnknownVariableType]

from api.gql.context import GqlContext
from api.gql.schema import build_schema
from api.wiring import Services
from graph.access.roles import Caller, Role
from graph.clock import system_clock, to_datetime
from tests.api.conftest import Ask, headers_of, message, serving
from tests.api.gql.vehicle.test_vehicles import HISTORY, REQUESTS, people

VISITS = [
    ("2026-01-31T15:59:59Z", {"campaign": "spring", "content": "c-1", "dealer": "d-1", "channel": "app"}),
    ("2026-01-31T16:00:00Z", {"campaign": "spring", "dealer": "d-2", "channel": "web"}),
    ("2026-02-10T08:00:00Z", {"content": "c-1"}),
    ("2026-03-01T08:00:00Z", {"campaign": "summer", "content": "c-2", "channel": "app"}),
]


def visit(number: int, at: str, properties: dict[str, Any]) -> dict[str, Any]:
    """A look at some content."""
    return {
        "type": "track",
        "event": "Content Viewed",
        "userId": "eve",
        "messageId": f"v{number}",
        "timestamp": at,
        "properties": properties,
    }


async def eve(services: Services) -> str:
    """The oneId of a person with four visits."""
    visits = [visit(n, at, properties) for n, (at, properties) in enumerate(VISITS)]
    return (await people(services, history=visits))["eve"]


async def groups(
    ask: Ask, one_id: str, arguments: str, headers: dict[str, str] | None = None
) -> list[tuple[str | None, int]]:
    """Keys and counts."""
    query = f'{{ user(oneId: "{one_id}") {{ timeline({arguments}) {{ groups {{ key count }} }} }} }}'
    found = (await ask(query, headers=headers))["user"]["timeline"]["groups"]
    return [(group["key"], group["count"]) for group in found]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("by: MONTH", [("2026-03", 1), ("2026-02", 1), ("2026-01", 2)]),
        ('by: MONTH, timeZone: "Asia/Shanghai"', [("2026-03", 1), ("2026-02", 2), ("2026-01", 1)]),
        ('by: WEEK, until: "2026-03-01"', [("2026-W07", 1), ("2026-W05", 2)]),
        ('by: DAY, since: "2026-02-01", timeZone: "Asia/Shanghai", until: "2026-02-02"', [("2026-02-01", 1)]),
        ("by: CAMPAIGN", [("summer", 1), (None, 1), ("spring", 2)]),
        ("by: CONTENT", [("c-2", 1), ("c-1", 2), (None, 1)]),
        ("by: DEALER, first: 2", [(None, 2), ("d-2", 1)]),
        ('by: KIND, filter: {channel: "app", until: "2026-02-01T00:00:00Z"}', [("contentView", 1)]),
        ('by: CHANNEL, since: "2026-02-01", filter: {since: "2026-02-20"}', [("app", 1)]),
        ("by: KIND, filter: {kinds: []}", []),
    ],
)
async def test_groups(
    services: Services, ask: Ask, arguments: str, told: list[tuple[str | None, int]]
) -> None:
    assert await groups(ask, await eve(services), arguments) == told


async def test_a_dealer_counts_its_own_and_the_brands(services: Services, ask: Ask) -> None:
    one_id = await eve(services)
    headers = await headers_of(services, Role.DEALER, dealer="d-1")
    assert await groups(ask, one_id, "by: DEALER", headers) == [(None, 2), ("d-1", 1)]
    assert await groups(ask, one_id, "by: CAMPAIGN", headers) == [("summer", 1), (None, 1), ("spring", 1)]


async def test_nothing_of_the_past(services: Services, ask: Ask) -> None:
    one_id, now = await eve(services), to_datetime(system_clock()).isoformat()
    query = f'{{ user(oneId: "{one_id}", asOf: "{now}") {{ timeline(by: DAY) {{ complete }} }} }}'
    assert (await ask(query))["user"] == {"timeline": None}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ('by: DAY, timeZone: "Mars/Olympus"', "`timeZone` is not the name of a time zone"),
        ("by: DAY, first: 1001", "`first` is not 1 to 1000"),
        ('by: DAY, filter: {kinds: ["party"]}', "kind of touchpoint that does not exist"),
        ('by: DAY, since: "yesterday"', "day of the calendar"),
    ],
)
async def test_wrong_arguments_are_told(
    services: Services, admin: dict[str, str], arguments: str, told: str
) -> None:
    query = f'{{ user(oneId: "{await eve(services)}") {{ timeline({arguments}) {{ complete }} }} }}'
    async with serving(services) as client:
        answer = (await client.post("/graphql", json={"query": query}, headers=admin)).json()
    assert told in answer["errors"][0]["message"]


async def test_the_requests_of_the_page(services: Services, ask: Ask) -> None:
    one = await people(services, history=HISTORY)
    found = (await ask(REQUESTS["History"], {"id": one["bob"]}))["user"]
    assert [(group["key"], group["count"]) for group in found["months"]["groups"]] == [
        ("2026-04", 1),
        ("2026-03", 1),
        ("2026-01", 1),
    ]
    assert found["campaigns"]["groups"][0]["count"] == 3
    assert (await ask(REQUESTS["Garage"], {"id": one["bob"]}))["user"]["sharesWith"] == []
    call = (await ask(REQUESTS["Call"], {"phone": "+8613812345600"}))["userByPhone"]
    assert call["vehicles"][0]["owners"]["holders"] == [{"current": True}]


async def test_an_update_counts_anew(services: Services) -> None:
    one_id = await eve(services)
    document = parse(
        "subscription ($id: ID!) { userChanged(oneId: $id) { user { timeline(by: KIND) { groups { count } } } } }"
    )
    results = await subscribe(  # type: ignore[misc]
        build_schema().core,
        document,
        variable_values={"id": one_id},
        context_value=GqlContext(Caller(Role.ADMIN, "k"), services, document),
    )
    assert not isinstance(results, ExecutionResult)
    counted: list[int] = []
    for number in (8, 9):
        result = await anext(results)
        assert result.data is not None, result.errors
        [group] = result.data["userChanged"]["user"]["timeline"]["groups"]
        counted.append(group["count"])
        await services.writer.write([message(visit(number, "2026-03-02T08:00:00Z", {}))])
    await results.aclose()
    assert counted == [4, 5]
