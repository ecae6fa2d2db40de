"""A database that counts: how often a write transaction was begun, and how many were committed."""

from __future__ import annotations

from typing import TypeVar

from graph.db.database import Database, Transaction, Work

T = TypeVar("T")


class CountingDatabase(Database):
    """Counts attempts, which the driver repeats after a deadlock, and successes."""

    attempts = 0
    successes = 0

    async def in_write(self, work: Work[T]) -> T:
        """As `Database.in_write`, counted."""

        async def counted(tx: Transaction) -> T:
            self.attempts += 1
            return await work(tx)

        done = await super().in_write(counted)
        self.successes += 1
        return done
