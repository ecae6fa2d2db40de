"""Payouts as CSV: claims go out, the same lines with `paidAt` filled in come back. Pure.

No cell that leaves can be taken for a formula by a spreadsheet (`graph.spreadsheet`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, TextIO

from graph.clock import isoformat
from graph.errors import InputError
from graph.ingest.money import EXPONENTS, minor_units
from graph.ingest.times import parse_time
from graph.ledger.causes import read_payout
from graph.ledger.units import write_amount
from graph.spreadsheet import safe_cell

COLUMNS: Final = ("claim", "programme", "oneId", "unit", "amount", "claimedAt", "paidAt")
_NEEDED: Final = frozenset({"claim", "unit", "amount", "paidAt"})


@dataclass(frozen=True, slots=True)
class Claim:
    """What one person is to be paid, of the unit's smallest part; times in µs.

    `one_id` is whose it is now, None for one who was erased. `paid_at` is None while it is owed.
    """

    key: str
    programme: str
    one_id: str | None
    unit: str
    amount: int
    claimed_at: int
    paid_at: int | None


@dataclass(frozen=True, slots=True)
class PaidRow:
    """A line that says that a claim was paid; `line` counts from 1, the header's."""

    line: int
    claim: str
    unit: str
    amount: int
    paid_at: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that cannot be taken, and why."""

    line: int
    message: str


def write_claims(claims: Iterable[Claim], out: TextIO) -> None:
    """Write lines without the header."""
    table = csv.writer(out, lineterminator="\n")
    for claim in claims:
        cells = (
            claim.key,
            claim.programme,
            claim.one_id or "",
            claim.unit,
            write_amount(claim.amount, claim.unit),
            isoformat(claim.claimed_at),
            "" if claim.paid_at is None else isoformat(claim.paid_at),
        )
        table.writerow([safe_cell(cell) for cell in cells])


def write_header(out: TextIO) -> None:
    """Write the names of the columns."""
    csv.writer(out, lineterminator="\n").writerow(COLUMNS)


def read_paid(lines: Iterable[str], *, now: int) -> tuple[list[PaidRow], list[Wrong]]:
    """The lines that say when they were paid, and those that cannot be read; a line without `paidAt` is passed over.

    Columns may stand in any order, others are passed over. Raises InputError where one of `claim`, `unit`, `amount`
    and `paidAt` is missing.
    """
    table = csv.reader(lines)
    header = [name.strip().removeprefix("\ufeff") for name in next(table, list[str]())]
    if missing := sorted(_NEEDED - set(header)):
        raise InputError(
            f"The file has no column {', '.join(missing)}.", remedy="Send back the file that was exported."
        )
    found: list[PaidRow] = []
    wrong: list[Wrong] = []
    for number, cells in _rows(table):
        row = {name: cell.strip().removeprefix("'") for name, cell in zip(header, cells, strict=False)}
        if not row.get("paidAt"):
            continue
        try:
            found.append(_paid(number, row, now))
        except (InputError, ValueError, InvalidOperation) as error:
            wrong.append(Wrong(number, _why(error)))
    return found, wrong


def _rows(table: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(table, start=2):
        if any(cells):
            yield number, cells


def _paid(number: int, row: dict[str, str], now: int) -> PaidRow:
    unit = row.get("unit", "")
    if unit not in EXPONENTS:
        raise InputError("The unit is no currency.", remedy="")
    amount = Decimal(row.get("amount", ""))
    if not amount.is_finite() or amount <= 0:
        raise InputError("The amount is not above 0.", remedy="")
    claim, paid_at = row.get("claim", ""), parse_time(row["paidAt"], now=now)
    if read_payout(claim) is None:
        raise InputError("The claim is none of a payout.", remedy="")
    if paid_at > now:
        raise InputError("The time of payment lies ahead.", remedy="")
    return PaidRow(number, claim, unit, minor_units(amount, unit), paid_at)


def _why(error: Exception) -> str:
    if isinstance(error, InputError):
        return error.message
    return "The amount is no number." if isinstance(error, InvalidOperation) else f"The amount {error}."
