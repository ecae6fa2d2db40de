"""A small cache whose entries die of age, for answers that may be a few seconds old."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ExpiringCache(Generic[K, V]):
    """At most `size` answers, each for at most `seconds`; for one event loop."""

    def __init__(self, *, size: int, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._seconds = seconds
        self._monotonic = monotonic
        self._held: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: K) -> V | None:
        """The answer if it is young enough."""
        held = self._held.get(key)
        if held is None:
            return None
        if held[0] <= self._monotonic():
            del self._held[key]
            return None
        return held[1]

    def put(self, key: K, value: V, *, asked_at: float | None = None) -> None:
        """Hold an answer; its age counts from `asked_at`, when the question was asked, else from now."""
        self._held[key] = ((self._monotonic() if asked_at is None else asked_at) + self._seconds, value)
        self._held.move_to_end(key)
        while len(self._held) > self._size:
            self._held.popitem(last=False)

    def now(self) -> float:
        """The time for `asked_at`."""
        return self._monotonic()

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
