"""Times as clients write them, what is refused and how it is said, and the correction of wrong clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY, SECOND, from_datetime, isoformat, to_datetime
from graph.errors import InputError
from graph.ingest.times import EARLIEST, FUTURE_TOLERANCE, correct_skew, parse_time
from tests.graph.ingest.normalise.strategies import JSON_VALUE
from tests.laws import examples

NOW = from_datetime(datetime(2026, 11, 22, 8, tzinfo=UTC))
MOMENTS = st.integers(min_value=130_000_000 * SECOND, max_value=4_000_000_000 * SECOND).map(to_datetime)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000Z"),
        ("2024-01-02T03:04:05.678Z", "2024-01-02T03:04:05.678Z"),
        ("2024-01-02t03:04:05.678901234z", "2024-01-02T03:04:05.678Z"),
        ("2024-01-02T03:04:05+08:00", "2024-01-01T19:04:05.000Z"),
        ("2024-01-02T03:04:05+0800", "2024-01-01T19:04:05.000Z"),
        ("2024-01-02 03:04:05", "2024-01-02T03:04:05.000Z"),
        ("2024-01-02 03:04:05 +08:00", "2024-01-01T19:04:05.000Z"),
        ("2024-01-02 03:04:05 UTC", "2024-01-02T03:04:05.000Z"),
        ("\ufeff 2024-01-02 \n", "2024-01-02T00:00:00.000Z"),
        ("2024/1/2 3:04", "2024-01-02T03:04:00.000Z"),
        ("2024.01.02", "2024-01-02T00:00:00.000Z"),
        ("2024年1月2日", "2024-01-02T00:00:00.000Z"),
        ("2024年1月2日 13:04", "2024-01-02T13:04:00.000Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"),
        ("20240102", "2024-01-02T00:00:00.000Z"),
        (20240102, "2024-01-02T00:00:00.000Z"),
        ("20240102030405", "2024-01-02T03:04:05.000Z"),
        (1704164645, "2024-01-02T03:04:05.000Z"),
        ("1704164645", "2024-01-02T03:04:05.000Z"),
        (1704164645.5, "2024-01-02T03:04:05.500Z"),
        (1704164645678, "2024-01-02T03:04:05.678Z"),
        (1704164645678901, "2024-01-02T03:04:05.678Z"),
        (1704164645678901234, "2024-01-02T03:04:05.678Z"),
        ("1950-01-01", "1950-01-01T00:00:00.000Z"),
    ],
)
def test_times(raw: object, expected: str) -> None:
    assert isoformat(parse_time(raw, now=NOW)) == expected


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("0000-01-01T00:00:00Z", "year 0"),
        ("0001-01-01T00:00:00+14:00", "before 1900"),
        ("9999-12-31T23:59:59Z", "century ahead"),
        ("9999-12-31T23:59:59-14:00", "century ahead"),
        ("10000-01-01T00:00:00Z", "after the year 9999"),
        (45291.5, "Excel"),
        (45291, "Excel"),
        ("45291.5", "Excel"),
        (float("nan"), "not a number"),
        (float("inf"), "not a number"),
        ("NaN", "not a number"),
        ("NaT", "not a number"),
        (True, "neither text nor a number"),
        (None, "neither text nor a number"),
        ([2024], "neither text nor a number"),
        ("", "empty"),
        ("01/02/2024", "unclear order"),
        ("1/2/24 10:00", "unclear order"),
        ("2024-02-30", "does not exist"),
        ("2024-01-02T25:00:00Z", "does not exist"),
        ("2024-13-01", "does not exist"),
        ("yesterday", "cannot be read"),
        ("\ud800", "cannot be read"),
        ("2024-01-02T03:04:05 Europe/Berlin", "cannot be read"),
        (0, "too small"),
        (-1, "too small"),
        (123456, "too small"),
        (10**30, "too large"),
        (10**400, "too large"),
        ("9" * 65, "too long"),
    ],
)
def test_times_refused(raw: object, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        parse_time(raw, now=NOW)
    assert caught.value.remedy


def test_an_excel_date_says_what_to_do() -> None:
    with pytest.raises(InputError) as caught:
        parse_time(45291.5, now=NOW)
    assert "Format the column" in caught.value.remedy


def test_a_time_without_offset_is_read_in_the_zone_given() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    assert isoformat(parse_time("2024-01-02 03:04:05", now=NOW, tz=shanghai)) == "2024-01-01T19:04:05.000Z"
    assert isoformat(parse_time("2024/1/2", now=NOW, tz=shanghai)) == "2024-01-01T16:00:00.000Z"
    assert isoformat(parse_time("2024-01-02T03:04:05Z", now=NOW, tz=shanghai)) == "2024-01-02T03:04:05.000Z"


@settings(max_examples=examples(150), deadline=None)
@given(moment=MOMENTS, hours=st.integers(min_value=-12, max_value=14))
def test_spellings_of_a_moment_agree(moment: datetime, hours: int) -> None:
    expected = from_datetime(moment)
    local = moment.astimezone(timezone(timedelta(hours=hours)))
    for spelling in (moment.isoformat(), local.isoformat(), local.isoformat(sep=" "), expected):
        assert parse_time(spelling, now=NOW) == expected
    assert parse_time(expected // 1000, now=NOW) == expected // 1000 * 1000
    assert parse_time(expected // SECOND, now=NOW) == expected // SECOND * SECOND


@settings(max_examples=examples(200), deadline=None)
@given(raw=JSON_VALUE | st.from_regex(r"[0-9]{1,14}[-/:.T年月日Z+0-9 ]{0,20}", fullmatch=True))
def test_any_value_is_a_time_in_bounds_or_an_input_error_without_the_value(raw: object) -> None:
    try:
        moment = parse_time(raw, now=NOW)
    except InputError as error:
        assert not isinstance(raw, str) or len(raw) < 10 or raw not in str(error)  # noqa: PT017
    else:
        assert EARLIEST <= moment <= NOW + 36_525 * DAY


class TestCorrectSkew:
    def test_a_clock_that_is_an_hour_behind_is_corrected(self) -> None:
        hour = 3600 * SECOND
        assert correct_skew(NOW - hour - 5 * SECOND, NOW - hour, NOW) == NOW - 5 * SECOND

    def test_a_clock_years_ahead_is_corrected(self) -> None:
        ahead = 3 * 365 * DAY
        assert correct_skew(NOW + ahead - 60 * SECOND, NOW + ahead, NOW) == NOW - 60 * SECOND

    def test_without_sent_at_the_timestamp_stands(self) -> None:
        assert correct_skew(NOW - DAY, None, NOW) == NOW - DAY

    def test_without_a_timestamp_it_is_the_receipt(self) -> None:
        assert correct_skew(None, NOW - DAY, NOW) == NOW

    def test_a_little_future_stands_and_more_is_the_receipt(self) -> None:
        assert correct_skew(NOW + FUTURE_TOLERANCE, None, NOW) == NOW + FUTURE_TOLERANCE
        assert correct_skew(NOW + FUTURE_TOLERANCE + 1, None, NOW) == NOW
        assert correct_skew(NOW, NOW - DAY, NOW) == NOW

    def test_nothing_lies_before_1900(self) -> None:
        assert correct_skew(EARLIEST, NOW + 90 * 365 * DAY, NOW) == EARLIEST

    @settings(max_examples=examples(100), deadline=None)
    @given(
        age=st.integers(min_value=0, max_value=30 * DAY),
        delay=st.integers(min_value=0, max_value=DAY),
        skew=st.integers(min_value=-3000 * DAY, max_value=3000 * DAY),
    )
    def test_a_constant_skew_leaves_only_the_network_delay(self, age: int, delay: int, skew: int) -> None:
        sent, happened = NOW - delay, NOW - delay - age
        assert correct_skew(happened + skew, sent + skew, NOW) == happened + delay
