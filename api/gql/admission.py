"""How many operations run at once: in this process, and of one key. What cannot run soon is refused at once.

Neo4j works off a bounded number of statements best; what waits beyond that only grows old. A client that is told to
come back does less harm than a queue in which everybody waits longer than they will.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from graph.errors import OverloadedError, RateLimitedError


@dataclass(frozen=True, slots=True)
class Room:
    """Operations that run at once, that may wait, and that one key may have of both."""

    running: int = 16
    waiting: int = 128
    per_key: int = 64


class Admission:
    """Lets operations in; for one event loop."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._running = asyncio.Semaphore(room.running)
        self._inside = 0
        self._of_key: Counter[str] = Counter()

    @asynccontextmanager
    async def admitted(self, key: str) -> AsyncGenerator[None]:
        """Run the block as one operation of this key.

        Raises RateLimitedError where the key has too many already, OverloadedError where too many wait.
        """
        if self._of_key[key] >= self._room.per_key:
            raise RateLimitedError(
                f"This key has {self._room.per_key} requests running.", remedy="Wait for their answers."
            )
        if self._inside >= self._room.running + self._room.waiting:
            raise OverloadedError(
                "Too many requests are waiting.", remedy="Send the request again a little later."
            )
        self._inside += 1
        self._of_key[key] += 1
        try:
            async with self._running:
                yield
        finally:
            self._inside -= 1
            self._of_key[key] -= 1
            if not self._of_key[key]:
                del self._of_key[key]
