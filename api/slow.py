"""The log of slow statements: name, time and plan, never a value."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from textwrap import shorten
from typing import Any, Final

import structlog

from graph.db.database import Database
from graph.db.observe import Observer
from graph.db.plans import example_parameters
from graph.errors import GuanxiError

LONGEST_DETAILS: Final = 60
"""In characters: which label and property an operator goes by stands first."""

AGAIN_SECONDS: Final = 60.0
"""A statement's plan is told at most once in this time: whatever made it slow, asking more makes it slower."""

_log = structlog.get_logger(__name__)


class SlowStatements:
    """Passes on what it is told, and logs what took longer than it may; for one event loop."""

    def __init__(self, to: Observer, *, seconds: float) -> None:
        self._to = to
        self._seconds = seconds
        self._told: dict[str, float] = {}
        self._explaining: set[asyncio.Task[None]] = set()
        self._database: Database | None = None

    def explain_by(self, database: Database) -> None:
        """Where plans are asked."""
        self._database = database

    def statement(self, name: str, seconds: float, *, failed: bool) -> None:
        """A statement ended."""
        self._to.statement(name, seconds, failed=failed)
        if seconds < self._seconds:
            return
        now = asyncio.get_running_loop().time()
        if self._database is None or now - self._told.get(name, -AGAIN_SECONDS) < AGAIN_SECONDS:
            _log.warning("statement.slow", statement=name, seconds=round(seconds, 3), failed=failed)
            return
        self._told[name] = now
        task = asyncio.create_task(self._explain(self._database, name, seconds, failed=failed))
        self._explaining.add(task)
        task.add_done_callback(self._explaining.discard)

    async def aclose(self) -> None:
        """Finish what is being told."""
        await asyncio.gather(*self._explaining, return_exceptions=True)

    async def _explain(self, database: Database, name: str, seconds: float, *, failed: bool) -> None:
        statement = database.statements[name]
        text = statement.text.replace("CYPHER 5\n", "CYPHER 5 EXPLAIN\n", 1)
        plan: list[str] = []
        try:
            found, _ = await database.explain(text, **example_parameters(statement))
            plan = list(operators(found))
        except GuanxiError as error:
            _log.warning("statement.unexplained", statement=name, error=error.message)
        _log.warning("statement.slow", statement=name, seconds=round(seconds, 3), failed=failed, plan=plan)


def operators(plan: Mapping[str, Any]) -> Iterator[str]:
    """The operators of a plan, from the result down, each with what the shelf says there."""
    details = " ".join(str(plan.get("args", {}).get("Details", "")).split())
    yield f"{str(plan['operatorType']).partition('@')[0]} {shorten(details, LONGEST_DETAILS)}".strip()
    for child in plan.get("children") or ():
        yield from operators(child)
