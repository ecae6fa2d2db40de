"""The K-factor: how many new owners an owner brings within a window of their own delivery. Pure.

The naive count, referees so far by owners so far, is too low: who became an owner last month has had no time
(right censoring). Two estimates are free of that. `k_of_mature` takes only owners who have had the whole
window. `k_of_all` takes all, and at each delay divides what happened by how many owners had come so far: the
mean cumulative function, which for one event an owner is the Nelson–Aalen estimate. Both are held against a
simulation of known K in `tests/graph/growth/test_factor.py`, as is the naive one, which misses it.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from graph.growth.intervals import Estimate, Z, mean_count
from graph.growth.owners import Owner


class Point(NamedTuple):
    """K up to a delay, µs: what an owner has brought by then, with how many owners had come so far (`of`)."""

    after: int
    k: Estimate


def k_of_mature(owners: Iterable[Owner], *, window: int, now: int) -> Estimate | None:
    """New owners brought within the window by each owner who has had all of it; None where nobody has.

    `window` in µs, half-open: a friend delivered to exactly a window later is too late. The interval is
    `graph.growth.intervals.mean_count`.
    """
    return mean_count(
        [bisect_left(owner.came_after(), window) for owner in owners if owner.delivered_at + window <= now]
    )


def k_of_all(owners: Iterable[Owner], *, window: int, now: int) -> Estimate | None:
    """The same over all owners, each for as long as is known of them; None where nobody has had the window.

    Nelson's mean cumulative function (W. Nelson, Recurrent Events Data Analysis, 2003), with the robust variance of
    Lawless and Nadeau (Technometrics 37, 1995), at least that of independent events, and the interval taken for its
    logarithm. Without an event the upper end is that of `mean_count`.
    """
    points = cumulative(owners, window=window, now=now)
    return points[-1].k if points else None


def cumulative(owners: Iterable[Owner], *, window: int, now: int, points: int = 1) -> tuple[Point, ...]:
    """K up to each of so many equal parts of the window, as `k_of_all`; empty where nobody has had the window."""
    known = [(now - owner.delivered_at, owner.came_after()) for owner in owners if owner.delivered_at <= now]
    observed = sorted(until for until, _ in known)
    if not observed or observed[-1] < window:
        return ()
    risk = _Risk(known, observed, window)
    ends = [window * part // points for part in range(1, points + 1)]
    return tuple(Point(end, risk.estimate(end)) for end in ends)


class _Risk:
    """Who is at risk at the delays at which something happened, and the sums that the estimates are made of."""

    def __init__(
        self, known: Sequence[tuple[int, tuple[int, ...]]], observed: Sequence[int], window: int
    ) -> None:
        self._observed = observed
        brought = [
            (until, [delay for delay in delays if delay <= until and delay < window])
            for until, delays in known
        ]
        times = sorted(Counter(delay for _, delays in brought for delay in delays).items())
        self._delays = [delay for delay, _ in times]
        self._events = [0, *accumulate(count for _, count in times)]
        self._means = [0.0, *accumulate(count / self._at_risk(delay) for delay, count in times)]
        self._squares = [0.0, *accumulate(count / self._at_risk(delay) ** 2 for delay, count in times)]
        self._active = [(self._seen(until), delays) for until, delays in brought if delays]
        self._idle = Counter(self._seen(until) for until, delays in brought if not delays)

    def estimate(self, end: int) -> Estimate:
        """Over the delays below `end`."""
        before = bisect_left(self._delays, end)
        mean, at_risk = self._means[before], self._at_risk(end)
        if not mean:
            return Estimate(0.0, 0.0, Z * Z / at_risk, 0, at_risk)
        deviation = math.sqrt(max(self._robust(before, end), self._squares[before]))
        spread = math.exp(Z * deviation / mean)
        return Estimate(mean, mean / spread, mean * spread, self._events[before], at_risk)

    def _robust(self, before: int, end: int) -> float:
        """Of each owner: what they brought, weighed by who was at risk, less what was expected of them; squared."""
        active = sum(
            (
                sum(1 / self._at_risk(delay) for delay in delays if delay < end)
                - self._squares[min(before, seen)]
            )
            ** 2
            for seen, delays in self._active
        )
        return active + sum(
            times * self._squares[min(before, seen)] ** 2 for seen, times in self._idle.items()
        )

    def _seen(self, until: int) -> int:
        """At how many of the delays an owner was at risk."""
        return bisect_right(self._delays, until)

    def _at_risk(self, delay: int) -> int:
        return len(self._observed) - bisect_left(self._observed, delay)
