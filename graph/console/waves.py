"""Parts of an answer on their way from who makes them to who reads them, who takes all that is there at once.

So a small answer is read in one step, a first row does not wait for those behind it, and a reader that is slow keeps
no more than some parts waiting.
"""

from __future__ import annotations

import asyncio
from typing import Final, TypeAlias

from graph.console.model import Part

Wave: TypeAlias = list[Part]
"""Parts in order, one at least."""

_MOST: Final = 3
"""Parts that wait before no more are made: at first the columns, one row, and eight."""


class LeftError(Exception):
    """Nobody reads any more."""


class Waves:
    """One maker, one reader, on one event loop."""

    def __init__(self) -> None:
        self._parts: Wave = []
        self._failure: BaseException | None = None
        self._news = asyncio.Event()
        self._asked = asyncio.Event()
        self._asked.set()
        self._left = False

    async def put(self, part: Part) -> None:
        """Add a part; returns once more of them are wanted. Raises LeftError."""
        self.add(part)
        if len(self._parts) >= _MOST:
            # Until the reader comes back, not until they are taken: so they are sent before others are made.
            self._asked.clear()
            await self._asked.wait()
        if self._left:
            raise LeftError

    def leave(self) -> bool:
        """Want no more; False where the maker is at work, and hears of it with its next part."""
        waiting = not self._asked.is_set()
        self._left = True
        self._asked.set()
        return waiting

    def add(self, part: Part) -> None:
        """Add the last part."""
        self._parts.append(part)
        self._news.set()

    def fail(self, failure: BaseException) -> None:
        """End it: `take` raises this behind the parts that are there."""
        self._failure = failure
        self._news.set()

    async def take(self) -> Wave:
        """All parts that are there, once there is one. Raises what the maker failed with."""
        self._asked.set()
        await self._news.wait()
        taken, self._parts = self._parts, []
        if self._failure is None:
            self._news.clear()
        elif not taken:
            raise self._failure
        return taken
