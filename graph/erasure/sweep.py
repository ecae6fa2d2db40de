"""Removing the messages of profiles that were erased with more of them than one transaction holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from graph.clock import Clock, new_id
from graph.db import feed
from graph.db.database import Database, Transaction

MOST_MESSAGES: Final = 5_000
"""Most messages that go in one transaction: of the 256 MB that one may have 50,000 need more."""


class _SweptError(Exception):
    """Rolls a write back: there is nothing left to sweep."""


class Sweeper:
    """Removes what nobody can open any more, `most` messages a transaction; may be killed, and repeated, at any moment.

    Each step holds the feed's lock, as every write, so that no vehicle goes that a batch is just about to use; between
    two of them others write.
    """

    def __init__(self, database: Database, *, clock: Clock, most: int) -> None:
        self._database = database
        self._clock = clock
        self._most = most

    async def unswept(self) -> list[str]:
        """The erased profiles of which messages are left."""
        row = await self._database.read_one("erasure.find_unswept")
        return sorted(row[0]) if row else []

    async def sweep(self, profile_ids: Iterable[str]) -> None:
        """Remove all messages of these; those that are swept already cost one look."""
        for profile_id in profile_ids:
            while await self._step(profile_id):
                pass

    async def _step(self, profile_id: str) -> bool:
        """Whether more may be left."""
        swept: list[int] = []

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=new_id(), now=self._clock())
            row = await tx.one("erasure.sweep_messages", id=profile_id, limit=self._most)
            if row is None:
                raise _SweptError
            swept.append(row[0])
            await feed.append(tx, begun, kind="erasure")

        try:
            await self._database.in_write(work)
        except _SweptError:
            return False
        return swept[-1] == self._most
