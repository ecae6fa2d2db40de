"""Birth dates, gender, city and postcode as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import from_datetime
from graph.ingest.normalise import Refused, birth_date, city, gender, postcode
from tests.graph.ingest.normalise.strategies import JSON_VALUE
from tests.laws import examples

NOW = from_datetime(datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("1980-05-17", "1980-05-17"),
        ("19800517", "1980-05-17"),
        (19800517, "1980-05-17"),
        (19800517.0, "1980-05-17"),
        ("1980/5/17", "1980-05-17"),
        ("1980.5.17", "1980-05-17"),
        ("1980年5月17日", "1980-05-17"),
        ("１９８０年５月１７日", "1980-05-17"),
        ("1980-05-17T00:00:00Z", "1980-05-17"),
        ("1980-05-17 00:00:00", "1980-05-17"),
        ("17/05/1980", "1980-05-17"),
        ("5/17/1980", "1980-05-17"),
        ("17.5.1980", "1980-05-17"),
        ("1980", "1980"),
        (1980, "1980"),
        ("1980年", "1980"),
        ("1980-05", "1980"),
        ("1980年5月", "1980"),
        ("2000-02-29", "2000-02-29"),
    ],
)
def test_birth_dates(raw: object, expected: str) -> None:
    assert birth_date(raw, now=NOW) == expected


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "empty"),
        ("", "empty"),
        ("1899-12-31", "out_of_range"),
        ("0000-00-00", "malformed"),
        ("2027-01-01", "out_of_range"),
        ("9999-12-31", "placeholder"),
        ("1900-01-01", "placeholder"),
        ("1970-01-01", "placeholder"),
        ("null", "placeholder"),
        ("1981-02-29", "malformed"),
        ("19551192", "malformed"),
        ("05/06/1980", "malformed"),
        (29358, "malformed"),
        (29358.5, "malformed"),
        ("29358.0", "malformed"),
        ("80-05-17", "malformed"),
        (True, "malformed"),
        (float("nan"), "malformed"),
        ([1980], "malformed"),
        ("1" * 50, "too_long"),
    ],
)
def test_birth_dates_refused(raw: object, code: str) -> None:
    found = birth_date(raw, now=NOW)
    assert isinstance(found, Refused)
    assert found.code == code


def test_a_spreadsheet_date_says_what_to_do() -> None:
    found = birth_date(29358, now=NOW)
    assert isinstance(found, Refused)
    assert "spreadsheet" in found.message


def test_without_a_clock_the_future_is_not_checked() -> None:
    assert birth_date("2100-01-01") == "2100-01-01"


@settings(max_examples=examples(100), deadline=None)
@given(day=st.dates(min_value=date(1902, 1, 1), max_value=date(2026, 11, 22)))
def test_spellings_of_a_day_agree(day: date) -> None:
    expected = birth_date(day.isoformat(), now=NOW)
    for spelling in (
        f"{day:%Y%m%d}",
        f"{day:%Y/%m/%d}",
        f"{day.year}年{day.month}月{day.day}日",
        int(f"{day:%Y%m%d}"),
    ):
        assert birth_date(spelling, now=NOW) == expected


@settings(max_examples=examples(200), deadline=None)
@given(raw=JSON_VALUE)
def test_any_value_is_answered_and_answers_are_fixed_points(raw: object) -> None:
    found = birth_date(raw, now=NOW)
    if isinstance(found, str):
        assert birth_date(found, now=NOW) == found
    for clean in (gender, city, postcode):
        value = clean(raw)
        assert value is None or clean(value) == value


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("男", "male"), ("M", "male"), (1, "male"), ("1", "male"), ("先生", "male"), ("Male", "male"),
        ("女", "female"), ("F", "female"), (2, "female"), ("Mrs.", "female"), ("女士", "female"),
        ("其他", "other"), ("X", "other"),
        (0, None), (9, None), ("未知", None), (True, None), (None, None), ("?", None),
    ],
)  # fmt: skip
def test_gender(raw: object, expected: str | None) -> None:
    assert gender(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("上海市", "上海"), ("沙市", "沙市"), (" new  york ", "New York"), ("MÜNCHEN", "MÜNCHEN"),
     ("Paris", "Paris"),
     ("未知", None), ("13812345678", None), ("a@b", None), ("", None), (7, None), ("x" * 81, None)],
)  # fmt: skip
def test_city(raw: object, expected: str | None) -> None:
    assert city(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("200120", "200120"), (2119, "2119"), (2119.0, "2119"), ("sw1a 1aa", "SW1A1AA"), ("000000", None),
     ("-", None),
     ("２００１２０", "200120"), (None, None), ("上海", None)],
)  # fmt: skip
def test_postcode(raw: object, expected: str | None) -> None:
    assert postcode(raw) == expected
