"""The seed world through the ingest path: what sources would post or hand over as files, read and committed.

Streams: a few chunks of items are in memory at a time, whatever the size of the world. Loading the same world
again changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from graph.clock import Clock, system_clock
from graph.ingest.files.records import RowReader, as_file
from graph.ingest.message import Message, Rejected
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration, load_sources
from seed.items import SeedEvent, SeedItem
from seed.places import Locale
from seed.world import world

SOURCES: Final = Path(__file__).with_name("sources.toml")
CHUNK: Final = 2_000
IN_FLIGHT: Final = 4


def seed_sources() -> dict[str, SourceDeclaration]:
    """The sources of the seed world, as declared in `seed/sources.toml`."""
    return load_sources(SOURCES)


class Doors:
    """Reads items as their doors would: events as if posted, records as if from a file. One for each load."""

    def __init__(self, sources: Mapping[str, SourceDeclaration]) -> None:
        self._posted = sources
        self._filed = {name: as_file(source) for name, source in sources.items()}

    def read(self, item: SeedItem, *, now: int) -> Message | Rejected:
        """The item as a message; a source that is not declared is a KeyError."""
        if isinstance(item, SeedEvent):
            return read_message(item.event, Arrival(self._posted[item.source], now))
        return RowReader(self._filed[item.source], now).read(item.record)


async def load_world(
    submit: Callable[[list[Message], list[Rejected]], Awaitable[object]],
    *,
    people: int,
    seed: int,
    locale: Locale = Locale.MIXED,
    loaded: Callable[[int], None] = lambda _: None,
    clock: Clock = system_clock,
) -> int:
    """Hand a world over in chunks and return how many items it had.

    See `load_items` for `submit` and `loaded`.
    """
    items = world(people=people, seed=seed, locale=locale)
    return await load_items(submit, items, loaded=loaded, clock=clock)


async def load_items(
    submit: Callable[[list[Message], list[Rejected]], Awaitable[object]],
    items: Iterator[SeedItem],
    *,
    loaded: Callable[[int], None] = lambda _: None,
    clock: Clock = system_clock,
) -> int:
    """Hand items over in chunks and return how many there were.

    `submit` returns when a chunk is committed; at most `IN_FLIGHT` run at once. `loaded` gets the number of items
    of each committed chunk.
    """
    doors = Doors(seed_sources())
    total = 0
    running: set[asyncio.Task[None]] = set()

    async def hand_over(chunk: list[SeedItem]) -> None:
        now = clock()
        read = await asyncio.to_thread(lambda: [doors.read(item, now=now) for item in chunk])
        messages = [message for message in read if isinstance(message, Message)]
        await submit(messages, [rejected for rejected in read if isinstance(rejected, Rejected)])
        loaded(len(chunk))

    async with asyncio.TaskGroup() as group:
        while chunk := await asyncio.to_thread(_take, items):
            total += len(chunk)
            while len(running) >= IN_FLIGHT:
                _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            running.add(group.create_task(hand_over(chunk)))
    return total


def _take(items: Iterator[SeedItem]) -> list[SeedItem]:
    return list(islice(items, CHUNK))
