"""How many operations run at once, and what happens to those beyond."""

from __future__ import annotations

import asyncio

import pytest

from api.gql.admission import Admission, Room
from graph.errors import OverloadedError, RateLimitedError


async def test_so_many_run_so_many_wait_and_the_rest_is_refused_at_once() -> None:
    admission = Admission(Room(running=2, waiting=1, per_key=9))
    done, two = asyncio.Event(), asyncio.Event()
    begun: list[int] = []

    async def operation(number: int) -> None:
        async with admission.admitted(f"key-{number}"):
            begun.append(number)
            if len(begun) == 2:
                two.set()
            await done.wait()

    running = [asyncio.create_task(operation(n)) for n in range(3)]
    await two.wait()
    await asyncio.sleep(0)  # the third has asked, too: it began with the others
    with pytest.raises(OverloadedError):
        await operation(3)
    assert begun == [0, 1]
    done.set()
    await asyncio.gather(*running)
    assert begun == [0, 1, 2]
    await operation(4)


async def test_one_key_takes_no_more_than_its_share() -> None:
    admission = Admission(Room(running=9, waiting=9, per_key=1))
    async with admission.admitted("a"):
        with pytest.raises(RateLimitedError):
            async with admission.admitted("a"):
                pass
        async with admission.admitted("b"):
            pass
    async with admission.admitted("a"):
        pass


async def test_who_gives_up_while_waiting_leaves_the_queue() -> None:
    admission = Admission(Room(running=1, waiting=1, per_key=9))
    async with admission.admitted("a"):

        async def wait() -> None:
            async with admission.admitted("b"):
                pass

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        again = asyncio.create_task(wait())
        await asyncio.sleep(0)
        assert not again.done()
    await again
