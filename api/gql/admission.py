"""How many operations run at once, and whose turn is next. What cannot run soon is refused.

Neo4j works off a bounded number of statements best, and an event loop that takes in whatever comes finishes nothing:
at twice the capacity it only ever begins. So a request waits for its turn before anything is done for it, and callers
take turns, however much each of them sends.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from graph.errors import OverloadedError, RateLimitedError


@dataclass(frozen=True, slots=True)
class Room:
    """What runs at once, what may wait in all and of one caller, and for how long."""

    running: int = 16
    waiting: int = 1_024
    per_caller: int = 256
    patience_seconds: float = 5.0

    @property
    def share(self) -> int:
        """Running at once of one caller: three of four, so that slow questions of one leave room for others."""
        return max(1, self.running - max(1, self.running // 4))


@dataclass(frozen=True, slots=True)
class _Waiting:
    turn: asyncio.Future[None]
    until: float


class Turns:
    """Lets operations in, one caller after the other; for one event loop."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._free = room.running
        self._waiting = 0
        self._running: Counter[str] = Counter()
        self._queues: OrderedDict[str, deque[_Waiting]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncGenerator[bool]:
        """Run the block when it is this caller's turn; tells it whether it had to wait.

        Raises RateLimitedError where the caller has too many waiting, OverloadedError where too many wait in all, and
        where the turn did not come in time.
        """
        if self._free and self._running[caller] < self._room.share:
            self._free -= 1
            self._running[caller] += 1
            waited = False
        else:
            await self._wait(caller)
            waited = True
        try:
            yield waited
        finally:
            self._leave(caller)

    async def _wait(self, caller: str) -> None:
        queue = self._queues.get(caller)
        if queue is not None and len(queue) >= self._room.per_caller:
            raise RateLimitedError(
                f"You have {self._room.per_caller} requests waiting.", remedy="Wait for their answers."
            )
        if self._waiting >= self._room.waiting:
            raise _overloaded()
        loop = asyncio.get_running_loop()
        waiting = _Waiting(loop.create_future(), loop.time() + self._room.patience_seconds)
        self._queues.setdefault(caller, deque()).append(waiting)
        self._waiting += 1
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if waiting.turn.done() and not waiting.turn.cancelled() and waiting.turn.exception() is None:
                self._leave(caller)  # the turn had come in the same moment
            raise

    def _leave(self, caller: str) -> None:
        self._running[caller] -= 1
        if not self._running[caller]:
            del self._running[caller]
        self._free += 1
        now = asyncio.get_running_loop().time()
        while self._free and self._call_next(now):
            pass

    def _call_next(self, now: float) -> bool:
        """Give one turn, to the caller who had theirs longest ago; False where nobody may have one."""
        caller = next((c for c in self._queues if self._running[c] < self._room.share), None)
        if caller is None:
            return False
        queue = self._queues[caller]
        waiting = queue.popleft()
        self._waiting -= 1
        if queue:
            self._queues.move_to_end(caller)
        else:
            del self._queues[caller]
        if waiting.turn.done():
            return True  # who waited has gone
        if waiting.until < now:
            waiting.turn.set_exception(_overloaded())
            return True
        self._free -= 1
        self._running[caller] += 1
        waiting.turn.set_result(None)
        return True


class Places:
    """Counts what lasts: so many in all, so many of one caller, and nobody waits; for one event loop."""

    def __init__(self, *, total: int, per_caller: int) -> None:
        self._total = total
        self._per_caller = per_caller
        self._taken = 0
        self._of_caller: Counter[str] = Counter()

    @asynccontextmanager
    async def place(self, caller: str) -> AsyncGenerator[None]:
        """Hold a place. Raises RateLimitedError where the caller has too many, OverloadedError where all are taken."""
        if self._of_caller[caller] >= self._per_caller:
            raise RateLimitedError(
                f"This key has {self._per_caller} subscriptions.", remedy="End one, then subscribe again."
            )
        if self._taken >= self._total:
            raise _overloaded()
        self._taken += 1
        self._of_caller[caller] += 1
        try:
            yield
        finally:
            self._taken -= 1
            self._of_caller[caller] -= 1
            if not self._of_caller[caller]:
                del self._of_caller[caller]


def _overloaded() -> OverloadedError:
    return OverloadedError("Too many requests are waiting.", remedy="Send the request again a little later.")
