"""Followers of the change feed: what is derived from the graph a moment after it was written, and kept in it.

A follower takes what the next entries touched, works it out, and commits the result together with its new place in the
feed, so that it may be killed anywhere and run in several processes at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from graph.errors import DatabaseUnavailableError, GuanxiError

Advance = Callable[[int], None]

LOOK_SECONDS: Final = 1.0
"""How often a follower that is at the end looks whether there is more."""

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


async def keep_following(follower: Follower, *, every: float = LOOK_SECONDS) -> None:
    """Follow until cancelled; an outage is waited out, and an error is told and met again."""
    while True:
        try:
            await catch_up(follower)
        except DatabaseUnavailableError:
            _log.warning("follower.waiting", follower=follower.name)
        except GuanxiError as error:
            _log.error("follower.failed", follower=follower.name, error=error.message)
        await asyncio.sleep(every)
