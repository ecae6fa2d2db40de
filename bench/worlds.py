"""What the benches ingest: journeys of the seed world as one source's events, and many people with short histories."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

from seed.items import SeedEvent
from seed.world import world

SOURCE = "bench"


def journeys(count: int, *, seed: int) -> list[dict[str, Any]]:
    """`count` Segment-like events of the seed world's people, all of one source."""
    people = max(200, count // 6)
    events = (item for item in world(people=people, seed=seed) if isinstance(item, SeedEvent))
    return [_own(item) for item in islice(events, count)]


def _own(item: SeedEvent) -> dict[str, Any]:
    """The event with ids that stay apart from those of the source it would have come from."""
    event = dict(item.event)
    for name in ("userId", "anonymousId", "messageId"):
        if name in event:
            event[name] = f"{item.source}:{event[name]}"
    return event


def people(first: int, last: int) -> Iterator[dict[str, Any]]:
    """Two channel profiles of each person, joined by a phone: the least history that has an identity."""
    for number in range(first, last):
        phone = f"+8613{number:09d}"
        for channel in ("web", "app"):
            yield {
                "type": "identify",
                "userId": f"{channel}-{number}",
                "messageId": f"{channel}-{number}",
                "timestamp": 1_700_000_000 + number % 10_000_000,
                "traits": {"phone": phone, "name": _name(number)},
            }


def _name(number: int) -> str:
    random_ = random.Random(number)
    return random_.choice("王李张刘陈杨赵黄周吴") + "".join(
        random_.sample("建国伟敏静磊洋勇华明丽强军秀霞平", 2)
    )
