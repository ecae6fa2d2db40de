"""Pages: no gap, no double, bounded cost, clear errors."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.gql.ids import touchpoint_cursor, user_cursor
from api.wiring import Services
from tests.api.conftest import Ask, message

EVENTS = ("Test Drive Completed", "Enquiry Submitted", "Store Visited")
PAGE = """query ($id: ID!, $first: Int, $after: String, $filter: TouchpointFilter) {
  user(oneId: $id) { touchpoints(first: $first, after: $after, filter: $filter) {
    edges { cursor node { id occurredAt kind channel } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""


async def fill(services: Services, count: int = 45) -> None:
    """One person with touchpoints of three kinds, in two profiles of one source; several at the same moment."""
    events: list[dict[str, Any]] = [
        {
            "type": "identify",
            "userId": "u1",
            "anonymousId": "a1",
            "messageId": "i",
            "timestamp": "2026-01-01T00:00:00Z",
        }
    ]
    for number in range(count):
        who = {"userId": "u1"} if number % 3 else {"anonymousId": "a1"}
        events.append(
            {
                "type": "track",
                "messageId": f"m{number}",
                "event": EVENTS[number % 3],
                "timestamp": f"2026-01-{1 + number // 4:02}T08:00:00Z",
                "properties": {"channel": "web" if number % 2 else "app"},
                **who,
            }
        )
    await services.writer.write([message(event) for event in events])


async def the_one(ask: Ask) -> str:
    found = await ask("{ users { edges { node { oneId profiles { id } } } } }")
    [edge] = found["users"]["edges"]
    assert len(edge["node"]["profiles"]) == 2
    return edge["node"]["oneId"]


async def walk(ask: Ask, one_id: str, **variables: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    after = None
    for _ in range(100):
        page = (await ask(PAGE, {"id": one_id, "after": after, **variables}))["user"]["touchpoints"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        nodes += [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    return nodes


async def test_pages_have_no_gap_and_no_double(services: Services, ask: Ask) -> None:
    await fill(services)
    one_id = await the_one(ask)
    whole = await walk(ask, one_id, first=100)
    assert len(whole) == 45
    assert len({node["id"] for node in whole}) == 45
    moments = [node["occurredAt"] for node in whole]
    assert moments == sorted(moments, reverse=True)
    for first in (1, 2, 7, 44, 45, 46):
        assert await walk(ask, one_id, first=first) == whole, first


async def test_new_touchpoints_do_not_move_old_pages(services: Services, ask: Ask) -> None:
    await fill(services)
    one_id = await the_one(ask)
    whole = await walk(ask, one_id, first=100)
    first = (await ask(PAGE, {"id": one_id, "first": 5}))["user"]["touchpoints"]
    late = {"type": "track", "userId": "u1", "event": "Store Visited", "messageId": "late"}
    await services.writer.write([message(late | {"timestamp": "2026-03-01T00:00:00Z"})])
    second = (await ask(PAGE, {"id": one_id, "first": 5, "after": first["pageInfo"]["endCursor"]}))["user"]
    assert [edge["node"] for edge in second["touchpoints"]["edges"]] == whole[5:10]


async def test_filters(services: Services, ask: Ask) -> None:
    await fill(services)
    one_id = await the_one(ask)
    whole = await walk(ask, one_id, first=100)

    async def filtered(**restrict: Any) -> list[dict[str, Any]]:
        return await walk(ask, one_id, first=3, filter=restrict)

    assert await filtered(kinds=["enquiry"]) == [n for n in whole if n["kind"] == "enquiry"]
    assert await filtered(kinds=[]) == []
    assert await filtered(channel="app") == [n for n in whole if n["channel"] == "app"]
    assert await filtered(channel="nowhere") == []
    since, until = "2026-01-03T08:00:00Z", "2026-01-07T08:00:00Z"
    between = [n for n in whole if "2026-01-03T08" <= n["occurredAt"] < "2026-01-07T08"]
    assert len(between) == 16
    assert await filtered(since=since, until=until) == between
    assert await filtered(since=since, until=until, kinds=["storeVisit", "testDrive"], channel="web") == [
        n for n in between if n["kind"] in ("storeVisit", "testDrive") and n["channel"] == "web"
    ]


async def test_pages_under_several_names(services: Services, ask: Ask) -> None:
    await fill(services)
    one_id = await the_one(ask)
    found = await ask(
        """query ($id: ID!, $no: Boolean!) { user(oneId: $id) { ...Newest
             drives: touchpoints(first: 50, filter: {kinds: ["testDrive"]}) { edges { node { kind } } }
             none: touchpoints(first: 7) @include(if: $no) { edges { cursor } } } }
           fragment Newest on User { newest: touchpoints(first: 1) { edges { cursor } } ...Newest2 }
           fragment Newest2 on User { newest: touchpoints(first: 1) { edges { node { kind } } } }""",
        {"id": one_id, "no": False},
    )
    user = found["user"]
    assert set(user) == {"newest", "drives"}
    assert len(user["newest"]["edges"]) == 1
    assert set(user["newest"]["edges"][0]) == {"cursor", "node"}
    assert [edge["node"]["kind"] for edge in user["drives"]["edges"]] == ["testDrive"] * 15


async def test_pages_of_users(services: Services, ask: Ask) -> None:
    await services.writer.write(
        [message({"type": "identify", "userId": f"u{n}", "messageId": f"m{n}"}) for n in range(25)]
    )
    seen: list[str] = []
    after = None
    while True:
        found = await ask(
            """query ($after: String) { users(first: 7, after: $after) {
                 edges { cursor node { oneId } } pageInfo { hasNextPage endCursor } } }""",
            {"after": after},
        )
        seen += [edge["node"]["oneId"] for edge in found["users"]["edges"]]
        after = found["users"]["pageInfo"]["endCursor"]
        if not found["users"]["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == 25
    assert seen == sorted(set(seen))


ONE_ID = "01a20381-6053-7148-a386-e2465c4883e7"


@pytest.mark.parametrize(
    "arguments",
    [
        "first: 0",
        "first: -1",
        "first: 101",
        'after: ""',
        'after: "x"',
        'after: "钥匙"',
        f'after: "{user_cursor(ONE_ID)}"',
        f'after: "{touchpoint_cursor("9" * 18)}"',
        f'after: "{touchpoint_cursor("0" * 18 + ONE_ID)}="',
        'filter: {kinds: ["party"]}',
    ],
)
async def test_a_wrong_argument_says_what_is_wrong(
    client: httpx.AsyncClient, admin: dict[str, str], arguments: str
) -> None:
    query = f'{{ user(oneId: "x") {{ touchpoints({arguments}) {{ edges {{ cursor }} }} }} }}'
    body = (await client.post("/graphql", json={"query": query}, headers=admin)).json()
    [error] = body["errors"]
    assert error["extensions"]["code"] == "bad_input"
    assert error["extensions"]["remedy"]
    assert body["data"] == {"user": None}


@pytest.mark.parametrize("since", ['"yesterday"', '"1600-01-01"', "1", "true", '"NaN"'])
async def test_a_wrong_time_is_refused(client: httpx.AsyncClient, admin: dict[str, str], since: str) -> None:
    query = f'{{ user(oneId: "x") {{ touchpoints(filter: {{since: {since}}}) {{ edges {{ cursor }} }} }} }}'
    body = (await client.post("/graphql", json={"query": query}, headers=admin)).json()
    assert body["errors"][0]["extensions"]["code"] == "graphql"
    assert (
        "DateTime" in body["errors"][0]["message"] or "2026-11-22T08:00:00Z" in body["errors"][0]["message"]
    )


async def test_too_many_touchpoints_at_once(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    query = "{ users(first: 100) { edges { node { touchpoints(first: 21) { edges { cursor } } } } } }"
    body = (await client.post("/graphql", json={"query": query}, headers=admin)).json()
    assert "2100" in body["errors"][0]["message"]
    assert body["data"] == {"users": None}
