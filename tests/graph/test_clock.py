"""Times and durations as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY, SECOND, isoformat, read_duration, to_datetime
from graph.errors import InputError
from tests.laws import examples

FIRST, LAST = -62_135_596_800 * 10**6, 253_402_300_799_999_999


@settings(max_examples=examples(300))
@given(st.integers(FIRST, LAST) | st.sampled_from([FIRST, -1, 0, 999, 1_000, LAST]))
def test_a_time_is_written_as_datetime_writes_it(micros: int) -> None:
    expected = to_datetime(micros).isoformat(timespec="milliseconds")
    assert isoformat(micros) == expected.removesuffix("+00:00") + "Z"


@pytest.mark.parametrize(
    ("text", "micros"),
    [("90d", 90 * DAY), (" 12H ", DAY // 2), ("30m", 1_800 * SECOND), ("0h", 0), ("3650d", 3_650 * DAY)],
)
def test_a_duration_is_read(text: str, micros: int) -> None:
    assert read_duration(text) == micros


@pytest.mark.parametrize("text", ["", "90", "d", "-1d", "1.5d", "90 d", "1w", "3651d", "99999999d"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no duration"):
        read_duration(text)
