"""The application on the run's Neo4j, and clients of each role."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import structlog

from api import logs
from api.app import create_app
from api.wiring import Services, claim, compose
from graph.access.roles import Role
from graph.db.database import Database
from graph.identity.rules import Rules
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration, default_source
from graph.privacy.keyring import Keyring
from graph.settings import Settings

PURPOSE = {Role.STEWARD: "stewardship", Role.PRIVACY: "subject-request", Role.ADMIN: "stewardship"}
"""Without one, nothing is shown in the clear."""

Ask = Callable[..., Awaitable[dict[str, Any]]]
NOW = 1_795_000_000_000_000


@pytest.fixture
async def services(settings: Settings, database: Database, keyring: Keyring, rules: Rules) -> Services:
    """The services on the empty database."""
    await claim(database, keyring)
    return compose(settings, database, keyring=keyring, rules=rules)


@asynccontextmanager
async def serving(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application, started as a server starts it; tests follow the feed where they want it."""
    app = create_app(services, follow=False)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://guanxi.test") as client:
            yield client


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    async with serving(services) as opened:
        yield opened


@pytest.fixture
async def admin(services: Services) -> dict[str, str]:
    """Headers of an admin."""
    return await headers_of(services, Role.ADMIN)


@pytest.fixture
async def frontend(services: Services) -> dict[str, str]:
    """Headers of a frontend."""
    return await headers_of(services, Role.FRONTEND)


async def headers_of(
    services: Services, role: Role, *, source: str | None = None, dealer: str | None = None
) -> dict[str, str]:
    """Headers of a caller with a fresh key of this role."""
    made = await services.access.create(role, source=source, dealer=dealer)
    return {"Authorization": f"Bearer {made.key}"} | ({"X-Purpose": PURPOSE[role]} if role in PURPOSE else {})


@pytest.fixture
def ask(client: httpx.AsyncClient, admin: dict[str, str]) -> Ask:
    """Ask GraphQL as an admin, or with other headers; answers the data of a request without errors."""

    async def asking(
        query: str, variables: dict[str, Any] | None = None, *, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        response = await client.post(
            "/graphql", json={"query": query, "variables": variables}, headers=headers or admin
        )
        assert response.status_code == 200, response.text
        body = response.json()
        assert "errors" not in body, body
        return body["data"]

    return asking


def message(
    event: dict[str, Any], *, source: str | SourceDeclaration = "web", received_at: int = NOW
) -> Message:
    """An event as it arrives over HTTP."""
    declared = default_source(source) if isinstance(source, str) else source
    read = read_message(event, Arrival(declared, received_at))
    assert isinstance(read, Message), read
    return read


class Lines(io.StringIO):
    """What was logged, parsed."""

    def read_all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The log of a test, as production writes it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = Lines()
    logs.configure("info", stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
