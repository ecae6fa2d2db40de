"""Durations as people write them."""

from __future__ import annotations

import pytest

from graph.clock import DAY, SECOND, read_duration
from graph.errors import InputError


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
