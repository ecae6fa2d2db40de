"""Reading desks from the graph: one statement a call, bounded by the desk's own people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from graph.db.database import Database
from graph.desk.model import STEPS, Desk, DeskPerson, DueStep, Relation, Step, all_steps
from graph.profile.rows import TouchpointRow

_EVER: Final = 2**62
"""Later than any time there is."""


class Place(NamedTuple):
    """Where a page of a desk goes on: behind what has this time and, of those at one time, this key."""

    at: int
    key: str


START: Final = Place(-_EVER, "")


class DeskRepository:
    """The statements of `cypher/desk`; raises DatabaseUnavailableError where the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pipeline(self, desk: Desk) -> tuple[tuple[Step, int], ...]:
        """How many people are at each step, each once, by the furthest step that was taken."""
        row = await self._database.read_one("desk.count_steps", **_of(desk))
        return all_steps(row[0] if row else ())

    async def follow_ups(
        self, desk: Desk, *, until: int, first: int, after: Place
    ) -> tuple[list[DueStep], bool]:
        """Open next steps due before `until`, µs, by when they are due, oneId and kind; and whether more."""
        row = await self._database.read_one(
            "desk.list_follow_ups", **_of(desk), until=until, **_page(first, after)
        )
        found = [
            DueStep(one_id, _relation(known), due_at, TouchpointRow(*plan))
            for one_id, *known, due_at, plan in (row[0] if row else ())
        ]
        return found[:first], len(found) > first

    async def people(
        self, desk: Desk, *, step: Step | None, quiet_since: int | None, first: int, after: Place
    ) -> tuple[list[DeskPerson], bool]:
        """People at a step (None: at any) whose last contact was before a time, µs; and whether more follow.

        By last contact, the oldest first, and oneId.
        """
        row = await self._database.read_one(
            "desk.list_people",
            **_of(desk),
            step=None if step is None else STEPS.index(step),
            quietSince=_EVER if quiet_since is None else quiet_since,
            **_page(first, after),
        )
        found = [DeskPerson(one_id, _relation(known)) for one_id, *known in (row[0] if row else ())]
        return found[:first], len(found) > first

    async def changed(
        self, desk: Desk, profile_ids: Collection[str], *, since: int, most: int
    ) -> tuple[int | None, list[DeskPerson], bool]:
        """Of these profiles, the desk's people of whom its dealer was told something at or after a commit (µs).

        When that was last, None where nobody was; the people told of last first, `most` of them, and whether more.
        """
        asked = {"profileIds": sorted(profile_ids)}
        row = await self._database.read_one(
            "desk.list_changed", **_of(desk), asked=asked, since=since, rows=most + 1
        )
        at, people = row or (None, ())
        found = [DeskPerson(one_id, _relation(known)) for one_id, *known in people]
        return at, found[:most], len(found) > most

    async def dealers_of(
        self, one_ids: Collection[str], *, caller: str | None
    ) -> dict[str, tuple[Relation, ...]]:
        """The dealers who know each of these present users, by id; a dealer who asks is told of itself."""
        asked = {"oneIds": sorted(set(one_ids))}
        row = await self._database.read_one("desk.read_dealers", asked=asked, dealer=caller)
        found: dict[str, list[Relation]] = defaultdict(list)
        for one_id, *known in row[0] if row else ():
            found[one_id].append(_relation(known))
        return {one_id: tuple(found[one_id]) for one_id in one_ids}


def _of(desk: Desk) -> dict[str, str | None]:
    return {"desk": desk.dealer, "consultant": desk.consultant, "dealer": desk.caller}


def _page(first: int, after: Place) -> dict[str, int | str]:
    return {"afterAt": after.at, "afterId": after.key, "rows": first + 1}


def _relation(row: Sequence[Any]) -> Relation:
    dealer, since, last_at, step, consultant = row
    return Relation(dealer, since, last_at, STEPS[int(step)], consultant)
