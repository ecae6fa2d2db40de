"""The page shows every figure of each bench's newest run, and none that its bench no longer takes."""

from __future__ import annotations

from typing import Any

from bench.measure import Figure
from bench.report import newest


def run_of(at: str, *figures: dict[str, str]) -> dict[str, Any]:
    """A run's results, as far as the page asks."""
    return {"machineBefore": {"at": at}, "figures": list(figures)}


def test_each_bench_shows_its_newest_run() -> None:
    old = run_of(
        "1", {"bench": "a", "name": "x"}, {"bench": "a", "name": "gone"}, {"bench": "b", "name": "y"}
    )
    new = run_of("2", {"bench": "a", "name": "x"}, {"bench": "a", "name": "more"})

    found = newest([old, new])

    shown = {
        name: [(figure["name"], run["machineBefore"]["at"]) for figure, run in taken]
        for name, taken in found.items()
    }
    assert shown == {"a": [("x", "2"), ("more", "2")], "b": [("y", "1")]}


def test_a_figure_without_a_bench_stands_until_it_is_taken_again() -> None:
    old = run_of("1", {"name": "x"}, {"name": "y"})

    assert list(newest([old])) == ["x", "y"]
    assert list(newest([old, run_of("2", {"bench": "a", "name": "x"})])) == ["y", "a"]


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    figure = Figure("f", "", "", "", ours=[1.0, 9.0, 4.0], theirs=[1.0, 3.0, 2.0])

    assert figure.ratio == 2.0
    assert figure.to_dict()["ratios"] == [1.0, 3.0, 2.0]
