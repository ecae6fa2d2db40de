"""All profiles with the person each one is now: `source,recordId,oneId`."""

from __future__ import annotations

import asyncio
import csv
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from graph.db.database import Database
from graph.errors import InputError
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

COLUMNS: Final = ("source", "recordId", "oneId")
PAGE: Final = 5_000
_MODE: Final = 0o600

Identity = tuple[str, str, str]
"""Source, record id and oneId."""


@dataclass(slots=True)
class Exported:
    """How many profiles were written; `unreadable` are those whose key is gone (erased people)."""

    records: int = 0
    unreadable: int = 0


async def export_identities(
    database: Database, keyring: Keyring, *, page: int = PAGE
) -> AsyncGenerator[list[Identity]]:
    """Every current profile as (source, record id, oneId), in pages, in the order the profiles were made.

    Each page is of one moment; a profile that moves to another person meanwhile is told once, with either.
    Profiles whose key is gone (erased people) are left out. Memory is bounded by two pages.
    """
    async with aclosing(_pages(database, keyring, page)) as pages:
        async for rows, _ in pages:
            yield rows


async def write_identities(
    database: Database,
    keyring: Keyring,
    out: TextIO,
    *,
    page: int = PAGE,
    advance: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Write what `export_identities` gives as CSV with a header; `advance` is told the rows of each page."""
    exported = Exported()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    async with aclosing(_pages(database, keyring, page)) as pages:
        async for rows, unreadable in pages:
            table.writerows(rows)
            exported.records += len(rows)
            exported.unreadable += unreadable
            advance(len(rows))
    return exported


async def export_to_file(
    database: Database,
    keyring: Keyring,
    path: Path,
    *,
    advance: Callable[[int], None] = lambda _: None,
) -> Exported:
    """As `write_identities`, into a file that only its owner may read and that appears whole or not at all.

    An older file of the name is replaced. Raises InputError where the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with _created(partial) as out:
            exported = await write_identities(database, keyring, out, advance=advance)
        partial.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", remedy="Check its folder, rights and free space."
        ) from None
    finally:
        with suppress(OSError):
            partial.unlink()
    return exported


def _created(path: Path) -> TextIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


async def _pages(
    database: Database, keyring: Keyring, page: int
) -> AsyncGenerator[tuple[list[Identity], int]]:
    """Opened pages, with how many of their profiles could not be; the next is read while one is opened."""
    following = asyncio.create_task(_page(database, "", page))
    try:
        while (found := await following) is not None:
            last, records = found
            following = asyncio.create_task(_page(database, last, page))
            rows = await asyncio.to_thread(_open, records, keyring)
            yield rows, len(records) - len(rows)
    finally:
        following.cancel()


async def _page(database: Database, after: str, limit: int) -> tuple[str, list[Sequence[Any]]] | None:
    row = await database.read_one("profile.list_records", after=after, limit=limit)
    return None if row is None or row[0] is None else (row[0], row[1])


def _open(records: Sequence[Sequence[Any]], keyring: Keyring) -> list[Identity]:
    keys = keyring.keys_for([record[0] for record in records])
    return [
        (source, Sealer(keys[id_].data_key, id_).open("recordId", sealed).decode(), one_id)
        for id_, source, sealed, one_id in records
        if id_ in keys
    ]
