"""One run: in a task of its own, which ends at the deadline and takes the transaction with it.

Who reads the answer takes its parts in waves: a reader that is slow, or gone, keeps no more than some waiting, and the
deadline goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, LiteralString, cast

import orjson
from neo4j import AsyncResult, AsyncSession, Query, Record
from neo4j.exceptions import DriverError, Neo4jError, ServiceUnavailable, SessionExpired

from graph.console.errors import ConsoleError, RunCancelledError, StatementError, from_neo4j, timed_out
from graph.console.model import FIRST_ROWS, Columns, Json, Limits, Mode, Rows, Summary
from graph.console.values import Encoder, Opened
from graph.console.waves import LeftError, Wave, Waves
from graph.db.database import Database
from graph.errors import DatabaseUnavailableError, GuanxiError

APP: Final = "guanxi.console"
_GRACE_SECONDS: Final = 0.2
"""How long a statement may still end by itself after its deadline, and when nobody reads any more."""
_GONE_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.05

# About the server, not the graph: nothing for the shelf, which is about the graph.
_TERMINATE: Final = """CYPHER 5
SHOW TRANSACTIONS YIELD transactionId AS id, metaData
WHERE metaData.app = $app AND metaData.run = $run AND ($key IS NULL OR metaData.key = $key)
TERMINATE TRANSACTIONS id YIELD message
RETURN count(message) AS ended"""
_RUNNING: Final = """CYPHER 5
SHOW TRANSACTIONS YIELD transactionId AS id, metaData
WHERE metaData.app = $app AND metaData.run = $run AND ($key IS NULL OR metaData.key = $key)
RETURN count(id) AS running"""


async def terminate(database: Database, run: str, *, key: str | None = None) -> int:
    """End the transactions of a run (of this key alone, if one is named); answers how many there were."""
    rows = await database.run_schema(_TERMINATE, app=APP, run=run, key=key)
    return int(rows[0]["ended"]) if rows else 0


async def end(database: Database, run: str) -> None:
    """End a run's transactions and return when the server has none of it left, 5 s at most."""
    with suppress(GuanxiError, TimeoutError):  # a server that is away runs nothing either
        async with asyncio.timeout(_GONE_SECONDS):
            while True:
                await terminate(database, run)
                rows = await database.run_schema(_RUNNING, app=APP, run=run, key=None)
                if not rows or not rows[0]["running"]:
                    return
                await asyncio.sleep(_LOOK_SECONDS)


Reveal = Callable[[list[Record]], Awaitable[Opened]]
"""Opens what rows may show in the clear, once that is recorded."""


class Run:
    """A statement on its way; once it was judged and allowed, `waves` give its answer, once."""

    def __init__(
        self,
        id_: str,
        *,
        database: Database,
        limits: Limits,
        metadata: Mapping[str, str],
        deadline: float,
    ) -> None:
        """`deadline` is of the event loop's clock."""
        self.id = id_
        self.rows = 0
        self.agent: str | None = None
        self._database = database
        self._limits = limits
        self._metadata = {"app": APP, "run": id_, **metadata}
        self._deadline = deadline
        self._began = time.monotonic()
        self._waves = Waves()
        self._task: asyncio.Task[None] | None = None
        self._ended = False
        self._ending = False
        self.cancelled = False

    async def waves(
        self,
        text: str,
        parameters: Mapping[str, Any],
        *,
        mode: Mode,
        reveal: tuple[tuple[str, ...], Reveal] | None = None,
    ) -> AsyncGenerator[Wave]:
        """Columns, rows, summary, as they come. Raises ConsoleError and DatabaseUnavailableError.

        Closed before its end, it ends the statement. When it is over, no transaction of it is left.
        """
        self.go_on()
        self._task = asyncio.create_task(self._produce(text, parameters, mode, reveal), name="console run")
        try:
            while True:
                wave = await self._waves.take()
                yield wave
                if isinstance(wave[-1], Summary):
                    return
        finally:
            await self._stop()

    @property
    def spent(self) -> float:
        """Seconds since it was begun."""
        return time.monotonic() - self._began

    def cancel(self) -> None:
        """End it: who reads it is told that it was cancelled."""
        self.cancelled = True
        self._interrupt()

    def go_on(self) -> None:
        """Raises RunCancelledError where it was cancelled before it ran."""
        if self.cancelled:
            raise _cancelled()

    async def over(self) -> None:
        """Return when no transaction of it is left."""
        if self._task is not None:
            await asyncio.shield(asyncio.gather(self._task, return_exceptions=True))

    async def _stop(self) -> None:
        self._interrupt()
        await self.over()

    def _interrupt(self) -> None:
        if self._task is None or self._task.done() or self._ending:
            return
        if not self._waves.leave():  # it waits for Neo4j: only a broken connection ends that
            self._task.cancel()

    async def _produce(
        self,
        text: str,
        parameters: Mapping[str, Any],
        mode: Mode,
        reveal: tuple[tuple[str, ...], Reveal] | None,
    ) -> None:
        seconds = self._limits.seconds
        failure: BaseException | None = None
        try:
            async with asyncio.timeout_at(self._deadline + _GRACE_SECONDS):
                await self._stream(text, parameters, mode, reveal)
                self._ended = True
        except TimeoutError:
            failure = timed_out(seconds)
        except (LeftError, asyncio.CancelledError):
            failure = _cancelled() if self.cancelled else asyncio.CancelledError()
        except (ServiceUnavailable, SessionExpired, OSError) as error:
            failure = _away(error)
        except Neo4jError as error:
            failure = self._told(error)
        except DriverError as error:
            failure = _away(error)
        except Exception as error:  # a GuanxiError, or a fault of ours: who reads is told of either
            failure = error
        if not self._ended:
            self._ending = True
            await end(self._database, self.id)
        if failure is not None:
            self._waves.fail(failure)

    def _told(self, error: Neo4jError) -> GuanxiError:
        told = from_neo4j(error, seconds=self._limits.seconds)
        return told if told is not None else _away(error)

    async def _stream(
        self,
        text: str,
        parameters: Mapping[str, Any],
        mode: Mode,
        reveal: tuple[tuple[str, ...], Reveal] | None,
    ) -> None:
        left = max(0.05, self._deadline - asyncio.get_running_loop().time())
        query = Query(cast("LiteralString", text), metadata=self._metadata, timeout=left)
        async with self._database.ad_hoc(fetch_size=self._limits.fetch) as session:
            result = await _sent(session, query, parameters)
            try:
                truncated = await self._read(result, reveal)
            except LeftError:
                await self._let_go(result)
                raise
            summary = await result.consume()  # what was not read is not computed either
            self.agent = summary.server.agent
            profile = cast("Any", summary).profile
            plan = plan_of(profile) if mode is Mode.PROFILE else None
        self._waves.add(Summary(self.id, self.rows, self.spent, truncated, plan))

    async def _let_go(self, result: AsyncResult) -> None:
        """End it and keep the connection, if Neo4j is quick about it: it may be in the middle of rows that are slow."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                await result.consume()
                self._ended = True

    async def _read(self, result: AsyncResult, reveal: tuple[tuple[str, ...], Reveal] | None) -> str | None:
        """All rows into the queue; answers which limit cut them off, if one did."""
        encoder, limits = Encoder(), self._limits
        size, most = 0, FIRST_ROWS
        names: tuple[str, ...] | None = None
        while True:
            records = await result.fetch(min(most, limits.rows - self.rows + 1))
            if names is None:  # not before the first row: until then an error has a status of its own
                names = tuple(result.keys())
                await self._waves.put(Columns(self.id, names))
            if not records:
                return None
            opened, shown = await self._open(records, names, reveal)
            values: list[list[Json]] = []
            lines: list[bytes] = []
            truncated: str | None = None
            for record in records:
                if self.rows == limits.rows:
                    truncated = "rows"
                    break
                row = [
                    encoder.encode(value, opened if at in shown else None)
                    for at, value in enumerate(record.values())
                ]
                line = orjson.dumps(row, option=orjson.OPT_NON_STR_KEYS)
                if size + len(line) > limits.result_bytes:
                    truncated = "bytes"
                    break
                size += len(line)
                self.rows += 1
                values.append(row)
                lines.append(line)
            if values:
                await self._waves.put(Rows(values, lines))
            if truncated is not None:
                return truncated
            most = min(most * 8, limits.fetch)

    async def _open(
        self,
        records: list[Record],
        names: tuple[str, ...],
        reveal: tuple[tuple[str, ...], Reveal] | None,
    ) -> tuple[Opened, frozenset[int]]:
        if reveal is None:
            return {}, frozenset()
        columns, opens = reveal
        if unknown := sorted(set(columns) - set(names)):
            raise StatementError(
                f"There is no column {unknown[0][:80]} to reveal.",
                hint=f"Name some of {', '.join(names)[:300]}.",
                reason="reveal",
            )
        return await opens(records), frozenset(names.index(column) for column in columns)


def plan_of(plan: Mapping[str, Any] | None) -> Json:
    """A plan as JSON: operator, what is said of it, estimates, what it cost where it was profiled, children."""
    if not plan:
        return None
    arguments: Mapping[str, Any] = plan.get("args") or {}
    kept = {
        "details": arguments.get("Details"),
        "estimatedRows": arguments.get("EstimatedRows"),
        "rows": arguments.get("Rows"),
        "dbHits": arguments.get("DbHits"),
    }
    children: list[Mapping[str, Any]] = plan.get("children") or []
    return {
        "operator": str(plan.get("operatorType", "")).partition("@")[0],
        **{name: value for name, value in kept.items() if value is not None},
        "children": [plan_of(child) for child in children],
    }


async def _sent(session: AsyncSession, query: Query, parameters: Mapping[str, Any]) -> AsyncResult:
    try:
        return await session.run(query, dict(parameters))
    except (OverflowError, ValueError, TypeError, UnicodeError) as error:
        raise StatementError(
            f"A parameter is of a kind that Neo4j does not take ({type(error).__name__}).",
            hint="Give booleans, integers of 64 bits, floats, texts, lists and maps.",
            reason="parameter",
        ) from None


def _cancelled() -> ConsoleError:
    return RunCancelledError("The statement was cancelled.", hint="Run it again if you still need it.")


def _away(error: BaseException) -> DatabaseUnavailableError:
    code = getattr(error, "code", None) or type(error).__name__
    return DatabaseUnavailableError(f"The statement lost its database ({code}).")
