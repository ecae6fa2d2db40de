"""The cost of resolving one new event as the graph grows: a new channel profile that joins somebody by phone."""

from __future__ import annotations

import os
import random
import statistics
import time
from itertools import islice

from bench import raw
from bench.measure import Figure
from bench.setting import Bench
from bench.worlds import people
from graph.clock import system_clock
from graph.ingest.committer import Committer
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message

SMALL, LARGE = (int(n) for n in os.environ.get("GUANXI_BENCH_PEOPLE", "10000,100000").split(","))
PROBES = 200
CHUNK = 4_000


async def growth(bench: Bench) -> list[Figure]:
    """Median time of one such event among `LARGE` people, against among `SMALL`; each beside a bare round trip."""
    await raw.wipe(bench.driver, bench.database)
    services = bench.fresh()

    def read(event: dict[str, object]) -> Message:
        message = read_message(event, Arrival(bench.source, system_clock()))
        assert isinstance(message, Message), message
        return message

    async def fill(first: int, last: int) -> float:
        started = time.perf_counter()
        events = people(first, last)
        async with Committer(
            services.writer.write, probe=lambda: services.database.read("ingest.find_head")
        ) as door:
            while chunk := list(islice(events, CHUNK)):
                await door.submit([read(event) for event in chunk])
        return 2 * (last - first) / (time.perf_counter() - started)

    async def probe(among: int) -> tuple[float, float]:
        random_ = random.Random(among)
        resolved, bare = list[float](), list[float]()
        for number in range(PROBES):
            person = random_.randrange(among)
            event = read(
                {
                    "type": "identify",
                    "userId": f"probe-{among}-{number}",
                    "messageId": f"probe-{among}-{number}",
                    "traits": {"phone": f"+8613{person:09d}"},
                }
            )
            started = time.perf_counter()
            await services.database.read("ingest.find_head")
            bare.append(time.perf_counter() - started)
            started = time.perf_counter()
            written = await services.writer.write([event])
            resolved.append(time.perf_counter() - started)
            assert written.stored == 1
        return statistics.median(resolved), statistics.median(bare)

    rates = [await fill(0, SMALL)]
    await probe(SMALL - 1)  # warms plans
    small, small_bare = await probe(SMALL)
    rates.append(await fill(SMALL, LARGE))
    large, large_bare = await probe(LARGE)
    figure = Figure(
        "resolve-growth",
        f"one new event that joins a person, among {LARGE:,} people",
        f"the same among {SMALL:,} people",
        "≤ 1.3",
        ours=[large],
        theirs=[small],
        higher_is_better=False,
        beside={
            "unit": "s, median",
            "bareRoundTrip": [round(large_bare, 5), round(small_bare, 5)],
            "fillEventsPerSecond": [round(rate) for rate in rates],
        },
    )
    return [figure]
