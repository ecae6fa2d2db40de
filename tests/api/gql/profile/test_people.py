"""People as a frontend sees them: through the real writer, resolver and server."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.gql.ids import global_id
from api.wiring import Services
from graph.access.roles import Role
from graph.ingest.message import Message
from graph.ingest.sources import SourceDeclaration
from tests.api.conftest import Ask, headers_of, message

CRM = SourceDeclaration.model_validate(
    {"name": "crm", "grades": {"phone": "trusted", "email": "trusted"}, "dealer": "d-1"}
)
SHOP = SourceDeclaration.model_validate({"name": "shop", "grades": {"phone": "trusted"}})
VIN = "LSVAM4187C2184847"

USER = """
query ($id: ID!) { user(oneId: $id) {
  id oneId displayName firstSeenAt lastSeenAt
  profiles { id source recordId }
  identifiers { namespace scope value trusted }
  vehicles { id vin model role }
  touchpoints { edges { cursor node { __typename id occurredAt event kind channel amount currency
    ... on TestDriveCompleted { distanceKm appointmentAt } ... on PageViewed { path } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
} }
"""
BY_IDENTIFIER = "query ($n: String!, $v: String!) { userByIdentifier(namespace: $n, value: $v) { oneId } }"


def identify(
    user: str, traits: dict[str, Any], *, source: SourceDeclaration = CRM, at: str = "2026-01-02"
) -> Message:
    event = {"type": "identify", "userId": user, "traits": traits, "timestamp": f"{at}T08:00:00Z"}
    return message(event | {"messageId": f"i-{user}-{at}"}, source=source)


def track(
    user: str,
    name: str,
    properties: dict[str, Any],
    *,
    source: SourceDeclaration = CRM,
    at: str = "2026-01-03",
) -> Message:
    event = {"type": "track", "userId": user, "event": name, "properties": properties}
    return message(
        event | {"timestamp": f"{at}T08:00:00Z", "messageId": f"t-{user}-{name}-{at}"}, source=source
    )


async def one_ids(ask: Ask) -> list[str]:
    found = await ask("{ users(first: 100) { edges { node { oneId } } } }")
    return [edge["node"]["oneId"] for edge in found["users"]["edges"]]


async def journey(services: Services) -> None:
    """One person in two systems."""
    await services.writer.write(
        [
            identify("c1", {"name": "王建国", "phone": "13812345678", "email": "wjg@example.com"}),
            identify("s1", {"name": "王建国", "phone": "138 1234 5678"}, source=SHOP, at="2026-02-01"),
            track("c1", "Test Drive Completed", {"model": "ET5", "channel": "store", "distanceKm": 12.5}),
            track(
                "s1", "Vehicle Delivered", {"amount": "268000.50", "vin": VIN}, source=SHOP, at="2026-03-01"
            ),
            track("s1", "Something Else", {"channel": "wechat"}, source=SHOP, at="2026-02-02"),
            message(
                {
                    "type": "page",
                    "userId": "s1",
                    "messageId": "p1",
                    "timestamp": "2026-02-03T08:00:00Z",
                    "properties": {"path": "/models/et5"},
                },
                source=SHOP,
            ),
        ]
    )


async def test_one_person_with_all_of_it(services: Services, ask: Ask) -> None:
    await journey(services)
    [one_id] = await one_ids(ask)
    user = (await ask(USER, {"id": one_id}))["user"]

    assert user["oneId"] == one_id
    assert user["displayName"] == "王建国"
    assert (user["firstSeenAt"], user["lastSeenAt"]) == (
        "2026-01-02T08:00:00.000Z",
        "2026-03-01T08:00:00.000Z",
    )
    assert {(p["source"], p["recordId"]) for p in user["profiles"]} == {("crm", "c1"), ("shop", "s1")}
    assert [(i["namespace"], i["scope"], i["value"], i["trusted"]) for i in user["identifiers"]] == [
        ("email", "*", "wjg@example.com", True),
        ("phone", "*", "+8613812345678", True),
        ("userId", "crm", "c1", True),
        ("userId", "shop", "s1", True),
        ("vin", "*", VIN, False),
    ]
    [vehicle] = user["vehicles"]
    assert (vehicle["vin"], vehicle["role"]) == (VIN, "owner")
    nodes = [edge["node"] for edge in user["touchpoints"]["edges"]]
    assert [(n["__typename"], n["kind"], n["occurredAt"][:10]) for n in nodes] == [
        ("VehicleDelivered", "delivery", "2026-03-01"),
        ("PageViewed", "page", "2026-02-03"),
        ("Generic", "generic", "2026-02-02"),
        ("TestDriveCompleted", "testDrive", "2026-01-03"),
    ]
    assert (nodes[0]["amount"], nodes[0]["currency"]) == ("268000.50", "CNY")
    assert nodes[1]["path"] == "/models/et5"
    assert nodes[2]["event"] == "Something Else"
    assert (nodes[3]["distanceKm"], nodes[3]["channel"], nodes[3]["appointmentAt"]) == (12.5, "store", None)
    assert user["touchpoints"]["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": user["touchpoints"]["edges"][0]["cursor"],
        "endCursor": user["touchpoints"]["edges"][-1]["cursor"],
    }


async def test_a_frontend_sees_masks(services: Services, ask: Ask, frontend: dict[str, str]) -> None:
    await journey(services)
    [one_id] = await one_ids(ask)
    user = (await ask(USER, {"id": one_id}, headers=frontend))["user"]

    assert user["displayName"] == "王建国"
    assert {p["recordId"] for p in user["profiles"]} == {"c1", "s1"}
    values = {i["namespace"]: i["value"] for i in user["identifiers"]}
    assert values["phone"] == "+86138****5678"[-len(values["phone"]) :]
    shown = str(user["identifiers"]) + str(user["vehicles"])
    for personal in ("13812345678", "wjg@example.com", VIN):
        assert personal not in shown
    by_node = await ask(
        "query ($id: ID!) { node(id: $id) { ... on Vehicle { vin role } } }",
        {"id": user["vehicles"][0]["id"]},
        headers=frontend,
    )
    assert by_node["node"] == {"vin": user["vehicles"][0]["vin"], "role": None}


@pytest.mark.parametrize("role", [Role.SOURCE])
async def test_a_source_may_not_ask(client: httpx.AsyncClient, services: Services, role: Role) -> None:
    headers = await headers_of(services, role, source="web")
    answer = await client.post("/graphql", json={"query": "{ users { edges { cursor } } }"}, headers=headers)

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden"


async def test_every_thing_is_a_node(services: Services, ask: Ask) -> None:
    await journey(services)
    [one_id] = await one_ids(ask)
    user = (await ask(USER, {"id": one_id}))["user"]
    things = [user, *user["profiles"], *user["vehicles"]]
    things += [edge["node"] for edge in user["touchpoints"]["edges"]]
    assert len({thing["id"] for thing in things}) == len(things) == 8
    node = """query ($id: ID!) { node(id: $id) { __typename id
        ... on User { oneId touchpoints(first: 1) { edges { node { id } } } }
        ... on Profile { recordId } ... on Vehicle { vin role } ... on Touchpoint { event } } }"""
    for thing in things:
        found = (await ask(node, {"id": thing["id"]}))["node"]
        assert found["id"] == thing["id"]
        for field in ("oneId", "recordId", "vin", "event"):
            assert found.get(field) == thing.get(field)


@pytest.mark.parametrize(
    "id_",
    [
        "",
        "x",
        "VXNlcg",
        "钥匙",
        "User:1",
        "VXNlcjpub2JvZHk",
        "UHJvZmlsZTp4",
        "VmVoaWNsZTp4",
        "VG91Y2hwb2ludDp4",
        "x" * 9999,
    ],
)
async def test_an_id_of_nothing(ask: Ask, id_: str) -> None:
    assert (await ask("query ($id: ID!) { node(id: $id) { id } }", {"id": id_})) == {"node": None}


async def test_nobody(ask: Ask) -> None:
    assert (await ask(USER, {"id": "nobody"})) == {"user": None}
    assert (await ask(BY_IDENTIFIER, {"n": "phone", "v": "13812345678"})) == {"userByIdentifier": None}
    empty = await ask("{ users { edges { cursor } pageInfo { hasNextPage endCursor } } }")
    assert empty == {"users": {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}


async def test_a_former_id_leads_to_the_person(services: Services, ask: Ask) -> None:
    await services.writer.write(
        [
            identify("c1", {"name": "王建国"}),
            identify("s1", {"name": "王建国", "phone": "13812345678"}, source=SHOP),
        ]
    )
    before = await one_ids(ask)
    assert len(before) == 2
    await services.writer.write([identify("c1", {"name": "王建国", "phone": "13812345678"}, at="2026-03-01")])
    [now] = await one_ids(ask)
    [former] = set(before) - {now}
    led = (await ask(USER, {"id": former}))["user"]
    assert led["oneId"] == now
    assert len(led["profiles"]) == 2

    found = await ask(
        """query ($id: ID!) { node(id: $id) { __typename id
             ... on FormerUser { until currentUser { oneId touchpoints { edges { cursor } } } } } }""",
        {"id": global_id("User", former)},
    )
    node = found["node"]
    assert node["__typename"] == "FormerUser"
    assert node["currentUser"]["oneId"] == now
    assert node["until"] > "2026"
    again = await ask("query ($id: ID!) { node(id: $id) { __typename id } }", {"id": node["id"]})
    assert again["node"] == {"__typename": "FormerUser", "id": node["id"]}


class TestByIdentifier:
    async def test_the_one_who_holds_it(self, services: Services, ask: Ask) -> None:
        await journey(services)
        [one_id] = await one_ids(ask)
        await services.access.create(Role.SOURCE, source="crm")
        for namespace, value in [
            ("phone", "+86 138-1234-5678"),
            ("phone", "13812345678"),
            ("email", "WJG@Example.com"),
            ("userId", "crm/c1"),
            ("userId", "c1"),
            ("userId", "shop/s1"),
        ]:
            found = await ask(BY_IDENTIFIER, {"n": namespace, "v": value})
            assert found["userByIdentifier"] == {"oneId": one_id}, (namespace, value)
        for namespace, value in [("userId", "shop/c1"), ("userId", "s1"), ("email", "other@example.com")]:
            found = await ask(BY_IDENTIFIER, {"n": namespace, "v": value})
            assert found["userByIdentifier"] is None, (namespace, value)

    async def test_a_shared_one_is_nobodys(self, services: Services, ask: Ask) -> None:
        await services.writer.write(
            [
                identify("c1", {"name": "王建国", "birthDate": "1970-01-01", "phone": "13812345678"}),
                identify("c2", {"name": "李小红", "birthDate": "1972-02-02", "phone": "13812345678"}),
            ]
        )
        assert len(await one_ids(ask)) == 2
        found = await ask(BY_IDENTIFIER, {"n": "phone", "v": "13812345678"})
        assert found["userByIdentifier"] is None

    async def test_claims_do_not_count_against_trusted_evidence(self, services: Services, ask: Ask) -> None:
        web = SourceDeclaration(name="web")
        forms = [
            identify(f"w{n}", {"name": f"张{n}三", "phone": "13812345678"}, source=web) for n in range(3)
        ]
        await services.writer.write([identify("c1", {"name": "王建国", "phone": "13812345678"}), *forms])
        owner = (await ask(BY_IDENTIFIER, {"n": "userId", "v": "crm/c1"}))["userByIdentifier"]
        assert owner is not None
        assert len(await one_ids(ask)) > 1
        found = await ask(BY_IDENTIFIER, {"n": "phone", "v": "13812345678"})
        assert found["userByIdentifier"] == owner

    @pytest.mark.parametrize(
        ("namespace", "value"),
        [
            ("fax", "1"),
            ("phone", "not a phone"),
            ("phone", ""),
            ("email", "@"),
            ("vin", "123"),
            ("userId", "null"),
        ],
    )
    async def test_what_is_no_identifier(
        self, client: httpx.AsyncClient, admin: dict[str, str], namespace: str, value: str
    ) -> None:
        asked = {"query": BY_IDENTIFIER, "variables": {"n": namespace, "v": value}}
        body = (await client.post("/graphql", json=asked, headers=admin)).json()
        [error] = body["errors"]
        assert error["extensions"]["code"] == "bad_input"
        assert error["extensions"]["remedy"]
        assert body["data"] == {"userByIdentifier": None}
        assert "not a phone" not in error["message"]

    async def test_the_present_owner_of_a_vehicle(self, services: Services, ask: Ask) -> None:
        events = [
            track("old", "Vehicle Delivered", {"vin": VIN, "model": "ET5"}, at="2020-01-01"),
            track("new", "Vehicle Delivered", {"vin": VIN, "model": "ET5"}, at="2024-01-01"),
            track("friend", "Test Drive Completed", {"vin": VIN, "model": "ET5"}, at="2025-01-01"),
        ]
        await services.writer.write(events)
        found = await ask(
            'query ($v: String!) { userByIdentifier(namespace: "vin", value: $v) { profiles { recordId }'
            " vehicles { vin role } } }",
            {"v": VIN.lower()},
        )
        assert found["userByIdentifier"]["profiles"] == [{"recordId": "new"}]
        assert found["userByIdentifier"]["vehicles"] == [{"vin": VIN, "role": "owner"}]
