"""What may be asked of the relationship view, and its rows as the graph holds them: sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graph.ingest.rows import sort_key

EARLIEST: Final = "0"
LATEST: Final = "9"
"""Below and above every touchpoint's sort key."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page of touchpoints, newest first: sort keys in [since, before), of some kinds, in one channel.

    A rare kind is found by reading the person's touchpoints in the time range, so give a range with it.
    """

    first: int
    since: str = EARLIEST
    before: str = LATEST
    kinds: tuple[str, ...] | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Want:
    """What is asked of each user besides the profiles, and whether identifiers are to be opened."""

    identifiers: bool = False
    vehicles: bool = False
    pages: tuple[PageRequest, ...] = ()
    clear: bool = False


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A profile; `record_id` and `traits` are sealed under its key."""

    id: str
    source: str
    record_id: bytes
    traits: bytes | None = None
    first_seen_at: int | None = None
    last_seen_at: int | None = None


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    """One evidence edge; `value` is sealed under the profile's key, None unless it was asked for."""

    profile_id: str
    key: str
    namespace: str
    scope: str
    mask: str
    trusted: bool
    value: bytes | None


@dataclass(frozen=True, slots=True)
class VehicleRow:
    """A profile's relation to a vehicle; `vin` is sealed under the profile's key, None unless asked for."""

    profile_id: str
    key: str
    mask: str
    model: str | None
    role: str | None
    owner_since: int | None
    vin: bytes | None


@dataclass(frozen=True, slots=True)
class TouchpointRow:
    """A touchpoint's clear side; with `profile_id`, `at` is its id. Times in µs, `details` is JSON."""

    profile_id: str
    at: str
    kind: str
    event: str
    occurred_at: int
    received_at: int
    channel: str | None
    campaign: str | None
    dealer: str | None
    consultant: str | None
    model: str | None
    content: str | None
    duration_seconds: float | None
    amount_minor: int | None
    currency: str | None
    details: str | None


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user with what was asked for; `pages` in the order asked, each up to one row longer than asked."""

    asked: str
    one_id: str
    profiles: tuple[ProfileRow, ...]
    identifiers: tuple[IdentifierRow, ...]
    vehicles: tuple[VehicleRow, ...]
    pages: tuple[tuple[TouchpointRow, ...], ...]


@dataclass(frozen=True, slots=True)
class Holders:
    """Present users behind an identifier, at most two of each grade: two say that they are several."""

    trusted: tuple[str, ...]
    claimed: tuple[str, ...]

    @property
    def only(self) -> str | None:
        """The one user who holds it: trusted evidence counts alone where there is any, else claims do."""
        holders = self.trusted or self.claimed
        return holders[0] if len(holders) == 1 else None


def time_bound(micros: int) -> str:
    """The sort key just below every touchpoint of this time or later."""
    return sort_key(micros, "")
