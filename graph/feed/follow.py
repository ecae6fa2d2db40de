"""Followers of the change feed: what is derived from the graph a moment after it was written, and kept in it.

A follower takes what the next entries touched, works it out, and commits the result together with its new place in the
feed, so that it may be killed anywhere and run in several processes at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

import structlog

from graph.errors import DatabaseUnavailableError, GuanxiError

Advance = Callable[[int], None]

LOOK_SECONDS: Final = 1.0
"""How often a follower that is at the end looks whether there is more."""

_STOP_SECONDS: Final = 10.0

_log = structlog.get_logger(__name__)


class OvertakenError(Exception):
    """Another process followed the feed to here first: rolls the write back."""


class Follower(Protocol):
    """Follows the feed in steps."""

    @property
    def name(self) -> str:
        """What it derives, for people."""
        ...

    async def follow(self) -> int | None:
        """One step; answers how many things were looked at, None at the feed's end."""
        ...


def quietly(_: int) -> None:
    """Nobody looks."""


async def catch_up(follower: Follower, *, advance: Advance = quietly) -> int:
    """Follow to the feed's end; answers how many things were looked at."""
    total = 0
    while (looked_at := await follower.follow()) is not None:
        total += looked_at
        advance(looked_at)
    return total


async def keep_following(follower: Follower, *, stopping: asyncio.Event, every: float = LOOK_SECONDS) -> None:
    """Follow until told to stop, ending with the step at hand; outages are waited out, errors told and met again."""
    while not stopping.is_set():
        try:
            while not stopping.is_set() and await follower.follow() is not None:
                pass
        except DatabaseUnavailableError:
            _log.warning("follower.waiting", follower=follower.name)
        except GuanxiError as error:
            _log.error("follower.failed", follower=follower.name, error=error.message)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), every)


@asynccontextmanager
async def following(followers: Iterable[Follower]) -> AsyncGenerator[None]:
    """Keep these following while the block runs; at its end their steps at hand are finished, for 10 s at most."""
    stopping = asyncio.Event()
    tasks = [asyncio.create_task(keep_following(one, stopping=stopping), name=one.name) for one in followers]
    try:
        yield
    finally:
        stopping.set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
