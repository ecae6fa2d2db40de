"""GraphQL at twice its capacity for a minute: what is answered still, what memory it takes, how soon it is over."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any, Final

from bench import raw
from bench.apollo import Load, Server, load
from bench.crowd import fill
from bench.frontend import questions
from bench.measure import Figure
from bench.setting import Bench, server
from graph.access.roles import Role

SECONDS: Final = float(os.environ.get("GUANXI_BENCH_OVERLOAD_SECONDS", "60"))
KEYS: Final = 25
"""Callers: no single key is what is refused."""
CONNECTIONS: Final = 1_000
"""Far more than may run and wait: a request that falls due finds a connection at once, as those of many clients do."""
TRIES: Final = (8, 16, 64)
"""Connections in a closed loop, of which the best is the capacity."""
CALM: Final = 0.5
"""The share of the capacity at which the latency is looked at before and after."""
BACK: Final = 1.5
"""Times the latency before: as good as back."""
WARM: Final = 1.05
"""Times the answers of the five seconds before: what grows less is warm. Neo4j compiles a statement's plan late."""
WARM_TRIES: Final = 12


async def overload(bench: Bench) -> list[Figure]:
    """Goodput and memory, of people remembered and of people read anew."""
    await raw.wipe(bench.driver, bench.database)
    question = questions(await fill(bench))[0]
    keys = [(await bench.services.access.create(Role.FRONTEND)).key for _ in range(KEYS)]
    wide = {"GUANXI_GRAPHQL_RATE": "1e9", "GUANXI_GRAPHQL_BURST": "1e9"}
    figures = list[Figure]()
    for name, seconds in (("remembered", "60"), ("anew", "0")):
        async with server(bench, **wide, GUANXI_REMEMBER_SECONDS=seconds) as (address, pid), load() as loaded:
            ours = Server(address, "/graphql", pid)
            figures += await _figures(name, Driven(loaded, ours, question.ours, keys))
    return figures


class Driven:
    """A server, and how load is put on it."""

    def __init__(self, loaded: Load, server_: Server, bodies: list[str], keys: list[str]) -> None:
        self._loaded = loaded
        self._server = server_
        self._bodies = bodies
        self._keys = keys

    async def closed(self, connections: int, *, seconds: float = 5) -> dict[str, Any]:
        """Each connection asks when it was answered."""
        return await self._loaded(
            self._server, self._bodies, seconds=seconds, connections=connections, bearers=self._keys
        )

    async def warm(self) -> None:
        """Load until more of it answers no more: a capacity taken before is less than the one after."""
        last = 0.0
        for _ in range(WARM_TRIES):
            now = (await self.closed(16))["perSecond"]
            if now < WARM * last:
                return
            last = now

    async def capacity(self) -> float:
        """Answers a second, as many as there can be."""
        return max([(await self.closed(connections))["perSecond"] for connections in TRIES])

    async def at(self, rate: float, *, seconds: float) -> dict[str, Any]:
        """Requests fall due at a rate, whatever is answered."""
        return await self._loaded(
            self._server,
            self._bodies,
            seconds=seconds,
            connections=CONNECTIONS,
            rate=rate,
            bearers=self._keys,
        )

    def resident(self) -> float:
        """The server's memory, in MB."""
        for line in Path(f"/proc/{self._server.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("The server has ended.")


async def _figures(name: str, driven: Driven) -> list[Figure]:
    await driven.warm()
    peak = await driven.capacity()
    before = await driven.at(CALM * peak, seconds=5)
    storm = asyncio.create_task(driven.at(2 * peak, seconds=SECONDS))
    memory = list[float]()
    while not storm.done():
        await asyncio.wait({storm}, timeout=SECONDS / 12)
        memory.append(driven.resident())
    taken = storm.result()
    calm = [await driven.at(CALM * peak, seconds=1) for _ in range(6)]
    after = await driven.capacity()
    back = next((n for n, r in enumerate(calm, 1) if r["good"] and r["p50"] <= BACK * before["p50"]), None)
    goodput = Figure(
        f"overload-{name}",
        f"one user, ten fields, people {name}: answers with data per second at twice the capacity for {SECONDS:.0f} s",
        f"the capacity: the best of {', '.join(map(str, TRIES))} connections in a closed loop, before and after",
        "≥ 0.9",
        ours=[taken["perSecond"]],
        theirs=[(peak + after) / 2],
        beside={
            "unit": "answers/s; ms; s",
            "refused per second": round(taken["refused"] / SECONDS, 1),
            "given up by their clients after 10 s without a connection": taken["bad"],
            "capacity before and after": [round(peak), round(after)],
            "p50": round(taken["p50"], 1),
            "p99": round(taken["p99"], 1),
            "p50 before, at half the capacity": round(before["p50"], 2),
            "p50 of the seconds after": [r["p50"] and round(r["p50"], 2) for r in calm],
            "back within": back,
        },
    )
    growth = Figure(
        f"overload-memory-{name}",
        "the same: the server's memory at its end",
        "its memory after a sixth of the time",
        "≤ 1.05",
        ours=[memory[-1]],
        theirs=[memory[1]],
        higher_is_better=False,
        beside={"unit": "MB", "over time": [round(value) for value in memory]},
    )
    return [goodput, growth]
