"""What K and the cycle time come to: a curve of growth, amplification, the cost of a new owner. Pure.

The formulas are Skok's ("Lessons Learned: Viral Marketing", forentrepreneurs.com), the fixtures those of the reference.
"""

from __future__ import annotations

import math

from graph.growth.intervals import Estimate


def owners_after(start: float, k: float, *, time: float, cycle: float) -> float:
    """U(t): how many there are after a time, `start` at first, each bringing `k` once a `cycle` (same unit as `time`).

    U(t) = U0 · (K^(t/p+1) - 1) / (K - 1), and U0 · (t/p + 1) for K = 1. Raises ValueError for negative values
    and a cycle that is not above 0. Infinite where it is beyond a float.
    """
    if min(start, k, time) < 0 or cycle <= 0:
        raise ValueError("start, K and time are not negative, and a cycle takes time")
    cycles = time / cycle + 1
    if k == 1:
        return start * cycles
    try:
        return start * (k**cycles - 1) / (k - 1)
    except OverflowError:
        return math.inf


def amplification(k: float) -> float | None:
    """How many owners one becomes in the end, 1 / (1 - K); None from K = 1 on, where it does not end."""
    return 1 / (1 - k) if k < 1 else None


def effective_cost(cost: float, k: Estimate) -> tuple[float, float, float] | None:
    """What a new owner costs where only the first of a chain is paid for: CAC · (1 - K), and what it may be at 95 %.

    The ends are those of K, exchanged. None from K = 1 on; an end is 0 where that of K is 1 or more.
    """
    if k.value >= 1:
        return None
    value, lower, upper = (cost * max(0.0, 1 - each) for each in (k.value, k.upper, k.lower))
    return value, lower, upper
