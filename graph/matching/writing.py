"""Writing pairs and keys with what they mean for who is who: decided beside the lock, checked and written under it.

As ingest does (docs/adr/0003-feed-lock-first.md): components are read and resolved while others write; if a commit
in between touched one of them, the batch is decided anew under the lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from graph.clock import Clock, new_id
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.feed.follow import Advance
from graph.identity.place import Placed, as_stored, place
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile
from graph.ingest.batch import write_rows
from graph.ingest.components import ComponentReader, ReadOne
from graph.ingest.recount import Lost, read_without
from graph.ingest.rows import Rows, empty_rows, placed_rows
from graph.matching.difference import Difference, batches, cut
from graph.privacy.keyring import Keyring

PAIRS: Final = 2_000
"""Pairs of one transaction: others wait while they are written, and where they must be decided anew."""
KEY_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a batch means for who is who, and the components that say so, read at a feed position."""

    rows: Rows
    position: int
    read: frozenset[str]


class ScoreWriter:
    """Writes differences; any number may at once, and may be killed at any moment: each batch is written whole."""

    def __init__(self, database: Database, *, keyring: Keyring, rules: Rules, clock: Clock) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._reader = ComponentReader(keyring, rules)

    async def write_all(
        self, difference: Difference, components: Mapping[str, str], version: str, advance: Advance
    ) -> int:
        """Write all of a difference; answers how many profiles changed their user.

        Pairs first, with what they mean; then keys and digests, which say that a profile is done. `components` are
        the link components of its profiles as they were read: each is resolved once, the next batch's while one is
        being written.
        """
        moved = 0
        waiting = batches(difference, components, size=PAIRS)
        upcoming: asyncio.Task[_Plan] | None = None
        try:
            for batch, after in zip(waiting, [*waiting, None][1:], strict=True):
                plan = await (upcoming or self._plan(batch))
                upcoming = asyncio.create_task(self._plan(after)) if after else None
                moved += await self._write(batch, version, plan)
                advance(batch.size)
        finally:
            if upcoming:
                upcoming.cancel()
                await asyncio.gather(upcoming, return_exceptions=True)
        for part in cut(difference, KEY_ROWS):
            await self._write(part, version, None)
            advance(part.size)
        return moved

    async def under_lock(
        self, tx: Transaction, begun: feed.Begun, difference: Difference, version: str
    ) -> int:
        """Write a difference and who is who by it, decided here; answers how many profiles changed their user."""
        await self._write_difference(tx, begun, difference, version)
        rows = empty_rows()
        if difference.touched:
            stored, degrees, _ = await self._components(tx.one, difference)
            rows = await asyncio.to_thread(self._decide, stored, degrees, difference)
        await write_rows(tx, begun, rows, kind="match", rules=self._rules)
        return len(rows["moves"])

    async def _write(self, difference: Difference, version: str, plan: _Plan | None) -> int:
        operation_id = new_id()

        async def work(tx: Transaction) -> int:
            begun = await feed.begin(
                tx,
                operation_id=operation_id,
                now=self._clock(),
                read_position=plan.position if plan else feed.NEWEST,
                components=plan.read if plan else (),
            )
            if plan is None or begun.stale:
                return await self.under_lock(tx, begun, difference, version)
            await self._write_difference(tx, begun, difference, version)
            await write_rows(tx, begun, plan.rows, kind="match", rules=self._rules)
            return len(plan.rows["moves"])

        with suppress(feed.AlreadyCommittedError):
            return await self._database.in_write(work)
        return 0

    async def _plan(self, difference: Difference) -> _Plan:
        head = await self._database.read_one("ingest.find_head")
        stored, degrees, read = await self._components(self._database.read_one, difference)
        _apply(difference, stored)
        rows = await asyncio.to_thread(self._decide, stored, degrees, difference)
        return _Plan(rows, head[0] if head else 0, frozenset(read).union((feed.ERASURES,)))

    async def _components(
        self, read: ReadOne, difference: Difference
    ) -> tuple[list[StoredProfile], dict[str, tuple[int, int]], Collection[str]]:
        """What a difference concerns, holding without the scores that go, and the components that depends on."""
        found = await read(
            "identity.find_components", asked={"ids": sorted(difference.touched), "oneIds": []}
        )
        components: list[str] = found[0] if found else []
        stored, degrees = await self._reader.read(read, components)
        weaker = {(a, b) for a, b, p in difference.scored if p < self._rules.model.probable}
        gone = frozenset(difference.unscored).union(weaker)
        if not gone:
            return stored, degrees, components
        lost = Lost({id_ for pair in gone for id_ in pair}, scores=gone)
        return (
            stored,
            degrees,
            await read_without(self._reader, read, stored, degrees, lost) | set(components),
        )

    def _decide(
        self, stored: Sequence[StoredProfile], degrees: Mapping[str, tuple[int, int]], difference: Difference
    ) -> Rows:
        placed = Placed(before=as_stored(stored))
        place(placed, stored, degrees=degrees, rules=self._rules)
        return placed_rows(placed, profiles=difference.touched)

    async def _write_difference(
        self, tx: Transaction, begun: feed.Begun, difference: Difference, version: str
    ) -> None:
        await tx.one(
            "matching.write_scores", rows=difference.rows(), model=version, recordedAt=begun.recorded_at
        )


def _apply(difference: Difference, stored: Sequence[StoredProfile]) -> None:
    """Give stored profiles the scores that they will have: each pair's with its lesser id, as the graph keeps it."""
    of = {profile.id: profile for profile in stored}
    for left, right in difference.unscored:
        if left in of:
            of[left].scores.pop(right, None)
    for left, right, probability in difference.scored:
        if left in of:
            of[left].scores[right] = probability
