"""Declared sources as they stand in the graph, so that every process reads the same ones."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.clock import SECOND, Clock, new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import DatabaseUnavailableError
from graph.ingest.sources import SourceDeclaration, default_source

FRESH_FOR: Final = 5 * SECOND
"""How long an answer may be old: another process's `apply` is seen after this."""

_PATIENCE: Final = 1.0  # seconds; what is known meanwhile is good enough


class Change(StrEnum):
    """What applying a declaration did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class _Snapshot:
    declared: Mapping[str, SourceDeclaration]
    read_at: int


class SourceRegistry:
    """The sources stored as `(:Source)`; one for each process, shared by all its requests.

    Reads come from memory and are at most `FRESH_FOR` old while the database answers; while it does not, the
    last known declarations stand.
    """

    def __init__(self, database: Database, *, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock
        self._snapshot: _Snapshot | None = None
        self._reading = asyncio.Lock()

    async def get(self, name: str) -> SourceDeclaration:
        """The declaration of a source, or the defaults where nobody declared it.

        Raises DatabaseUnavailableError only where nothing was ever read, ConfigurationError for a name that
        cannot be one.
        """
        return (await self._declared()).get(name) or default_source(name)

    async def is_declared(self, name: str) -> bool:
        """Whether somebody declared this source."""
        return name in await self._declared()

    async def all(self) -> list[SourceDeclaration]:
        """Every declared source, by name; fresh from the database."""
        return list((await self._read()).declared.values())

    async def allows_origin(self, origin: str) -> bool:
        """Whether any declared source takes events from pages of this origin: all a preflight can ask."""
        return any(source.allows_origin(origin) for source in (await self._declared()).values())

    async def apply(self, declarations: Iterable[SourceDeclaration]) -> dict[str, Change]:
        """Declare sources, all in one transaction; sources not named stay as they are.

        What is unchanged is not written. Evidence stored before keeps the grade and scope it was given.
        """
        given = {declaration.name: declaration for declaration in declarations}
        operation_id = new_id()

        async def work(tx: Transaction) -> dict[str, Change]:
            # The feed's head first: then nobody else writes sources between our read and our write.
            begun = await feed.begin(tx, operation_id=operation_id, now=self._clock())
            stored = {row["name"]: row["declaration"] for row in await tx.rows("ingest.list_sources")}
            changes = {name: _change(stored.get(name), given[name]) for name in sorted(given)}
            rows = [
                [name, given[name].to_json(), given[name].dealer]
                for name, it in changes.items()
                if it is not Change.UNCHANGED
            ]
            if not rows:
                raise _NothingToDoError(changes)
            await tx.one("ingest.apply_sources", sources=rows, recordedAt=begun.recorded_at)
            await feed.append(tx, begun, kind="source")
            return changes

        try:
            changes = await self._database.in_write(work)
        except _NothingToDoError as nothing:
            return nothing.changes
        except feed.AlreadyCommittedError:
            changes = dict.fromkeys(given, Change.UNCHANGED)
        self._snapshot = None
        return changes

    async def _declared(self) -> Mapping[str, SourceDeclaration]:
        snapshot = self._snapshot
        if snapshot is None:
            async with self._reading:
                return (self._snapshot or await self._read()).declared
        if self._clock() - snapshot.read_at > FRESH_FOR and not self._reading.locked():
            async with self._reading:
                try:
                    async with asyncio.timeout(_PATIENCE):
                        return (await self._read()).declared
                except (DatabaseUnavailableError, TimeoutError):
                    self._snapshot = _Snapshot(snapshot.declared, self._clock())
        return snapshot.declared

    async def _read(self) -> _Snapshot:
        rows = await self._database.read("ingest.list_sources")
        declared = {row["name"]: SourceDeclaration.from_json(row["declaration"]) for row in rows}
        self._snapshot = _Snapshot(declared, self._clock())
        return self._snapshot


class _NothingToDoError(Exception):
    """Rolls the write back, so that the feed has no position without an entry."""

    def __init__(self, changes: dict[str, Change]) -> None:
        super().__init__()
        self.changes = changes


def _change(stored: str | None, given: SourceDeclaration) -> Change:
    if stored is None:
        return Change.ADDED
    return Change.UNCHANGED if stored == given.to_json() else Change.CHANGED
