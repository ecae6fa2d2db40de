"""In production no error tells a name of the schema that was not asked for, wherever the wrong name stands."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import httpx

from api.wiring import Services
from graph.access.roles import Role
from tests.api.conftest import headers_of, serving

SSE: Final = "text/event-stream"
PAGE: Final = '{ user(oneId: "x") { touchpoints(filter: %s) { edges { cursor } } } }'

WRONG: Final[dict[str, tuple[str, Any]]] = {
    "a field": ('{ user(oneId: "x") { displaName } }', {}),
    "a field of a mutation": ('mutation { confirmSam(input: {a: "a", b: "b"}) { __typename } }', {}),
    "an argument": ('{ user(oneIdd: "x") { oneId } }', {}),
    "a type": ("{ users { edges { node { ... on Usr { oneId } } } } }", {}),
    "a variable's type": ("query ($k: HouseholdKin) { households(kind: $k) { edges { cursor } } }", {}),
    "a field of an input": (PAGE % '{kind: ["order"]}', {}),
    "an enum value": ("{ households(kind: houshold) { edges { cursor } } }", {}),
    "a field of an input, in a variable": (
        f"query ($f: TouchpointFilter) {PAGE % '$f'}",
        {"f": {"kind": ["order"]}},
    ),
    "an enum value, in a variable": (
        "query ($k: HouseholdKind!) { households(kind: $k) { edges { cursor } } }",
        {"k": "houshold"},
    ),
    "a field of an input of a mutation, in a variable": (
        "mutation ($i: PairInput!) { confirmSame(input: $i) { __typename } }",
        {"i": {"a": "a", "b": "b", "aa": "a"}},
    ),
    "an enum value of an input, in a variable": (
        "mutation ($i: MarkInput!) { markIdentifier(input: $i) { __typename } }",
        {"i": {"namespace": "phone", "value": "1", "verdict": "SHARE"}},
    ),
}


async def test_nothing_is_suggested_in_production(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    """As an answer, and as an event."""
    for where, (query, variables) in WRONG.items():
        asked = {"query": query, "variables": variables}
        plain = await client.post("/graphql", json=asked, headers=admin)
        streamed = await client.post("/graphql", json=asked, headers=admin | {"Accept": SSE})
        assert "errors" in plain.json(), where
        assert "message" in streamed.text, where
        assert "Did you mean" not in plain.text + streamed.text, where


async def test_a_subscription_suggests_nothing(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    query = (
        'subscription ($f: TouchpointFilter) { userChanged(oneId: "x") '
        "{ user { touchpoints(filter: $f) { edges { cursor } } } } }"
    )
    asked = {"query": query, "variables": {"f": {"kind": ["order"]}}}
    streamed = await client.post("/graphql", json=asked, headers=admin | {"Accept": SSE})
    assert "unknown field 'kind'" in streamed.text
    assert "Did you mean" not in streamed.text


async def test_they_are_in_development(services: Services) -> None:
    settings = services.settings.model_copy(update={"env": "development"})
    headers = await headers_of(services, Role.ADMIN)
    async with serving(dataclasses.replace(services, settings=settings)) as client:
        for where, (query, variables) in WRONG.items():
            asked = {"query": query, "variables": variables}
            assert "Did you mean" in (await client.post("/graphql", json=asked, headers=headers)).text, where
