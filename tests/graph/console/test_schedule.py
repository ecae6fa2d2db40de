"""When a schedule is due: growing, once for each time, in zones that change their clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY, SECOND, from_datetime, isoformat
from graph.console.schedule import MOST_FAILURES, Pause, Schedule, Terms, after_run, next_due
from graph.errors import InputError
from tests.laws import examples

MINUTE = 60 * SECOND
ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata"]
CHANGES = ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01"]
"""Days on which some of these zones change their clocks."""


def micros(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text))


def dues(cron: str, zone: str, after: str, count: int) -> list[str]:
    """The next due times, in UTC to the minute."""
    found: list[int] = [micros(after)]
    for _ in range(count):
        found.append(next_due(Terms(cron, zone), after=found[-1]))
    return [isoformat(due)[:16] for due in found[1:]]


@st.composite
def fields(draw: st.DrawFn, first: int, last: int) -> tuple[str, frozenset[int]]:
    """A field of an expression with the values that it means."""
    values = st.integers(first, last)
    match draw(st.sampled_from(["*", "step", "one", "some", "range"])):
        case "*":
            return "*", frozenset(range(first, last + 1))
        case "step":
            step = draw(st.integers(1, last))
            return f"*/{step}", frozenset(range(first, last + 1, step))
        case "one":
            value = draw(values)
            return str(value), frozenset({value})
        case "some":
            some = draw(st.lists(values, min_size=2, max_size=4))
            return ",".join(map(str, some)), frozenset(some)
        case _:
            low, high = sorted((draw(values), draw(values)))
            return f"{low}-{high}", frozenset(range(low, high + 1))


@st.composite
def moments(draw: st.DrawFn) -> int:
    """A time within some days of a change of the clocks, to the second."""
    day = micros(f"{draw(st.sampled_from(CHANGES))}T00:00:00")
    return day + draw(st.integers(-2 * 86_400, 2 * 86_400)) * SECOND


def first_by_hand(
    minutes: tuple[str, frozenset[int]],
    hours: tuple[str, frozenset[int]],
    zone: str,
    after: int,
    *,
    days: int,
) -> int | None:
    """The oracle: walks minute by minute over the clock on the wall, as the manual of Debian's cron says."""
    place = ZoneInfo(zone)
    frequent = minutes[0].startswith("*") or hours[0].startswith("*")

    def named(wall: datetime) -> bool:
        return wall.minute in minutes[1] and wall.hour in hours[1]

    at = after - after % MINUTE
    before = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(place)
    while at < after + days * DAY:
        at += MINUTE
        now = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(place)
        wall, expected = now.replace(tzinfo=None), before.replace(tzinfo=None) + timedelta(minutes=1)
        if frequent:
            if named(wall):
                return at
        else:
            left_out = []
            while expected < wall:
                left_out.append(expected)
                expected += timedelta(minutes=1)
            if any(map(named, left_out)) or (now.fold == 0 and named(wall)):
                return at
        before = now
    return None


@settings(max_examples=examples(150), deadline=None)
@given(fields(0, 59), fields(0, 23), st.sampled_from(ZONES), moments())
def test_it_is_due_when_a_walk_over_the_clock_says(
    minutes: tuple[str, frozenset[int]], hours: tuple[str, frozenset[int]], zone: str, after: int
) -> None:
    due = next_due(Terms(f"{minutes[0]} {hours[0]} * * *", zone), after=after)
    by_hand = first_by_hand(minutes, hours, zone, after, days=3)
    assert by_hand == due if by_hand is not None else due > after + 3 * DAY


@settings(max_examples=examples(150), deadline=None)
@given(
    fields(0, 59), fields(0, 23), fields(1, 31), fields(0, 6), st.sampled_from(ZONES), moments(), st.data()
)
def test_due_times_grow_and_none_is_due_twice(
    minutes: tuple[str, frozenset[int]],
    hours: tuple[str, frozenset[int]],
    days: tuple[str, frozenset[int]],
    weekdays: tuple[str, frozenset[int]],
    zone: str,
    after: int,
    data: st.DataObject,
) -> None:
    terms = Terms(f"{minutes[0]} {hours[0]} {days[0]} * {weekdays[0]}", zone)
    last = after
    for _ in range(5):
        due = next_due(terms, after=last)
        assert due > last
        assert due % MINUTE == 0
        between = data.draw(st.integers(last, due - 1))
        assert next_due(terms, after=between) == due, "asked at any time before, it is the same"
        last = due


@settings(max_examples=examples(100), deadline=None)
@given(st.sampled_from(ZONES), st.sampled_from(ZONES), fields(0, 59), fields(0, 23), moments())
def test_another_zone_makes_nothing_due_that_is_past(
    zone: str, other: str, minutes: tuple[str, frozenset[int]], hours: tuple[str, frozenset[int]], after: int
) -> None:
    cron = f"{minutes[0]} {hours[0]} * * *"
    due = next_due(Terms(cron, zone), after=after)
    assert next_due(Terms(cron, other), after=due) > due


@settings(max_examples=examples(100), deadline=None)
@given(
    st.one_of(
        st.text(max_size=30),
        st.lists(st.text("0123456789*,-/#LWMONJAfeb", min_size=1, max_size=8), min_size=5, max_size=5).map(
            " ".join
        ),
    )
)
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        due = next_due(Terms(text), after=micros("2026-11-28T00:00:00"))
    except InputError as error:
        assert error.message.startswith("`cron`")  # noqa: PT017 - or none is raised
    else:
        assert due > micros("2026-11-28T00:00:00")


def test_a_time_that_the_clock_leaves_out_is_due_when_it_goes_on() -> None:
    assert dues("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00", 3) == [
        "2026-03-28T01:30",
        "2026-03-29T01:00",  # 03:00 of summer: there was no 02:30
        "2026-03-30T00:30",
    ]
    assert dues("0,30 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00:00", 3) == [
        "2026-03-29T01:00",  # of three that fall together: once
        "2026-03-29T01:30",
        "2026-03-30T00:00",
    ]


def test_a_time_that_the_clock_has_twice_is_due_once() -> None:
    assert dues("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00", 2) == [
        "2026-10-25T00:30",  # the first 02:30, of summer
        "2026-10-26T01:30",
    ]
    assert dues("30 2 * * *", "Europe/Berlin", "2026-10-25T01:15:00", 1) == ["2026-10-26T01:30"]


def test_a_frequent_one_goes_by_the_clock_as_it_goes() -> None:
    assert dues("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:30:00", 2) == [
        "2026-03-29T01:00",
        "2026-03-29T01:30",
    ]
    assert dues("*/30 2 * * *", "Europe/Berlin", "2026-10-24T22:00:00", 5) == [
        "2026-10-25T00:00",
        "2026-10-25T00:30",
        "2026-10-25T01:00",
        "2026-10-25T01:30",
        "2026-10-26T01:00",
    ]


@pytest.mark.parametrize(
    ("cron", "zone"),
    [
        ("0 6 * *", "UTC"),
        ("0 0 6 * * *", "UTC"),
        ("60 6 * * *", "UTC"),
        ("0 6 30 2 *", "UTC"),
        ("@daily", "UTC"),
        ("0 6 * * 8", "UTC"),
        ("0,0" * 50 + " * * * *", "UTC"),
        ("٣ 6 * * *", "UTC"),
        ("0 6 * * *", "Europe/Nowhere"),
        ("0 6 * * *", "../etc/passwd"),
        ("0 6 * * *", ""),
    ],
)
def test_what_is_no_schedule_is_refused(cron: str, zone: str) -> None:
    with pytest.raises(InputError):
        next_due(Terms(cron, zone), after=0)


def schedule_with(failures: int, cron: str = "0 * * * *", zone: str = "UTC") -> Schedule:
    return Schedule("q", Terms(cron, zone), "k", None, failures, 0, 0, "lease", 0)


def test_the_fifth_failure_in_a_row_pauses() -> None:
    began = micros("2026-11-28T10:15:00")
    due = micros("2026-11-28T11:00:00")
    failures = 0
    for number in range(1, MOST_FAILURES):
        next_at, failures, paused = after_run(schedule_with(failures), failed=True, began=began)
        assert (next_at, failures, paused) == (due, number, None)
    assert after_run(schedule_with(failures), failed=False, began=began) == (due, 0, None)
    assert after_run(schedule_with(failures), failed=True, began=began) == (None, 5, Pause.FAILURES)


def test_a_zone_that_is_gone_pauses() -> None:
    gone = schedule_with(0, zone="Europe/Nowhere")
    assert after_run(gone, failed=False, began=0) == (None, 0, Pause.NEVER)
