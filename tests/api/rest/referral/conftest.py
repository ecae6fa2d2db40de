"""A brand with a referral programme behind the whole application, on one clock."""

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
from graph.ingest.message import Message
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from graph.settings import Settings
from tests.api.conftest import headers_of, serving
from tests.graph.judgement.people import People
from tests.graph.referral.stage import START, A, Stage, did

ORDERED = START + 2 * DAY


def bought(user: str, order: str, *, at: int, delivered: int | None = None) -> list[Message]:
    """An order, and its delivery."""
    placed = did(user, "Order Placed", at=at, orderId=order, amount=300_000, currency="CNY", model="ET5")
    if delivered is None:
        return [placed]
    return [placed, did(user, "Vehicle Delivered", at=delivered, orderId=order)]


class Brand:
    """A stage, and a client with a key of role programme."""

    def __init__(self, stage: Stage, services: Services) -> None:
        self.stage = stage
        self.services = services
        self.client: httpx.AsyncClient
        self.headers: dict[str, str]
        self._keys = iter(range(1_000))

    async def get(self, path: str, status: int = 200, **params: Any) -> Any:
        answer = await self.client.get(path, params=params, headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(
        self, path: str, body: dict[str, Any], status: int = 200, *, key: str | None = None
    ) -> Any:
        headers = self.headers | {"Idempotency-Key": key or f"k{next(self._keys)}"}
        answer = await self.client.post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def one_id(self, record: str) -> str:
        """Who a record is now."""
        rows = await self.stage.database.run_schema(
            "CYPHER 5 MATCH (:Profile {id: $id})-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User) "
            "RETURN u.oneId AS one",
            id=await self.stage.people.id(record),
        )
        return rows[0]["one"]

    async def referral(self, friend: str = "f", *, ordered: bool = True, delivered: bool = False) -> str:
        """A friend comes by the owner's code; answers the referral's id."""
        happened = [did(friend, "Referral Code Entered", at=START + DAY, code=A)]
        if ordered:
            at = ORDERED + 5 * DAY if delivered else None
            happened += bought(friend, f"order-{friend}", at=ORDERED, delivered=at)
        self.stage.now = START + 10 * DAY
        await self.stage.does(*happened)
        found = await self.stage.all()
        return max(found, key=lambda each: each["recordedAt"])["id"]


@pytest.fixture
async def brand(
    settings: Settings, database: Database, keyring: Keyring, rules: Rules, writer: Writer
) -> AsyncIterator[Brand]:
    """A published programme, and an owner `o` with the code A."""
    await claim(database, keyring)
    stage = Stage(People(database, keyring, rules, writer))
    services = compose(settings, database, keyring=keyring, rules=rules, clock=stage.clock)
    await stage.open()
    await stage.owner("o", A)
    made = Brand(stage, services)
    async with serving(services) as client:
        made.client = client
        made.headers = await headers_of(services, Role.PROGRAMME)
        yield made
