"""Retries: later and later, for three days exactly."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY, SECOND
from graph.webhook.schedule import JITTER, LIMIT, WAITS, next_attempt
from tests.laws import examples

AT = 1_795_000_000 * SECOND
DRAWS = st.floats(0, 1, exclude_max=True)


def attempts(draws: list[float], *, takes: int = 0) -> list[int]:
    """When each attempt is made that never succeeds, from the first; each takes so long."""
    made = [AT]
    while True:
        now = made[-1] + takes
        draw = draws[len(made) % len(draws)]
        again = next_attempt(failures=len(made), first_at=AT, now=now, draw=draw)
        if again is None:
            return made
        made.append(again)


def test_without_jitter_the_waits_are_those_of_the_table() -> None:
    made = attempts([0.0])
    waits = [later - earlier for earlier, later in pairwise(made)]
    assert waits[:-1] == list(WAITS[: len(waits) - 1])
    assert made[-1] == AT + LIMIT == AT + 3 * DAY


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(DRAWS, min_size=1, max_size=10), st.integers(0, 15 * SECOND))
def test_it_is_tried_for_three_days_and_no_longer(draws: list[float], takes: int) -> None:
    made = attempts(draws, takes=takes)
    assert made[-1] == AT + LIMIT
    assert made == sorted(set(made))
    assert 8 <= len(made) <= 10


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(1, 30), DRAWS, st.integers(0, LIMIT - 1))
def test_a_wait_is_drawn_within_a_fifth(failures: int, draw: float, passed: int) -> None:
    now = AT + passed
    again = next_attempt(failures=failures, first_at=AT, now=now, draw=draw)
    base = WAITS[min(failures - 1, len(WAITS) - 1)]
    assert again is not None
    assert min(now + base, AT + LIMIT) <= again <= min(now + base * (1 + JITTER), AT + LIMIT)


def test_what_the_receiver_asks_for_is_heeded_within_the_three_days() -> None:
    hour = 3_600 * SECOND
    assert next_attempt(failures=1, first_at=AT, now=AT, draw=0.5, retry_after=hour) == AT + hour
    assert next_attempt(failures=1, first_at=AT, now=AT, draw=0.0, retry_after=1) == AT + WAITS[0]
    assert next_attempt(failures=1, first_at=AT, now=AT, draw=0.5, retry_after=9 * DAY) == AT + LIMIT
    assert next_attempt(failures=9, first_at=AT, now=AT + LIMIT, draw=0.5, retry_after=hour) is None
