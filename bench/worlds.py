"""What the benches ingest: journeys of the seed world as one source's events, and many people with short histories."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from graph.clock import system_clock
from graph.ingest.message import Message, Rejected
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration
from seed.items import SeedEvent
from seed.world import world

SOURCE = "bench"
_EPOCH = 1_700_000_000


def read_all(events: Iterable[dict[str, Any]], source: SourceDeclaration) -> list[Message]:
    """The events as messages that arrive now; raises AssertionError where one is refused."""
    arrival = Arrival(source, system_clock())
    read = [read_message(event, arrival) for event in events]
    refused = [message for message in read if isinstance(message, Rejected)]
    assert not refused, refused[0]
    return [message for message in read if isinstance(message, Message)]


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
    """Two channel profiles of each person, an account and a browser, joined by a phone: the least history there is."""
    for number in range(first, last):
        for id_, name in (("userId", "app"), ("anonymousId", "web")):
            yield identify(
                id_, f"{name}-{number}", at=number % 10_000_000, phone=phone(number), name=_name(number)
            )


def phone(number: int) -> str:
    """The phone of a person of `people`."""
    return f"+8613{number:09d}"


def identify(id_: str, value: str, *, at: int, message: str = "", **traits: str) -> dict[str, Any]:
    """An `identify` of one id; a second one of the same id needs a `message` of its own."""
    return {
        "type": "identify",
        id_: value,
        "messageId": message or value,
        "timestamp": _EPOCH + at,
        "traits": traits,
    }


def track(id_: str, value: str, *, at: int, message: str) -> dict[str, Any]:
    """A small touchpoint."""
    return {
        "type": "track",
        "event": "Content Viewed",
        id_: value,
        "messageId": message,
        "timestamp": _EPOCH + at,
        "properties": {"model": "ET5"},
    }


def _name(number: int) -> str:
    random_ = random.Random(number)
    return random_.choice("王李张刘陈杨赵黄周吴") + "".join(
        random_.sample("建国伟敏静磊洋勇华明丽强军秀霞平", 2)
    )
