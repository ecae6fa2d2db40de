"""Cursors of lists that are kept by a time and a key."""

from __future__ import annotations

import re
from typing import Final

from api.gql.ids import global_id, read_cursor
from graph.errors import InputError

_PLACE: Final = re.compile(r"(\d{1,19})/(.+)")


def cursor_of(kind: str, at: int, key: str) -> str:
    """The cursor of what stands at a time (µs) by a key in a list of this kind."""
    return global_id(kind, f"{at}/{key}")


def place_of(cursor: str, kind: str) -> tuple[int, str]:
    """The time and the key of a cursor. Raises InputError for what is no cursor of this kind of list."""
    place = _PLACE.fullmatch(read_cursor(cursor, kind))
    if place is None:
        raise InputError(
            f"`after` is not a cursor of {kind}.", remedy="Pass back an `endCursor` or `cursor` as it came."
        )
    return int(place[1]), place[2]
