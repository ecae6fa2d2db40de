from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import isoformat, to_datetime
from tests.laws import examples

FIRST, LAST = -62_135_596_800 * 10**6, 253_402_300_799_999_999


@settings(max_examples=examples(300))
@given(st.integers(FIRST, LAST) | st.sampled_from([FIRST, -1, 0, 999, 1_000, LAST]))
def test_a_time_is_written_as_datetime_writes_it(micros: int) -> None:
    expected = to_datetime(micros).isoformat(timespec="milliseconds")
    assert isoformat(micros) == expected.removesuffix("+00:00") + "Z"
