"""How long work takes by itself: the quickest of three times, on this thread alone, whatever else the machine does."""

from __future__ import annotations

import time
from collections.abc import Callable


def quickest(work: Callable[[], object]) -> float:
    """Seconds of processor time of the quickest of three runs."""

    def once() -> float:
        started = time.thread_time()
        work()
        return time.thread_time() - started

    return min(once() for _ in range(3))
