"""Reading owners and leaders from the graph."""

from __future__ import annotations

from typing import Final

from graph.db.database import Database
from graph.growth.leaders import Place, agrees, board_of
from graph.growth.owners import Owner, owner_of
from graph.ingest.subjects import Topic
from graph.standing.repository import StandingRepository

MOST_OWNERS: Final = 50_000
"""Of one question: each is answered to us, with whom they brought."""

MOST_REFERRALS: Final = 200_000
"""Of a programme, the newest, that are counted for a leaderboard."""

MOST_LEADERS: Final = 1_000
"""Who stands on a leaderboard at most."""


class GrowthRepository:
    """The statements of `cypher/growth`; raises DatabaseUnavailableError where the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._standing = StandingRepository(database)

    async def owners(
        self, *, since: int, until: int, programme: str | None, models: bool
    ) -> tuple[list[Owner], bool]:
        """Owners first delivered to from `since` until before `until`, µs, and whether these are all: one statement."""
        rows = await self._database.read(
            "growth.read_owners",
            since=since,
            until=until,
            programme=programme,
            models=models,
            most=MOST_OWNERS + 1,
        )
        found = [owner_of(row) for row in rows]
        return found[:MOST_OWNERS], len(found) <= MOST_OWNERS

    async def board(self, programme: str, *, since: int, until: int) -> tuple[tuple[Place, ...], bool]:
        """A programme's leaderboard over referrals opened in [`since`, `until`), µs, and whether it is whole.

        Two statements: who ever agreed, and whether that stands.
        """
        row = await self._database.read_one(
            "growth.list_leaders",
            programme=programme,
            since=since,
            until=until,
            most=MOST_REFERRALS,
            rows=MOST_LEADERS + 1,
        )
        walked, people = row or (0, ())
        counted: dict[str, int] = dict(people[:MOST_LEADERS])
        said = await self._standing.statements(counted, [Topic.CONSENT], dealer=None) if counted else {}
        agreed = [(one_id, brought) for one_id, brought in counted.items() if agrees(said[one_id])]
        return board_of(agreed), walked < MOST_REFERRALS and len(people) <= MOST_LEADERS
