"""The console: judge a statement, run it, show what may be shown, record that it was run."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final, LiteralString, cast

from neo4j import Query
from neo4j.exceptions import DriverError, Neo4jError, ServiceUnavailable, SessionExpired

from graph.access.audit import AuditLog, ConsoleRun
from graph.access.roles import Caller, Permission, Role
from graph.clock import Clock, new_id, system_clock
from graph.console.allowed import Allowed, allowed_for
from graph.console.errors import (
    ConsoleError,
    from_neo4j,
    timed_out,
)
from graph.console.model import Ask, Asker, Columns, Limits, Mode, Part, Rows, Summary
from graph.console.plan import check_plan
from graph.console.reveal import Revealer
from graph.console.run import APP, Run, plan_of, terminate
from graph.console.schema import Schema, schema_of
from graph.console.text import check_text
from graph.console.verdicts import Verdict, Verdicts
from graph.console.waves import Wave
from graph.db.database import Database
from graph.errors import DatabaseUnavailableError, ForbiddenError, GuanxiError, InputError, NotFoundError
from graph.privacy.keyring import Keyring

_RUN_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_ANY: Final = "RETURN 1 AS one"


class Console:
    """Runs read statements for analysts; belongs to one event loop.

    Whatever is asked is recorded in the audit, what was refused too. Methods raise ConsoleError for what is wrong
    with a statement, ForbiddenError for who may not, DatabaseUnavailableError, and AuditError where nothing can be
    recorded: then nothing is run.
    """

    def __init__(
        self,
        database: Database,
        *,
        keyring: Keyring,
        audit: AuditLog,
        limits: Limits | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._audit = audit
        self.limits = limits or Limits()
        self._clock = clock
        self._verdicts = Verdicts()
        self._running: dict[str, tuple[Caller, Run]] = {}

    async def aclose(self) -> None:
        """End what runs, and wait until all of it is recorded."""
        for _, run in list(self._running.values()):
            run.cancel()
            await run.over()
        await self._audit.drain()

    async def run(self, ask: Ask, asker: Asker) -> AsyncGenerator[Part]:
        """Columns, then rows, then a summary; close it to end the statement.

        `explain` answers columns and summary alone. With the summary, or an error, no transaction of it is left.
        """
        async with aclosing(self.waves(ask, asker)) as waves:
            async for wave in waves:
                for part in wave:
                    yield part

    async def waves(self, ask: Ask, asker: Asker) -> AsyncGenerator[Wave]:
        """What `run` answers, all that is there at a time: for who sends it on."""
        began, at = time.monotonic(), self._clock()
        rows, outcome = 0, "abandoned"
        run = ask.run or new_id()
        try:
            asker.caller.require(Permission.CONSOLE)
            await self._audit.ready()
            self._check(ask, asker)
            async with aclosing(self._allowed_waves(run, ask, asker)) as waves:
                async for wave in waves:
                    rows += sum(len(part.values) for part in wave if isinstance(part, Rows))
                    last = wave[-1]
                    if isinstance(last, Summary):
                        outcome = "truncated" if last.truncated else "done"
                    yield wave
        except ConsoleError as error:
            outcome = error.reason
            raise
        except GuanxiError as error:
            outcome = error.code
            raise
        finally:
            self._audit.note(
                ConsoleRun(
                    at=at,
                    run=run,
                    key_id=asker.caller.key_id,
                    role=str(asker.caller.role),
                    purpose=str(asker.purpose) if asker.purpose else "",
                    mode=str(ask.mode),
                    statement=ask.statement,
                    parameters=tuple(sorted(ask.parameters)),
                    revealed=ask.reveal,
                    rows=rows,
                    micros=int((time.monotonic() - began) * 1e6),
                    outcome=outcome,
                )
            )

    async def cancel(self, run: str, caller: Caller) -> None:
        """End a run of the caller's; of anybody's, for an admin. Raises NotFoundError where there is none."""
        caller.require(Permission.CONSOLE)
        anybody = caller.role is Role.ADMIN
        found = self._running.get(run)
        if found is not None and (anybody or found[0].key_id == caller.key_id):
            found[1].cancel()
            return
        key = None if anybody else caller.key_id
        if not await terminate(self._database, run, key=key):  # of another process, perhaps
            raise NotFoundError("There is no such run of yours.", remedy="It may have ended by itself.")

    async def schema(self, caller: Caller) -> Schema:
        """What can be named in a statement."""
        caller.require(Permission.CONSOLE)
        allowed = await self._allowed()
        names = (await self._database.read("console.list_names"))[0]
        return schema_of(allowed.version, allowed, **names)

    async def explain(self, statement: str) -> Verdict:
        """The verdict on a statement, from memory if it was explained a moment ago. Raises what it says."""
        verdict = self._verdicts.get(statement)
        if verdict is None:
            verdict = await self._judge(statement)
        if verdict.refusal is not None:
            raise verdict.refusal.with_traceback(None)
        return verdict

    def _check(self, ask: Ask, asker: Asker) -> None:
        if ask.run is not None and not _RUN_ID.fullmatch(ask.run):
            raise InputError("A run's id has 1 to 64 letters, digits and hyphens.", remedy="Send a UUID.")
        if ask.run in self._running:
            raise InputError("There is a run of this id.", remedy="Choose another, as a UUID.")
        if ask.reveal:
            asker.caller.require(Permission.CLEAR_IDENTIFIERS)
            if asker.purpose is None:
                raise ForbiddenError(
                    "Values in the clear are shown for a stated purpose only.",
                    remedy="State one: the header X-Purpose, or `--purpose`.",
                )

    async def _allowed_waves(self, id_: str, ask: Ask, asker: Asker) -> AsyncGenerator[Wave]:
        deadline = asyncio.get_running_loop().time() + self.limits.seconds
        metadata = {"key": asker.caller.key_id}
        run = Run(id_, database=self._database, limits=self.limits, metadata=metadata, deadline=deadline)
        self._running[id_] = asker.caller, run
        try:
            verdict = await self._verdict(run, ask.statement, deadline)
            if ask.mode is Mode.EXPLAIN:
                yield [Columns(id_, verdict.columns), Summary(id_, 0, run.spent, plan=verdict.plan)]
                return
            async with aclosing(self._answer(run, verdict, ask, asker)) as waves:
                async for wave in waves:
                    yield wave
        finally:
            del self._running[id_]

    async def _verdict(self, run: Run, statement: str, deadline: float) -> Verdict:
        try:
            async with asyncio.timeout_at(deadline):
                # Not cut off by `cancel`: what is being planned cannot be ended, and would outlive the answer.
                verdict = await self.explain(statement)
        except TimeoutError:
            raise timed_out(self.limits.seconds) from None
        run.go_on()
        return verdict

    async def _answer(self, run: Run, verdict: Verdict, ask: Ask, asker: Asker) -> AsyncGenerator[Wave]:
        revealer = Revealer(
            asker,
            ask.reveal,
            run=run.id,
            database=self._database,
            keyring=self._keyring,
            audit=self._audit,
            clock=self._clock,
        )
        prefix = f"CYPHER {verdict.dialect}" + (" PROFILE" if ask.mode is Mode.PROFILE else "")
        waves = run.waves(
            f"{prefix}\n{verdict.text}",
            ask.parameters,
            mode=ask.mode,
            reveal=(ask.reveal, revealer.open) if ask.reveal else None,
        )
        try:
            async with aclosing(waves):
                async for wave in waves:
                    yield wave
        except DatabaseUnavailableError:
            self._verdicts.forget()
            raise
        finally:
            if run.agent is not None:
                self._verdicts.seen(run.agent)

    async def _judge(self, statement: str) -> Verdict:
        allowed = await self._allowed()
        agent = self._verdicts.agent or ""
        try:
            checked = check_text(statement, allowed)
            text = f"CYPHER {checked.dialect} EXPLAIN\n{checked.text}"
            found_agent, kind, plan, columns = await self._ask_plan(text)
            if allowed_for(found_agent) != allowed:
                self._verdicts.seen(found_agent)
                return await self._judge(statement)
            check_plan(kind, plan, allowed)
            verdict = Verdict(checked.text, checked.dialect, found_agent, plan_of(plan), columns)
        except ConsoleError as refusal:
            verdict = Verdict(statement, "", agent, refusal=refusal)
        self._verdicts.put(statement, verdict)
        return verdict

    async def _allowed(self) -> Allowed:
        if self._verdicts.agent is None:
            agent, *_ = await self._ask_plan(f"EXPLAIN {_ANY}")
            self._verdicts.seen(agent)
        return allowed_for(self._verdicts.agent or "")

    async def _ask_plan(self, text: str) -> tuple[str, str | None, Mapping[str, Any] | None, tuple[str, ...]]:
        """Explain a text: the server's name, the kind of statement, its plan and columns."""
        query = Query(
            cast("LiteralString", text), metadata={"app": APP, "run": ""}, timeout=self.limits.seconds
        )
        try:
            async with self._database.ad_hoc(fetch_size=1) as session:
                result = await session.run(query)
                columns = tuple(result.keys())
                summary = await result.consume()
        except (ServiceUnavailable, SessionExpired, OSError) as error:
            self._verdicts.forget()
            raise DatabaseUnavailableError("The console lost its database.") from error
        except Neo4jError as error:
            told = from_neo4j(error, seconds=self.limits.seconds)
            if told is None:
                raise DatabaseUnavailableError(f"Neo4j cannot answer now ({error.code}).") from error
            raise told from None
        except DriverError as error:
            self._verdicts.forget()
            raise DatabaseUnavailableError("The console lost its database.") from error
        plan = cast("Any", summary).plan
        return summary.server.agent, summary.query_type, plan, columns
