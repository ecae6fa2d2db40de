"""What lasts shows values in the clear for a stated purpose alone, and each update that does is recorded."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from api.wiring import Services
from graph.access.audit import AuditLog, Filter
from graph.access.roles import Role
from tests.api.conftest import headers_of, message
from tests.api.gql.subscription.conftest import events, socket

PHONE = "+8613812345678"
TOLD = """subscription ($id: ID!) { userChanged(oneId: $id) { user { oneId identifiers { namespace value } } } }"""


@pytest.fixture
def services(services: Services, tmp_path: Path) -> Services:
    """With a record of the test's own."""
    return replace(services, audit=AuditLog(tmp_path / "audit.sqlite"))


@pytest.fixture
async def one_id(services: Services) -> str:
    await services.writer.write([identified("i1")])
    [row] = await services.database.run_schema("CYPHER 5 MATCH (u:User) RETURN u.oneId AS id")
    return row["id"]


def identified(id_: str):
    return message({"type": "identify", "userId": "u1", "messageId": id_, "traits": {"phone": PHONE}})


def subjects(services: Services) -> list[tuple[str, tuple[str, ...]]]:
    return [(kept.purpose, kept.subjects) for kept in services.audit.read(Filter())]


async def test_a_socket_without_a_purpose_shows_masks_and_records_nothing(
    services: Services, place: str, one_id: str
) -> None:
    headers = await headers_of(services, Role.STEWARD)
    async with socket(place, {"Authorization": headers["Authorization"]}) as client:
        await client.subscribe(TOLD, id=one_id)
        assert PHONE not in str(await client.next())
    assert subjects(services) == []


async def test_each_update_for_a_purpose_is_recorded(services: Services, place: str, one_id: str) -> None:
    headers = await headers_of(services, Role.STEWARD)
    payload = {"authorization": headers["Authorization"], "purpose": "support"}
    async with socket(place, init=False) as client:
        await client.send(type="connection_init", payload=payload)
        assert await client.receive() == {"type": "connection_ack"}
        await client.subscribe(TOLD, id=one_id)
        assert PHONE in str(await client.next())
        assert subjects(services) == [("support", (one_id,))]
        await services.writer.write([identified("i2")])
        assert PHONE in str(await client.next())
        assert subjects(services) == [("support", (one_id,))] * 2


async def test_an_event_stream_for_a_purpose_is_recorded(services: Services, place: str, one_id: str) -> None:
    headers = await headers_of(services, Role.STEWARD)
    async with aclosing(events(place, headers, TOLD, id=one_id)) as stream:
        _, told = await anext(stream)
        assert PHONE in str(told)
    assert subjects(services) == [("stewardship", (one_id,))]


async def test_a_purpose_that_is_not_the_roles_closes_the_socket(services: Services, place: str) -> None:
    headers = await headers_of(services, Role.STEWARD)
    payload = {"authorization": headers["Authorization"], "purpose": "investigation"}
    async with socket(place, init=False) as client:
        await client.send(type="connection_init", payload=payload)
        assert await client.closed() == 4403
