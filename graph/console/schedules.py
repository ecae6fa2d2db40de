"""Schedules of saved queries are set, read and taken away, and their results read; `scheduled.py` runs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson

from graph.access.roles import Caller, Permission
from graph.access.service import AccessService
from graph.clock import Clock, isoformat, system_clock
from graph.console.kept import Content, check_defaults, parameters_of
from graph.console.model import Format
from graph.console.results import ResultFiles
from graph.console.saved import SavedQueries
from graph.console.schedule import (
    Pause,
    Result,
    ResultNotFoundError,
    Schedule,
    ScheduleNotFoundError,
    Terms,
    check_keep,
    next_due,
)
from graph.db.database import Database, Transaction
from graph.errors import AccessError, InputError, UnsealError
from graph.privacy.seal import Sealer

_PARAMETERS: Final = "query:schedule"
_MESSAGE: Final = "query:result"
_LAST: Final = "~"
"""Behind all ids."""


class QuerySchedules:
    """Who sees a query sees its schedule and results; its owner sets one.

    Methods raise ForbiddenError where the caller may not ask in the console, and QueryNotFoundError for a query that
    they may not see.
    """

    def __init__(
        self,
        database: Database,
        *,
        queries: SavedQueries,
        access: AccessService,
        files: ResultFiles,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._queries = queries
        self._access = access
        self._files = files
        self._clock = clock

    async def set(self, id_: str, terms: Terms, *, caller: Caller, paused: bool = False) -> Schedule:
        """Give a query of the caller's this schedule in the place of another; a run of that one is not kept.

        It runs as the caller's key. Setting what is set already changes nothing; what was paused goes on. Raises
        ForbiddenError for another's query, and InputError for terms that are wrong, for a parameter that the statement
        has not or that has no value, and for a caller by token.
        """
        found = await self._queries.get(id_, caller=caller)
        found.query.require_owner(caller)
        now = self._clock()
        terms = replace(terms, cron=" ".join(terms.cron.split()))
        check_keep(terms.keep)
        due = next_due(terms, after=now)  # also of one that is paused: it is to be right
        _check_parameters(terms, found.content)
        await self._require_key(caller)
        pause = Pause.OWNER if paused else None

        async def work(tx: Transaction) -> None:
            await self._queries.held(tx, id_, caller)
            row = await tx.one("console.read_schedule", id=id_)
            if row is None or not self._is(row[0], terms, caller, pause):
                schedule = self._stored(
                    id_, terms, by=caller.key_id, now=now, due=None if paused else due, pause=pause
                )
                await tx.rows("console.set_schedule", schedule=schedule)

        await self._database.in_write(work)
        return await self.get(id_, caller=caller)

    async def get(self, id_: str, *, caller: Caller) -> Schedule:
        """The schedule of a query. Raises ScheduleNotFoundError."""
        caller.require(Permission.CONSOLE)
        await self._queries.seen(id_, caller)
        row = await self._database.read_one("console.read_schedule", id=id_)
        if row is None:
            raise ScheduleNotFoundError
        return schedule_of(row[0], parameters_in(row[0], self._queries))

    async def delete(self, id_: str, *, caller: Caller) -> None:
        """Take a schedule away: the query's owner may, and an admin. Its results stay. Raises ScheduleNotFoundError."""
        caller.require(Permission.CONSOLE)

        async def work(tx: Transaction) -> None:
            await self._queries.held(tx, id_, caller, admins=True)
            if await tx.one("console.delete_schedule", id=id_) is None:
                raise ScheduleNotFoundError

        await self._database.in_write(work)

    async def results(
        self, id_: str, *, caller: Caller, before: str | None = None, limit: int = 50
    ) -> list[Result]:
        """What its runs came to, newest first, before the one with this id."""
        caller.require(Permission.CONSOLE)
        await self._queries.seen(id_, caller)
        row = await self._database.read_one(
            "console.list_results", id=id_, before=before or _LAST, limit=limit
        )
        return [self._result(stored) for stored in row[0]] if row else []

    async def result(self, id_: str, result_id: str, *, caller: Caller) -> tuple[Result, Path]:
        """One result with its file. Raises ResultNotFoundError where there is none, or it is not on this machine."""
        caller.require(Permission.CONSOLE)
        await self._queries.seen(id_, caller)
        row = await self._database.read_one("console.read_result", id=result_id)
        result = self._result(row[0]) if row is not None else None
        if result is None or result.query_id != id_:
            raise ResultNotFoundError(
                "The query has no such result, or keeps it no more.", remedy="List its results."
            )
        if result.digest is None:
            raise ResultNotFoundError(
                f"This run failed ({result.outcome}): it has no file.", remedy="The list of results says why."
            )
        path = self._files.path(id_, result.file)
        if result.file not in (await self._files.listed(id_))[id_]:
            raise ResultNotFoundError(
                "The file of this result is not on this machine.",
                remedy="Ask the machine that ran it, or wait for the next run.",
            )
        return result, path

    def _is(self, stored: Sequence[Any], terms: Terms, caller: Caller, pause: Pause | None) -> bool:
        """Whether the schedule that the graph holds is this one."""
        try:
            held = schedule_of(stored, parameters_in(stored, self._queries))
        except UnsealError:
            return False
        same = (held.by, held.paused, replace(held.terms, parameters={})) == (
            caller.key_id, pause, replace(terms, parameters={}),
        )  # fmt: skip
        return same and _json(held.terms) == _json(terms)

    def _stored(
        self, id_: str, terms: Terms, *, by: str, now: int, due: int | None, pause: Pause | None
    ) -> dict[str, Any]:
        month = isoformat(now)[:7]
        return {
            "queryId": id_,
            "cron": terms.cron,
            "timeZone": terms.time_zone,
            "format": str(terms.format),
            "keep": terms.keep,
            "parameters": self._queries.sealer(id_, month).seal_json(_PARAMETERS, dict(terms.parameters)),
            "month": month,
            "by": by,
            "paused": None if pause is None else str(pause),
            "failures": 0,
            "dueAt": due,
            "nextAt": due,
            "attempts": 0,
            "recordedAt": now,
        }

    def _result(self, stored: Sequence[Any]) -> Result:
        return result_of(stored, self._queries)

    async def _require_key(self, caller: Caller) -> None:
        try:
            await self._access.holder(caller.key_id)
        except AccessError:
            raise InputError(
                "A schedule runs as an API key, and you came by a token.", remedy="Set it with an API key."
            ) from None


def schedule_of(stored: Sequence[Any], parameters: Mapping[str, Any]) -> Schedule:
    """A schedule as the graph holds it, with its parameters as they were opened."""
    id_, cron, zone, format_, keep, _, _, by, paused, failures, due_at, next_at, lease, recorded_at = stored
    return Schedule(
        query_id=id_,
        terms=Terms(cron, zone, Format(format_), parameters, keep),
        by=by,
        paused=Pause(paused) if paused is not None else None,
        failures=failures,
        due_at=due_at,
        next_at=next_at,
        lease=lease,
        recorded_at=recorded_at,
    )


def parameters_in(stored: Sequence[Any], queries: SavedQueries) -> dict[str, Any]:
    """The parameters of a schedule as the graph holds it, opened. Raises UnsealError."""
    id_, _, _, _, _, sealed, month, *_ = stored
    return queries.sealer(id_, month).open_json(_PARAMETERS, sealed)


def result_of(stored: Sequence[Any], queries: SavedQueries) -> Result:
    """A result as the graph holds it, its message opened."""
    (
        id_, query_id, due_at, by, format_, outcome, message, month, rows, size, digest, truncated, micros, recorded_at,
    ) = stored  # fmt: skip
    opened = None if message is None else queries.sealer(query_id, month).open_json(_field(id_), message)
    return Result(
        id=id_,
        query_id=query_id,
        due_at=due_at,
        by=by,
        format=Format(format_),
        outcome=outcome,
        message=opened,
        rows=rows,
        bytes=size,
        digest=digest,
        truncated=truncated,
        micros=micros,
        recorded_at=recorded_at,
    )


def stored_result(result: Result, *, sealer: Sealer, month: str) -> dict[str, Any]:
    """A result as the graph holds it: its message is sealed."""
    message = result.message
    return {
        "id": result.id,
        "queryId": result.query_id,
        "dueAt": result.due_at,
        "by": result.by,
        "format": str(result.format),
        "outcome": result.outcome,
        "message": None if message is None else sealer.seal_json(_field(result.id), message),
        "month": month,
        "rows": result.rows,
        "bytes": result.bytes,
        "digest": result.digest,
        "truncated": result.truncated,
        "micros": result.micros,
        "recordedAt": result.recorded_at,
    }


def _check_parameters(terms: Terms, content: Content) -> None:
    check_defaults(Content(content.statement, terms.parameters))
    given = {*content.parameters, *terms.parameters}
    if missing := sorted(parameters_of(content.statement) - given):
        raise InputError(
            f"The statement's parameter {missing[0][:80]} has no value.", remedy="Give one in `parameters`."
        )


def _json(terms: Terms) -> bytes:
    """The parameters as they are stored: to Python, true and 1 are the same."""
    return orjson.dumps(terms.parameters, option=orjson.OPT_SORT_KEYS)


def _field(result_id: str) -> str:
    return f"{_MESSAGE}:{result_id}"
