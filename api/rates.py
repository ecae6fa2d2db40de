"""How much one key may ask for: a token bucket each, in this process."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from graph.clock import SECOND, Clock
from graph.errors import RateLimitedError

LONGEST_WAIT: Final = 60
"""In seconds: the most that a client is told to wait."""

_KEYS_KNOWN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How many tokens a second one key gains, and how many it may hold."""

    per_second: float
    burst: float


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: int


class RateLimiter:
    """A token bucket for each key; knows the 10,000 keys used last. For one event loop.

    A bucket may go into debt by one request, so that a request larger than the burst can pass at all.
    """

    def __init__(self, rate: Rate, *, unit: str, clock: Clock) -> None:
        """`unit` is what a token stands for, in the plural, as it is told to clients."""
        self._rate = rate
        self._unit = unit
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def check(self, key: str) -> None:
        """Raise RateLimitedError, with the seconds to wait, while this key has nothing left."""
        wait = self._wait(self._filled(key))
        if wait:
            raise RateLimitedError(
                f"This key may ask for {self._rate.per_second:g} {self._unit} a second.",
                remedy="Wait as Retry-After says, then send the same request again.",
                retry_after=wait,
            )

    def spend(self, key: str, tokens: float) -> None:
        """Take what an accepted request costs from the key's bucket."""
        self._filled(key).tokens -= tokens

    def headers(self, key: str) -> dict[str, str]:
        """What the key has left: `RateLimit-Limit`, `-Remaining` (both in units) and `-Reset` (seconds until full)."""
        bucket = self._filled(key)
        full = math.ceil((self._rate.burst - bucket.tokens) / self._rate.per_second)
        return {
            "RateLimit-Limit": f"{self._rate.burst:.0f}",
            "RateLimit-Remaining": f"{max(0, math.floor(bucket.tokens))}",
            "RateLimit-Reset": f"{full}",
        }

    def _wait(self, bucket: _Bucket) -> int:
        if bucket.tokens > 0:
            return 0
        return min(max(1, math.ceil((1 - bucket.tokens) / self._rate.per_second)), LONGEST_WAIT)

    def _filled(self, key: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(self._rate.burst, now)
            if len(self._buckets) > _KEYS_KNOWN:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
            gained = max(0, now - bucket.filled_at) / SECOND * self._rate.per_second
            bucket.tokens = min(self._rate.burst, bucket.tokens + gained)
            bucket.filled_at = now
        return bucket
