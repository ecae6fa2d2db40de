"""Cycle times against a simulation whose median is known, and against a plain count where nothing is censored."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY
from graph.growth.cycle import Median, Span, cycle_spans, median_within, stage_spans
from graph.growth.owners import Friend, Owner, Stage
from tests.graph.growth.worlds import NOW, World
from tests.laws import examples

WINDOW = 180
SEEDS = 200


@pytest.mark.parametrize("skew", [1.0, 2.0])
def test_the_median_is_covered_as_often_as_promised_and_the_naive_one_is_too_short(skew: float) -> None:
    world = World(k=0.3, window=WINDOW, days=300, owners=600, skew=skew)
    # Of an owner's friends the first counts: it comes before u with 1 - exp(-k·F(u)), F(u) = (u/window)^(1/skew).
    truth = _first_median(0.3, skew) * WINDOW * DAY
    found: list[Median] = []
    seen: list[float] = []
    for seed in range(SEEDS):
        owners = world.made(seed)
        median = median_within(cycle_spans(owners, now=NOW), window=WINDOW * DAY)
        assert median is not None
        found.append(median)
        seen.append(statistics.median(owner.came_after()[0] for owner in owners if owner.came_after()))
    covered = sum(each.lower <= truth <= each.upper for each in found) / SEEDS
    assert covered >= 0.90
    assert abs(statistics.mean(each.value for each in found) / truth - 1) < 0.05
    assert statistics.mean(seen) < 0.93 * truth


def _first_median(k: float, skew: float) -> float:
    """Where half of those have a first friend who ever have one, as a part of the window, by halving."""

    def first(part: float) -> float:
        return 1 - 2.718281828459045 ** (-k * part ** (1 / skew))

    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if first(middle) < first(1.0) / 2 else (low, middle)
    return low


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=1, max_size=30), st.integers(1, 31))
def test_without_censoring_it_is_the_median_of_those_who_came(came: list[int | None], window: int) -> None:
    median = median_within([Span(40, each) for each in came], window=window)
    within = sorted(each for each in came if each is not None and each < window)
    if not within:
        assert median is None
        return
    assert median is not None
    assert median.value == statistics.median_low(within)
    assert (median.came, median.of) == (len(within), len(came))
    assert median.lower <= median.value <= median.upper <= window


def test_what_nobody_could_be_seen_for_is_not_known() -> None:
    assert median_within([Span(10, 3), Span(11, None)], window=12) is None
    assert median_within([Span(10, 3), Span(12, None)], window=12) == Median(3, 3, 12, 1, 2)
    assert median_within([], window=12) is None
    assert median_within([Span(20, None)], window=12) is None


def test_stages_are_taken_from_the_stage_before_whether_it_left_a_trace_or_not() -> None:
    day = NOW - 100 * DAY
    friend = Friend(
        day + 10 * DAY, lead_at=day + 15 * DAY, ordered_at=day + 40 * DAY, delivered_at=day + 70 * DAY
    )
    waiting = Friend(day + 20 * DAY)
    early = Friend(day - 5 * DAY)
    owners = [Owner(day, friends=(friend, waiting, early))]
    assert stage_spans(owners, Stage.OPENED, now=NOW) == [
        Span(100 * DAY, 10 * DAY),
        Span(100 * DAY, 20 * DAY),
    ]
    assert stage_spans(owners, Stage.LEAD, now=NOW) == [
        Span(90 * DAY, 5 * DAY),
        Span(80 * DAY, None),
        Span(105 * DAY, None),
    ]
    assert stage_spans(owners, Stage.TEST_DRIVEN, now=NOW) == [Span(85 * DAY, 25 * DAY)]
    assert stage_spans(owners, Stage.ORDERED, now=NOW) == [Span(60 * DAY, 0)]
    assert stage_spans(owners, Stage.DELIVERED, now=NOW) == [Span(60 * DAY, 30 * DAY)]
    assert cycle_spans(owners, now=NOW) == [Span(100 * DAY, 70 * DAY)]
    assert cycle_spans(owners, now=day + 30 * DAY) == [Span(30 * DAY, None)]
