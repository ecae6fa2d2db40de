"""What the world gives out: events, records, and the truth about whose they are; and the world's calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias

START: Final = datetime(2022, 11, 1, tzinfo=UTC)
END: Final = datetime(2026, 10, 31, tzinfo=UTC)
"""The world's last day: fixed, so that a seed gives the same world in every year it is run."""

DAYS: Final = (END - START).days + 1
DAY_SECONDS: Final = 86_400
_DATES: Final = tuple((START + timedelta(days=day)).strftime("%Y-%m-%d") for day in range(DAYS))


@dataclass(frozen=True, slots=True)
class SeedEvent:
    """A message of Segment's protocol as an SDK posts it to the source, without `sentAt`.

    Without `sentAt` the `timestamp` stands as it is: correcting for clock skew would move the past to today.
    """

    source: str
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SeedRecord:
    """A row of a file-like source (CRM, DMS); keys as in an ingest mapping, absent where unknown."""

    source: str
    record: dict[str, str]


SeedItem: TypeAlias = SeedEvent | SeedRecord


class Truth(NamedTuple):
    """Whose a record is.

    Nobody's are those whose person and household are one id: a showroom tablet's own profile, a form that a
    stranger filled in with somebody's phone (`x…`), a company's record (the household of its drivers).
    """

    source: str
    record_id: str
    person_id: str
    household_id: str


def key_of(item: SeedItem) -> tuple[str, str]:
    """The item's (source, record id): userId if the event has one, else anonymousId; a record's recordId."""
    if isinstance(item, SeedRecord):
        return item.source, item.record["recordId"]
    return item.source, item.event.get("userId") or item.event["anonymousId"]


def time_of(item: SeedItem) -> str:
    """When it happened, as the item says it; sorts as text."""
    return item.record["updatedAt"] if isinstance(item, SeedRecord) else item.event["timestamp"]


def isoformat(seconds: int) -> str:
    """The time that many seconds after START, as `2026-10-31T08:00:00.000Z`."""
    day, rest = divmod(seconds, DAY_SECONDS)
    return f"{_DATES[day]}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}.000Z"


def distinct(rows: Iterable[Truth]) -> Iterator[Truth]:
    """Each (source, record id) once, in the order of first sight; memory is that of one household.

    Relies on what the world promises: all rows of a household come together, except those of the few tablets.
    """
    household = ""
    seen: set[tuple[str, str]] = set()
    tablets: set[tuple[str, str]] = set()
    for row in rows:
        key = (row.source, row.record_id)
        if row.person_id == row.record_id:
            known = tablets
        else:
            known = seen
            if not row.person_id.startswith("x") and row.household_id != household:
                household = row.household_id
                seen.clear()
        if key not in known:
            known.add(key)
            yield row
