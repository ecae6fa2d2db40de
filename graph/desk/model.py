"""What a desk shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from graph.clock import from_datetime
from graph.errors import InputError
from graph.profile.rows import TouchpointRow


class Step(StrEnum):
    """How far a person has come with a dealer, in the order of a journey."""

    KNOWN = "known"
    ENQUIRED = "enquired"
    VISITED = "visited"
    TEST_DRIVEN = "testDriven"
    ORDERED = "ordered"
    DELIVERED = "delivered"


STEPS: Final = tuple(Step)
"""The statements of `cypher/desk` number them so."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A dealer's desk, or a consultant's: just one of the two. `caller` is the dealer who asks, None for the brand."""

    dealer: str | None
    consultant: str | None
    caller: str | None


@dataclass(frozen=True, slots=True)
class Relation:
    """What a dealer and a person are to each other, over all profiles that the asker may see; times in µs.

    `last_at` is None where there was no contact, `consultant` where none was named.
    """

    dealer: str
    since: int
    last_at: int | None
    step: Step
    consultant: str | None

    @property
    def quiet_since(self) -> int:
        """The last contact, or since when they are known where there was none."""
        return self.since if self.last_at is None else self.last_at


@dataclass(frozen=True, slots=True)
class DeskPerson:
    """A person of a desk."""

    one_id: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class DueStep:
    """An open next step with a person: when it is due, µs, and the touchpoint that planned it."""

    one_id: str
    relation: Relation
    due_at: int
    plan: TouchpointRow

    @property
    def key(self) -> str:
        """Tells those apart that are due at one time."""
        return f"{self.one_id}/{self.plan.kind}"


def all_steps(counted: Iterable[tuple[int, int]]) -> tuple[tuple[Step, int], ...]:
    """How many people are at each step, in order; none where nothing was counted."""
    found = dict(counted)
    return tuple((step, found.get(place, 0)) for place, step in enumerate(STEPS))


def end_of_day(day: date | None, zone: str, *, now: datetime) -> int:
    """When a day ends in a time zone, µs; today's end without a day. A day may have 23 or 25 hours.

    Raises InputError for a zone that is none, and for a day at the end of the calendar.
    """
    try:
        place = ZoneInfo(zone)
    except (ValueError, KeyError, OSError):  # not found, or no name of one at all
        raise InputError("`timeZone` is no time zone.", remedy="Give one as `Asia/Shanghai`.") from None
    try:
        tomorrow = (day or now.astimezone(place).date()) + timedelta(days=1)
        return from_datetime(datetime.combine(tomorrow, time(), tzinfo=place))
    except OverflowError:
        raise InputError("`day` is too late.", remedy="Give one of this century.") from None
