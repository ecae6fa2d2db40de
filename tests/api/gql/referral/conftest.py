"""A programme behind the GraphQL door, on one clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.wiring import Services, claim, compose
from graph.access.roles import Role
from graph.clock import DAY
from graph.db.database import Database
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from graph.settings import Settings
from tests.api.conftest import headers_of, serving
from tests.graph.judgement.people import People
from tests.graph.referral.stage import START, A, Stage, did


class World:
    """A programme, an owner with the code A, and friends who came by it."""

    def __init__(self, stage: Stage, services: Services, client: httpx.AsyncClient) -> None:
        self.stage = stage
        self.services = services
        self.client = client
        self._headers: dict[Role, dict[str, str]] = {}

    async def ask(self, query: str, variables: dict[str, Any], role: Role = Role.PROGRAMME) -> dict[str, Any]:
        headers = await self.headers(role)
        answer = await self.client.post(
            "/graphql", json={"query": query, "variables": variables}, headers=headers
        )
        body = answer.json()
        assert "errors" not in body, body
        return body["data"]

    async def headers(self, role: Role) -> dict[str, str]:
        """A key of the role, always the same: what is asked again is told by it."""
        if role not in self._headers:
            self._headers[role] = await headers_of(self.services, role)
        return self._headers[role]

    async def referral(self, friend: str = "bob", *, ordered: bool = False) -> str:
        """A friend comes by the code, and orders; answers the referral's id."""
        self.stage.now = START + 10 * DAY
        events = [did(friend, "Referral Link Clicked", at=START + DAY, code=A)]
        if ordered:
            events.append(
                did(
                    friend,
                    "Order Placed",
                    at=START + 2 * DAY,
                    orderId=f"o-{friend}",
                    amount=300_000,
                    currency="CNY",
                )
            )
        await self.stage.does(*events)
        return max(await self.stage.all(), key=lambda each: each["recordedAt"])["id"]


@pytest.fixture
async def world(
    settings: Settings, database: Database, keyring: Keyring, rules: Rules, writer: Writer
) -> AsyncIterator[World]:
    await claim(database, keyring)
    stage = Stage(People(database, keyring, rules, writer))
    services = compose(settings, database, keyring=keyring, rules=rules, clock=stage.clock)
    await stage.open()
    await stage.owner("ann", A)
    async with serving(services) as client:
        yield World(stage, services, client)
