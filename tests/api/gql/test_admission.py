"""How many operations run at once, whose turn is next, and what happens to those beyond."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.gql.admission import Places, Room, Turns
from graph.errors import OverloadedError, RateLimitedError


class Work:
    """Operations that run until told to end, and the order in which they began."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._ends: dict[str, asyncio.Event] = {}
        self.begun: list[str] = []
        self.running: Counter[str] = Counter()

    async def begin(self, name: str) -> asyncio.Task[None]:
        """An operation of the caller whom the name's first letter says, as far as it comes by itself."""
        self._ends[name] = asyncio.Event()
        task = asyncio.create_task(self._run(name))
        await asyncio.sleep(0)
        return task

    async def end(self, name: str) -> None:
        """Let it end, and what follows from that happen."""
        self._ends[name].set()
        for _ in range(4):
            await asyncio.sleep(0)

    async def _run(self, name: str) -> None:
        async with self._turns.turn(name[0]):
            self.begun.append(name)
            self.running[name[0]] += 1
            try:
                await self._ends[name].wait()
            finally:
                self.running[name[0]] -= 1


async def test_callers_take_turns_however_much_one_sends() -> None:
    work = Work(Turns(Room(running=1)))
    tasks = [await work.begin(name) for name in ("a1", "a2", "a3", "a4", "b1", "c1", "b2")]
    for name in ("a1", "a2", "b1", "c1", "a3", "b2", "a4"):
        await work.end(name)
    await asyncio.gather(*tasks)
    assert work.begun == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


async def test_slow_questions_of_one_leave_room_for_others() -> None:
    work = Work(Turns(Room(running=4)))
    tasks = [await work.begin(f"a{n}") for n in range(6)]
    assert work.begun == ["a0", "a1", "a2"]
    tasks.append(await work.begin("b0"))
    assert work.begun == ["a0", "a1", "a2", "b0"]
    await work.end("b0")
    assert len(work.begun) == 4  # the place is not a's
    for n in range(6):
        await work.end(f"a{n}")
    await asyncio.gather(*tasks)
    assert work.begun == ["a0", "a1", "a2", "b0", "a3", "a4", "a5"]


async def test_what_waits_is_bounded_in_all_and_of_one_caller() -> None:
    work = Work(Turns(Room(running=1, waiting=3, per_caller=2)))
    tasks = [await work.begin(name) for name in ("a1", "a2", "a3", "b1")]
    too_many = await work.begin("a4")
    with pytest.raises(RateLimitedError):
        await too_many
    full = await work.begin("b2")
    with pytest.raises(OverloadedError):
        await full
    for name in ("a1", "a2", "b1", "a3"):
        await work.end(name)
    await asyncio.gather(*tasks)


async def test_whose_turn_did_not_come_in_time_is_refused() -> None:
    work = Work(Turns(Room(running=1, patience_seconds=-1)))
    first = await work.begin("a1")
    late = await work.begin("b1")
    await work.end("a1")
    with pytest.raises(OverloadedError):
        await late
    await first
    other = await work.begin("b2")
    await work.end("b2")
    await other
    assert work.begun == ["a1", "b2"]


async def test_who_gives_up_while_waiting_takes_no_turn() -> None:
    work = Work(Turns(Room(running=1)))
    first = await work.begin("a1")
    gone = await work.begin("b1")
    last = await work.begin("c1")
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    await work.end("a1")
    await work.end("c1")
    await asyncio.gather(first, last)
    assert work.begun == ["a1", "c1"]


async def test_a_turn_that_comes_to_one_who_just_gave_up_goes_on() -> None:
    work = Work(Turns(Room(running=1)))
    first = await work.begin("a1")
    gone = await work.begin("b1")
    last = await work.begin("c1")
    work._ends["a1"].set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the turn is b's, and b does not know it yet
    gone.cancel()
    await asyncio.gather(first, gone, return_exceptions=True)
    await work.end("c1")
    await last
    assert "c1" in work.begun
    assert work.running.total() == 0


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["begin", "end", "cancel"])), max_size=60),
    st.integers(1, 5),
)
async def test_no_place_is_lost_and_none_is_taken_twice(steps: list[tuple[str, str]], running: int) -> None:
    room = Room(running=running)
    work = Work(Turns(room))
    tasks: dict[str, asyncio.Task[None]] = {}
    for number, (caller, step) in enumerate(steps):
        of_caller = [name for name in tasks if name[0] == caller and not tasks[name].done()]
        if step == "begin":
            tasks[f"{caller}{number}"] = await work.begin(f"{caller}{number}")
        elif of_caller and step == "end":
            await work.end(of_caller[0])
        elif of_caller:
            tasks[of_caller[-1]].cancel()
            await asyncio.sleep(0)
        assert work.running.total() <= running
        assert all(work.running[c] <= room.share for c in "abc")
    for name in tasks:
        await work.end(name)
    await asyncio.wait_for(asyncio.gather(*tasks.values(), return_exceptions=True), 10)
    assert work._turns._free == running
    assert not work._turns._queues
    assert work._turns._waiting == 0


async def test_one_caller_holds_no_more_places_than_its_share() -> None:
    places = Places(total=2, per_caller=1)
    async with places.place("a"):
        with pytest.raises(RateLimitedError):
            async with places.place("a"):
                pass
        async with places.place("b"):
            with pytest.raises(OverloadedError):
                async with places.place("c"):
                    pass
    async with places.place("a"):
        pass
