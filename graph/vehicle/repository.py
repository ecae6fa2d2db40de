"""Reading vehicles from the graph: one statement a call, whatever the number of vehicles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from graph.db.database import Database
from graph.profile.rows import LATEST, TouchpointRow
from graph.profile.view import TouchpointPage

MOST_WALKED: Final = 5_000
"""Records of people that are read of one vehicle: a demonstration car may have more."""

SERVICES: Final = ("service",)
"""Kinds of touchpoints that are services."""


class HoldersRequest(NamedTuple):
    """The newest people of a vehicle, given by key: its owners, or all who have it."""

    key: str
    owners: bool
    first: int


class HistoryRequest(NamedTuple):
    """A page of touchpoints about a vehicle, newest first: sort keys below `before`, of some kinds or all."""

    key: str
    first: int
    before: str = LATEST
    kinds: tuple[str, ...] | None = None
    resumed: bool = False


class VehicleHolder(NamedTuple):
    """A person who has a vehicle now or had it; times (event time) in µs, None to a dealer.

    `since` is the first use, of an owner when they first became it. `current` says of an owner whether nobody became
    one later; None of others, since nobody tells when somebody stops driving.
    """

    one_id: str
    role: str
    since: int | None
    last_at: int | None
    current: bool | None


@dataclass(frozen=True, slots=True)
class VehicleHolders:
    """Owners by when they last became it, others by their last use, the latest first; to a dealer by oneId."""

    holders: tuple[VehicleHolder, ...]
    has_more: bool
    complete: bool
    """False where the vehicle has more records than are read: then some people are missing."""


_NOBODY: Final = VehicleHolders((), has_more=False, complete=True)


class VehicleRepository:
    """The statements of `cypher/vehicle`; raises DatabaseUnavailableError where the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def holders(
        self, requests: Collection[HoldersRequest], *, dealer: str | None
    ) -> dict[HoldersRequest, VehicleHolders]:
        """Who has the vehicles by what is believed now, by what was asked; a `dealer` is told of those it may see."""
        lists = sorted({(request.key, request.owners) for request in requests})
        row = await self._database.read_one(
            "vehicle.read_holders",
            asked={"lists": [list(asked) for asked in lists]},
            walked=MOST_WALKED + 1,
            rows=max((request.first for request in requests), default=0) + 1,
            dealer=dealer,
        )
        found = {(key, owners): (holders, whole) for key, owners, holders, whole in (row[0] if row else ())}
        return {
            request: _holders(*found[request.key, request.owners], first=request.first)
            if (request.key, request.owners) in found
            else _NOBODY
            for request in requests
        }

    async def history(
        self, requests: Collection[HistoryRequest], *, dealer: str | None
    ) -> dict[HistoryRequest, TouchpointPage]:
        """Touchpoints about the vehicles, of all people, by what was asked; a `dealer` is told of those it may see."""
        pages = sorted(
            {(request.key, request.before, request.kinds) for request in requests},
            key=lambda page: (page[0], page[1], page[2] or ()),
        )
        row = await self._database.read_one(
            "vehicle.read_touchpoints",
            asked={"pages": [[key, before, kinds and list(kinds)] for key, before, kinds in pages]},
            rows=max((request.first for request in requests), default=0) + 1,
            dealer=dealer,
        )
        found = {
            (key, before, None if kinds is None else tuple(kinds)): touchpoints
            for key, before, kinds, touchpoints in (row[0] if row else ())
        }
        return {
            request: _page(found.get((request.key, request.before, request.kinds), ()), request)
            for request in requests
        }


def _holders(rows: Sequence[Sequence[Any]], whole: bool, *, first: int) -> VehicleHolders:
    told = tuple(map(VehicleHolder._make, rows[:first]))
    return VehicleHolders(told, has_more=len(rows) > first, complete=whole)


def _page(rows: Sequence[Sequence[Any]], request: HistoryRequest) -> TouchpointPage:
    told = tuple(map(TouchpointRow._make, rows[: request.first]))
    return TouchpointPage(told, len(rows) > request.first, request.resumed)
