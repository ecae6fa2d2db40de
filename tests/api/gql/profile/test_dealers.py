"""A dealer sees its own people, and of them its own and the brand's records: in made-up worlds, whatever it asks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import httpx
import pytest
from graphql import ExecutionResult, parse, subscribe  # pyright: ignore[reportUnknownVariableType]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.gql.context import GqlContext
from api.gql.schema import build_schema
from api.wiring import Services, claim, compose
from graph.access.roles import Caller, Role
from graph.db.database import Database
from graph.ingest.message import Message
from graph.ingest.sources import SourceDeclaration
from tests.api.conftest import headers_of, message, serving
from tests.conftest import empty
from tests.laws import examples

DEALERS: Final = ("d-a", "d-b")
SOURCES: Final = (
    SourceDeclaration.model_validate({"name": "web", "grades": {"phone": "trusted"}}),
    *(
        SourceDeclaration.model_validate(
            {"name": f"dms-{dealer}", "grades": {"phone": "trusted", "email": "trusted"}, "dealer": dealer}
        )
        for dealer in DEALERS
    ),
)
PEOPLE: Final = 3
VINS: Final = ("LSVAM4187C2184847", "LSVAM4187C2184850", "LSVAM4187C2184864")

FIELDS: Final = """
fragment U on User { id oneId displayName firstSeenAt lastSeenAt asOf dealers { dealer since lastAt step consultant }
  profiles { id source recordId } identifiers { namespace scope value trusted }
  vehicles { id vin model role
    owners(first: 3) { holders { oneId role current user { oneId displayName } } hasMore complete }
    drivers(first: 3) { holders { oneId role } } services(first: 3) { edges { node { ...T } } }
    touchpoints(first: 3) { edges { node { ...T } } } }
  months: timeline(by: MONTH, first: 9) { groups { key count firstAt lastAt } }
  campaigns: timeline(by: CAMPAIGN, first: 9) { groups { key count } }
  places: timeline(by: DEALER, first: 9) { groups { key count } }
  golden { field value profiles provenance { source profile { id source recordId } at rule correctedBy why }
    alternatives { value provenance { source } } }
  orders { id status orderedAt deliveredAt model dealer consultant vehicle }
  consents { purpose state dealer since channel source profile }
  nextFollowUp { id } followUps { id dueAt open topic dealer consultant model closedAt outcome }
  touchpoints(first: 50) { edges { cursor node { ...T } } pageInfo { hasNextPage endCursor } } }
fragment T on Touchpoint { __typename id occurredAt receivedAt event kind channel campaign dealer consultant model
  content }
"""
ALL: Final = "{ users(first: 9) { edges { node { ...U } } pageInfo { hasNextPage endCursor } } }" + FIELDS
USER: Final = "query ($id: ID!) { user(oneId: $id) { ...U } }" + FIELDS
NODE: Final = (
    "query ($id: ID!) { node(id: $id) { id ... on User { ...U } ... on Profile { source recordId } "
    "... on Vehicle { vin model role } ... on Touchpoint { ...T } } }" + FIELDS
)
BY: Final = (
    "query ($n: String!, $v: String!) { userByIdentifier(namespace: $n, value: $v) { ...U } "
    "usersByIdentifier(namespace: $n, value: $v, first: 9) { hasMore holders { role scope "
    "profile { id source recordId } user { ...U } } } }" + FIELDS
)
DESK: Final = (
    "query ($c: ID!) { dealerDesk { ...D } consultantDesk(consultant: $c) { ...D } } "
    "fragment D on Desk { dealer pipeline { step people } people(first: 50) { edges { cursor node { oneId "
    "relation { dealer since lastAt step consultant } } } } followUps(first: 50) { edges { cursor node { oneId dueAt "
    "plan { id } } } } }"
)
CHANGED: Final = "subscription ($id: ID!) { userChanged(oneId: $id) { cursor at by user { ...U } } }" + FIELDS


STATED: Final = ("Order Placed", "Consent Given", "Follow-Up Planned")


class Happening(NamedTuple):
    """Something a person does: in a source, with a dealer where the brand's own source names one."""

    person: int
    source: int
    kind: str
    dealer: str | None


happenings = st.lists(
    st.builds(
        Happening,
        st.integers(0, PEOPLE - 1),
        st.integers(0, len(SOURCES) - 1),
        st.sampled_from(["identify", "page", "Test Drive Completed", "Vehicle Delivered", *STATED]),
        st.sampled_from([None, *DEALERS]),
    ),
    min_size=3,
    max_size=12,
)


SHARED: Final = [
    Happening(0, 0, "Vehicle Delivered", "d-b"),
    Happening(0, 0, "page", None),
    Happening(0, 1, "Test Drive Completed", None),
    Happening(0, 2, "Vehicle Delivered", None),
    Happening(1, 2, "page", None),
    Happening(1, 0, "page", None),
    Happening(2, 0, "page", "d-a"),
    *(Happening(0, 0, kind, dealer) for kind in STATED for dealer in (None, *DEALERS)),
]
"""A person of two dealers in all three sources, one of one dealer, and one whom the brand's source alone knows."""


def canary(dealer: str | None) -> str:
    """A word that stands in a dealer's rows only."""
    return f"canary-{dealer}" if dealer else "brand"


def messages(world: Sequence[Happening]) -> list[Message]:
    """The world's events; people are joined over sources by their phones."""
    found: list[Message] = []
    for number, it in enumerate(world):
        source = SOURCES[it.source]
        dealer = source.dealer or it.dealer
        user = f"{canary(source.dealer)}-{it.person}"
        base = {"userId": user, "messageId": f"m{number}", "timestamp": f"2026-02-{number + 1:02}T08:00:00Z"}
        traits = {"phone": f"1381234500{it.person}", "name": canary(source.dealer)}
        if source.dealer:
            traits["email"] = f"p{it.person}@{canary(source.dealer)}.example"
        found.append(
            message(base | {"messageId": f"i{number}", "type": "identify", "traits": traits}, source=source)
        )
        properties: dict[str, Any] = {
            "channel": canary(dealer), "consultant": canary(dealer), "model": canary(dealer),
            "campaign": canary(dealer), "vin": VINS[it.person], "orderId": f"SO-{it.person}",
            "purpose": canary(dealer), "topic": canary(dealer), "dueAt": "2026-03-01T08:00:00Z",
        }  # fmt: skip
        if dealer:
            properties["dealer"] = dealer
        if it.kind == "page":
            found.append(
                message(
                    base | {"type": "page", "name": canary(dealer), "properties": properties}, source=source
                )
            )
        elif it.kind != "identify":
            track = {"type": "track", "event": it.kind, "properties": properties}
            found.append(message(base | track, source=source))
    return found


class Asking:
    """What callers are told over HTTP; a dealer's answers are all kept."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self._client, self._headers = client, headers
        self.told: list[str] = []

    async def __call__(self, query: str, **variables: str) -> dict[str, Any]:
        response = await self._client.post(
            "/graphql", json={"query": query, "variables": variables}, headers=self._headers
        )
        body = response.json()
        assert "errors" not in body, body
        self.told.append(json.dumps(body["data"], ensure_ascii=False))
        return body["data"]


def visible_to(dealer: str, user: dict[str, Any]) -> bool:
    """Whether the dealer knows the person, of whom `user` tells everything."""
    return any(profile["source"] == f"dms-{dealer}" for profile in user["profiles"]) or any(
        edge["node"]["dealer"] == dealer for edge in user["touchpoints"]["edges"]
    )


def worlds(count: int) -> list[list[Happening]]:
    """Worlds as hypothesis draws them, for the test's own event loop."""
    drawn: list[list[Happening]] = []

    @settings(
        max_examples=examples(count), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(happenings)
    def draw(world: list[Happening]) -> None:
        drawn.append(world)

    draw()
    return drawn


async def test_no_answer_holds_another_dealers_rows(services: Services, database: Database) -> None:
    for world in [SHARED, *worlds(6)]:
        await empty(database)
        await claim(database, services.keyring)
        # Anew: a writer remembers which dealers are in the graph.
        anew = compose(services.settings, database, keyring=services.keyring, rules=services.rules)
        await anew.sources.apply(SOURCES)
        await anew.writer.write(messages(world))
        async with serving(anew) as client:
            await look(anew, client)


async def look(services: Services, client: httpx.AsyncClient) -> None:
    """Ask everything as each of both dealers, and hold it against what an admin is told."""
    admin = Asking(client, await headers_of(services, Role.ADMIN))
    everybody = [edge["node"] for edge in (await admin(ALL))["users"]["edges"]]
    for dealer, other in (DEALERS, DEALERS[::-1]):
        ask = Asking(client, await headers_of(services, Role.DEALER, dealer=dealer))
        seen = {user["oneId"]: user for user in everybody if visible_to(dealer, user)}
        listed = {edge["node"]["oneId"]: edge["node"] for edge in (await ask(ALL))["users"]["edges"]}
        assert listed.keys() == seen.keys()
        hidden: set[str] = set()
        shown: set[str] = set()
        for user in everybody:
            one_id = user["oneId"]
            told = (await ask(USER, id=one_id))["user"]
            assert told == listed.get(one_id)
            assert (await ask(NODE, id=user["id"]))["node"] == told
            await ask_for_changes(services, ask, dealer, one_id, told)
            ours = {p["id"] for p in user["profiles"] if one_id in seen and p["source"] != f"dms-{other}"}
            rows = [edge["node"] for edge in user["touchpoints"]["edges"]]
            # A touchpoint stands on its profile; which, the admin is told by asking for it alone.
            mine = {row["id"] for row in rows if one_id in seen and row["dealer"] in (None, dealer)}
            shown |= ours | mine
            hidden |= {p["id"] for p in user["profiles"]} - ours | {row["id"] for row in rows} - mine
            if one_id not in seen:
                hidden |= {one_id, user["id"]}
            else:
                assert {p["id"] for p in told["profiles"]} == ours
                assert {edge["node"]["id"] for edge in told["touchpoints"]["edges"]} == mine
            for vehicle in user["vehicles"]:
                await ask(NODE, id=vehicle["id"])
        for id_ in sorted(hidden | shown):
            if "-" not in id_:
                assert ((await ask(NODE, id=id_))["node"] is not None) is (id_ in shown)
        for person in range(PEOPLE):
            await ask(BY, n="phone", v=f"1381234500{person}")
            await ask(BY, n="email", v=f"p{person}@{canary(other)}.example")
            await ask(BY, n="vin", v=VINS[person])
        desk = await ask(DESK, c=canary(other))
        assert desk["consultantDesk"]["people"]["edges"] == []
        met = {edge["node"]["oneId"] for edge in desk["dealerDesk"]["people"]["edges"]}
        assert met == {one_id for one_id, user in listed.items() if user["dealers"]}
        assert sum(row["people"] for row in desk["dealerDesk"]["pipeline"]) == len(met)
        everything = "\n".join(ask.told)
        assert canary(other) not in everything
        assert f"dms-{other}" not in everything
        assert f'"{other}"' not in everything
        assert not [id_ for id_ in hidden if f'"{id_}"' in everything]


async def ask_for_changes(
    services: Services, ask: Asking, dealer: str, one_id: str, told: dict[str, Any] | None
) -> None:
    """Subscribe to a person as a dealer: the first update is the person as told, or there is none."""
    document = parse(CHANGED)
    caller = Caller(role=Role.DEALER, key_id="k", dealer=dealer)
    results = await subscribe(  # type: ignore[misc]
        build_schema().core,
        document,
        variable_values={"id": one_id},
        context_value=GqlContext(caller, services, document),
    )
    assert not isinstance(results, ExecutionResult)
    if told is None:
        with pytest.raises(Exception, match="no person of this oneId"):
            await anext(results)
        return
    result = await anext(results)
    await results.aclose()
    assert result.data is not None
    update = result.data["userChanged"]
    ask.told.append(json.dumps(update, ensure_ascii=False, default=str))
    assert update["user"] == told
    assert (update["at"], update["by"]) == (None, None)


async def test_a_dealer_does_not_ask_for_the_past(services: Services, client: httpx.AsyncClient) -> None:
    headers = await headers_of(services, Role.DEALER, dealer="d-a")
    for query in (
        '{ user(oneId: "1", asOf: "2026-01-01T00:00:00Z") { oneId } }',
        '{ userByIdentifier(namespace: "phone", value: "13812345000", asOf: "2026-01-01T00:00:00Z") { oneId } }',
        '{ userByIdentifier(namespace: "vin", value: "LSVAM4187C2184847", asOf: "2026-01-01T00:00:00Z") { oneId } }',
        '{ usersByIdentifier(namespace: "phone", value: "13812345000", asOf: "2026-01-01T00:00:00Z") { hasMore } }',
    ):
        response = await client.post("/graphql", json={"query": query}, headers=headers)
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["forbidden"]
