"""Times as clients and files write them, to microseconds; and Segment's correction for wrong clocks."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, tzinfo
from typing import Final

from graph.clock import DAY, SECOND, from_datetime
from graph.errors import InputError

FUTURE_TOLERANCE: Final = 60 * SECOND
"""How far after its receipt a corrected event may lie: network clocks differ by seconds, not by hours."""

EARLIEST: Final = from_datetime(datetime(1900, 1, 1, tzinfo=UTC))
LATEST: Final = from_datetime(datetime(9999, 12, 31, tzinfo=UTC))
FARTHEST_AHEAD: Final = 36_525 * DAY

_EXAMPLE: Final = "Write RFC 3339, such as 2026-11-22T08:00:00Z, or epoch seconds or milliseconds."
_LONGEST: Final = 64
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d*)?")
_NAN: Final = frozenset({"nan", "inf", "-inf", "infinity", "-infinity", "nat"})
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?")
_PARTED: Final = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[Tt ]\s*(?P<hour>\d{1,2})[::](?P<minute>\d{2})(?:[::](?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    r"\s*(?P<zone>[Zz]|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_FAR_YEAR: Final = re.compile(r"\+?\d{5,}-\d")
_AMBIGUOUS: Final = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:\D.*)?")


def parse_time(raw: object, *, now: int, tz: tzinfo = UTC) -> int:
    """The moment in microseconds since the epoch.

    Takes RFC 3339 and its usual variants, dates (their first moment), `2024/1/2 3:04`, `2024年1月2日`,
    20240102, and epoch seconds, milli-, micro- or nanoseconds as numbers or text, told apart by size. A time
    without an offset is read in `tz`. Raises InputError for anything else: years before 1900, more than a
    century after `now`, spreadsheet serial numbers, NaN, true and false, `01/02/2024`. The message never
    repeats the value.
    """
    moment = _from_text(raw, tz) if isinstance(raw, str) else _from_number(raw)
    if moment < EARLIEST:
        raise InputError("The time lies before 1900.", remedy="Correct the time.")
    if moment > min(now + FARTHEST_AHEAD, LATEST):
        raise InputError("The time lies more than a century ahead.", remedy="Correct the time.")
    return moment


def correct_skew(timestamp: int | None, sent_at: int | None, received_at: int) -> int:
    """When an event happened by the server's clock, all in microseconds.

    Segment's formula: receivedAt - (sentAt - timestamp). Without `sent_at` the timestamp stands, without a
    timestamp the event happened when it was received. What then lies more than FUTURE_TOLERANCE after its
    receipt is set to the receipt (a clock jumped between event and sending), what lies before 1900 to 1900.
    """
    if timestamp is None:
        return received_at
    corrected = timestamp if sent_at is None else received_at - (sent_at - timestamp)
    if corrected > received_at + FUTURE_TOLERANCE:
        return received_at
    return max(corrected, EARLIEST)


def _from_text(raw: str, tz: tzinfo) -> int:
    text = raw.strip(" \t\r\n\ufeff\u3000\xa0")
    if not text:
        raise InputError("The time is empty.", remedy=_EXAMPLE)
    if len(text) > _LONGEST:
        raise InputError("The time is too long to be one.", remedy=_EXAMPLE)
    if compact := _COMPACT.fullmatch(text):
        if (moment := _from_compact(compact, tz)) is not None:
            return moment
    elif not _NUMBER.fullmatch(text):
        return _from_calendar(text, tz)
    return _from_number(float(text) if "." in text else int(text))


def _from_calendar(text: str, tz: tzinfo) -> int:
    if text[4:5] == "-" and text[7:8] == "-":  # the one spelling that nearly every client sends
        try:
            return _in_zone(datetime.fromisoformat(text.upper()), tz)
        except (ValueError, OverflowError):
            pass
    if text.casefold() in _NAN:
        raise InputError("The time is not a number.", remedy=_EXAMPLE)
    if match := _PARTED.fullmatch(text):
        return _from_parts(match, tz)
    if _FAR_YEAR.match(text):
        raise InputError("The time lies after the year 9999.", remedy="Correct the time.")
    if _AMBIGUOUS.fullmatch(text):
        raise InputError("The time's day and month stand in an unclear order.", remedy=_EXAMPLE)
    raise InputError("The time cannot be read.", remedy=_EXAMPLE)


def _from_parts(match: re.Match[str], tz: tzinfo) -> int:
    part = {name: value or "0" for name, value in match.groupdict().items()}
    leap = part["second"] == "60"  # a leap second is the last one of its minute here
    zone = match["zone"] or ""
    offset = "+00:00" if zone.upper() in ("Z", "UTC", "GMT") else zone
    text = (
        f"{part['year']}-{int(part['month']):02d}-{int(part['day']):02d}T{int(part['hour']):02d}:{part['minute'].zfill(2)}:"
        f"{'59' if leap else part['second'].zfill(2)}.{part['fraction'][:6].ljust(6, '0')}{offset}"
    )
    try:
        return _in_zone(datetime.fromisoformat(text), tz)
    except (ValueError, OverflowError):
        if part["year"] == "0000":
            raise InputError("The time lies in the year 0.", remedy="Correct the time.") from None
        raise InputError("The time is one that does not exist.", remedy=_EXAMPLE) from None


def _from_compact(match: re.Match[str], tz: tzinfo) -> int | None:
    """The time of `20240102` or `20240102030405`; None where these digits are no such time."""
    try:
        moment = datetime(*(int(part) for part in match.groups(default="0")), tzinfo=tz)  # pyright: ignore[reportArgumentType]
    except ValueError:
        return None
    return from_datetime(moment) if 1900 <= moment.year <= 2200 else None


def _in_zone(moment: datetime, tz: tzinfo) -> int:
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=tz))


def _from_number(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise InputError("The time is neither text nor a number.", remedy=_EXAMPLE)
    if isinstance(raw, float) and not math.isfinite(raw):
        raise InputError("The time is not a number.", remedy=_EXAMPLE)
    if isinstance(raw, int) and 0 < raw < 10**14 and (match := _COMPACT.fullmatch(str(raw))):
        moment = _from_compact(match, UTC)
        if moment is not None:
            return moment
    return _from_epoch(raw)


def _from_epoch(raw: int | float) -> int:
    """Units by size: 1e8 to 1e11 seconds (1973 to 5138), then milli-, micro- and nanoseconds."""
    if 10_000 <= raw < 100_000:
        raise InputError(
            "The time looks like an Excel date (days since 1900).",
            remedy="Format the column as text or as ISO dates before exporting it.",
        )
    if raw < 100_000_000:
        raise InputError("The time is too small a number for epoch seconds.", remedy=_EXAMPLE)
    for limit, factor, divisor in ((1e11, SECOND, 1), (1e14, 1000, 1), (1e17, 1, 1), (1e20, 1, 1000)):
        if raw < limit:
            return raw * factor // divisor if isinstance(raw, int) else round(raw * factor / divisor)
    raise InputError("The time is too large a number for epoch time.", remedy=_EXAMPLE)
