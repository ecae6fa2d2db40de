"""Months of a calendar: the cohorts of owners. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from graph.clock import from_datetime
from graph.errors import InputError

MOST_MONTHS: Final = 60


class Month(NamedTuple):
    """A month from its first moment to that of the next one, µs; `name` as `2026-03`."""

    name: str
    start: int
    end: int


def months_between(first: date, last: date, zone: str) -> tuple[Month, ...]:
    """The whole months from that of one day to that of another, in a time zone.

    Raises InputError for a zone that is none, days in the wrong order, and more than 60 months.
    """
    try:
        place = ZoneInfo(zone)
    except (ValueError, KeyError, OSError):  # not found, or no name of one at all
        raise InputError("`timeZone` is no time zone.", remedy="Give one as `Asia/Shanghai`.") from None
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if not 1 <= count <= MOST_MONTHS or last.year >= date.max.year:
        raise InputError(
            f"The cohorts are not 1 to {MOST_MONTHS} months.", remedy="Give nearer days, in order."
        )
    starts = [_start(first.year, first.month + ahead, place) for ahead in range(count + 1)]
    return tuple(Month(name, start, end) for (name, start), (_, end) in pairwise(starts))


def month_of(months: Sequence[Month], at: int) -> Month:
    """The month, of some in order, in which a time within them lies."""
    return months[bisect_right(months, at, key=lambda month: month.start) - 1]


def _start(year: int, month: int, place: ZoneInfo) -> tuple[str, int]:
    begun = datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=place)
    return f"{begun:%Y-%m}", from_datetime(begun)
