"""A console on the run's Neo4j."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from graph.access.audit import AuditLog
from graph.access.roles import Caller, Role
from graph.console.model import Ask, Asker, Columns, Limits, Part, Rows, Summary
from graph.console.service import Console
from graph.db.database import Database
from graph.privacy.keyring import Keyring

ANALYST = Asker(Caller(Role.ANALYST, "analyst-1"))
Make = Callable[..., Console]


@pytest.fixture
async def make(server: Database, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Make]:
    """Makes consoles with limits of their own, which are closed in the end."""
    made: list[Console] = []

    def making(*, database: Database = server, **limits: Any) -> Console:
        audit = AuditLog(tmp_path / "audit.sqlite")
        made.append(Console(database, keyring=keyring, audit=audit, limits=Limits(**limits)))
        return made[-1]

    yield making
    for console in made:
        await console.aclose()


@pytest.fixture
def console(make: Make) -> Console:
    """A console with the limits that it has by default, but for its time."""
    return make(seconds=10)


class Answer:
    """All parts of an answer."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        first, last = parts[0], parts[-1]
        assert isinstance(first, Columns)
        assert isinstance(last, Summary)
        self.columns, self.summary = first, last
        self.rows = [row for part in parts if isinstance(part, Rows) for row in part.values]
        self.text = b"\n".join(
            line for part in parts if isinstance(part, Rows) for line in part.lines
        ).decode()


async def ask(console: Console, statement: str, asker: Asker = ANALYST, **more: Any) -> Answer:
    """Run a statement to its end."""
    return Answer([part async for part in console.run(Ask(statement, **more), asker)])


_RUNNING = """CYPHER 5 SHOW TRANSACTIONS YIELD metaData
WHERE metaData.app = 'guanxi.console' AND metaData.run <> '' RETURN count(*) AS running"""


async def running(database: Database) -> int:
    """How many runs of any console the server has; statements that are only judged are none."""
    return int((await database.run_schema(_RUNNING))[0]["running"])
