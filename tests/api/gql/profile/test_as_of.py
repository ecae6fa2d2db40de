"""What was believed at a time in the past: from stored intervals, on the real database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from api.gql.ids import global_id
from api.wiring import Services
from graph.clock import DAY, from_datetime, isoformat, system_clock, to_datetime
from graph.ingest.sources import SourceDeclaration
from tests.api.conftest import Ask
from tests.api.gql.profile.test_people import SHOP, VIN, identify, one_ids, track

WEB = SourceDeclaration(name="web")
USER = """
query ($id: ID!, $at: DateTime) { user(oneId: $id, asOf: $at) {
  id oneId asOf displayName firstSeenAt lastSeenAt profiles { recordId }
  identifiers { namespace value trusted } vehicles { vin role } golden { field value }
  touchpoints { edges { node { event } } }
} }
"""
BY_IDENTIFIER = """
query ($n: String!, $v: String!, $at: DateTime) { userByIdentifier(namespace: $n, value: $v, asOf: $at) {
  id oneId profiles { recordId } } }
"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on User { oneId asOf profiles { recordId } } } }"


async def moment(services: Services) -> str:
    """The last commit's time: what is committed from now on is later."""
    [row] = await services.database.run_schema("CYPHER 5 MATCH (h:FeedHead) RETURN h.recordedAt AS at")
    return to_datetime(row["at"]).isoformat()


async def at(ask: Ask, one_id: str, when: str | None) -> Any:
    return (await ask(USER, {"id": one_id, "at": when}))["user"]


def records(user: dict[str, Any]) -> set[str]:
    return {profile["recordId"] for profile in user["profiles"]}


async def test_before_and_after_a_merge(services: Services, ask: Ask) -> None:
    start = await moment(services)
    await services.writer.write([identify("c1", {"name": "王建国"}), track("c1", "Anything", {})])
    [founder] = await one_ids(ask)
    first = await moment(services)
    await services.writer.write(
        [
            identify("s1", {"name": "王建国", "phone": "13812345678"}, source=SHOP),
            track("s1", "Other", {}, source=SHOP),
        ]
    )
    apart = await moment(services)
    [joiner] = set(await one_ids(ask)) - {founder}
    await services.writer.write(
        [identify("c1", {"phone": "13812345678"}, at="2026-03-01"), track("c1", "Late", {}, at="2020-01-01")]
    )
    together = await moment(services)
    assert await one_ids(ask) == [founder]

    assert await at(ask, founder, start) is None
    assert (await at(ask, joiner, first), records(await at(ask, founder, first))) == (None, {"c1"})
    then = await at(ask, joiner, apart)
    assert (then["oneId"], records(then)) == (joiner, {"s1"})
    assert {i["namespace"] for i in then["identifiers"]} == {"phone", "userId"}
    then = await at(ask, founder, apart)
    assert (then["oneId"], records(then)) == (founder, {"c1"})
    assert [i["namespace"] for i in then["identifiers"]] == ["userId"]
    assert [edge["node"]["event"] for edge in then["touchpoints"]["edges"]] == ["Anything"]
    assert (then["firstSeenAt"], then["lastSeenAt"]) == (None, None)

    for one_id in (founder, joiner):
        merged, now = await at(ask, one_id, together), await at(ask, one_id, None)
        assert (merged["oneId"], now["oneId"]) == (founder, founder)
        differing = {field for field in now if now[field] != merged[field]}
        assert differing == {"id", "asOf", "firstSeenAt", "lastSeenAt"}
        assert len(now["touchpoints"]["edges"]) == 3
    assert (await ask(BY_IDENTIFIER, {"n": "phone", "v": "13812345678", "at": first}))[
        "userByIdentifier"
    ] is None
    for when, expected in ((apart, joiner), (together, founder), (None, founder)):
        held = (await ask(BY_IDENTIFIER, {"n": "phone", "v": "13812345678", "at": when}))["userByIdentifier"]
        assert held["oneId"] == expected


async def test_a_snapshot_is_a_node_of_its_own(services: Services, ask: Ask) -> None:
    await services.writer.write([identify("c1", {"name": "王建国"})])
    then = await moment(services)
    [founder] = await one_ids(ask)
    await services.writer.write(
        [
            identify("c1", {"phone": "13812345678"}, at="2026-03-01"),
            identify("s1", {"name": "王建国", "phone": "13812345678"}, source=SHOP),
        ]
    )
    now, snapshot = await at(ask, founder, None), await at(ask, founder, then)
    assert now["id"] != snapshot["id"]
    assert (now["asOf"], snapshot["asOf"]) == (None, isoformat(_micros(then)))
    assert len(records(now)) == 2
    node = (await ask(NODE, {"id": snapshot["id"]}))["node"]
    assert node == {
        "__typename": "User",
        "id": snapshot["id"],
        "oneId": founder,
        "asOf": snapshot["asOf"],
        "profiles": [{"recordId": "c1"}],
    }
    for key in (f"{founder}@1", f"{founder}@{system_clock() + DAY}", f"{founder}@01", founder, "x@1"):
        assert await ask(NODE, {"id": global_id("UserSnapshot", key)}) == {"node": None}


def _micros(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text))


async def test_a_claim_was_a_claim_before_it_was_trusted(services: Services, ask: Ask) -> None:
    await services.writer.write([identify("w1", {"email": "a@example.com"}, source=WEB)])
    claimed = await moment(services)
    trusting = SourceDeclaration.model_validate({"name": "web", "grades": {"email": "trusted"}})
    await services.writer.write(
        [identify("w1", {"email": "a@example.com"}, source=trusting, at="2026-04-01")]
    )
    [one_id] = await one_ids(ask)
    await services.database.run_schema(CLAIMED_AT, at=_micros(claimed))
    then = await at(ask, one_id, claimed)
    assert [i["trusted"] for i in then["identifiers"] if i["namespace"] == "email"] == [False]
    now = await at(ask, one_id, None)
    assert [i["trusted"] for i in now["identifiers"] if i["namespace"] == "email"] == [True]


CLAIMED_AT = """CYPHER 5
MATCH ()-[e:HAS]->(:Identifier {namespace: 'email'}) SET e.claimedAt = coalesce(e.claimedAt, $at)"""


async def test_the_owner_of_then(services: Services, ask: Ask) -> None:
    delivered = "Vehicle Delivered"
    await services.writer.write([track("old", delivered, {"vin": VIN}, at="2020-01-01")])
    before = await moment(services)
    await services.writer.write([track("new", delivered, {"vin": VIN}, at="2024-01-01")])
    for when, owner in ((before, "old"), (None, "new")):
        found = (await ask(BY_IDENTIFIER, {"n": "vin", "v": VIN, "at": when}))["userByIdentifier"]
        assert records(found) == {owner}
    [old, *_] = sorted(await one_ids(ask))
    assert (await at(ask, old, before))["vehicles"] == [{"vin": VIN, "role": "owner"}]


async def test_what_was_retracted_since_was_believed_then(services: Services, ask: Ask) -> None:
    await services.writer.write([identify("c1", {"name": "王建国", "phone": "13812345678"})])
    before = await moment(services)
    [one_id] = await one_ids(ask)
    await services.database.run_schema(
        "CYPHER 5 MATCH (p:Profile)-[e:HAS]->(i:Identifier {namespace: 'phone'}) SET e.retractedAt = $at "
        "CREATE (p)-[:DISOWNED {judgement: 'j', recordedAt: $at}]->(i)",
        at=_micros(before) + 1,
    )
    namespaces = [{i["namespace"] for i in (await at(ask, one_id, w))["identifiers"]} for w in (before, None)]
    assert namespaces == [{"phone", "userId"}, {"userId"}]


async def test_corrections_of_then(services: Services, ask: Ask) -> None:
    await services.writer.write([identify("c1", {"name": "王建国"})])
    [one_id] = await one_ids(ask)
    times = [await moment(services)]
    made = await services.corrections.correct(one_id, "name", "王建华", why="x", by="k")
    times.append(await moment(services))
    await services.corrections.retract(made.correction.id, by="k")
    times.append(await moment(services))
    assert [(await at(ask, one_id, when))["displayName"] for when in times] == ["王建国", "王建华", "王建国"]


async def test_the_future_is_not_known(
    client: httpx.AsyncClient, admin: dict[str, str], services: Services, ask: Ask
) -> None:
    await services.writer.write([identify("c1", {"name": "王建国"})])
    [one_id] = await one_ids(ask)
    asked = {"query": USER, "variables": {"id": one_id, "at": isoformat(system_clock() + DAY)}}
    body = (await client.post("/graphql", json=asked, headers=admin)).json()
    assert [error["extensions"]["code"] for error in body["errors"]] == ["bad_input"]


HOLDERS = """
query ($n: String!, $v: String!, $at: DateTime, $first: Int) {
  usersByIdentifier(namespace: $n, value: $v, asOf: $at, first: $first) { hasMore holders {
    role scope firstAt lastAt ownerSince recordedAt retractedAt profile { recordId }
    user { oneId asOf identifiers { namespace value } } } } }
"""


async def holders(ask: Ask, namespace: str, value: str, **more: Any) -> tuple[list[dict[str, Any]], bool]:
    headers = more.pop("headers", None)
    found = await ask(HOLDERS, {"n": namespace, "v": value, **more}, headers=headers)
    return found["usersByIdentifier"]["holders"], found["usersByIdentifier"]["hasMore"]


class TestHolders:
    async def test_all_with_role_and_interval(
        self, services: Services, ask: Ask, frontend: dict[str, str]
    ) -> None:
        await services.writer.write(
            [
                identify("c1", {"name": "王建国", "phone": "13812345678"}),
                identify("w1", {"name": "李小红", "phone": "13812345678"}, source=WEB, at="2026-05-01"),
            ]
        )
        found, more = await holders(ask, "phone", "138 1234 5678")
        assert [(h["role"], h["profile"]["recordId"], h["scope"]) for h in found] == [
            ("trusted", "c1", "*"),
            ("claimed", "w1", "*"),
        ]
        assert [(h["firstAt"], h["lastAt"]) for h in found] == [
            ("2026-01-02T08:00:00.000Z",) * 2,
            ("2026-05-01T08:00:00.000Z",) * 2,
        ]
        assert [h["retractedAt"] for h in found] == [None, None]
        assert (len({h["user"]["oneId"] for h in found}), more) == (2, False)
        first, more = await holders(ask, "phone", "13812345678", first=1)
        assert (first, more) == (found[:1], True)
        seen, _ = await holders(ask, "phone", "13812345678", headers=frontend)
        assert "13812345678" not in str(seen)
        assert await holders(ask, "phone", "13698765432") == ([], False)

    async def test_of_then(self, services: Services, ask: Ask) -> None:
        await services.writer.write([identify("c1", {"name": "王建国", "phone": "13812345678"})])
        before = await moment(services)
        await services.writer.write([identify("s1", {"phone": "13812345678"}, source=SHOP)])
        [then], _ = await holders(ask, "phone", "13812345678", at=before)
        assert (then["profile"]["recordId"], then["user"]["asOf"]) == ("c1", isoformat(_micros(before)))
        now, _ = await holders(ask, "phone", "13812345678")
        assert len(now) == 2

    async def test_of_a_vehicle_over_time(self, services: Services, ask: Ask) -> None:
        delivered = "Vehicle Delivered"
        events = [
            track("new", delivered, {"vin": VIN}, at="2024-01-01"),
            track("old", delivered, {"vin": VIN}, at="2020-01-01"),
            track("friend", "Test Drive Completed", {"vin": VIN}, at="2019-01-01"),
        ]
        await services.writer.write(events)
        found, _ = await holders(ask, "vin", VIN.lower())
        told = [(h["role"], h["profile"]["recordId"], (h["ownerSince"] or "")[:4]) for h in found]
        assert told[:2] == [("owner", "old", "2020"), ("owner", "new", "2024")]
        assert {role for role, _, _ in told[2:]} <= {"driver"}

    @pytest.mark.parametrize(("namespace", "first"), [("fax", 1), ("phone", 0), ("phone", 101)])
    async def test_what_cannot_be_asked(
        self, client: httpx.AsyncClient, admin: dict[str, str], namespace: str, first: int
    ) -> None:
        asked = {"query": HOLDERS, "variables": {"n": namespace, "v": "13812345678", "first": first}}
        body = (await client.post("/graphql", json=asked, headers=admin)).json()
        assert [error["extensions"]["code"] for error in body["errors"]] == ["bad_input"]
