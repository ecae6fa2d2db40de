"""Households in the graph: read for views, read and written inside a write transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from graph.db.database import Database, Transaction
from graph.household.evidence import Kind
from graph.household.rows import HouseholdRows, Membership, parse_household_id, read_memberships
from graph.ingest.components import ReadOne
from graph.profile.rows import VehicleRow

MOST_MEMBERS: Final = 100
"""Members that come with a household; of a larger one the rest come in pages."""


@dataclass(frozen=True, slots=True)
class MemberView:
    """A present member: since when we believe it, µs."""

    one_id: str
    role: str
    confidence: float
    since: int


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A present household, fleet, consultant's number or shared device, with how many are in it.

    `members` are the first 100 by ascending oneId.
    """

    id: str
    kind: Kind
    confidence: float
    reasons: tuple[str, ...]
    size: int
    members: tuple[MemberView, ...]


class HouseholdPage(NamedTuple):
    """A page of what belongs to a household: the household's id, how many, and after which key (empty: the start)."""

    id: str
    first: int
    after: str = ""


class HouseholdRepository:
    """The reading statements of `cypher/household`: one statement a call, whatever the number of rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_users(self, one_ids: Collection[str]) -> dict[str, tuple[HouseholdView, ...]]:
        """All present groups of each of these users, by kind and id; users in none have none."""
        asked = {"oneIds": sorted(set(one_ids))}
        row = await self._database.read_one("household.read_households", asked=asked, most=MOST_MEMBERS)
        found: dict[str, list[HouseholdView]] = {one_id: [] for one_id in one_ids}
        for one_id, *household in row[0] if row else ():
            found[one_id].append(_view(household))
        return {
            one_id: tuple(sorted(views, key=lambda view: (view.kind, view.id)))
            for one_id, views in found.items()
        }

    async def household(self, household_id: str) -> HouseholdView | None:
        """One group by its id; an id that bears a birth id leads to the present household of whoever bears that.

        None for what is no id, for what is retired and leads nowhere.
        """
        parsed = parse_household_id(household_id)
        if parsed is None:
            return None
        kind, rest = parsed
        row = await self._database.read_one(
            "household.find_household", id=household_id, birthId=rest, kind=kind.value, most=MOST_MEMBERS
        )
        return _view(row[0]) if row else None

    async def households(self, kind: Kind, *, first: int, after: str) -> tuple[list[HouseholdView], bool]:
        """Present groups of a kind by ascending id above `after` (empty: from the start), and whether more follow."""
        low = f"{kind.value}-"
        row = await self._database.read_one(
            "household.list_households",
            after=max(low, after),
            before=f"{kind.value}.",
            rows=first + 1,
            most=MOST_MEMBERS,
        )
        views = [_view(found) for found in (row[0] if row else ())]
        return views[:first], len(views) > first

    async def members(
        self, pages: Collection[HouseholdPage]
    ) -> dict[HouseholdPage, tuple[list[MemberView], bool]]:
        """Present members by ascending oneId, and whether more follow, by the page asked for."""
        found = await self._pages("household.list_members", pages)
        return {
            page: ([MemberView(*row) for row in rows[: page.first]], len(rows) > page.first)
            for page, rows in found.items()
        }

    async def vehicles(
        self, pages: Collection[HouseholdPage], *, clear: bool
    ) -> dict[HouseholdPage, tuple[list[list[VehicleRow]], bool]]:
        """Vehicles of the present members by ascending key, and whether more follow, by the page asked for.

        With `clear` a vehicle has a row for each of up to 20 profiles that know its VIN, else one.
        """
        found = await self._pages("household.list_vehicles", pages, clear=clear)
        return {
            page: ([_vehicle(row) for row in rows[: page.first]], len(rows) > page.first)
            for page, rows in found.items()
        }

    async def _pages(
        self, statement: str, pages: Collection[HouseholdPage], **params: Any
    ) -> dict[HouseholdPage, Sequence[Any]]:
        asked = sorted({(page.id, page.after) for page in pages})
        rows = max((page.first for page in pages), default=0) + 1
        row = await self._database.read_one(
            statement, asked={"pages": [list(a) for a in asked]}, rows=rows, **params
        )
        found = {(id_, after): read for id_, after, read in (row[0] if row else ())}
        return {page: found.get((page.id, page.after), ()) for page in pages}


async def memberships_of(read: ReadOne, one_ids: Collection[str]) -> list[Membership]:
    """The present memberships of these users; `read` is `Database.read_one` or a transaction's `one`."""
    row = await read("household.read_memberships", read={"oneIds": sorted(one_ids)})
    return read_memberships(row[0]) if row else []


async def write_households(tx: Transaction, rows: HouseholdRows, *, recorded_at: int) -> None:
    """Write a difference in the transaction that resolves, after its users; none costs nothing, twice is once."""
    if rows:
        await tx.one("household.write_households", rows=rows.as_map(), recordedAt=recorded_at)


def _view(row: Sequence[Any]) -> HouseholdView:
    id_, kind, confidence, reasons, size, members = row
    return HouseholdView(
        id=id_,
        kind=Kind(kind),
        confidence=confidence,
        reasons=tuple(reasons),
        size=size,
        members=tuple(MemberView(*member) for member in members),
    )


def _vehicle(row: Sequence[Any]) -> list[VehicleRow]:
    key, mask, model, role, owner_since, vins = row
    return [VehicleRow(id_, key, mask, model, role, owner_since, vin) for id_, vin in vins or [("", None)]]
