"""A receiver on this machine, and a clock that the test sets forward."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from graph.clock import SECOND, new_id
from graph.db.database import Database, Transaction
from graph.privacy.keyring import Keyring
from graph.webhook.outbox import Event, tell
from graph.webhook.sender import WebhookSender
from graph.webhook.service import WebhookService
from tests.graph.webhook.receiver import Receiver, receiving

ALLOW = ("localhost",)


class SetClock:
    """Stands still until it is set forward; counts in µs."""

    def __init__(self) -> None:
        self.now = 1_795_000_000 * SECOND

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def webhooks(database: Database, keyring: Keyring, clock: SetClock) -> WebhookService:
    return WebhookService(database, keyring=keyring, allow=ALLOW, clock=clock)


@pytest.fixture
def sender(database: Database, keyring: Keyring, clock: SetClock) -> WebhookSender:
    return make_sender(database, keyring, clock)


def make_sender(
    database: Database, keyring: Keyring, clock: SetClock, *, seconds: float = 5.0
) -> WebhookSender:
    """A sender without jitter, as another process would have it."""
    return WebhookSender(
        database, keyring=keyring, allow=ALLOW, clock=clock, draw=lambda: 0.0, seconds=seconds
    )


async def told(database: Database, clock: SetClock, *keys: str, kind: str = "referral.moved") -> list[str]:
    """An event for each key, in one transaction; their ids."""
    events = [Event(new_id(), kind, key, clock(), {"n": n}) for n, key in enumerate(keys)]

    async def work(tx: Transaction) -> int:
        return await tell(tx, events, at=clock())

    await database.in_write(work)
    return [event.id for event in events]
