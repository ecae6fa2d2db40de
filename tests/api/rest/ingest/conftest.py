"""A real server over a real Neo4j, and the key of a source to call it with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from graph.access.roles import Role
from graph.db.database import Database
from graph.ingest.sources import SourceDeclaration
from graph.ingest.writer import Writer
from tests.api.rest.ingest.app import Wiring, serving, wire

ORIGIN = "https://shop.example"


@dataclass(frozen=True, slots=True)
class Service:
    """A running server: where it is, the write key of source `web`, and a client that sends none."""

    address: str
    key: str
    client: httpx.AsyncClient
    wiring: Wiring
    database: Database

    async def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        """Post JSON as source `web`."""
        return await self.client.post(f"/v1/{path}", json=body, headers=headers, auth=(self.key, ""))

    async def send(self, path: str, content: bytes, **headers: str) -> httpx.Response:
        """Post bytes as they are, as source `web`."""
        return await self.client.post(f"/v1/{path}", content=content, headers=headers, auth=(self.key, ""))


@pytest.fixture
async def wiring(database: Database, writer: Writer) -> Wiring:
    made = wire(database, writer)
    await made.sources.apply([SourceDeclaration(name="web", allowed_origins=(ORIGIN,))])
    return made


@pytest.fixture
async def service(wiring: Wiring) -> AsyncIterator[Service]:
    key = (await wiring.access.create(Role.SOURCE, source="web")).key
    async with serving(wiring) as address, httpx.AsyncClient(base_url=address, timeout=30) as client:
        yield Service(address, key, client, wiring, wiring.database)
