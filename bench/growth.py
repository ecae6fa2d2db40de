"""A graph that grows by people with short histories, and the cost of one new event in it.

The event is a browser that is new and shows the phone of one of the people: it joins that person.
"""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass
from itertools import count, islice
from typing import Self

from bench import raw
from bench.setting import Bench
from bench.worlds import identify, people, phone, read_all
from graph.ingest.committer import Committer

PROBES = 200
CHUNK = 4_000
_JOINED = """CYPHER 5 MATCH (:Profile {recordKey: $key})-[r:RESOLVED_TO WHERE r.to IS NULL]->(:User)
  <-[o:RESOLVED_TO WHERE o.to IS NULL]-(:Profile) RETURN count(*) AS others"""


@dataclass(slots=True)
class Growing:
    """The graph, how many people are in it, and how fast they came (events a second)."""

    bench: Bench
    people: int
    rates: list[int]
    _numbers: count[int]
    _random: random.Random

    @classmethod
    async def empty(cls, bench: Bench) -> Self:
        """An empty graph."""
        await raw.wipe(bench.driver, bench.database)
        return cls(bench, 0, [], count(), random.Random(1))

    async def grow(self, to: int) -> None:
        """Ingest people until there are so many."""
        services = self.bench.fresh()
        started = time.perf_counter()
        events = people(self.people, to)
        async with Committer(
            services.writer.write, probe=lambda: services.database.read("ingest.find_head")
        ) as door:
            while chunk := list(islice(events, CHUNK)):
                await door.submit(read_all(chunk, self.bench.source))
        self.rates.append(round(2 * (to - self.people) / (time.perf_counter() - started)))
        self.people = to

    async def probe(self, probes: int = PROBES) -> tuple[float, float]:
        """Median seconds until one new event has joined somebody and is committed, and of a bare round trip."""
        services = self.bench.fresh()
        resolved, bare = list[float](), list[float]()
        for _ in range(probes):
            person, id_ = self._random.randrange(self.people), f"probe-{next(self._numbers)}"
            event = read_all([identify("anonymousId", id_, at=0, phone=phone(person))], self.bench.source)
            started = time.perf_counter()
            await services.database.read("ingest.find_head")
            bare.append(time.perf_counter() - started)
            started = time.perf_counter()
            written = await services.writer.write(event)
            resolved.append(time.perf_counter() - started)
            assert written.stored == 1
        rows = await services.database.run_schema(
            _JOINED, key=services.blind.record_key(self.bench.source.name, id_)
        )
        assert rows[0]["others"] >= 2, "the event joined nobody"
        return statistics.median(resolved), statistics.median(bare)
