"""The dead letters of records that are to be erased."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any, Final

import orjson

from graph.db.database import Database
from graph.errors import UnsealError
from graph.ingest.deadletters import PAGE, DeadLetter
from graph.privacy.keyring import Keyring

_NAMES: Final = ("recordId", "userId", "anonymousId")
"""Where a message says whose it is; the first that is there decides."""

Record = tuple[str, str]


async def letters_of(
    database: Database, keyring: Keyring, *, records: Collection[Record], record_keys: Collection[str]
) -> list[str]:
    """The ids of dead letters about these records (source, record id), replayed ones and conflicts, too.

    Walks all letters, and opens those of the records' sources: a letter that could not be read carries no
    record key.
    """
    found: list[str] = []
    asked = {"sources": sorted({source for source, _ in records})}
    after: str | None = ""
    while after is not None and asked["sources"]:
        row = await database.read_one("erasure.list_letters", after=after, limit=PAGE, asked=asked)
        if row is None:
            break
        after = row[0]
        letters: list[Any] = row[1]
        found += await asyncio.to_thread(_about, letters, keyring, frozenset(records), frozenset(record_keys))
    return found


def _about(
    letters: Sequence[Sequence[Any]], keyring: Keyring, records: frozenset[Record], keys: frozenset[str]
) -> list[str]:
    return [
        values[0]
        for *values, record_key in letters
        if record_key in keys or _record(DeadLetter(*values), keyring) in records
    ]


def _record(letter: DeadLetter, keyring: Keyring) -> Record | None:
    """The record a letter speaks of, as far as it can be read."""
    try:
        said: Any = orjson.loads(letter.open(keyring))
    except (UnsealError, orjson.JSONDecodeError):
        return None
    if not isinstance(said, dict):
        return None
    ids = [str(said[name]).strip() for name in _NAMES if said.get(name)]  # pyright: ignore
    return (letter.source, ids[0]) if ids else None
