"""What text from outside may be stored in the clear: the catalogue's word is not enough.

A field that is declared non-personal can still hold a person's data, because somebody put it there. So text
that looks like a phone number, an e-mail address, an id or an address with parameters is sealed all the
same.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote

LONGEST_NAME: Final = 64
LONGEST_PATH: Final = 128

_SUSPECT: Final = re.compile(r"@|＠|%40|://|(?:\d[\s\-./()]?){10}\d")
_NAME: Final = re.compile(r"[^\W_][\w .\-]*")
_PATH: Final = re.compile(r"/[A-Za-z0-9/_.~\-]*")
_SEPARATORS: Final = re.compile(r"[\s_.\-~()]+")
_DIGITS: Final = re.compile(r"\d{5}")
_LONGEST_SEGMENT: Final = 40


def looks_personal(text: str) -> bool:
    """True for text with an `@`, a link, or eleven digits in a row: it must not be stored in the clear."""
    return _SUSPECT.search(text) is not None


def is_safe_name(name: str) -> bool:
    """True for an event's name that may be stored in the clear.

    At most 64 letters, digits, spaces, dots, hyphens and underscores, without five digits in a row
    (separators do not count), so that no phone number, plate or e-mail address passes.
    """
    return (
        0 < len(name) <= LONGEST_NAME
        and _NAME.fullmatch(name) is not None
        and not _DIGITS.search(_SEPARATORS.sub("", unicodedata.normalize("NFKC", name)))
    )


def safe_path(path: str) -> str | None:
    """The path of a page without query and fragment where it may be stored in the clear, else None.

    At most 128 ASCII characters once decoded, no `@`, no five digits in a row, no part of over 40 characters
    (tokens): `/models/et5` passes, `/users/13812345678` and `/reset/<token>` do not.
    """
    bare = path.partition("?")[0].partition("#")[0]
    decoded = unquote(bare)
    if len(bare) > LONGEST_PATH or not _PATH.fullmatch(decoded):
        return None
    parts = decoded.split("/")
    if any(len(part) > _LONGEST_SEGMENT or _DIGITS.search(_SEPARATORS.sub("", part)) for part in parts):
        return None
    return decoded


def may_be_clear(value: object) -> bool:
    """Whether a value that is declared non-personal may stand in the clear: a truth value, a number, or short text
    that does not look personal."""
    if isinstance(value, str):
        return len(value) <= LONGEST_NAME and value.isprintable() and not looks_personal(value)
    return isinstance(value, bool | int | float) and not looks_personal(str(value))
