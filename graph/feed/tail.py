"""The end of the change feed, watched once for all who wait in this process.

One statement a look, however many wait. Whoever waits keeps its own position and asks for what comes after it, so that
a slow one holds nobody up and nothing piles up for it: the latest entries are kept here, older ones are read from the
graph.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog

from graph.db.database import Database
from graph.errors import DatabaseError, DatabaseUnavailableError, InputError

LOOK_SECONDS: Final = 0.25
"""How often the feed's end is looked at while somebody waits."""

ENTRIES: Final = 50
"""Entries of one read: an entry may touch thousands of profiles."""

KEPT_ENTRIES: Final = 1_000
KEPT_IDS: Final = 100_000
"""What is kept of the feed's end: so many entries, as long as they name no more ids than this."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One commit: when (µs), of what kind, whose members changed and which profiles got something."""

    position: int
    at: int
    kind: str
    one_ids: frozenset[str]
    profile_ids: frozenset[str]

    @property
    def size(self) -> int:
        """How many ids it names."""
        return len(self.one_ids) + len(self.profile_ids)


Read: TypeAlias = tuple[int, tuple[Entry, ...]]
"""The feed's head, and entries."""


class FeedTail:
    """Watches the feed while anybody waits; for one event loop."""

    def __init__(self, database: Database, *, every: float = LOOK_SECONDS) -> None:
        self._database = database
        self._every = every
        self._kept: deque[Entry] = deque()
        self._ids = 0
        self._head: int | None = None
        self._moved = asyncio.Condition()
        self._waiting = 0
        self._watch: asyncio.Task[None] | None = None
        self._readings: dict[int, asyncio.Task[Read]] = {}

    async def aclose(self) -> None:
        """Stop looking."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        await asyncio.gather(*self._readings.values(), return_exceptions=True)

    async def position(self) -> int:
        """Where the feed ends now."""
        head, _ = await self._read(2**62)
        return head

    async def after(self, position: int, *, patience: float) -> tuple[Entry, ...]:
        """The next entries after a position, in commit order; none where nothing came in `patience` seconds.

        Raises InputError for a position behind the feed's end, DatabaseUnavailableError where the graph is away.
        Asking twice gives the same entries again.
        """
        if self._from_here(position):
            found = tuple(entry for entry in self._kept if entry.position > position)
            return found or await self._wait(position, patience)
        head, entries = await self._read(position)
        if position > head:
            raise InputError(
                "The cursor lies behind the feed's end.", remedy="Pass back a cursor of this graph."
            )
        return entries or await self._wait(position, patience)

    async def _wait(self, position: int, patience: float) -> tuple[Entry, ...]:
        self._waiting += 1
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look(position), name="feed tail")
        try:
            async with asyncio.timeout(patience), self._moved:
                await self._moved.wait_for(lambda: self._head is not None and self._head > position)
        except TimeoutError:
            return ()
        finally:
            self._waiting -= 1
        if self._from_here(position):
            return tuple(entry for entry in self._kept if entry.position > position)
        return (await self._read(position))[1]

    def _from_here(self, position: int) -> bool:
        """Whether all that came after a position is kept here."""
        if self._watch is None or self._watch.done() or self._head is None:
            return False
        oldest = self._kept[0].position - 1 if self._kept else self._head
        return oldest <= position <= self._head

    async def _look(self, position: int) -> None:
        """Keep looking while anybody waits; begins with nothing kept."""
        self._kept.clear()
        self._ids, self._head = 0, None
        idle = 0
        while idle < 2:  # those who work on what they got come back within a look
            idle = 0 if self._waiting else idle + 1
            try:
                _, entries = await self._read(position)
            except DatabaseUnavailableError:
                _log.warning("feed.waiting")
                entries = ()
            else:
                self._keep(entries)
                position = self._head = entries[-1].position if entries else position
                if entries:
                    async with self._moved:
                        self._moved.notify_all()
            if len(entries) < ENTRIES:
                await asyncio.sleep(self._every)
        self._head = None

    def _keep(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            self._kept.append(entry)
            self._ids += entry.size
        while self._kept and (len(self._kept) > KEPT_ENTRIES or self._ids > KEPT_IDS):
            self._ids -= self._kept.popleft().size

    async def _read(self, after: int) -> Read:
        """The feed's head and the next entries; who asks the same at the same time is answered together.

        Whoever gives up leaves the statement running: the driver drops a connection on which one is cut off.
        """
        reading = self._readings.get(after)
        if reading is None:
            reading = self._readings[after] = asyncio.create_task(self._fetch(after))
            reading.add_done_callback(lambda done: self._forget(after, done))
        return await asyncio.shield(reading)

    def _forget(self, after: int, reading: asyncio.Task[Read]) -> None:
        del self._readings[after]
        if not reading.cancelled():
            reading.exception()  # seen, though nobody may wait for it any more

    async def _fetch(self, after: int) -> Read:
        row = await self._database.read_one("feed.read_entries", after=after, limit=ENTRIES)
        if row is None:
            raise DatabaseError("The graph has no change feed.", remedy="Run `guanxi migrate`.")
        head, entries = row
        return head, tuple(
            Entry(position, at, kind, frozenset(one_ids or ()), frozenset(profile_ids or ()))
            for position, at, kind, one_ids, profile_ids in entries
        )
