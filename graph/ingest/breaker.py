"""A circuit breaker on the database: opened by a failure, closed again by a probe in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

import structlog

from graph.errors import DatabaseUnavailableError

_log = structlog.get_logger(__name__)

_PROBE_SECONDS: Final = 3.0
_FRESH_SECONDS: Final = 0.5
_FIRST_WAIT: Final = 0.1
_LONGEST_WAIT: Final = 1.0

T = TypeVar("T")


class Breaker:
    """Knows whether the database answers; belongs to one event loop."""

    def __init__(self, probe: Callable[[], Awaitable[object]]) -> None:
        """`probe` raises DatabaseUnavailableError at once when the database is away."""
        self._probe = probe
        self._healing: asyncio.Task[None] | None = None
        self._probing: asyncio.Task[bool] | None = None
        self._answered_at = float("-inf")

    @property
    def closed(self) -> bool:
        """True while the database may be asked."""
        return self._healing is None

    def open(self) -> None:
        """The database is away; look for it until it is back. Opening twice is harmless."""
        if self._healing is None:
            _log.warning("database.away")
            self._answered_at = float("-inf")  # what it said before its failure counts no more
            self._healing = asyncio.create_task(self._heal(), name="database healing")

    async def aclose(self) -> None:
        """Stop looking."""
        looking: list[asyncio.Task[Any]] = [
            task for task in (self._healing, self._probing) if task is not None
        ]
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)

    async def run(self, work: Coroutine[Any, Any, T], *, patience: float) -> T:
        """The result of `work`, given up when the database stops answering while it runs.

        The driver alone goes on trying for many seconds. After each `patience` seconds the database is
        probed; when the probe fails, `work` is cancelled and DatabaseUnavailableError raised: its outcome is
        unknown then.
        """
        task = asyncio.create_task(work)
        task.add_done_callback(_take_notice)
        try:
            while True:
                done, _ = await asyncio.wait((task,), timeout=patience)
                if done:
                    return task.result()
                if not await self._answers() and not task.done():
                    raise DatabaseUnavailableError("The database stopped answering.")
        finally:
            task.cancel()

    async def _answers(self) -> bool:
        """Whether the database answers, or did half a second ago; however many ask, it is asked once."""
        loop = asyncio.get_running_loop()
        if loop.time() - self._answered_at < _FRESH_SECONDS:
            return True
        if self._probing is None:
            self._probing = asyncio.create_task(self._ask(), name="database probe")
            self._probing.add_done_callback(self._asked)
        return await asyncio.shield(self._probing)

    def _asked(self, probing: asyncio.Task[bool]) -> None:
        self._probing = None
        _take_notice(probing)

    async def _ask(self) -> bool:
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                await self._probe()
        except (DatabaseUnavailableError, TimeoutError, OSError):
            return False
        self._answered_at = asyncio.get_running_loop().time()
        return True

    async def _heal(self) -> None:
        wait = _FIRST_WAIT
        await asyncio.sleep(wait)
        while not await self._answers():
            wait = min(2 * wait, _LONGEST_WAIT)
            await asyncio.sleep(wait)
        self._healing = None
        _log.info("database.back")


def _take_notice(task: asyncio.Task[Any]) -> None:
    """Whoever gave a task up does not wait for its end, but its error must not be reported as unseen."""
    if not task.cancelled():
        task.exception()
