"""Values are shown in the clear for a stated purpose alone, and each such answer is recorded before it is given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.gql.ids import global_id
from api.wiring import Services
from graph.access.audit import AuditLog, Filter
from graph.access.roles import Role
from tests.api.conftest import headers_of, message

PHONE = "+8613812345678"
PERSON = "oneId identifiers { namespace value }"
QUESTIONS = (
    f"query ($id: ID!) {{ user(oneId: $id) {{ {PERSON} }} }}",
    f"{{ users {{ edges {{ node {{ {PERSON} }} }} }} }}",
    f'{{ userByIdentifier(namespace: "phone", value: "{PHONE}") {{ {PERSON} }} }}',
    f'{{ usersByIdentifier(namespace: "phone", value: "{PHONE}") {{ holders {{ user {{ {PERSON} }} }} }} }}',
    f"query ($node: ID!) {{ node(id: $node) {{ ... on User {{ {PERSON} }} }} }}",
    "query ($id: ID!) { user(oneId: $id) { golden { field value } } }",
)


async def asked(
    client: httpx.AsyncClient, headers: dict[str, str], query: str, one_id: str
) -> httpx.Response:
    variables = {"id": one_id, "node": global_id("User", one_id)}
    used: dict[str, Any] = {name: value for name, value in variables.items() if f"${name}" in query}
    return await client.post("/graphql", json={"query": query, "variables": used}, headers=headers)


@pytest.fixture
def services(services: Services, tmp_path: Path) -> Services:
    """With a record of the test's own."""
    return replace(services, audit=AuditLog(tmp_path / "audit.sqlite"))


@pytest.fixture
async def one_id(services: Services) -> str:
    traits = {"name": "王建国", "phone": PHONE}
    event = {"type": "identify", "userId": "u1", "messageId": "i1", "traits": traits}
    await services.writer.write([message(event)])
    [row] = await services.database.run_schema("CYPHER 5 MATCH (u:User) RETURN u.oneId AS id")
    return row["id"]


@pytest.mark.parametrize("query", QUESTIONS)
async def test_clear_values_are_recorded_and_masks_are_not(
    client: httpx.AsyncClient, services: Services, one_id: str, query: str
) -> None:
    headers = await headers_of(services, Role.STEWARD)
    masked = {name: value for name, value in headers.items() if name != "X-Purpose"}
    answer = await asked(client, masked, query, one_id)
    assert "138****5678" in answer.text or "***" in answer.text
    assert PHONE not in answer.text
    assert list(services.audit.read(Filter())) == []

    answer = await asked(client, headers, query, one_id)
    assert PHONE in answer.text
    [kept] = services.audit.read(Filter(subject=one_id))
    assert (kept.role, kept.purpose, kept.subjects) == ("steward", "stewardship", (one_id,))
    assert {"Identifier.value", "GoldenField.value"} & set(kept.fields)
    assert PHONE[3:] not in services.audit.path.read_bytes().decode("latin-1")


async def test_what_shows_nothing_personal_is_not_recorded(
    client: httpx.AsyncClient, services: Services, one_id: str
) -> None:
    headers = await headers_of(services, Role.STEWARD)
    await asked(client, headers, "{ users { edges { node { oneId } } } }", one_id)
    assert list(services.audit.read(Filter())) == []


async def test_what_cannot_be_recorded_is_not_shown(
    client: httpx.AsyncClient, services: Services, one_id: str
) -> None:
    services.audit.path.mkdir(mode=0o700)
    answer = await asked(client, await headers_of(services, Role.ADMIN), QUESTIONS[0], one_id)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "audit"
    assert PHONE not in answer.text
    services.audit.path.rmdir()


@pytest.mark.parametrize(
    ("role", "purpose", "status", "code"),
    [
        (Role.STEWARD, "curiosity", 400, "bad_input"),
        (Role.STEWARD, "investigation", 403, "forbidden"),
        (Role.FRONTEND, "support", 403, "forbidden"),
    ],
)
async def test_a_wrong_purpose_is_refused(
    client: httpx.AsyncClient, services: Services, role: Role, purpose: str, status: int, code: str
) -> None:
    headers = await headers_of(services, role) | {"X-Purpose": purpose}
    answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
