"""Opaque ids and cursors: base64url of `Type:key`. Clients pass them back, and read nothing into them."""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from graph.errors import InputError

_LONGEST: Final = 512
_PARTS: Final = re.compile(r"([A-Za-z]{1,32}):([\x21-\x7e]{1,255})")
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SORT_KEY: Final = re.compile(rf"\d{{18}}{_UUID}")
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_ONE_ID: Final = re.compile(_UUID)

_SNAPSHOT: Final = re.compile(rf"({_UUID})@(\d{{1,17}})")

USER_CURSOR: Final = "users"
TOUCHPOINT_CURSOR: Final = "touchpoints"


def global_id(kind: str, key: str) -> str:
    """The id of one thing of a kind; `parse_id` gives both back."""
    return urlsafe_b64encode(f"{kind}:{key}".encode()).rstrip(b"=").decode()


def parse_id(text: str) -> tuple[str, str] | None:
    """Kind and key of a global id; None for a text that is none."""
    if not 0 < len(text) <= _LONGEST or not text.isascii():
        return None
    try:
        decoded = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    parts = _PARTS.fullmatch(decoded)
    # Only what we would have written ourselves: other spellings of one id are not ids.
    return (parts[1], parts[2]) if parts and global_id(parts[1], parts[2]) == text else None


def touchpoint_key(profile_id: str, at: str) -> str:
    """The key of a touchpoint in its global id."""
    return f"{profile_id}/{at}"


def parse_touchpoint_key(key: str) -> tuple[str, str]:
    """Profile id and sort key of a touchpoint's key; two empty texts for what is none."""
    profile_id, _, at = key.partition("/")
    return profile_id, at


def snapshot_key(one_id: str, at: int) -> str:
    """The key, in its global id, of a user as it was believed at a time (µs)."""
    return f"{one_id}@{at}"


def parse_snapshot_key(key: str) -> tuple[str, int] | None:
    """The oneId and time of a snapshot's key; None for what is none."""
    parts = _SNAPSHOT.fullmatch(key)
    return (parts[1], int(parts[2])) if parts and snapshot_key(parts[1], int(parts[2])) == key else None


def touchpoint_cursor(at: str) -> str:
    """The cursor of a touchpoint in a person's pages."""
    return global_id(TOUCHPOINT_CURSOR, at)


def read_touchpoint_cursor(text: str) -> str:
    """The sort key in a cursor. Raises InputError for what is no cursor of touchpoints."""
    return _read(text, TOUCHPOINT_CURSOR, _SORT_KEY)


def user_cursor(one_id: str) -> str:
    """The cursor of a user in `users`."""
    return global_id(USER_CURSOR, one_id)


def read_user_cursor(text: str) -> str:
    """The oneId in a cursor. Raises InputError for what is no cursor of `users`."""
    return _read(text, USER_CURSOR, _ONE_ID)


def read_cursor(text: str, kind: str) -> str:
    """The key in a cursor of a kind of lists. Raises InputError for what is no such cursor."""
    return _read(text, kind, _KEY)


def _read(text: str, kind: str, pattern: re.Pattern[str]) -> str:
    parsed = parse_id(text)
    if parsed is None or parsed[0] != kind or not pattern.fullmatch(parsed[1]):
        raise InputError(
            f"`after` is not a cursor of {kind}.",
            remedy="Pass back an `endCursor` or `cursor` of the same field as it came, or leave it out.",
        )
    return parsed[1]
