"""Counts of touchpoints, put together. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

MOST_CHANNELS: Final = 100
"""Clients choose the names of channels, so there may be any number."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far something reached; times in µs, None where there was nothing.

    `by_kind` and `by_channel` have the most frequent first, ties by name; of channels the first 100. A channel is None
    where none was told. `complete` unless there may be more touchpoints than were counted.
    """

    touchpoints: int
    people: int
    first_at: int | None
    last_at: int | None
    by_kind: tuple[tuple[str, int], ...]
    by_channel: tuple[tuple[str | None, int], ...]
    complete: bool


def reach_of(counts: Iterable[Sequence[Any]], *, people: int, complete: bool) -> Reach:
    """Of rows [kind, channel, times, first, last], in any order and cut in any way."""
    kinds, channels = Counter[str](), Counter[str | None]()
    firsts, lasts = list[int](), list[int]()
    for kind, channel, times, first_at, last_at in counts:
        kinds[kind] += times
        channels[channel] += times
        firsts.append(first_at)
        lasts.append(last_at)
    return Reach(
        touchpoints=kinds.total(),
        people=people,
        first_at=min(firsts, default=None),
        last_at=max(lasts, default=None),
        by_kind=tuple(sorted(kinds.items(), key=_rank)),
        by_channel=tuple(sorted(channels.items(), key=_rank)[:MOST_CHANNELS]),
        complete=complete,
    )


def _rank(item: tuple[str | None, int]) -> tuple[int, str]:
    name, times = item
    return -times, name or ""
