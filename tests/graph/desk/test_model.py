"""When a day ends, and the steps of a desk."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from graph.clock import from_datetime
from graph.desk.model import STEPS, all_steps, end_of_day
from graph.errors import InputError

NOW = datetime(2026, 11, 28, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "zone", "end"),
    [
        (None, "Asia/Shanghai", datetime(2026, 11, 29, 16, tzinfo=UTC)),  # it is the 29th there already
        (None, "Europe/Berlin", datetime(2026, 11, 28, 23, tzinfo=UTC)),
        (date(2026, 3, 28), "Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 3, 29), "Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC)),  # 23 hours long
        (date(2026, 12, 31), "UTC", datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_day_ends_by_its_time_zone(day: date | None, zone: str, end: datetime) -> None:
    assert end_of_day(day, zone, now=NOW) == from_datetime(end)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "Asia/Shanghai\0"])
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(InputError, match="timeZone"):
        end_of_day(None, zone, now=NOW)


def test_the_last_day_of_the_calendar_is_refused() -> None:
    with pytest.raises(InputError, match="day"):
        end_of_day(date.max, "UTC", now=NOW)


def test_every_step_is_counted() -> None:
    assert all_steps([(2, 5), (0, 1)]) == tuple(
        (step, {"visited": 5, "known": 1}.get(step, 0)) for step in STEPS
    )
