"""The cache of verified keys."""

from __future__ import annotations

from graph.access.cache import ExpiringCache


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_dies_of_age() -> None:
    time = Time()
    cache: ExpiringCache[str, int] = ExpiringCache(size=9, seconds=4, monotonic=time)
    cache.put("a", 1)
    time.now += 3.9
    assert cache.get("a") == 1
    time.now += 0.1
    assert cache.get("a") is None
    assert len(cache) == 0


def test_age_counts_from_the_question() -> None:
    time = Time()
    cache: ExpiringCache[str, int] = ExpiringCache(size=9, seconds=4, monotonic=time)
    asked_at = cache.now()
    time.now += 3
    cache.put("a", 1, asked_at=asked_at)
    time.now += 1
    assert cache.get("a") is None


def test_it_holds_no_more_than_its_size() -> None:
    cache: ExpiringCache[int, int] = ExpiringCache(size=3, seconds=4, monotonic=Time())
    for number in range(10):
        cache.put(number, number)
    assert [cache.get(number) for number in range(10)] == [None] * 7 + [7, 8, 9]
    cache.clear()
    assert len(cache) == 0
