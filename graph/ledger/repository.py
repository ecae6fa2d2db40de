"""The ledger in the graph: commands are decided and written under the feed's lock, balances and statements read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from graph.clock import Clock, new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.db.feed import Begun
from graph.errors import IntegrityError, NotFoundError, TooLargeError
from graph.ledger.book import Book
from graph.ledger.commands import Command, Grant
from graph.ledger.decide import decide
from graph.ledger.model import Account, Entry, EntryKind, Outcome
from graph.ledger.stored import (
    MOST,
    Concern,
    concern_of,
    expiries,
    profiles_of,
    read_book,
    rows_of,
)

Plan = Callable[[Book], Sequence[Command]]
"""What a book makes somebody want; pure."""

LATEST: Final = 2**62
"""A time and a position after all others."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a command came to; `repeated` where its key was there before, and this is what was decided then."""

    key: str
    kind: EntryKind
    effective_at: int
    outcomes: tuple[Outcome, ...]
    repeated: bool


class _NothingNewError(Exception):
    """All was posted before: the transaction is rolled back, so that the feed has no entry of nothing."""


class LedgerRepository:
    """Posts to the ledger and reads it; who may is the caller's to decide.

    Dealers may not: programmes are the brand's.
    """

    def __init__(self, database: Database, *, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock

    async def post(self, commands: Sequence[Command]) -> list[Posted]:
        """Decide commands in their order, each on what those before it left, and write all of them in one commit.

        Safe to send again, also after a commit of unknown outcome: a key that is there is told its first result, and
        what is left of a run that was cut off is posted. One command that is refused refuses all; the errors are those
        of `graph.ledger.decide.decide`, NotFoundError for a grant to a profile that is not there, and TooLargeError for
        over 10,000 commands. Under the lock are two statements, however many commands; they read all rewards of
        the people concerned.
        """
        if len(commands) > MOST:
            raise TooLargeError(f"One commit takes {MOST} commands.", remedy="Send fewer at once.")
        posted: list[Posted] = []
        operation = new_id()

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation, now=self._clock())
            book = await _read(tx, concern_of(commands))
            posted[:], new = _decide_all(book, commands)
            if not new:
                raise _NothingNewError
            await _write(tx, begun, book, new)
            await feed.append(tx, begun, kind="ledger", profiles=profiles_of(new))

        with suppress(_NothingNewError, feed.AlreadyCommittedError):
            await self._database.in_write(work)
        return posted

    async def read(self, concern: Concern) -> Book:
        """The part of the ledger that something concerns, as it is now; it may be another a moment later."""
        row = await self._database.read_one("ledger.read_book", asked=concern.asked())
        return _book(row)

    async def settle(self, tx: Transaction, begun: Begun, concern: Concern, plan: Plan) -> list[Entry]:
        """Post what a plan wants in the caller's transaction, which begins and ends the feed's entry.

        The plan is shown the book under the lock, again after what it wanted was decided, until it wants nothing new;
        it may want again what was decided already. Answers what is new. Raises as `post`.
        """
        book = await _read(tx, concern)
        entries: list[Entry] = []
        while new := _decide_all(book, plan(book))[1]:
            entries += new
            if len(entries) > MOST:
                raise TooLargeError(f"One commit takes {MOST} commands.", remedy="Settle fewer at once.")
        if entries:
            await _write(tx, begun, book, entries)
        return entries

    async def expire_due(self, *, limit: int = 1_000) -> list[Posted]:
        """Expire what is due now, of up to `limit` rewards in one commit; nothing where nothing is due.

        Call it until it answers nothing. It may be cut off anywhere, and may run beside another.
        """
        now = self._clock()
        rows = await self._database.read("ledger.list_due", until=now, limit=limit)
        due = [(row["key"], row["programme"], row["profileId"], row["unit"]) for row in rows]
        return await self.post(expiries(due, at=now)) if due else []

    async def balance(
        self, account: Account, *, effective_at: int | None = None, position: int | None = None
    ) -> int:
        """What an account holds, 0 for one that is not there.

        With `effective_at` (µs) what it held then, of that microsecond too; with `position` as far as it was recorded
        up to that position of the feed. The two are apart: what is recorded late takes effect early.
        """
        if effective_at is None and position is None:
            row = await self._database.read_one("ledger.find_balance", account=account.key)
        else:
            row = await self._database.read_one(
                "ledger.sum_postings",
                account=account.key,
                effectiveAt=LATEST if effective_at is None else effective_at,
                position=LATEST if position is None else position,
            )
        return row[0] if row else 0


async def _read(tx: Transaction, concern: Concern) -> Book:
    return _book(await tx.one("ledger.read_book", asked=concern.asked()))


def _book(row: list[Any] | None) -> Book:
    if row is None:
        raise IntegrityError("The ledger cannot be read.", remedy="Run `guanxi check invariants`.")
    return read_book(*row)


async def _write(tx: Transaction, begun: Begun, book: Book, entries: Sequence[Entry]) -> None:
    await tx.one(
        "ledger.write_entries",
        position=begun.position,
        recordedAt=begun.recorded_at,
        rows=rows_of(book, entries, position=begun.position),
    )


def _decide_all(book: Book, commands: Sequence[Command]) -> tuple[list[Posted], list[Entry]]:
    """What each command comes to, and the entries that are new; `book` has them recorded then."""
    posted: list[Posted] = []
    new: list[Entry] = []
    for command in commands:
        repeated = command.key in book.entries
        if isinstance(command, Grant) and not repeated:
            _check_present(book, command)
        entry = decide(book, command)
        if not repeated:
            book.record(entry)
            new.append(entry)
        posted.append(Posted(entry.key, entry.kind, entry.effective_at, entry.outcomes, repeated))
    return posted, new


def _check_present(book: Book, command: Grant) -> None:
    if any(share.profile not in book.people for share in command.shares):
        raise NotFoundError("No profile has this id.", remedy="Grant to a profile that is there.")
