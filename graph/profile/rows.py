"""What may be asked of the relationship view, and its rows as the graph holds them: sealed.

Rows are named tuples: a page has thousands, and a frozen dataclass takes several times as long to make.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from graph.ingest.rows import sort_key

EARLIEST: Final = "0"
LATEST: Final = "9"
"""Below and above every touchpoint's sort key."""

UNTIL_NOW: Final = 2**62
"""A time after every commit, µs: what stands now is what will be believed then, as far as is known."""


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
    resumed: bool = False
    """Whether it goes on from a page before."""


@dataclass(frozen=True, slots=True)
class Want:
    """What is asked of each user besides the profiles, and whether identifiers are to be opened.

    Nothing is opened that is not asked for: `names` and `record_ids` say whether the person's name and the profiles'
    ids in their sources are. With `as_of` (µs) all of it as it was believed then. `proof` also reads whether a
    profile's government id is verified, as `golden` does. With `dealer` only what this dealer may see counts:
    whoever asks for people hands on `Caller.dealer`.
    """

    identifiers: bool = False
    vehicles: bool = False
    pages: tuple[PageRequest, ...] = ()
    clear: bool = False
    golden: bool = False
    names: bool = True
    record_ids: bool = True
    proof: bool = False
    as_of: int | None = None
    dealer: str | None = None


class ProfileRow(NamedTuple):
    """A profile; `record_id` and `traits` are sealed under its key, and so is what its corrections say.

    Both are None unless they were asked for. A correction is (id, field, value, by, why, recordedAt). `proven` is true
    where a verified government id is held, None where that was not asked.
    """

    id: str
    source: str
    record_id: bytes | None
    traits: bytes | None = None
    first_seen_at: int | None = None
    last_seen_at: int | None = None
    corrections: Sequence[Sequence[Any]] = ()
    proven: bool | None = None


class IdentifierRow(NamedTuple):
    """One evidence edge; `value` is sealed under the profile's key, None unless it was asked for."""

    profile_id: str
    key: str
    namespace: str
    scope: str
    mask: str
    trusted: bool
    value: bytes | None
    grade: str | None = None
    last_at: int | None = None


class VehicleRow(NamedTuple):
    """A profile's relation to a vehicle; `vin` is sealed under the profile's key, None unless asked for."""

    profile_id: str
    key: str
    mask: str
    model: str | None
    role: str | None
    owner_since: int | None
    vin: bytes | None


class TouchpointRow(NamedTuple):
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


class UserRow(NamedTuple):
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


VEHICLE_ROLES: Final = ("owner", "coBuyer", "payer", "driver")
"""What somebody may be to a vehicle; of several the first counts."""


@dataclass(frozen=True, slots=True)
class HolderRow:
    """A profile's hold on an identifier or vehicle at a time, and whose the profile was; times in µs.

    `role` is trusted or claimed, of a vehicle one of `VEHICLE_ROLES`. `first_at` to `last_at` is use (event time),
    `recorded_at` to `retracted_at` belief.
    """

    profile: ProfileRow
    one_id: str
    role: str
    scope: str
    first_at: int | None
    last_at: int | None
    owner_since: int | None
    recorded_at: int
    retracted_at: int | None


def time_bound(micros: int) -> str:
    """The sort key just below every touchpoint of this time or later."""
    return sort_key(micros, "")
