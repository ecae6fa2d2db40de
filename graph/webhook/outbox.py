"""The outbox: what other systems are to be told is written in the transaction of what happened, and sent later.

Whoever changes something calls `tell` in its own transaction: there is no event without its change, and no change
whose event is lost. Events of one key reach an endpoint in the order in which they were written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from graph.clock import isoformat
from graph.db.database import Transaction
from graph.errors import InputError

PING: Final = "webhook.ping"
MAX_BODY: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: a fresh UUIDv7, its type, the key whose events keep their order (as a referral's id), when (µs).

    `data` is JSON: ids and amounts, never a personal value, for it is stored and sent in the clear.
    """

    id: str
    type: str
    key: str
    at: int
    data: Mapping[str, Any]

    def body(self) -> str:
        """What is sent and signed: type, timestamp and data. Raises InputError where it is over 64 KiB."""
        body = orjson.dumps({"type": self.type, "timestamp": isoformat(self.at), "data": self.data})
        if len(body) > MAX_BODY:
            raise InputError(f"A webhook's body is over {MAX_BODY} bytes.", remedy="Tell ids, not contents.")
        return body.decode()


async def tell(tx: Transaction, events: Sequence[Event], *, at: int, endpoint_id: str | None = None) -> int:
    """Leave events, in this order, for every endpoint that is told of their types; answers how many deliveries that is.

    With `endpoint_id`, for that one alone, whatever types it is told of. `at` in µs. Committed or rolled back with the
    transaction.
    """
    wanted = await _wanted(tx, events, endpoint_id) if events else []
    if not wanted:
        return 0
    rows = [{"id": event.id, "type": event.type, "key": event.key, "body": event.body()} for event in wanted]
    row = await tx.one("webhook.add_deliveries", outbox={"at": at, "endpointId": endpoint_id, "events": rows})
    return row[0] if row else 0


async def _wanted(tx: Transaction, events: Sequence[Event], endpoint_id: str | None) -> list[Event]:
    """Those that any endpoint is told of: of others no body is made."""
    row = await tx.one("webhook.read_types", asked={"endpointId": endpoint_id})
    told: list[list[str]] = row[0] if row else []
    if not all(told):  # one is told of everything
        return list(events)
    types = {type_ for each in told for type_ in each}
    return [event for event in events if event.type in types]
