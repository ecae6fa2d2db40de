"""The breaker: many who wait cost one probe, an outage is told to all of them, and heals by itself."""

from __future__ import annotations

import asyncio

import pytest

from graph.errors import DatabaseUnavailableError
from graph.ingest.breaker import Breaker


class Remote:
    """Something that may be away."""

    def __init__(self) -> None:
        self.away = False
        self.asked = 0
        self.seen = asyncio.Event()

    async def probe(self) -> None:
        self.asked += 1
        self.seen.set()
        if self.away:
            raise DatabaseUnavailableError("away")


@pytest.fixture
def remote() -> Remote:
    return Remote()


async def test_many_who_wait_cost_one_probe(remote: Remote) -> None:
    breaker, done = Breaker(remote.probe), asyncio.Event()

    async def work() -> int:
        await done.wait()
        return 1

    waiting = [asyncio.create_task(breaker.run(work(), patience=0.01)) for _ in range(200)]
    await remote.seen.wait()
    await asyncio.sleep(0.1)  # ten times the patience of each
    assert remote.asked == 1
    done.set()
    assert sum(await asyncio.gather(*waiting)) == 200
    assert breaker.closed


async def test_an_outage_ends_what_waits_and_heals(remote: Remote) -> None:
    breaker, never = Breaker(remote.probe), asyncio.Event()
    remote.away = True
    waiting = [asyncio.create_task(breaker.run(never.wait(), patience=0.01)) for _ in range(50)]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {DatabaseUnavailableError}
    assert remote.asked < 50
    breaker.open()
    breaker.open()
    assert not breaker.closed
    remote.away = False
    async with asyncio.timeout(20):
        while not breaker.closed:
            remote.seen.clear()
            await remote.seen.wait()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
    await breaker.aclose()


async def test_whoever_gives_up_takes_no_probe_from_others(remote: Remote) -> None:
    breaker, never, done = Breaker(remote.probe), asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(breaker.run(never.wait(), patience=0.01))
    second = asyncio.create_task(breaker.run(done.wait(), patience=0.01))
    await remote.seen.wait()
    first.cancel()
    done.set()
    assert await second is True
    await breaker.aclose()
