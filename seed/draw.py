"""Drawing by lot that repeats exactly: derived seeds, weighted tables, quotas, one-to-one shuffles.

Nothing here depends on `hash()`, on the clock or on the process: equal arguments give equal draws everywhere.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def derived(seed: int, *path: str | int) -> Random:
    """A generator of its own for one place in the world, as `derived(42, "household", 7)`.

    Places are independent of each other, so that what one of them draws never shifts another.
    """
    text = "/".join(str(part) for part in (seed, *path))
    return Random(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big"))  # noqa: S311


def words(text: str) -> tuple[str, ...]:
    """The words of a text: lets long lists of names be written as running text."""
    return tuple(text.split())


class Weighted(Generic[T]):
    """A table to draw from in proportion to its weights, in O(log n)."""

    __slots__ = ("_sums", "_total", "_values")

    def __init__(self, rows: Sequence[tuple[T, float]]) -> None:
        self._values = [value for value, _ in rows]
        self._sums = list(accumulate(weight for _, weight in rows))
        self._total = self._sums[-1]

    def draw(self, rng: Random) -> T:
        """One value."""
        return self._values[bisect(self._sums, rng.random() * self._total)]


def pick(rng: Random, values: Sequence[T]) -> T:
    """One value, all equally likely; faster than `Random.choice`."""
    return values[int(rng.random() * len(values))]


class Quota:
    """Says which units of a stream get a phenomenon, so that its rate holds in a small world too.

    Each unit offered adds `rate` to what is owed; a unit that is eligible takes one when enough is owed. So
    the count never strays by more than one from rate x units, as long as eligible units come often enough;
    the random mark keeps the hits from being evenly spaced.
    """

    __slots__ = ("_mark", "_owed", "_rate", "_rng")

    def __init__(self, rate: float, *, rng: Random) -> None:
        self._rate = rate
        self._rng = rng
        self._owed = 0.0
        self._mark = rng.random()

    def offer(self, *, eligible: bool = True) -> bool:
        """Count one unit; True when this one gets the phenomenon."""
        self._owed += self._rate
        if not eligible or self._owed < self._mark:
            return False
        self._owed -= 1
        self._mark = self._rng.random()
        return True


def shuffled(index: int, *, size: int, step: int) -> int:
    """The index's place in a fixed shuffle of range(size): one to one for index < size.

    Step and size must have no common factor. So numbers look random and never repeat, with nothing kept.
    """
    return (index * step + step // 3) % size
