"""When a delivery that failed is tried again: later and later, for three days, then never.

Each wait is drawn up to a fifth longer, so that what failed together does not come back together.
"""

from __future__ import annotations

from typing import Final

from graph.clock import DAY, SECOND

LIMIT: Final = 3 * DAY
"""From the first attempt to the last, µs."""

_HOUR: Final = 3_600 * SECOND
WAITS: Final = (
    5 * SECOND,
    300 * SECOND,
    1_800 * SECOND,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
"""After the first, second … failure, µs; the last one from there on."""

JITTER: Final = 0.2


def next_attempt(*, failures: int, first_at: int, now: int, draw: float, retry_after: int = 0) -> int | None:
    """When to try again (µs) after the `failures`-th failure, which was at `now`; None: never, it is a dead letter.

    `first_at` is the time of the first attempt, `draw` a random number from 0 up to 1. `retry_after` (µs) is what the
    receiver asked for: it is never tried sooner. The last attempt is three days after the first, whatever is asked.
    """
    last = first_at + LIMIT
    if now >= last:
        return None
    wait = WAITS[min(failures, len(WAITS)) - 1]
    return min(now + max(wait + int(wait * JITTER * draw), retry_after), last)
