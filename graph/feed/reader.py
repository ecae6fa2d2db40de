"""Changes of who is who in commit order, from a cursor: for caches, subscriptions and other systems.

A cursor holds one position a lane and the place within that entry, and means nothing to its bearer. Reading from
the same cursor again gives the same changes, and none is left out: an entry is read only once the head was seen
at or behind it.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Final

from graph.db.database import Database
from graph.errors import DatabaseError, InputError
from graph.identity.changes import IdentityChange

ENTRIES: Final = 1_000
"""Feed entries looked at by one statement."""
STATEMENTS: Final = 20
"""Most statements of one page: where nobody changed for long, a page may be empty and yet go on."""
LONGEST_PAGE: Final = 1_000

_CURSOR: Final = re.compile(r"feed:(\d{1,18})\.(\d{1,9})")
_LONGEST_CURSOR: Final = 64


@dataclass(frozen=True, slots=True)
class FedChange:
    """One change, when it was committed (µs), by what kind of write, and the cursor behind it."""

    change: IdentityChange
    at: int
    kind: str
    cursor: str


@dataclass(frozen=True, slots=True)
class Page:
    """Changes in commit order; `cursor` is where to go on, `has_next` whether something may be there now."""

    changes: tuple[FedChange, ...]
    cursor: str
    has_next: bool


class FeedReader:
    """Reads the feed of a graph; any number of readers, none of which slows a writer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def changes(self, *, after: str | None = None, first: int = 100) -> Page:
        """The next 1 to 1,000 changes after a cursor, from the beginning without one.

        Raises InputError for what is no cursor. Twenty statements at most, one where the reader keeps up.
        """
        if not 0 < first <= LONGEST_PAGE:
            raise InputError(f"A page has 1 to {LONGEST_PAGE} changes.", remedy="Ask for fewer.")
        position, skip = read_cursor(after) if after else (0, 0)
        found: list[FedChange] = []
        head = position
        for _ in range(STATEMENTS):
            # An entry that was read in part is read again.
            row = await self._database.read_one(
                "feed.read_changes", after=position - 1 if skip else position, limit=ENTRIES
            )
            if row is None:
                raise DatabaseError("The graph has no change feed.", remedy="Run `guanxi migrate`.")
            head, last, entries = row
            found += _fed(entries, position, skip)
            if len(found) > first:
                return Page(tuple(found[:first]), found[first - 1].cursor, has_next=True)
            position, skip = max(position, last or 0), 0
            if position >= head or len(found) == first:
                break
        return Page(tuple(found), cursor_of(position), has_next=position < head)


def _fed(entries: list[Any], position: int, skip: int) -> list[FedChange]:
    found: list[FedChange] = []
    for at_position, at, kind, texts in entries:
        begin = skip if at_position == position else 0
        for place, text in enumerate(texts[begin:], start=begin + 1):
            cursor = cursor_of(at_position, 0 if place == len(texts) else place)
            found.append(FedChange(IdentityChange.from_json(text), at, kind, cursor))
    return found


def cursor_of(position: int, place: int = 0) -> str:
    """The cursor behind an entry, or behind its first `place` changes."""
    return urlsafe_b64encode(f"feed:{position}.{place}".encode()).rstrip(b"=").decode()


def read_cursor(text: str) -> tuple[int, int]:
    """The position in a cursor, and how many changes of that entry were read. Raises InputError for what is none."""
    try:
        if len(text) > _LONGEST_CURSOR or not text.isascii():
            raise ValueError
        match = _CURSOR.fullmatch(urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii"))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        match = None
    if match is None:
        raise InputError(
            "`after` is not a cursor of the change feed.", remedy="Pass back a cursor as it came, or none."
        )
    return int(match[1]), int(match[2])
