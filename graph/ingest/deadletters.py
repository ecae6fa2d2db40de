"""Dead letters: read, unseal, and run again through the reading they failed in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from graph.clock import Clock, new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import DatabaseError, DatabaseUnavailableError, KeyringError, UnsealError
from graph.ingest.files.records import is_record, read_record
from graph.ingest.message import Message, Rejected
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

PAGE: Final = 500

Declare = Callable[[str], Awaitable[SourceDeclaration]]
"""Answers a source's declaration by its name."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message that could not be stored, still sealed; `recorded_at` in microseconds."""

    id: str
    key: str
    source: str
    reason: str
    month: str
    recorded_at: int
    sealed: bytes

    def open(self, keyring: Keyring) -> bytes:
        """What the message said. Raises UnsealError where this keyring does not open it."""
        sealer = Sealer(keyring.period_key(self.source, self.month), f"{self.source}/{self.month}")
        return sealer.open(f"payload:{self.key}", self.sealed)


@dataclass(slots=True)
class Replayed:
    """What became of the letters looked at; `remaining` by the reason why each stays.

    `suppressed` are those of erased records: they are done with, and nothing of them was stored.
    """

    stored: int = 0
    duplicates: int = 0
    suppressed: int = 0
    remaining: Counter[str] = field(default_factory=Counter[str])

    def to_dict(self) -> dict[str, Any]:
        """The counts under their names, for JSON."""
        return {
            "stored": self.stored,
            "duplicates": self.duplicates,
            "suppressed": self.suppressed,
            "remaining": dict(sorted(self.remaining.items())),
        }


async def dead_letters(
    database: Database, *, source: str | None = None, reason: str | None = None, page: int = PAGE
) -> AsyncIterator[list[DeadLetter]]:
    """Letters that were not replayed, oldest first, in pages; conflicts and letters made meanwhile left out.

    Walks all letters whatever is asked for: they are few.
    """
    after, until = "", new_id()
    while True:
        row = await database.read_one(
            "ingest.list_dead_letters",
            after=after,
            until=until,
            limit=page,
            source=source or "",
            reason=reason or "",
        )
        if row is None or row[0] is None:
            return
        after = row[0]
        if row[1]:
            yield [DeadLetter(*letter) for letter in row[1]]


class Replay:
    """Runs dead letters again; those that succeed now are stored and marked. Running it twice is safe.

    Events are read with the grades of HTTP, whatever door they came by; records with those of files.
    """

    def __init__(
        self,
        database: Database,
        writer: Writer,
        *,
        keyring: Keyring,
        declare: Declare,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._writer = writer
        self._keyring = keyring
        self._declare = declare
        self._clock = clock

    async def run(
        self,
        *,
        source: str | None = None,
        reason: str | None = None,
        advance: Callable[[int], None] = lambda _: None,
    ) -> Replayed:
        """Replay all letters, of one source and reason where named; `advance` is told how many passed.

        Raises DatabaseUnavailableError where the database goes away; what was stored by then is marked.
        """
        replayed = Replayed()
        async for letters in dead_letters(self._database, source=source, reason=reason):
            ready = await self._read(letters, replayed)
            done = await self._store(ready, replayed)
            await self._mark(done)
            advance(len(letters))
        return replayed

    async def _read(
        self, letters: Sequence[DeadLetter], replayed: Replayed
    ) -> list[tuple[DeadLetter, Message]]:
        sources = {name: await self._declare(name) for name in {letter.source for letter in letters}}
        ready: list[tuple[DeadLetter, Message]] = []
        for letter, read in await asyncio.to_thread(self._read_all, letters, sources):
            if isinstance(read, Message):
                ready.append((letter, read))
            else:
                replayed.remaining[read] += 1
        return ready

    def _read_all(
        self, letters: Sequence[DeadLetter], sources: dict[str, SourceDeclaration]
    ) -> list[tuple[DeadLetter, Message | str]]:
        return [(letter, self._read_one(letter, sources[letter.source])) for letter in letters]

    def _read_one(self, letter: DeadLetter, source: SourceDeclaration) -> Message | str:
        """The letter as a message, or the code of what is still wrong."""
        try:
            said: Any = orjson.loads(letter.open(self._keyring))
        except UnsealError:
            return "sealed"
        except orjson.JSONDecodeError:
            return "not_json"
        # Its time of receipt is when it was put aside: an event without a time of its own happened then.
        if is_record(said):
            read = read_record(said, source, received_at=letter.recorded_at)
        else:
            read = read_message(said, Arrival(source, letter.recorded_at))
        if isinstance(read, Rejected):
            return read.code
        if read.message_id.startswith("new:"):  # so that a replay cut off before it marked repeats nothing
            return replace(read, message_id=f"letter:{letter.id}")
        return read

    async def _store(
        self, ready: Sequence[tuple[DeadLetter, Message]], replayed: Replayed, *, again: bool = False
    ) -> list[DeadLetter]:
        """Write what can be written and answer its letters; halves where one among them cannot.

        `again` tells that all of these were written, and only the one in conflict is looked for.
        """
        if not ready:
            return []
        try:
            written = await self._writer.write([message for _, message in ready])
        except (DatabaseUnavailableError, KeyringError):
            raise
        except (DatabaseError, ValueError, OverflowError):
            if len(ready) == 1:
                replayed.remaining["poisoned"] += 1
                return []
        else:
            if not again:
                replayed.stored += written.stored
                replayed.duplicates += written.duplicates
                replayed.suppressed += written.suppressed
                replayed.remaining += Counter(conflict=written.conflicts)
            if not written.conflicts:
                return [letter for letter, _ in ready]
            if len(ready) == 1:
                return []
            again = True
        half = len(ready) // 2
        first = await self._store(ready[:half], replayed, again=again)
        return first + await self._store(ready[half:], replayed, again=again)

    async def _mark(self, letters: Sequence[DeadLetter]) -> None:
        if not letters:
            return
        operation_id = new_id()

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation_id, now=self._clock())
            ids = [letter.id for letter in letters]
            await tx.one("ingest.mark_replayed", ids=ids, now=begun.recorded_at)
            await feed.append(tx, begun, kind="replay")

        with suppress(feed.AlreadyCommittedError):
            await self._database.in_write(work)
