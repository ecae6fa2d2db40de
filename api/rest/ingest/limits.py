"""What one client may send: sizes, counts and rates. Numbers are Segment's where Segment has one."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from graph.clock import SECOND, Clock
from graph.errors import RateLimitedError

MAX_BODY_BYTES: Final = 512_000
"""Of a body, as sent and as unpacked."""

MAX_EVENTS: Final = 5_000
"""Of a batch."""

_KEYS_KNOWN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How many events a second one key may send in the long run, and at once."""

    per_second: float = 5_000
    burst: float = 20_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: int


class RateLimiter:
    """A token bucket for each key, in this process; knows the 10,000 keys used last.

    A bucket may go into debt by one batch, so that a batch larger than the burst can pass at all.
    """

    def __init__(self, rate: Rate, *, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def check(self, key: str) -> None:
        """Raise RateLimitedError, with the seconds to wait, while this key has nothing left."""
        bucket = self._filled(key)
        if bucket.tokens <= 0:
            wait = max(1, math.ceil((1 - bucket.tokens) / self._rate.per_second))
            raise RateLimitedError(
                f"This key may send {self._rate.per_second:g} events a second.",
                remedy="Wait as Retry-After says, then send the same batch again.",
                retry_after=min(wait, 60),
            )

    def spend(self, key: str, events: int) -> None:
        """Take the events of an accepted request from the key's bucket."""
        self._filled(key).tokens -= events

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
