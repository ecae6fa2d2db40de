"""What else is known of a person: birth date, gender, city, postcode."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from graph.clock import to_datetime
from graph.ingest.normalise.placeholders import is_placeholder
from graph.ingest.normalise.values import RefusalCode, Refused, as_text, folded, words

EARLIEST_BIRTH_YEAR: Final = 1900

_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PARTED: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*日?)?\s*月?(?:[T ]\d{1,2}:\d{2}.*)?"
)
_EUROPEAN: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_YEAR: Final = re.compile(r"(\d{4})年?")
_EXCEL: Final = re.compile(r"[1-6]?\d{4}\.\d+|[1-6]\d{4}")
_FILLED_IN: Final = frozenset({"1900-01-01", "1901-01-01", "1970-01-01", "1111-11-11", "9999-12-31"})
_MALES: Final = words("m male man boy 男 男性 男士 先生 mr 1 male/男")
_FEMALES: Final = words("f female woman girl w 女 女性 女士 小姐 太太 mrs ms miss 2 female/女")
_OTHERS: Final = words("o x other others diverse divers nonbinary non-binary nb 其他 其它")
_POSTCODE: Final = re.compile(r"[A-Z0-9]{3,10}")


def birth_date(raw: object, *, now: int | None = None) -> str | Refused:
    """An ISO date, or only the year where the day is not known (`1980`, `1980-05`).

    Takes 19800517, 1980-05-17, 1980/5/17, 1980年5月17日, a date with a time, and 17/05/1980 where day and
    month cannot be confused. Refuses years before 1900, dates after `now` (microseconds; not checked
    without), dates that do not exist, spreadsheet serial numbers, and dates that systems fill in
    (1900-01-01, 1970-01-01).
    """
    text = as_text(raw)
    if isinstance(text, Refused):
        return text
    text = folded(text)
    if len(text) > 40:
        return Refused(RefusalCode.TOO_LONG, "is too long for a date")
    parts = _parts(text)
    return parts if isinstance(parts, Refused) else _judged(*parts, now=now)


def _parts(text: str) -> tuple[int, int | None, int | None] | Refused:
    if match := _COMPACT.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _PARTED.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3]) if match[3] else None
    if match := _YEAR.fullmatch(text):
        return int(match[1]), None, None
    if match := _EUROPEAN.fullmatch(text):
        return _european(int(match[1]), int(match[2]), int(match[3]))
    return _no_date(text)


def _european(first: int, second: int, year: int) -> tuple[int, int, int] | Refused:
    if first <= 12 and second <= 12 and first != second:
        return Refused(RefusalCode.MALFORMED, "has day and month in an unclear order; write 1980-05-17")
    return (year, second, first) if first > 12 else (year, first, second)


def _no_date(text: str) -> Refused:
    if _EXCEL.fullmatch(text):
        return Refused(
            RefusalCode.MALFORMED, "looks like a spreadsheet's date number; format the column as a date"
        )
    if is_placeholder(text):
        return Refused(RefusalCode.PLACEHOLDER, "is a placeholder, not a date")
    return Refused(RefusalCode.MALFORMED, "is not a date; write 1980-05-17")


def _judged(year: int, month: int | None, day: int | None, *, now: int | None) -> str | Refused:
    try:
        exact = date(year, month or 1, day or 1)
    except ValueError:
        return Refused(RefusalCode.MALFORMED, "is a date that does not exist")
    iso = exact.isoformat()
    if day and iso in _FILLED_IN:
        return Refused(RefusalCode.PLACEHOLDER, "is a date that systems fill in when they know none")
    if year < EARLIEST_BIRTH_YEAR:
        return Refused(RefusalCode.OUT_OF_RANGE, f"lies before {EARLIEST_BIRTH_YEAR}")
    if now is not None and exact > to_datetime(now).date():
        return Refused(RefusalCode.OUT_OF_RANGE, "lies in the future")
    return iso if day else f"{year:04d}"


def gender(raw: object) -> str | None:
    """`male`, `female`, `other`, or None where it is not told; 1 is male and 2 female (ISO 5218)."""
    text = as_text(raw)
    if isinstance(text, Refused):
        return None
    key = folded(text).casefold().rstrip(".")
    if key in _MALES:
        return "male"
    if key in _FEMALES:
        return "female"
    return "other" if key in _OTHERS else None


def postcode(raw: object) -> str | None:
    """Letters and digits of a postcode in capitals, 3 to 10 of them; None for anything else."""
    text = as_text(raw)
    if isinstance(text, Refused):
        return None
    code = folded(text).upper().replace(" ", "").replace("-", "")
    return code if _POSTCODE.fullmatch(code) and not is_placeholder(code) else None


def city(raw: object) -> str | None:
    """A city's name in one spelling: without 市, words capitalised; None for numbers and placeholders."""
    text = as_text(raw)
    if isinstance(text, Refused) or len(text) > 80:
        return None
    name = folded(text).strip(" .,、。")
    if not name or is_placeholder(name) or any(char.isdecimal() or char in "@/:*" for char in name):
        return None
    if len(name) > 2:
        name = name.removesuffix("市")
    return " ".join(word.capitalize() for word in name.split()) if name.isascii() else name
