"""Reading ties from the graph: one statement for all people of a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from graph.db.database import Database
from graph.network.walk import Link, Near, Tie, TieKind

MOST_SHARING: Final = 20
"""What more profiles or people than this ever shared ties nobody: a hot identifier, a fleet, a shop's number."""
MOST_TIES: Final = 100
"""Of one person."""


class NetworkRepository:
    """The statements of `cypher/network`; raises DatabaseUnavailableError where the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def near(self, one_ids: Sequence[str]) -> Mapping[str, Near]:
        """Whom these oneIds lead to now and who is tied to them, by the id asked; not `whole` beyond 100 ties."""
        row = await self._database.read_one(
            "network.read_ties", asked={"oneIds": list(one_ids)}, most=MOST_SHARING, rows=MOST_TIES + 1
        )
        return {
            asked: Near(
                one_id,
                tuple(
                    Link(Tie(TieKind(kind), key, detail), other)
                    for kind, key, detail, other in ties[:MOST_TIES]
                ),
                whole=len(ties) <= MOST_TIES,
            )
            for asked, one_id, ties in (row[0] if row else ())
        }
