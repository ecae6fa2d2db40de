"""What people's touchpoints state, read for many people at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from graph.db.database import Database
from graph.ingest.subjects import Topic
from graph.standing.statement import Statement, statement_of

MOST_STATEMENTS: Final = 500
"""Of one profile and topic; the newest count."""


class StandingRepository:
    """The reading statement of `cypher/standing`: one a call, whatever the number of people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def statements(
        self, one_ids: Collection[str], topics: Collection[Topic], *, dealer: str | None
    ) -> dict[str, list[Statement]]:
        """The newest statements on these topics of each of these users, in no order; of nobody there are none.

        With `dealer` what that dealer may see. At most 500 of each profile and topic.
        """
        asked = {"oneIds": sorted(set(one_ids)), "topics": [f"{topic}:" for topic in sorted(set(topics))]}
        row = await self._database.read_one(
            "standing.read_statements", asked=asked, rows=MOST_STATEMENTS, dealer=dealer
        )
        found: dict[str, list[Statement]] = {one_id: [] for one_id in one_ids}
        for one_id, *statement in row[0] if row else ():
            found[one_id].append(statement_of(statement))
        return found
