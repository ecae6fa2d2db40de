"""Endpoints are added, listed, rotated, tested and removed; deliveries are listed and replayed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.clock import DAY, Clock, new_id, system_clock
from graph.db.database import Database, Transaction
from graph.errors import InputError, NotFoundError
from graph.ingest.clear_text import is_safe_name
from graph.privacy.keyring import Keyring
from graph.webhook.address import read_target
from graph.webhook.endpoint import Access, Endpoint, Secret, month_of, open_access, seal_secrets, seal_url
from graph.webhook.outbox import PING, Event, tell
from graph.webhook.signing import new_secret, read_secret

STATES: Final = ("pending", "delivered", "dead")
GRACE: Final = DAY
"""For how long a secret that was rotated still signs, unless told otherwise, µs."""

MAX_PAGE: Final = 1_000
_ENDED: Final = ("delivered", "dead")
_REPLAYED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one event for one endpoint; times in µs.

    `event_id` is the `webhook-id`, `key` what its order is kept by. `state` is one of `STATES`: dead is what was given
    up. `status` and `reason` are those of the last attempt.
    """

    id: str
    event_id: str
    type: str
    key: str
    state: str
    attempts: int
    status: int | None
    reason: str | None
    recorded_at: int
    tried_at: int | None
    next_at: int | None


@dataclass(frozen=True, slots=True)
class _Row:
    endpoint: Endpoint
    access: Access
    month: str
    revision: int


class WebhookService:
    """Endpoints and their deliveries; who may is the caller's to decide."""

    def __init__(
        self,
        database: Database,
        *,
        keyring: Keyring,
        allow: Collection[str] = (),
        clock: Clock = system_clock,
    ) -> None:
        """`allow` names hosts that may be private and reached by http."""
        self._database = database
        self._keyring = keyring
        self._allow = tuple(allow)
        self._clock = clock

    async def add(
        self, url: str, *, types: Sequence[str] = (), secret: str | None = None
    ) -> tuple[Endpoint, str]:
        """Keep an endpoint, told of these types of events or of all; answers its secret, made unless it is given.

        Adding twice makes two. Raises InputError for an address or a secret that is refused, and for a type that is not
        1 to 64 letters, digits, dots, hyphens and underscores.
        """
        target = read_target(url, allow=self._allow)
        for name in types:
            if not is_safe_name(name) or " " in name:
                raise InputError("A type of events is no name.", remedy="Give one as referral.matured.")
        if secret is not None:
            read_secret(secret)
        made = secret or new_secret()
        now = self._clock()
        endpoint = Endpoint(new_id(now), "active", target.host, tuple(sorted(set(types))), now)
        month = month_of(now)
        await self._database.write(
            "webhook.add_endpoint",
            endpoint={
                "id": endpoint.id,
                "host": endpoint.host,
                "types": list(endpoint.types),
                "url": seal_url(self._keyring, endpoint.id, url, month=month),
                "secrets": seal_secrets(self._keyring, endpoint.id, [Secret(made)], month=month),
                "month": month,
                "at": now,
            },
        )
        return endpoint, made

    async def endpoints(self) -> list[Endpoint]:
        """All endpoints, oldest first."""
        return [_endpoint(row) for row in await self._rows()]

    async def remove(self, endpoint_id: str) -> None:
        """Forget an endpoint with its secrets; what waits for it is not sent. Raises NotFoundError."""
        if not await self._database.write("webhook.remove_endpoint", endpointId=endpoint_id):
            raise _unknown()

    async def rotate(self, endpoint_id: str, *, grace: int = GRACE) -> str:
        """Give an endpoint a new secret and answer it; the one before signs, too, for `grace` µs.

        Raises NotFoundError, and InputError where the endpoint was changed at the same time.
        """
        found = await self._find(endpoint_id)
        made, now = new_secret(), self._clock()
        secrets = found.access.rotated(made, now=now, until=now + grace).secrets
        written = await self._database.write(
            "webhook.change_endpoint",
            endpoint={
                "id": endpoint_id,
                "revision": found.revision,
                "secrets": seal_secrets(self._keyring, endpoint_id, secrets, month=found.month),
                "state": found.endpoint.state,
            },
        )
        if not written:
            raise InputError("The endpoint was changed meanwhile.", remedy="Ask again.")
        return made

    async def test(self, endpoint_id: str) -> str:
        """Leave a `webhook.ping` for an endpoint, whatever types it is told of; answers its delivery's id.

        Raises NotFoundError, and InputError for an endpoint that is disabled.
        """
        found = await self._find(endpoint_id)
        if found.endpoint.state != "active":
            raise InputError("The endpoint is disabled: it answered 410.", remedy="Add it anew.")
        now = self._clock()
        ping = Event(new_id(now), PING, "ping", now, {})

        async def work(tx: Transaction) -> int:
            return await tell(tx, [ping], at=now, endpoint_id=endpoint_id)

        if not await self._database.in_write(work):
            raise _unknown()
        return f"{endpoint_id}/{ping.id}"

    async def deliveries(
        self,
        endpoint_id: str,
        *,
        states: Collection[str] = STATES,
        since: int = 0,
        until: int | None = None,
        before: Delivery | None = None,
        limit: int = 100,
    ) -> list[Delivery]:
        """Deliveries of an endpoint, removed or not, written from `since` to `until`, newest first.

        Times in µs, until now if not given. A page of at most 1,000; the next one is `before` the last of this. Dead
        letters are those of state `dead`.
        """
        asked: dict[str, Any] = {
            "endpointId": endpoint_id,
            "states": [state for state in STATES if state in states],
            "since": since,
            "until": before.recorded_at if before else self._clock() if until is None else until,
            "beforeId": before.id if before else None,
        }
        row = await self._database.read_one(
            "webhook.list_deliveries", asked=asked, limit=max(1, min(limit, MAX_PAGE))
        )
        return [_delivery(values, endpoint_id) for values in row[0]] if row else []

    async def replay(self, delivery_id: str) -> bool:
        """Send a delivery again under its old `webhook-id`, with three new days; False where it is waiting anyway.

        Raises NotFoundError.
        """
        row = await self._database.read_one("webhook.find_delivery", id=delivery_id)
        if row is None:
            raise NotFoundError("There is no such delivery.", remedy="See `guanxi webhook deliveries`.")
        return await self._replay([delivery_id]) > 0

    async def replay_range(
        self, endpoint_id: str, *, since: int, until: int, states: Collection[str] = _ENDED
    ) -> int:
        """Send again what was written for an endpoint from `since` to `until` (µs) and is delivered or dead.

        Answers how many. Each takes its old place in its lane. Cut off, it may be asked again: what waits stays.
        """
        wanted = [state for state in _ENDED if state in states]
        ids: list[str] = []
        last: Delivery | None = None
        while page := await self.deliveries(
            endpoint_id, states=wanted, since=since, until=until, before=last, limit=MAX_PAGE
        ):
            ids += [delivery.id for delivery in page]
            last = page[-1]
        ids.reverse()  # oldest first: a sender may begin at once
        return sum(
            [
                await self._replay(ids[start : start + _REPLAYED_AT_ONCE])
                for start in range(0, len(ids), _REPLAYED_AT_ONCE)
            ]
        )

    async def _replay(self, ids: list[str]) -> int:
        rows = await self._database.write(
            "webhook.replay_deliveries", replay={"ids": ids, "at": self._clock()}
        )
        return rows[0]["replayed"] if rows else 0

    async def _rows(self) -> list[list[Any]]:
        row = await self._database.read_one("webhook.list_endpoints")
        return row[0] if row else []

    async def _find(self, endpoint_id: str) -> _Row:
        for row in await self._rows():
            if row[0] == endpoint_id:
                url, secrets, month, revision = row[4:8]
                access = open_access(self._keyring, endpoint_id, url=url, secrets=secrets, month=month)
                return _Row(_endpoint(row), access, month, revision)
        raise _unknown()


def _endpoint(row: Sequence[Any]) -> Endpoint:
    return Endpoint(row[0], row[1], row[2], tuple(row[3]), row[8])


def _delivery(values: Sequence[Any], endpoint_id: str) -> Delivery:
    delivery_id, event_id, kind, lane, *rest = values
    return Delivery(delivery_id, event_id, kind, lane.removeprefix(f"{endpoint_id}/"), *rest)


def _unknown() -> NotFoundError:
    return NotFoundError("There is no such endpoint.", remedy="See `guanxi webhook list`.")
