"""Settling: what a redemption claimed of money was paid, so that it is owed no more. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from graph.errors import InputError, NotFoundError
from graph.ledger.book import Book
from graph.ledger.commands import Settle
from graph.ledger.model import Account, AccountKind, Entry, EntryKind, Posting, Result


class RedemptionNotFoundError(NotFoundError):
    """No redemption has this key."""

    code: ClassVar[str] = "redemption_not_found"

    def __init__(self) -> None:
        super().__init__("No redemption has this key.", remedy="Take the claim of a line that was exported.")


class RedemptionMismatchError(InputError):
    """What was paid is not what was claimed; nothing was posted."""

    code: ClassVar[str] = "redemption_mismatch"
    status: ClassVar[int] = 409

    def __init__(self, amount: int, unit: str) -> None:
        super().__init__(
            f"The claim is of {amount} {unit} (of its smallest part), and was paid otherwise.",
            remedy="Correct the line, or settle the difference outside of the ledger.",
        )


def settle(book: Book, command: Settle) -> Entry:
    """A payment: the liability of the claim falls away, whole.

    Raises RedemptionNotFoundError, RedemptionMismatchError.
    """
    claim = book.entries.get(command.claim)
    if claim is None or claim.kind is not EntryKind.REDEEM or not claim.outcomes:
        raise RedemptionNotFoundError
    unit, amount = claim.outcomes[0].unit, sum(outcome.amount for outcome in claim.outcomes)
    if (unit, amount) != (command.unit, command.amount):
        raise RedemptionMismatchError(amount, unit)
    return Entry(
        command.key,
        EntryKind.SETTLE,
        claim.programme,
        command.cause,
        max(command.at, claim.effective_at),
        postings=(
            Posting(Account(claim.programme, AccountKind.LIABILITY, unit), amount),
            Posting(Account(claim.programme, AccountKind.PAID, unit), -amount),
        ),
        outcomes=tuple(replace(outcome, result=Result.PAID) for outcome in claim.outcomes),
    )
