"""`python -m tests.graph.console.derive 5.26`: write the console's list for one version of Neo4j.

Operators come from the plans of the shelf's read statements and of `language.py`, functions from the server's own
list, without those of categories that do more than compute.
"""

# ruff: noqa: E501 - a statement is one line

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any, Final

from neo4j import AsyncDriver
from neo4j.exceptions import Neo4jError

from graph.console import allowed
from graph.console.plan import operator_name, operators
from graph.db.connect import connect
from graph.db.database import Database
from graph.db.migrations import migrate
from graph.db.shelf import Mode, shelf
from graph.runtime import database as embedded
from graph.settings import Settings, load_settings
from tests.graph.console.language import PARAMETERS, READS, READS_25

PROCEDURES: Final = ("db.labels", "db.propertyKeys", "db.relationshipTypes")
LEFT_OUT: Final = ("file", "linenumber", "graph.", "db.", "genai.", "ai.", "apoc.", "cdc.", "coll.")
"""Functions that read where LOAD CSV is, name other databases, or call other services."""
NEVER: Final = frozenset(
    {"ProcedureCall", "VoidProcedureCall", "LoadCSV", "TransactionForeach", "TransactionApply"}
)


async def plans(driver: AsyncDriver, dialect: str, texts: Iterable[str]) -> AsyncIterator[tuple[str, Any]]:
    """The plan of each text, or the error that it met."""
    for text in texts:
        for parameters in PARAMETERS if "$" in text else PARAMETERS[:1]:
            async with driver.session(default_access_mode="READ") as session:
                try:
                    result = await session.run(f"{dialect} EXPLAIN\n{text}", parameters)  # type: ignore[arg-type]
                    summary = await result.consume()
                    yield text, (summary.query_type, summary.plan)
                except Neo4jError as error:
                    yield text, error


CHANGES: Final = (
    "UNWIND range(1, 4000) AS n CREATE (:User {oneId: 'u' + n, recordedAt: n}), (:Dealer {id: 'd' + n})",
    "UNWIND range(1, 6000) AS n CREATE (:Profile {id: 'p' + n, recordKey: 'k' + n, birthId: 'b' + n, component: '+' + n % 99})",
    "UNWIND range(1, 4000) AS n MATCH (u:User {oneId: 'u' + n}), (p:Profile {id: 'p' + n}), (d:Dealer {id: 'd' + n % 9}) "
    "CREATE (p)-[:RESOLVED_TO {from: 1}]->(u), (p)-[:KNOWN_TO {since: 1, consultant: 'c' + n % 7, deliveredAt: n}]->(d) "
    "CREATE (p)-[:BROUGHT]->(:Touchpoint {profileId: p.id, at: '2026' + n, campaign: 'c' + n % 5, channel: 'h'})",
    "UNWIND range(2, 4000) AS n MATCH (u:User {oneId: 'u' + n}), (v:User {oneId: 'u' + (n / 2)}) CREATE (u)-[:FIRST_REFERRED_BY {at: n}]->(v)",
    "CREATE TEXT INDEX IF NOT EXISTS FOR (n:User) ON (n.oneId)",
    "CREATE TEXT INDEX IF NOT EXISTS FOR (n:Profile) ON (n.component)",
    "CREATE TEXT INDEX IF NOT EXISTS FOR ()-[k:KNOWN_TO]-() ON (k.consultant)",
    "CREATE POINT INDEX IF NOT EXISTS FOR (n:User) ON (n.recordedAt)",
)
"""What makes other plans better: rows, and indexes of other kinds."""


async def ask(driver: AsyncDriver, found: set[str], dialects: list[str]) -> None:
    """Add the operators of all plans, and the dialects that the server knows."""
    own = [s.text.removeprefix("CYPHER 5\n") for s in shelf().values() if s.mode is Mode.READ]
    for dialect, texts in (("CYPHER 5", [*READS, *own]), ("CYPHER 25", [*READS_25, *READS])):
        async for text, met in plans(driver, dialect, texts):
            if isinstance(met, Neo4jError):
                if "not a valid option" not in (met.message or ""):
                    print(f"-- {dialect} {text[:70]!r}: {str(met.message)[:110]!r}", file=sys.stderr)
                continue
            if dialect == "CYPHER 25" and "25" not in dialects:
                dialects.append("25")
            kind, plan = met
            if kind == "r":
                found |= {operator_name(step) for step in operators(plan)}
            else:
                print(f"-- {kind}: {text[:90]}", file=sys.stderr)


async def main(version: str) -> None:
    """Start a server, ask it, write the list."""
    with tempfile.TemporaryDirectory() as folder:
        settings: Settings = load_settings(
            data_dir=Path(folder), neo4j_version=version, heap_mb=512, page_cache_mb=128, short_lived=True
        )
        async with embedded(settings) as endpoint:
            driver = await connect(endpoint)
            await migrate(Database(driver, name=endpoint.database))
            found: set[str] = set()
            dialects = ["5"]
            await ask(driver, found, dialects)
            for change in CHANGES:
                await driver.execute_query(change)
            await driver.execute_query("CALL db.awaitIndexes()")
            await driver.execute_query("CALL db.clearQueryCaches()")
            await ask(driver, found, dialects)
            async with driver.session() as session:
                result = await session.run(
                    "SHOW BUILT IN FUNCTIONS YIELD name, category RETURN name, category"
                )
                functions = sorted({r["name"] async for r in result if not r["name"].startswith(LEFT_OUT)})
            await driver.close()
    write(version, dialects, sorted(found - NEVER), functions)


def write(version: str, dialects: list[str], names: list[str], functions: list[str]) -> None:
    """The file."""
    lines = [f"# Neo4j {version}. Written by `python -m tests.graph.console.derive`; do not edit."]
    for name, values in (
        ("dialects", dialects), ("operators", names), ("procedures", PROCEDURES), ("functions", functions)
    ):  # fmt: skip
        lines += ["", f"{name} = [", *(f'  "{value}",' for value in values), "]"]
    path = Path(allowed.__file__).with_name(f"allowed-{version}.toml")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(names)} operators, {len(functions)} functions")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
