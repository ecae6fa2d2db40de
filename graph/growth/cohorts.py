"""K by cohort, generation, dealer, model and channel. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.growth.factor import k_of_all, k_of_mature
from graph.growth.intervals import Estimate
from graph.growth.months import Month, month_of
from graph.growth.owners import Owner

MOST_GROUPS: Final = 100
MOST_CHANNELS: Final = 20
"""Clients choose the names of channels; each of them takes a look at all owners."""


class Axis(StrEnum):
    """What growth is told apart by."""

    DEALER = "dealer"
    MODEL = "model"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Cohort:
    """Owners by the month of their first delivery.

    `referees` are the new owners whom they have brought within the window so far. `k` is None until the last of
    them has had the whole window: before, it would be too low.
    """

    month: str
    owners: int
    referees: int
    k: Estimate | None


@dataclass(frozen=True, slots=True)
class Generation:
    """Owners above whom so many referrers stand; `kept` is their K as a part of the generation's above."""

    generation: int
    owners: int
    k: Estimate | None
    kept: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """Owners of a dealer or a model, None where it is not known; or all, with those friends who came by a channel."""

    value: str | None
    owners: int
    k: Estimate | None


def cohorts_of(
    owners: Iterable[Owner], months: Sequence[Month], *, window: int, now: int
) -> tuple[Cohort, ...]:
    """Every month in order; owners must lie within them."""
    by_month: dict[str, list[Owner]] = defaultdict(list)
    for owner in owners:
        by_month[month_of(months, owner.delivered_at).name].append(owner)
    return tuple(
        Cohort(
            month.name,
            len(of_month := by_month[month.name]),
            sum(bisect_left(owner.came_after(), window) for owner in of_month),
            k_of_mature(of_month, window=window, now=now) if month.end + window <= now else None,
        )
        for month in months
    )


def generations_of(owners: Iterable[Owner], *, window: int, now: int) -> tuple[Generation, ...]:
    """By generation, over owners of every age as `k_of_all`."""
    by_generation: dict[int, list[Owner]] = defaultdict(list)
    for owner in owners:
        by_generation[owner.generation].append(owner)
    found: list[Generation] = []
    for generation, of_it in sorted(by_generation.items()):
        k = k_of_all(of_it, window=window, now=now)
        above = found[-1] if found and found[-1].generation == generation - 1 else None
        divisor = above.k.value if above and above.k else 0
        found.append(Generation(generation, len(of_it), k, k.value / divisor if k and divisor else None))
    return tuple(found)


def groups_of(owners: Sequence[Owner], axis: Axis, *, window: int, now: int) -> tuple[Group, ...]:
    """K told apart, the most owners first, at most 100; of channels the 20 with most friends, the most referees first.

    Dealers and models part the owners, each by the own first delivery. Channels part the friends: K of all channels
    together is that of all.
    """
    if axis is Axis.CHANNEL:
        friends = Counter(friend.channel for owner in owners for friend in owner.friends)
        channels = sorted(friends, key=lambda name: (-friends[name], name or ""))[:MOST_CHANNELS]
        parts = {channel: [owner.by(channel) for owner in owners] for channel in channels}
    else:
        parts = defaultdict[str | None, list[Owner]](list)
        for owner in owners:
            parts[owner.dealer if axis is Axis.DEALER else owner.model].append(owner)
    found = [Group(value, len(part), k_of_all(part, window=window, now=now)) for value, part in parts.items()]
    return tuple(sorted(found, key=_rank)[:MOST_GROUPS])


def _rank(group: Group) -> tuple[int, int, str]:
    return -group.owners, -(group.k.events if group.k else 0), group.value or ""
