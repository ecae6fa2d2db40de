"""Invariants: queries on the shelf whose answer must be empty, in tests after every write and in production."""

from __future__ import annotations

from graph.db.database import Database, Row


async def broken_invariants(database: Database, *, within: str = "") -> dict[str, list[Row]]:
    """Each invariant that does not hold, with the first subjects that break it; empty when all is well.

    Only those whose names begin with `within`, as `ledger_`.
    """
    broken: dict[str, list[Row]] = {}
    for name in sorted(database.statements):
        if name.startswith(f"invariants.{within}"):
            rows = await database.read(name)
            if rows:
                broken[name] = rows
    return broken
