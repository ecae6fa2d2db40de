"""Intervals against published numbers, and against a count of how often they cover."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.growth.intervals import mean_count, share
from tests.laws import examples


def test_wilson_gives_the_published_numbers() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I: method 3.
    for count, of, lower, upper in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = share(count, of)
        assert found is not None
        assert (found.lower, found.upper) == (pytest.approx(lower, abs=5e-5), pytest.approx(upper, abs=5e-5))


@settings(max_examples=examples(300))
@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_solves_wilsons_equation_and_mirrors(drawn: tuple[int, int]) -> None:
    count, of = drawn
    found, other = share(count, of), share(of - count, of)
    assert found is not None
    assert other is not None
    assert 0 <= found.lower <= found.value <= found.upper <= 1
    assert (1 - found.upper, 1 - found.lower) == pytest.approx((other.lower, other.upper))
    for end in (found.lower, found.upper):
        if 0 < end < 1:
            assert abs(found.value - end) == pytest.approx(
                1.959963984540054 * math.sqrt(end * (1 - end) / of), rel=1e-6
            )


@settings(max_examples=examples(200))
@given(st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_a_mean_lies_in_its_interval_which_is_never_empty(counts: list[int]) -> None:
    found = mean_count(counts)
    assert found is not None
    assert found.value == pytest.approx(sum(counts) / len(counts))
    assert 0 <= found.lower <= found.value < found.upper
    assert (found.events, found.of) == (sum(counts), len(counts))


@pytest.mark.parametrize("mean", [0.05, 0.3, 1.2])
def test_a_mean_of_counts_is_covered_as_often_as_promised(mean: float) -> None:
    random_ = random.Random(7)
    covered = 0
    for _ in range(400):
        counts = [sum(random_.random() < mean / 40 for _ in range(40)) for _ in range(150)]
        found = mean_count(counts)
        assert found is not None
        covered += found.lower <= mean <= found.upper
    assert covered / 400 >= 0.92


def test_nobody_tells_nothing_and_more_than_all_is_refused() -> None:
    assert share(0, 0) is None
    assert mean_count([]) is None
    with pytest.raises(ValueError, match="at least as many"):
        share(3, 2)
