"""Pages of REST lists: one more is read than is shown, and `next` is a cursor that clients read nothing into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from api.gql.ids import global_id, parse_id
from api.rest.shapes import Page
from graph.errors import InputError

T = TypeVar("T")
U = TypeVar("U")

_DIGITS: Final = 18
"""Of a number in a cursor: all of them fit the database's integers."""


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of one list, by its name.

    Reading answers None for the first page, which comes without one, and raises InputError for no cursor of this list.
    """

    kind: str

    def of(self, *parts: object) -> str:
        """Where a page ends: by a key, a number, or a number and a key."""
        return global_id(self.kind, "/".join(map(str, parts)))

    def key(self, after: str | None) -> str | None:
        """The key in a cursor."""
        if after is None:
            return None
        kind, key = parse_id(after) or ("", "")
        if kind != self.kind:
            raise _no_cursor()
        return key

    def number(self, after: str | None) -> int | None:
        """The number in a cursor."""
        key = self.key(after)
        return None if key is None else _number(key)

    def place(self, after: str | None) -> tuple[int, str] | None:
        """The number and the key in a cursor."""
        place = self.key(after)
        if place is None:
            return None
        number, _, key = place.partition("/")
        if not key:
            raise _no_cursor()
        return _number(number), key


def page_of(
    found: Sequence[T], first: int, *, shape: Callable[[T], U], cursor: Callable[[T], str]
) -> Page[U]:
    """A page of `first` out of what was read, which is one more where it goes on."""
    shown = found[:first]
    return Page(items=[shape(one) for one in shown], next=cursor(shown[-1]) if len(found) > first else None)


def _number(digits: str) -> int:
    if not digits.isdecimal() or len(digits) > _DIGITS:
        raise _no_cursor()
    return int(digits)


def _no_cursor() -> InputError:
    return InputError("`after` is not a cursor of this list.", remedy="Pass back `next` as it came.")
