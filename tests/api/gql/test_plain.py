"""The short way for plain values answers exactly what the stock executor answers."""

from __future__ import annotations

from typing import Any

import pytest

from api.gql.context import GqlContext
from api.gql.documents import Documents
from api.gql.plain import PlainExecutor
from api.gql.schema import Schema, build_schema
from api.wiring import Services
from graph.access.roles import Caller, Role
from graph.profile import view as people_view
from graph.profile.rows import Want
from tests.api.conftest import message

NODE = (
    "query ($id: ID!) { node(id: $id) { id __typename ... on User { oneId } ... on Profile { recordId } } }"
)
QUERIES = {
    "everything": """query ($id: ID!) { user(oneId: $id) { __typename id oneId displayName firstSeenAt lastSeenAt
        profiles { __typename id source recordId } identifiers { namespace scope value trusted }
        vehicles { id vin model role } touchpoints { __typename edges { cursor node { __typename id occurredAt
        receivedAt event kind channel amount currency durationSeconds ... on TestDriveCompleted { distanceKm
        appointmentAt } ... on Node { key: id } } } pageInfo { hasNextPage endCursor } } } }""",
    "names and fragments": """query ($id: ID!, $yes: Boolean = true) { a: user(oneId: $id) { ...F one: oneId
        t: touchpoints(first: 1) { ...C } t: touchpoints(first: 1) { edges { cursor } }
        u: touchpoints(filter: {kinds: ["enquiry"]}) @include(if: $yes) { ...C } } b: user(oneId: "x") { id } }
        fragment F on User { displayName @skip(if: $yes) id } fragment C on TouchpointConnection {
        edges { node { ...N } } } fragment N on Touchpoint { kind ... on EnquirySubmitted { topic } }""",
    "the golden record": """query ($id: ID!) { user(oneId: $id) { asOf golden { __typename field v: value profiles
        provenance { source profile { id recordId } at rule correction why } alternatives { value } } } }""",
    "the past": """query ($id: ID!) { now: user(oneId: $id) { oneId } user(oneId: $id, asOf: "2026-01-01T00:00:00Z")
        { id } userByIdentifier(namespace: "phone", value: "13812345678", asOf: "2100-01-01T00:00:00Z") { id } }""",
    "holders": """{ usersByIdentifier(namespace: "phone", value: "13812345678") { __typename hasMore holders { role
        scope firstAt lastAt ownerSince recordedAt retractedAt profile { source recordId } user { oneId golden { field
        } t: touchpoints(first: 1) { edges { node { kind } } } } } } }""",
    "pages": "{ users(first: 1) { edges { cursor node { oneId } } pageInfo { hasNextPage hasPreviousPage } } }",
    "wrong arguments": """query ($id: ID!) { user(oneId: $id) { touchpoints(first: 0) { edges { cursor } } }
        users { edges { cursor } } }""",
    "nobody": '{ user(oneId: "x") { id } node(id: "x") { id } }',
}


async def answer(
    schema: Schema, services: Services, query: str, variables: dict[str, Any]
) -> tuple[Any, list[str]]:
    prepared = Documents(schema.core, suggestions=False).prepare(query)
    assert prepared.document is not None
    assert prepared.errors == ()
    context = GqlContext(Caller(Role.ADMIN, "1"), services, prepared.document)
    wanted = {name: value for name, value in variables.items() if f"${name}" in query}
    result = await schema.execute(query, variable_values=wanted, context_value=context)
    return result.data, [f"{error.path} {error.message}" for error in result.errors or []]


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
async def test_both_ways_answer_the_same(services: Services, query: str) -> None:
    quick, stock = build_schema(), build_schema(plain=False)
    events: list[dict[str, Any]] = [
        {
            "type": "identify",
            "userId": "u1",
            "messageId": "i",
            "traits": {"name": "王建国", "phone": "13812345678"},
        },
        {"type": "identify", "userId": "u2", "messageId": "j"},
    ]
    events += [
        {"type": "track", "userId": "u1", "messageId": f"m{n}", "event": name, "properties": properties}
        for n, (name, properties) in enumerate(
            [
                ("Test Drive Completed", {"distanceKm": 3.5, "durationSeconds": 60}),
                ("Enquiry Submitted", {"amount": "12.30", "topic": "price"}),
                ("Anything", {}),
            ]
        )
    ]
    await services.writer.write([message(event) for event in events])
    views, _ = await services.people.users(first=9, after="", want=Want())
    [user] = [view for view in views if view.display_name]
    quickly = await answer(quick, services, query, {"id": user.one_id})
    assert quickly == await answer(stock, services, query, {"id": user.one_id})
    assert list(quickly[0]) == list((await answer(stock, services, query, {"id": user.one_id}))[0])


async def test_a_damaged_value_is_told_as_the_stock_executor_tells_it(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.writer.write([message({"type": "identify", "userId": "u1", "messageId": "i"})])
    [view], _ = await services.people.users(first=9, after="", want=Want())
    original = people_view.view_profile
    monkeypatch.setattr(
        people_view, "view_profile", lambda row, sealers: original(row, sealers)._replace(source=None)
    )
    query = "query ($id: ID!) { user(oneId: $id) { oneId profiles { source recordId } } }"
    quickly = await answer(build_schema(), services, query, {"id": view.one_id})
    assert quickly == await answer(build_schema(plain=False), services, query, {"id": view.one_id})
    assert "non-nullable field Profile.source" in quickly[1][0]


async def test_the_short_way_is_taken(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the answers are the same, only slower: so that nobody loses it unseen."""
    await services.writer.write([message({"type": "identify", "userId": "u1", "messageId": "i"})])
    [view], _ = await services.people.users(first=9, after="", want=Want())
    fields: list[str] = []
    original = PlainExecutor.execute_field

    def counting(self: Any, parent_type: Any, *rest: Any, **named: Any) -> Any:
        fields.append(parent_type.name)
        return original(self, parent_type, *rest, **named)

    monkeypatch.setattr(PlainExecutor, "execute_field", counting)
    _, errors = await answer(build_schema(), services, QUERIES["the golden record"], {"id": view.one_id})
    assert errors == []
    assert fields == ["Query"]
