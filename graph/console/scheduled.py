"""Runs schedules that are due; any number of processes may, each one at a time.

A due time is taken under the query's lock, for as long as a run can take. Who is killed loses it then, and it is run
again: its result is recorded by whoever still holds it, in one transaction with the next due time, once its file is
on disk.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog

from graph.access.roles import Caller, Permission
from graph.access.service import AccessService
from graph.clock import SECOND, Clock, isoformat, new_id, system_clock
from graph.console.errors import ConsoleError
from graph.console.kept import filled, parameters_of
from graph.console.model import Ask, Asker, Columns, Format, Part, Summary
from graph.console.results import ResultFiles, id_in
from graph.console.saved import SavedQueries
from graph.console.schedule import (
    DONE,
    INTERNAL,
    INTERRUPTED,
    MOST_ATTEMPTS,
    Pause,
    Result,
    Schedule,
    after_run,
    file_of,
)
from graph.console.schedules import parameters_in, schedule_of, stored_result
from graph.console.service import Console
from graph.db.database import Database, Transaction
from graph.errors import AccessError, ForbiddenError, GuanxiError, InputError

SPARE_SECONDS: Final = 60
"""Of a lease, beside twice what a statement may take: for its file."""

TIDY_SECONDS: Final = 3_600
"""How often is looked for files that nobody knows."""
_TIDIED: Final = 500
"""Queries whose files are looked at by one statement."""

_log = structlog.get_logger(__name__)


class Made(Protocol):
    """A whole answer as a file."""

    @property
    def data(self) -> bytes:
        """The file."""
        ...

    @property
    def summary(self) -> Summary:
        """The last part of the answer."""
        ...


MakeFile = Callable[[Columns, AsyncGenerator[Part], Format], Awaitable[Made]]
"""Makes the file of an answer whose first part is read."""


@dataclass(frozen=True, slots=True)
class _Leased:
    """A due time that is this process's to run; `id` is the lease's, the run's and the result's.

    The parameters of `schedule` are opened from `stored` with the run: one that does not open must stop no others.
    """

    id: str
    schedule: Schedule
    stored: Sequence[Any]
    due_at: int
    began: int
    attempts: int

    @property
    def query_id(self) -> str:
        return self.schedule.query_id


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a run ended: with a file, or why not."""

    outcome: str
    message: str | None = None
    data: bytes | None = None
    rows: int = 0
    truncated: str | None = None


class ScheduledRuns:
    """Runs what is due; a follower, though what it follows is the clock and not the feed."""

    name = "scheduled queries"

    def __init__(
        self,
        database: Database,
        *,
        queries: SavedQueries,
        console: Console,
        access: AccessService,
        files: ResultFiles,
        make_file: MakeFile,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._queries = queries
        self._console = console
        self._access = access
        self._files = files
        self._make_file = make_file
        self._clock = clock
        self._lease = int((2 * console.limits.seconds + SPARE_SECONDS) * SECOND)
        self._tidy_at = 0

    async def follow(self) -> int | None:
        """Run the schedule that has been due for longest; None where none is due."""
        now = self._clock()
        due = await self._database.read_one("console.find_due_schedule", now=now)
        if due is None:
            await self._tidy(now)
            return None
        leased = await self._take(due[0], now)
        if leased is not None:
            await self._run(leased)
        return 1

    async def _take(self, query_id: str, now: int) -> _Leased | None:
        """Lease a due time; None where somebody else did, or it is due no more."""

        async def work(tx: Transaction) -> _Leased | None:
            await tx.rows("console.hold_query", id=query_id)
            row = await tx.one("console.read_schedule", id=query_id)
            schedule = schedule_of(row[0], {}) if row is not None else None
            if row is None or schedule is None or schedule.next_at is None or schedule.next_at > now:
                return None
            assert schedule.due_at is not None  # noqa: S101 - `invariants.query_schedule_due`
            id_ = new_id(now)
            lease = {"queryId": query_id, "id": id_, "until": now + self._lease}
            (taken,) = await tx.rows("console.lease_schedule", lease=lease)
            return _Leased(id_, schedule, row[0], schedule.due_at, now, taken["attempts"])

        return await self._database.in_write(work)

    async def _run(self, leased: _Leased) -> None:
        began = time.monotonic()
        try:
            caller = await self._access.holder(leased.schedule.by)
            caller.require(Permission.CONSOLE)
        except AccessError as error:
            pause = Pause.PERMISSION if isinstance(error, ForbiddenError) else Pause.KEY
            await self._settle(leased, pause=pause)
            return
        ended = await self._ended(leased, caller)
        name = file_of(leased.id, leased.schedule.terms.format)
        if ended.data is not None:
            await self._files.write(leased.query_id, name, ended.data)
        result = Result(
            id=leased.id,
            query_id=leased.query_id,
            due_at=leased.due_at,
            by=caller.key_id,
            format=leased.schedule.terms.format,
            outcome=ended.outcome,
            message=ended.message,
            rows=ended.rows,
            bytes=len(ended.data or b""),
            digest=None if ended.data is None else hashlib.sha256(ended.data).hexdigest(),
            truncated=ended.truncated,
            micros=int((time.monotonic() - began) * SECOND),
            recorded_at=self._clock(),
        )
        await self._settle(leased, result=result)
        await self._remove_unknown(await self._files.listed(leased.query_id))

    async def _ended(self, leased: _Leased, caller: Caller) -> _Ended:
        """Run it as its owner. Raises what is no fault of the query: the run is begun anew when its lease ends."""
        if leased.attempts > MOST_ATTEMPTS:
            said = f"It was begun {MOST_ATTEMPTS} times and never ended; the server's log may say why."
            return _Ended(INTERRUPTED, said)
        try:
            given = parameters_in(leased.stored, self._queries)
            content = (await self._queries.get(leased.query_id, caller=caller)).content
            known = parameters_of(content.statement)
            parameters = filled(given, defaults=content.parameters, known=known)
            ask = Ask(content.statement, parameters, run=leased.id)
            async with aclosing(self._console.run(ask, Asker(caller))) as parts:
                columns = await anext(parts)
                assert isinstance(columns, Columns)  # noqa: S101 - the first part
                made = await self._make_file(columns, parts, leased.schedule.terms.format)
        except ConsoleError as error:
            return _Ended(error.reason, str(error))
        except InputError as error:
            return _Ended(error.code, str(error))
        except GuanxiError:
            raise
        except Exception as error:  # one query must not keep all others from being run
            _log.exception("schedule.failed", query=leased.query_id, error=type(error).__name__)
            return _Ended(INTERNAL, "It failed for a reason that the server's log tells.")
        summary = made.summary
        return _Ended(DONE, None, made.data, summary.rows, summary.truncated)

    async def _settle(
        self, leased: _Leased, *, result: Result | None = None, pause: Pause | None = None
    ) -> None:
        """Record how it went and when it is due next, unless the lease was lost: then nothing of it stays."""
        query_id = leased.query_id

        async def work(tx: Transaction) -> dict[str, Any] | None:
            await tx.rows("console.hold_query", id=query_id)
            row = await tx.one("console.read_schedule", id=query_id)
            schedule = schedule_of(row[0], {}) if row is not None else None
            if schedule is None or schedule.lease != leased.id:
                return None
            due, failures, paused = None, schedule.failures, pause
            if result is not None:
                month = isoformat(result.recorded_at)[:7]
                stored = stored_result(result, sealer=self._queries.sealer(query_id, month), month=month)
                await tx.rows("console.keep_result", result=stored, keep=schedule.terms.keep)
                failed = result.outcome != DONE
                due, failures, paused = after_run(schedule, failed=failed, began=leased.began)
            settled = {
                "queryId": query_id,
                "dueAt": due,
                "failures": failures,
                "paused": None if paused is None else str(paused),
            }
            await tx.rows("console.settle_schedule", settled=settled)
            return settled

        settled = await self._database.in_write(work)
        if settled is not None:
            outcome = None if result is None else result.outcome
            _log.info("schedule.ran", query=query_id, outcome=outcome, paused=settled["paused"])

    async def _tidy(self, now: int) -> None:
        """Remove files that nobody knows, now and then, and only while nothing is due."""
        if now < self._tidy_at:
            return
        # Set first, so that a folder that cannot be read is told once an hour.
        self._tidy_at = now + TIDY_SECONDS * SECOND
        listed = list((await self._files.listed()).items())
        for at in range(0, len(listed), _TIDIED):
            await self._remove_unknown(dict(listed[at : at + _TIDIED]))

    async def _remove_unknown(self, listed: dict[str, list[str]]) -> None:
        """Remove those of these files that are of no result, and of no run under way when they were listed."""
        row = await self._database.read_one("console.list_result_ids", wanted={"queries": list(listed)})
        known = set(row[0]) if row is not None else set[str]()
        for query_id, names in listed.items():
            await self._files.remove(query_id, [name for name in names if id_in(name) not in known])
