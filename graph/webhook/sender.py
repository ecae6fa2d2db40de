"""The sender: takes what waits, sends it, notes how it went; any number of processes may.

A lane (what one endpoint is told of one key) is taken by one sender at a time, for a minute. One that is killed loses
its lanes then, and nothing else: what it had sent without noting is sent again under the same `webhook-id`.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

import structlog

from graph.clock import DAY, SECOND, Clock, new_id, system_clock
from graph.db.database import Database
from graph.errors import InputError
from graph.privacy.keyring import Keyring
from graph.webhook.address import read_target
from graph.webhook.client import TOTAL_SECONDS, Answer, Resolve, post, resolve
from graph.webhook.endpoint import open_access
from graph.webhook.schedule import next_attempt
from graph.webhook.signing import sign

LANES: Final = 16
"""Lanes taken at once; each has one delivery under way."""

LEASE_SECONDS: Final = 60
"""Four times what an attempt may take: a lane is not lost while it is tried."""

GONE: Final = 410

KEEP_DAYS: Final = 30
"""How long what was delivered can be listed and replayed."""
PRUNE_SECONDS: Final = 3_600
"""How often is looked for what is older."""
PRUNED: Final = 1_000
"""Deliveries of each endpoint that are forgotten in one commit."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Leased:
    """A delivery that is this sender's to try, and its endpoint, whose id is None where it was removed."""

    id: str
    lane: str
    event_id: str
    body: str
    attempts: int
    first_at: int | None
    endpoint_id: str | None
    endpoint_state: str | None
    url: bytes
    secrets: bytes
    month: str
    revision: int


class WebhookSender:
    """Sends what waits; a follower, though what it follows is the outbox and not the feed."""

    name = "webhooks"

    def __init__(
        self,
        database: Database,
        *,
        keyring: Keyring,
        allow: Collection[str] = (),
        clock: Clock = system_clock,
        draw: Callable[[], float] = random.random,
        resolve: Resolve = resolve,
        context: ssl.SSLContext | None = None,
        seconds: float = TOTAL_SECONDS,
        keep_days: int = KEEP_DAYS,
    ) -> None:
        """`allow` names hosts that may be private; `seconds` is what one attempt may take, 15 at most.

        What was delivered is forgotten after `keep_days`.
        """
        self._database = database
        self._keyring = keyring
        self._allow = tuple(allow)
        self._clock = clock
        self._draw = draw
        self._resolve = resolve
        self._context = context or ssl.create_default_context()
        self._seconds = min(seconds, TOTAL_SECONDS)
        self._keep = keep_days * DAY
        self._prune_at = 0

    async def follow(self) -> int | None:
        """Try what may be tried now; answers how many deliveries that was, None where there was nothing."""
        now = self._clock()
        due = await self._database.read_one("webhook.find_due", now=now)
        if due is None or not due[0]:
            await self._prune(now)
            return None
        lease_id = new_id()
        lease = {"id": lease_id, "now": now, "until": now + LEASE_SECONDS * SECOND}
        rows = await self._database.write("webhook.lease_lanes", lease=lease, limit=LANES)
        leased = [_Leased(*row) for row in rows[0]["leased"]] if rows else []
        if not leased:
            return None
        ended = await asyncio.gather(
            *(self._deliver(delivery, lease_id) for delivery in leased), return_exceptions=True
        )
        for error in ended:  # only when all have ended: one must not cut off another
            if error is not None:
                raise error
        return len(leased)

    async def _prune(self, now: int) -> None:
        """Forget what was delivered long ago, now and then, and only while nothing waits."""
        if now < self._prune_at:
            return
        row = await self._database.write("webhook.prune_deliveries", before=now - self._keep, limit=PRUNED)
        if not row or row[0]["pruned"] < PRUNED:  # else there may be more at once
            self._prune_at = now + PRUNE_SECONDS * SECOND

    async def _deliver(self, delivery: _Leased, lease_id: str) -> None:
        if delivery.endpoint_id is None or delivery.endpoint_state != "active":
            await self._settle(delivery, lease_id, Answer(None, "endpoint removed or disabled"), dead=True)
            return
        answer = await self._send(delivery, delivery.endpoint_id)
        await self._settle(delivery, lease_id, answer, dead=answer.status == GONE)
        if answer.status == GONE:
            await self._disable(delivery)

    async def _send(self, delivery: _Leased, endpoint_id: str) -> Answer:
        access = open_access(
            self._keyring,
            endpoint_id,
            url=delivery.url,
            secrets=delivery.secrets,
            month=delivery.month,
        )
        try:
            target = read_target(access.url, allow=self._allow)
        except InputError:  # the setting was changed since
            return Answer(None, "address refused")
        body, now = delivery.body.encode(), self._clock()
        headers = sign(access.good(now), webhook_id=delivery.event_id, timestamp=now // SECOND, body=body)
        return await post(
            target, body, headers, resolve=self._resolve, context=self._context, seconds=self._seconds
        )

    async def _settle(self, delivery: _Leased, lease_id: str, answer: Answer, *, dead: bool) -> None:
        now = self._clock()
        next_at = None
        if not answer.accepted and not dead:
            next_at = next_attempt(
                failures=delivery.attempts + 1,
                first_at=now if delivery.first_at is None else delivery.first_at,
                now=now,
                draw=self._draw(),
                retry_after=answer.retry_after * SECOND,
            )
        state = "delivered" if answer.accepted else "dead" if next_at is None else "pending"
        settled: dict[str, Any] = {
            "lane": delivery.lane,
            "lease": lease_id,
            "deliveryId": delivery.id,
            "state": state,
            "at": now,
            "nextAt": next_at,
            "status": answer.status,
            "reason": answer.reason,
        }
        await self._database.write("webhook.settle_delivery", settled=settled)
        if state != "delivered":
            _log.warning(
                "webhook.failed",
                delivery=delivery.id,
                state=state,
                status=answer.status,
                reason=answer.reason,
            )

    async def _disable(self, delivery: _Leased) -> None:
        """The receiver said that it is gone; unless somebody has changed the endpoint since, it is told no more."""
        change = {
            "id": delivery.endpoint_id,
            "revision": delivery.revision,
            "secrets": delivery.secrets,
            "state": "disabled",
        }
        await self._database.write("webhook.change_endpoint", endpoint=change)
