"""Profiles as matching reads them from the graph: unsealed in memory, with what is stored of their matching."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.db.database import Database
from graph.identity.evidence import Identifier
from graph.ingest.components import ReadOne
from graph.ingest.normalise import Namespace
from graph.matching.record import MatchRecord, record_of
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer
from graph.profile.traits import TraitState

PAGE: Final = 2_000
_NAMESPACES: Final = (Namespace.PHONE, Namespace.EMAIL, Namespace.GOVERNMENT_ID, Namespace.ADDRESS)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A profile's record and link component, and what the graph holds of its matching.

    That is: a digest of what was compared last, blinded keys, and scores by the other's id.
    """

    record: MatchRecord
    component: str
    matched: str | None
    keys: frozenset[str]
    scores: dict[str, float]


class Pool:
    """Reads profiles for matching; those whose keys were shredded are left out."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def pages(self, *, size: int = PAGE) -> AsyncGenerator[list[Candidate]]:
        """Every profile, in pages by id; each page is of one moment, and read while the one before is opened."""
        upcoming = asyncio.create_task(self._page("", size))
        try:
            while page := await upcoming:
                last, rows = page
                upcoming = asyncio.create_task(self._page(last, size))
                yield await asyncio.to_thread(self._open, rows)
        finally:
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)

    async def _page(self, after: str, size: int) -> tuple[str, list[Any]] | None:
        """The last id of the page after an id, and its sealed rows; None at the end."""
        row = await self._database.read_one("matching.list_ids", after=after, limit=size)
        if row is None or not row[0]:
            return None
        return row[0][-1], await self._read(self._database.read_one, row[0])

    async def read(self, read: ReadOne, ids: Iterable[str]) -> list[Candidate]:
        """These profiles, as far as they are there."""
        wanted = sorted(ids)
        if not wanted:
            return []
        return await asyncio.to_thread(self._open, await self._read(read, wanted))

    async def _read(self, read: ReadOne, ids: Sequence[str]) -> list[Any]:
        row = await read("matching.read_profiles", asked={"ids": ids, "namespaces": list(_NAMESPACES)})
        return row[0] if row else []

    def _open(self, rows: Sequence[Sequence[Any]]) -> list[Candidate]:
        keys = self._keyring.keys_for([row[0] for row in rows])
        return [_open(row, Sealer(keys[row[0]].data_key, row[0])) for row in rows if row[0] in keys]


def _open(row: Sequence[Any], sealer: Sealer) -> Candidate:
    id_, component, traits, matched, held, keys, scores = row
    identifiers = [
        Identifier(namespace, scope, sealer.open(f"value:{key}", value).decode())
        for key, namespace, scope, value in held
    ]
    opened: TraitState = {} if traits is None else sealer.open_json("traits", traits)
    return Candidate(
        record=record_of(id_, opened, identifiers),
        component=component,
        matched=matched,
        keys=frozenset(keys),
        scores=dict(scores),
    )
