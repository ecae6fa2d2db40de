"""Reconciling: everything that the ledger says it has is computed anew from its postings, and held against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.db.database import Database
from graph.db.invariants import broken_invariants

PAGE: Final = 1_000
MOST_TOLD: Final = 1_000
"""Differences that an answer names."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not what its postings say. `what` is balance, floor, zero, pending, available or spent."""

    subject: str
    what: str
    stands: int
    postings: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was looked at and what differs; all is well where `differences` and `broken` are empty and totals are 0.

    `totals` are the sums of all balances by unit. `broken` names the invariants of the ledger that do not hold, each
    with the first things that break it. Of very many differences the first 1,000 are told.
    """

    accounts: int
    transactions: int
    rewards: int
    totals: Mapping[str, int]
    differences: tuple[Difference, ...]
    broken: Mapping[str, tuple[str, ...]]

    @property
    def well(self) -> bool:
        """Whether everything agrees."""
        return not self.differences and not self.broken and not any(self.totals.values())


async def reconcile(database: Database, *, page: int = PAGE) -> Reconciliation:
    """Recompute every balance, transaction and reward from the postings. Reads all of the ledger, in pages.

    Each page is of one moment. What is posted meanwhile is in some pages and not in others: so that totals are those
    of one moment, run it while nothing is posted.
    """
    told: list[Difference] = []
    totals: Counter[str] = Counter()
    accounts = await _accounts(database, page, totals, told)
    transactions = await _transactions(database, page, told)
    rewards = await _rewards(database, page, told)
    broken = await broken_invariants(database, within="ledger_")
    return Reconciliation(
        accounts,
        transactions,
        rewards,
        dict(totals),
        tuple(told[:MOST_TOLD]),
        {name: tuple(f"{row['subject']}: {row['detail']}" for row in rows) for name, rows in broken.items()},
    )


async def _accounts(database: Database, page: int, totals: Counter[str], told: list[Difference]) -> int:
    after, count = "", 0
    while rows := await database.read("ledger.recount_accounts", after=after, limit=page):
        for row in rows:
            totals[row["unit"]] += row["balance"]
            told += _account(row)
        after, count = rows[-1]["key"], count + len(rows)
    return count


def _account(row: Mapping[str, Any]) -> list[Difference]:
    key, balance, floor, total = row["key"], row["balance"], row["floor"], row["total"]
    found = [Difference(key, "balance", balance, total)] if balance != total else []
    if floor is not None and total < floor:
        found.append(Difference(key, "floor", floor, total))
    return found


async def _transactions(database: Database, page: int, told: list[Difference]) -> int:
    after, count = -1, 0
    while True:
        row = await database.read_one("ledger.recount_transactions", after=after, limit=page)
        if row is None or row[0] is None:
            return count
        after, found, uneven = row
        count += found
        told += [Difference(f"{key} {unit}", "zero", 0, total) for key, unit, total in uneven]


async def _rewards(database: Database, page: int, told: list[Difference]) -> int:
    after, count = "", 0
    while True:
        row = await database.read_one("ledger.recount_rewards", after=after, limit=page)
        if row is None or row[0] is None:
            return count
        after, found, differing = row
        count += found
        told += [Difference(key, what, stands, total) for key, what, stands, total in differing]
