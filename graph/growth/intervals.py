"""Intervals for shares, means of counts and medians, each by a named formula. Pure.

All are two-sided at 95 %: `Z` is the normal quantile. No resampling: the same rows give the same interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

Z: Final = 1.959963984540054
"""The 0.975 quantile of the normal distribution."""


class Estimate(NamedTuple):
    """A value and what it may be at 95 %; `events` among `of` units told it."""

    value: float
    lower: float
    upper: float
    events: int
    of: int


def share(count: int, of: int) -> Estimate | None:
    """A proportion by Wilson's score interval (E. B. Wilson, JASA 22, 1927); None of nobody.

    Never below 0 or above 1, and not empty where all or none succeeded. Raises ValueError for more successes
    than trials.
    """
    if of == 0:
        return None
    if not 0 <= count <= of:
        raise ValueError("a share is of at least as many as it counts")
    p, z2 = count / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    lower = 0.0 if count == 0 else middle - half
    upper = 1.0 if count == of else middle + half
    return Estimate(p, lower, upper, count, of)


def mean_count(counts: Sequence[int]) -> Estimate | None:
    """The mean of counts, one a unit, that may be above 1; None of nobody.

    By the score interval of a Poisson mean (L. Barker, The American Statistician 56, 2002), its variance times the
    dispersion where that is above 1 (McCullagh and Nelder, Generalized Linear Models, 1989, 6.2): what one person
    brings is no independent event. Without any event the interval still is not empty.
    """
    of = len(counts)
    if of == 0:
        return None
    total = sum(counts)
    mean = total / of
    spread = sum((count - mean) ** 2 for count in counts) / (of - 1) if of > 1 else 0.0
    z2 = Z * Z * (max(1.0, spread / mean) if mean else 1.0)
    middle = mean + z2 / (2 * of)
    half = math.sqrt(z2 / of * (mean + z2 / (4 * of)))
    return Estimate(mean, max(0.0, middle - half), middle + half, total, of)
