"""Paying out: what people have of a currency is claimed under a payout's name, exported, and settled once it was paid.

Claiming comes first, so that nothing of it can be spent, expire or be taken back while the bank is at work. Each step
may be cut off and asked again: a person is claimed once in a payout, and a claim is paid once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from graph.clock import Clock, system_clock
from graph.db.database import Database
from graph.errors import InputError
from graph.ingest.money import EXPONENTS
from graph.ledger.causes import by_payout
from graph.ledger.commands import Redeem, Settle
from graph.ledger.payout_csv import Claim, PaidRow, Wrong
from graph.ledger.repository import LedgerRepository, Posted
from graph.ledger.service import check_programme
from graph.ledger.stored import read_outcomes

PAGE: Final = 1_000
"""Rewards that are looked at, and claims that are posted, in one commit."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a file: lines paid now, lines paid before, and lines that were not taken, with why."""

    paid: int
    repeated: int
    wrong: tuple[Wrong, ...]


class Payouts:
    """Claims and settles; who may is the caller's to decide."""

    def __init__(self, database: Database, *, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock
        self._repository = LedgerRepository(database, clock=clock)

    async def claim(self, payout: str, programme: str, unit: str, *, page: int = PAGE) -> int:
        """Claim all that participants of a programme can spend of a currency; answers how many have a claim by it.

        Whoever has a claim in this payout keeps that one: what matures later is for the next payout. Raises InputError
        for points and status, which are not paid out, and for what is no name of a payout.
        """
        prefix = prefix_of(payout)
        check_programme(programme)
        if unit not in EXPONENTS:
            raise InputError("Only currencies are paid out.", remedy="Give an ISO 4217 code as CNY.")
        after, claimed = "", 0
        while True:
            row = await self._database.read_one(
                "ledger.list_holders",
                asked={"programme": programme, "unit": unit, "after": after},
                looked=page,
            )
            if row is None or row[0] is None:
                return claimed
            after, holders = row
            commands = [
                Redeem(
                    prefix + _digest(programme, unit, one_id),
                    programme,
                    tuple(sorted(profiles)),
                    unit,
                    None,
                    by_payout(payout),
                    self._clock(),
                )
                for one_id, profiles in sorted(holders)
            ]
            if commands:
                posted = await self._repository.post(commands)
                claimed += sum(bool(one.outcomes) and not one.repeated for one in posted)

    async def claims(self, payout: str, *, page: int = PAGE) -> AsyncIterator[Claim]:
        """All claims of a payout by key, paid or not; none for a payout that is not there."""
        prefix, after = prefix_of(payout), ""
        while True:
            rows = await self._database.read("ledger.list_claims", prefix=prefix, after=after, limit=page)
            for row in rows:
                outcomes = read_outcomes(row["outcomes"])
                if outcomes:  # who had nothing left when it was their turn has an empty one
                    yield Claim(
                        row["key"],
                        row["programme"],
                        min(row["oneIds"], default=None),
                        outcomes[0].unit,
                        sum(outcome.amount for outcome in outcomes),
                        row["effectiveAt"],
                        row["paidAt"],
                    )
            if len(rows) < page:
                return
            after = rows[-1]["key"]

    async def settle(self, rows: Sequence[PaidRow], *, page: int = PAGE) -> Settled:
        """Record what was paid. A line that does not fit its claim is told, and the others are recorded."""
        paid = repeated = 0
        wrong: list[Wrong] = []
        for start in range(0, len(rows), page):
            batch = rows[start : start + page]
            try:
                posted = await self._repository.post([_command(row) for row in batch])
            except InputError:
                posted = [one for row in batch for one in await self._one(row, wrong)]
            paid += sum(not one.repeated for one in posted)
            repeated += sum(one.repeated for one in posted)
        return Settled(paid, repeated, tuple(wrong))

    async def _one(self, row: PaidRow, wrong: list[Wrong]) -> list[Posted]:
        try:
            return await self._repository.post([_command(row)])
        except InputError as error:
            wrong.append(Wrong(row.line, error.message))
            return []


def prefix_of(payout: str) -> str:
    """How the keys of a payout's claims begin. Raises InputError for what is no name of one."""
    if not _NAME.fullmatch(payout):
        raise InputError(
            "A payout is named by 1 to 64 letters, digits, dots, hyphens and underscores.",
            remedy="Give one as 2026-11.",
        )
    return f"{by_payout(payout)}:"


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _command(row: PaidRow) -> Settle:
    payout = ":".join(row.claim.split(":")[:2])
    return Settle(row.claim, row.unit, row.amount, payout, row.paid_at)
