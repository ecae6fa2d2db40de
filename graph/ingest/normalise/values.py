"""What normalising answers, and the cleaning that every namespace shares.

Everything here is pure and total: any value that JSON or a file cell can hold is answered, never raised.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

Analysis = Mapping[str, str | int]
NOTHING: Final[Analysis] = MappingProxyType({})

_LONGEST_INTEGER: Final = 256  # in bits; a longer one is no identifier, and Python refuses to print it
_EXACT_FLOAT: Final = 2**53
_INVISIBLE: Final = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_EDGES: Final = (
    " \t\n\r\x0b\x0c\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    + _INVISIBLE
    + "".join(map(chr, range(0x2000, 0x200B)))
)
_DROP_INVISIBLE: Final = str.maketrans("", "", _INVISIBLE)
_SPACES: Final = re.compile(r"\s+")


def words(text: str) -> frozenset[str]:
    """The words of a table that is written as text."""
    return frozenset(text.split())


class RefusalCode(StrEnum):
    """Why a value is no identifier; stable, counted by operators."""

    EMPTY = "empty"
    PLACEHOLDER = "placeholder"
    MASKED = "masked"
    VIRTUAL = "virtual"
    MALFORMED = "malformed"
    TOO_LONG = "too_long"
    CHECK_DIGIT = "check_digit"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_NAMESPACE = "unknown_namespace"


@dataclass(frozen=True, slots=True)
class Normal:
    """A normalised identifier; equal values are one. Only `mask` and `analysis` may be stored clear."""

    value: str
    mask: str
    analysis: Analysis = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that is no identifier, and why; the message never repeats the value."""

    code: RefusalCode
    message: str


def as_text(raw: object) -> str | Refused:
    """The value as text, trimmed of spaces and invisible characters at its ends, else as it came.

    Whole numbers are taken, also as spreadsheets write them (13800138000.0); true, false, lists, objects,
    NaN, infinities, fractions and lone surrogates are refused.
    """
    if isinstance(raw, str):
        return _text(raw)
    if raw is None:
        return Refused(RefusalCode.EMPTY, "is empty")
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        return Refused(RefusalCode.MALFORMED, "must be text or a whole number")
    if isinstance(raw, float):
        return _from_float(raw)
    if raw.bit_length() > _LONGEST_INTEGER:
        return Refused(RefusalCode.TOO_LONG, "is a number of too many digits")
    return str(raw)


def _text(raw: str) -> str | Refused:
    text = raw.strip(_EDGES)
    if not text:
        return Refused(RefusalCode.EMPTY, "is empty")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return Refused(RefusalCode.MALFORMED, "holds half of a character (a lone surrogate)")
    return text


def _from_float(raw: float) -> str | Refused:
    if not math.isfinite(raw):
        return Refused(RefusalCode.MALFORMED, "is not a number (NaN or infinite)")
    if not raw.is_integer() or abs(raw) >= _EXACT_FLOAT:
        return Refused(
            RefusalCode.MALFORMED,
            "is a fraction, or a number that lost digits in a spreadsheet; keep the column as text",
        )
    return str(int(raw))


def folded(text: str) -> str:
    """NFKC without invisible characters, runs of spaces as one: what people see, in one spelling."""
    if text.isascii():
        return _SPACES.sub(" ", text).strip()
    visible = unicodedata.normalize("NFKC", text).translate(_DROP_INVISIBLE)
    return _SPACES.sub(" ", visible).strip()
