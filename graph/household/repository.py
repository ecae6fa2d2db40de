"""Households in the graph: read for views, read and written inside a write transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from graph.db.database import Database, Transaction
from graph.household.evidence import Kind
from graph.household.rows import HouseholdRows, Membership, parse_household_id, read_memberships
from graph.ingest.components import ReadOne


@dataclass(frozen=True, slots=True)
class MemberView:
    """A present member: since when we believe it, µs."""

    one_id: str
    role: str
    confidence: float
    since: int


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A present household, fleet, consultant's number or shared device; members by ascending oneId."""

    id: str
    kind: Kind
    confidence: float
    reasons: tuple[str, ...]
    members: tuple[MemberView, ...]


class HouseholdRepository:
    """The reading statements of `cypher/household`: one statement a call, whatever the number of rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_users(self, one_ids: Collection[str]) -> dict[str, tuple[HouseholdView, ...]]:
        """All present groups of each of these users, by kind and id; users in none have none."""
        asked = {"oneIds": sorted(set(one_ids))}
        row = await self._database.read_one("household.read_households", asked=asked)
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
            "household.find_household", id=household_id, birthId=rest, kind=kind.value
        )
        return _view(row[0]) if row else None

    async def households(self, kind: Kind, *, first: int, after: str) -> tuple[list[HouseholdView], bool]:
        """Present groups of a kind by ascending id above `after` (empty: from the start), and whether more follow."""
        low = f"{kind.value}-"
        row = await self._database.read_one(
            "household.list_households", after=max(low, after), before=f"{kind.value}.", rows=first + 1
        )
        views = [_view(found) for found in (row[0] if row else ())]
        return views[:first], len(views) > first


async def memberships_of(read: ReadOne, one_ids: Collection[str]) -> list[Membership]:
    """The present memberships of these users; `read` is `Database.read_one` or a transaction's `one`."""
    row = await read("household.read_memberships", read={"oneIds": sorted(one_ids)})
    return read_memberships(row[0]) if row else []


async def write_households(tx: Transaction, rows: HouseholdRows, *, recorded_at: int) -> None:
    """Write a difference in the transaction that resolves, after its users; none costs nothing, twice is once."""
    if rows:
        await tx.one("household.write_households", rows=rows.as_map(), recordedAt=recorded_at)


def _view(row: Sequence[Any]) -> HouseholdView:
    id_, kind, confidence, reasons, members = row
    return HouseholdView(
        id=id_,
        kind=Kind(kind),
        confidence=confidence,
        reasons=tuple(reasons),
        members=tuple(MemberView(*member) for member in members),
    )
