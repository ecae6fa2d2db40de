"""Made-up statements by the thousand, judged from outside: the graph, a server and a file that nobody may touch.

What they answer is held against canaries that came in by the real ingest: no clear value, no sealed one, no blind
index as a whole, however it was reached.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.console.errors import ConsoleError, error_object
from graph.console.hidden import BLIND_PROPERTIES, mask_text
from graph.console.model import Ask, Rows
from graph.console.service import Console
from graph.db.database import Database
from graph.ingest.writer import Writer
from tests.canaries import Nest, Scanner
from tests.graph.console.conftest import ANALYST, Make, running
from tests.graph.console.grammar import Made, parameters, statements
from tests.graph.console.harm import FILE, PORT
from tests.laws import IS_SOAK, examples
from tests.test_canaries import KINDS, Person, by_http

PEOPLE = 4
AT_ONCE = 40
"""Statements of one example, after which the outside is looked at."""
SOAK = 10_000
"""Statements of a soak, at least."""

_GRAPH = """CYPHER 5
MATCH (n)
RETURN elementId(n) AS id, labels(n) AS kinds, properties(n) AS properties, [(n)-[r]->(m) |
  [elementId(r), type(r), elementId(m), [k IN keys(r) | [k, r[k]]]]] AS relations"""


async def digest(database: Database) -> str:
    """A hash of all nodes and relationships with all their properties."""
    rows = await database.run_schema(_GRAPH)
    told = sorted(
        repr(
            (r["id"], sorted(r["kinds"]), sorted(r["properties"].items()), sorted(map(repr, r["relations"])))
        )
        for r in rows
    )
    schema = await database.run_schema("CYPHER 5 SHOW INDEXES YIELD name RETURN collect(name) AS names")
    users = await database.run_schema("CYPHER 5 SHOW CONSTRAINTS YIELD name RETURN collect(name) AS names")
    return hashlib.sha256(repr((told, schema, users)).encode()).hexdigest()


@dataclass
class Outside:
    """Witnesses: a server that counts who calls, a file whose last reading is known, the graph's hash."""

    port: int
    file: Path
    graph: str
    calls: list[bytes]


@pytest.fixture
async def outside(database: Database, writer: Writer, tmp_path: Path) -> AsyncIterator[Outside]:
    """The canaries' graph, and who watches it."""
    nest = Nest()
    for name, marker in KINDS.items():
        nest.kind(name, marker)
    await by_http(writer, [Person(nest, number) for number in range(PEOPLE)])
    calls: list[bytes] = []

    async def called(reader: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        calls.append(b"called")
        answers.close()

    server = await asyncio.start_server(called, "127.0.0.1", 0)
    file = tmp_path / "canary.csv"
    file.write_text("canary,kontrollkanarie\n", encoding="utf-8")
    os.utime(file, (1_000_000_000, 2_000_000_000))  # read before it was written: a reading would be noted
    async with server:
        yield Outside(server.sockets[0].getsockname()[1], file, await digest(database), calls)


async def answer(console: Console, made: str, given_: dict[str, Any]) -> tuple[ConsoleError | None, bytes]:
    """What the console answers, all of it, and the error it ended with."""
    told: list[bytes] = []
    try:
        async for part in console.run(Ask(made, given_), ANALYST):
            told += part.lines if isinstance(part, Rows) else [orjson.dumps(part.body())]
    except ConsoleError as error:
        return error, b"\n".join([*told, orjson.dumps(error_object(error))])
    return None, b"\n".join(told)


@dataclass(frozen=True)
class Secrets:
    """What no answer may hold: canaries in any form, sealed values, blind indexes and tokens as they are stored."""

    canaries: Scanner
    sealed: set[str]
    blind: set[str]

    def found_in(self, told: bytes) -> set[str]:
        """Those that an answer holds."""
        text = told.decode()
        squeezed = "".join(text.split())
        return {
            *self.canaries.in_bytes(told),
            *(key for key in self.blind if key in text),
            *(value for value in self.sealed if value in squeezed),
        }


async def test_nothing_that_is_asked_does_harm_or_tells_what_is_hidden(
    make: Make,
    database: Database,
    outside: Outside,
    record_property: Callable[[str, object], None],
) -> None:
    console = make(seconds=5, rows=500)
    secrets = await secrets_of(database)
    assert len(secrets.sealed) > 20
    assert len(secrets.blind) > 20
    count = Counter[str]()

    async def judge_one(made: Made, given_: dict[str, Any]) -> None:
        text = made.text.replace(PORT, str(outside.port)).replace(FILE, str(outside.file))
        error, told = await answer(console, text, given_)
        assert not secrets.found_in(told), (text, given_)
        if made.harm:
            count["harm"] += 1
            assert error is not None, text
            assert error.status in (400, 403), (text, error)
            assert b"kontrollkanarie" not in told
        elif error is None:
            count["run"] += 1
            count["hidden"] += b"[sealed]" in told or b"[blind]" in told

    async def judge(drawn: list[tuple[Made, dict[str, Any]]]) -> None:
        for one in drawn:
            await judge_one(*one)
        texts = [made.text for made, _ in drawn]
        count["asked"] += len(drawn)
        assert await digest(database) == outside.graph, texts
        assert not outside.calls, texts
        assert outside.file.stat().st_atime == 1_000_000_000
        assert await running(database) == 0

    asked = st.lists(st.tuples(statements(), parameters), min_size=AT_ONCE, max_size=AT_ONCE)
    await held(judge, asked, examples(10, soak=SOAK // AT_ONCE))
    record_property("examples", count["asked"])
    assert count["asked"] >= (SOAK if IS_SOAK else 400)
    assert min(count["run"], count["harm"], count["hidden"]) > AT_ONCE


async def secrets_of(database: Database) -> Secrets:
    """All sealed values, as lists of numbers, and all blind indexes and tokens, as the graph holds them."""
    sealed: set[str] = set()
    blind: set[str] = set()
    rows = await database.run_schema(
        "CYPHER 5 MATCH (n) RETURN labels(n) AS kinds, properties(n) AS properties "
        "UNION ALL MATCH ()-[r]->() RETURN [type(r)] AS kinds, properties(r) AS properties"
    )
    for row in rows:
        for name, value in row["properties"].items():
            if isinstance(value, bytes | bytearray):
                for signed in (True, False):
                    numbers = [byte - 256 if signed and byte > 127 else byte for byte in value]
                    sealed.add(",".join(map(str, numbers)))
            elif any(name in BLIND_PROPERTIES.get(kind, ()) for kind in row["kinds"]):
                blind |= {value} if isinstance(value, str) else set(value)
    hidden = {key for key in blind if len(key) > 8 and mask_text(key) != key}
    return Secrets(Scanner([*KINDS.values()]), sealed, hidden)


async def held(judge: Any, strategy: st.SearchStrategy[Any], number: int) -> None:
    """A property of what is awaited: hypothesis runs in a thread, its examples here."""
    loop = asyncio.get_running_loop()

    @settings(max_examples=number, suppress_health_check=list(HealthCheck), database=None)
    @given(strategy)
    def check(drawn: Any) -> None:
        asyncio.run_coroutine_threadsafe(judge(drawn), loop).result()

    await asyncio.to_thread(check)
