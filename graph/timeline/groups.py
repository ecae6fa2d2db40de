"""What a history may be grouped by, and its bounds in a calendar. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from graph.clock import from_datetime
from graph.errors import InputError
from graph.profile.rows import EARLIEST, LATEST, time_bound

MOST_COUNTED: Final = 5_000
"""Touchpoints of one person in one timeline."""
MOST_PEOPLE: Final = 100
"""Timelines that one statement counts."""

_NAME: Final = re.compile(r"UTC|[A-Za-z]+(?:/[A-Za-z0-9_+\-]+)+")
"""Names without a place, as `EST`, are old and not known everywhere."""


class By(StrEnum):
    """What a group has in common."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    CHANNEL = "CHANNEL"
    KIND = "KIND"
    CAMPAIGN = "CAMPAIGN"
    CONTENT = "CONTENT"
    DEALER = "DEALER"


@dataclass(frozen=True, slots=True)
class TimelineRequest:
    """How a person's history is grouped: sort keys in [since, before), of some kinds, in one channel.

    The newest `first` groups are told.
    """

    by: By
    first: int
    since: str = EARLIEST
    before: str = LATEST
    kinds: tuple[str, ...] | None = None
    channel: str | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Group:
    """Touchpoints with one key, how many, and when the first and the last happened (µs)."""

    key: str | None
    count: int
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Groups, that of the newest touchpoint first; `complete` is false where older touchpoints are not counted."""

    groups: tuple[Group, ...]
    has_more: bool
    complete: bool


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def read_zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name, as `Asia/Shanghai`. Raises InputError for another text."""
    if not _NAME.fullmatch(name) or name not in _zones():
        raise InputError(
            "`timeZone` is not the name of a time zone.", remedy="Give an IANA name, as `Asia/Shanghai`."
        )
    return ZoneInfo(name)


def first_moment(day: date, zone: ZoneInfo) -> int:
    """When a calendar day begins in a time zone, µs; where clocks were put past midnight, when they were."""
    return from_datetime(datetime.combine(day, time(), tzinfo=zone))


def day_bound(day: date, zone: ZoneInfo) -> str:
    """The sort key just below every touchpoint of this day or later."""
    return time_bound(first_moment(day, zone))


def key_of(by: By, stored: str | None) -> str | None:
    """The key of a group: of a week by its Monday the week of ISO 8601, as `2026-W05`; else as it is stored."""
    if by is not By.WEEK or stored is None:
        return stored
    year, week, _ = date.fromisoformat(stored).isocalendar()
    return f"{year:04d}-W{week:02d}"
