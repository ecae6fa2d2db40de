"""Made-up owners of whom it is known how many they will bring, and how fast: what estimates are held against."""

from __future__ import annotations

import random
from dataclasses import dataclass

from graph.clock import DAY
from graph.growth.owners import Friend, Owner

NOW = 1_795_000_000_000_000


@dataclass(frozen=True)
class World:
    """Owners who came in steadily over `days` until now; each brings friends at a mean of `k` within `window` days.

    How keen an owner is varies by `spread` (0: not at all), so that friends of one owner are no independent events. The
    delay is a power of a uniform share of the window: half of the friends are there after `window · 0.5^skew`.
    """

    k: float
    window: int
    days: int
    owners: int
    spread: float = 0.0
    skew: float = 1.0

    def made(self, seed: int) -> list[Owner]:
        """The owners as they are known now: a friend who is still to come is not seen."""
        random_ = random.Random(seed)
        return [
            self._owner(random_, NOW - int(random_.random() * self.days * DAY)) for _ in range(self.owners)
        ]

    def _owner(self, random_: random.Random, delivered_at: int) -> Owner:
        keen = random_.gammavariate(1 / self.spread, self.spread) if self.spread else 1.0
        came = [
            delivered_at + int(random_.random() ** self.skew * self.window * DAY)
            for _ in range(_poisson(random_, self.k * keen))
        ]
        friends = tuple(Friend(at, "app", at, at, at, at) for at in came if at <= NOW)
        return Owner(delivered_at, friends=friends)


def _poisson(random_: random.Random, mean: float) -> int:
    """By waiting times: how many come in one unit of time."""
    count, time = 0, random_.expovariate(1.0)
    while time < mean:
        count += 1
        time += random_.expovariate(1.0)
    return count
