"""What networks do to a tidy sequence of events: doubled, out of order, late."""

from __future__ import annotations

from seed import rates
from seed.items import DAY_SECONDS, SeedEvent, SeedItem, Truth
from seed.state import State

Entry = tuple[int, SeedItem, Truth]
"""(seconds after START, item, whose it is)."""

_LATE: int = rates.LATE_DAYS * DAY_SECONDS
_REACH = 3


def arrived(entries: list[Entry], *, state: State) -> list[Entry]:
    """One household's items in the order they arrive, given in any order.

    A moved event goes behind a younger item: one within 30 days of it (out of order) or beyond (late).
    The copy of a doubled one follows up to three items behind.
    """
    tidy = sorted(entries, key=_when)
    # (place, rank): an event moved behind place n sorts between n and n + 1.
    places: list[tuple[int, int, Entry]] = []
    for place, entry in enumerate(tidy):
        if not isinstance(entry[1], SeedEvent):
            places.append((place, 0, entry))
            continue
        target = place
        late = _first_after(tidy, place, entry[0] + _LATE)
        soon = _last_within(tidy, place)
        if state.quota(rates.LATE).offer(eligible=late is not None) and late is not None:
            target = late
            state.quota(rates.OUT_OF_ORDER).offer(eligible=False)
        elif state.quota(rates.OUT_OF_ORDER).offer(eligible=soon is not None) and soon is not None:
            target = soon
        places.append((target, 1 if target != place else 0, entry))
        if state.quota(rates.DOUBLED).offer():
            places.append((min(target + _REACH, len(tidy)), 2, entry))
    places.sort(key=_where)
    return [entry for _, _, entry in places]


def _when(entry: Entry) -> int:
    return entry[0]


def _where(row: tuple[int, int, Entry]) -> tuple[int, int]:
    return row[0], row[1]


def _first_after(tidy: list[Entry], place: int, time: int) -> int | None:
    """The first item at that time or later; None if the household has none."""
    if tidy[-1][0] < time:
        return None
    return next(n for n in range(place + 1, len(tidy)) if tidy[n][0] >= time)


def _last_within(tidy: list[Entry], place: int) -> int | None:
    """The furthest of the next three items that is younger, but not by as much as would make it late."""
    time = tidy[place][0]
    fits = [
        n for n in range(place + 1, min(place + 1 + _REACH, len(tidy))) if time < tidy[n][0] < time + _LATE
    ]
    return fits[-1] if fits else None
