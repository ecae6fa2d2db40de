"""The reference's fixtures, and laws of the curve."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.growth.curve import amplification, effective_cost, owners_after
from graph.growth.intervals import Estimate
from tests.laws import examples


@pytest.mark.parametrize(
    ("start", "k", "time", "cycle", "expected"),
    [(10, 2, 5, 1, 630), (10, 2, 5, 0.5, 20_470), (1000, 0.5, 4, 1, 1937.5), (10, 1, 5, 1, 60)],
)
def test_the_references_fixtures(start: float, k: float, time: float, cycle: float, expected: float) -> None:
    assert owners_after(start, k, time=time, cycle=cycle) == pytest.approx(expected)


@settings(max_examples=examples(200))
@given(st.floats(0, 3), st.integers(0, 30))
def test_whole_cycles_are_the_sum_of_their_generations(k: float, cycles: int) -> None:
    generations = sum(k**n for n in range(cycles + 1))
    if abs(k - 1) > 1e-6 or k == 1:
        assert owners_after(1, k, time=cycles, cycle=1) == pytest.approx(generations, rel=1e-6)


@settings(max_examples=examples(100))
@given(st.floats(0, 0.9))
def test_below_one_the_curve_ends_at_the_amplification(k: float) -> None:
    assert owners_after(1, k, time=10_000, cycle=1) == pytest.approx(amplification(k))


def test_amplification_and_cost() -> None:
    assert amplification(0.5) == 2
    assert amplification(1.0) is None
    assert effective_cost(8000, Estimate(0.5, 0.25, 0.75, 50, 100)) == (4000, 2000, 6000)
    assert effective_cost(8000, Estimate(0.5, 0.25, 1.25, 50, 100)) == (4000, 0, 6000)
    assert effective_cost(8000, Estimate(1.0, 0.9, 1.1, 100, 100)) is None


def test_what_is_no_growth_is_refused_and_too_much_is_infinite() -> None:
    assert owners_after(1, 2, time=10_000, cycle=1) == math.inf
    for wrong in ({"time": 1, "cycle": 0}, {"time": -1, "cycle": 1}):
        with pytest.raises(ValueError, match="not negative"):
            owners_after(1, 2, **wrong)
