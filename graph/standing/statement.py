"""One touchpoint that states something lasting, as the rules read it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Statement:
    """What one message said of one thing (`fact`); `key` is the message's own. Times in µs, amounts in minor units.

    `details` are the other clear fields of its kind, by their names in the catalogue; `vehicle` is a blind index.
    """

    key: str
    profile_id: str
    fact: str
    kind: str
    occurred_at: int
    source: str = ""
    channel: str | None = None
    dealer: str | None = None
    consultant: str | None = None
    model: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    due_at: int | None = None
    vehicle: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)

    @property
    def order(self) -> tuple[int, str]:
        """Sorts by time; of one time by a key that no arrival decides."""
        return self.occurred_at, self.key

    def text(self, name: str) -> str | None:
        """A text among the details."""
        value = self.details.get(name)
        return value if isinstance(value, str) else None


def statement_of(row: Sequence[Any]) -> Statement:
    """A row of `standing.read_statements`."""
    *columns, details = row
    return Statement(*columns, details=orjson.loads(details) if details else {})


def public_id(fact: str) -> str:
    """What the thing that a fact names is called outside: a digest, since the graph finds it by the fact itself."""
    return hashlib.sha256(fact.encode()).hexdigest()[:32]
