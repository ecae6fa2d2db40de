"""A follower's place in the change feed, kept in the graph with what was derived up to there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph.db.database import Database, Transaction
from graph.errors import DatabaseError
from graph.feed.follow import OvertakenError

MOVING: Final = ("ingest", "judgement", "match", "erasure")
"""The kinds of entries that may change who is who, or what is known of them."""

ENTRIES: Final = 256
"""Feed entries of a step at most."""
TOUCHED: Final = 2_000
"""What a step's entries touched at most, unless the first alone touched more: a few batches of ingest."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the next entries touched: from where, up to where."""

    position: int
    until: int
    profiles: frozenset[str]
    one_ids: frozenset[str]
    components: frozenset[str]


class FeedCursor:
    """The place of the follower of this name, who heeds entries of these kinds.

    A step is as many entries as touched `most` profiles, users and components together, for a batch of ingest is one
    entry, and so is an event that came alone.
    """

    def __init__(
        self, database: Database, *, name: str, kinds: Sequence[str] = MOVING, most: int = TOUCHED
    ) -> None:
        self._database = database
        self._name = name
        self._most = most
        self._kinds = list(kinds)

    async def next(self) -> Step | None:
        """What follows, None at the feed's end. Raises DatabaseError where the graph was never migrated."""
        position = await self._position()
        found = await self._database.read_one(
            "feed.list_touched",
            after=position,
            limit=ENTRIES,
            most=self._most,
            asked={"kinds": self._kinds},
        )
        if found is None or found[0] is None:
            return None
        until, *touched = found
        profiles, one_ids, components = (
            frozenset(name for names in lists for name in names) for lists in touched
        )
        return Step(position, until, profiles, one_ids, components)

    async def here(self) -> Step:
        """A step that goes nowhere: to commit only while no other process goes on, whatever the feed brings."""
        position = await self._position()
        return Step(position, position, frozenset(), frozenset(), frozenset())

    async def _position(self) -> int:
        row = await self._database.read_one("feed.find_cursor", name=self._name)
        if row is None:
            raise DatabaseError("The graph has no change feed.", remedy="Run `guanxi migrate`.")
        return row[0]

    async def advance(self, tx: Transaction, step: Step) -> None:
        """Go to the end of a step with what this transaction writes. Raises OvertakenError, which rolls it back."""
        moved = await tx.one(
            "feed.advance_cursor", name=self._name, before=step.position, position=step.until
        )
        if moved is None:
            raise OvertakenError
