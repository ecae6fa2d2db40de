"""Statements judged and run on a real server: what is refused, how a run ends, and that nothing of it is left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from neo4j import Record

from graph.access.audit import Filter
from graph.access.roles import Caller, Role
from graph.console.errors import (
    ConsoleError,
    RefusedError,
    RunCancelledError,
    StatementError,
    TimedOutError,
)
from graph.console.model import Ask, Asker, Columns, Limits, Mode, Rows, Summary
from graph.console.run import Run
from graph.console.service import Console
from graph.console.values import Opened
from graph.db.connect import connect
from graph.db.database import Database
from graph.errors import DatabaseUnavailableError, ForbiddenError, InputError, NotFoundError
from graph.runtime import Endpoint
from tests.faults import BoltProxy
from tests.graph.console.conftest import ANALYST, Make, ask, running

ADMIN = Asker(Caller(Role.ADMIN, "admin-1"))
ENDLESS = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a, b WHERE a + b < 0 RETURN a"
GOES_ON = "UNWIND range(1, 100000000) AS a RETURN a"


async def refused(console: Console, statement: str, **more: Any) -> ConsoleError:
    with pytest.raises(ConsoleError) as error:
        await ask(console, statement, **more)
    return error.value


WRITES = [
    "CREATE (n:Evil) RETURN n",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n) SET n.x = 1 RETURN n",
    "MERGE (n:Evil) RETURN n",
    "MATCH (n) REMOVE n:User",
    "UNWIND [1] AS x CALL (x) { CREATE (:Evil) }",
    "FOREACH (x IN [1] | CREATE (:Evil))",
    "MATCH (n) CALL (n) { SET n.x = 1 } IN TRANSACTIONS OF 10 ROWS",
    "CREATE INDEX evil FOR (n:Evil) ON (n.x)",
    "DROP INDEX evil IF EXISTS",
    "CREATE CONSTRAINT evil FOR (n:Evil) REQUIRE n.x IS UNIQUE",
    "CREATE USER evil SET PASSWORD 'evil-evil'",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'",
    "STOP DATABASE neo4j",
    "GRANT ROLE admin TO evil",
]


@pytest.mark.parametrize("statement", WRITES)
async def test_what_writes_or_administers_is_refused(console: Console, statement: str) -> None:
    error = await refused(console, statement)
    assert isinstance(error, RefusedError | StatementError)
    if error.status == 403:
        assert error.reason == "writes"
    else:
        assert error.reason in ("syntax", "statement"), "5.26 Community does not know all administration"


@pytest.mark.parametrize(
    "statement",
    [
        "CALL dbms.listConfig()",
        "CALL dbms.components() YIELD name RETURN name",
        "CALL tx.setMetaData({run: 'x'})",
        "CALL db.clearQueryCaches()",
        "CALL db.index.fulltext.queryNodes('search_tokens', 'a') YIELD node RETURN node",
        "CALL db.createLabel('Evil')",
        "MATCH (n) CALL `db`.`info`() YIELD name RETURN name",
    ],
)
async def test_procedures_outside_the_list_are_refused_by_name(console: Console, statement: str) -> None:
    error = await refused(console, statement)
    assert (error.status, error.reason) == (403, "procedure") or error.reason == "writes"


async def test_what_text_alone_would_let_through_the_plan_refuses(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either wall stands without the other."""
    monkeypatch.setattr("graph.console.text._check_command", lambda *_: None)
    for statement in (
        "LOAD CSV FROM 'http://127.0.0.1:9/' AS row RETURN row",
        "SHOW DATABASES",
        "SHOW TRANSACTIONS",
    ):
        error = await refused(console, statement)
        assert error.status == 403, statement
        assert error.reason in ("operator", "writes"), statement
        assert error.reason != "operator" or "operator" in error.message


async def test_the_listed_procedures_are_run(console: Console, database: Database) -> None:
    await ask(console, "CALL db.labels() YIELD label RETURN label")
    await ask(console, "CALL db.relationshipTypes()")
    answer = await ask(console, "CALL db.propertyKeys() YIELD propertyKey AS k RETURN collect(k) AS ks")
    assert "oneId" in answer.rows[0][0]


@pytest.mark.parametrize(
    ("statement", "reason", "line", "column"),
    [
        ("MATCH (n)\n  RETRUN n", "syntax", 2, 3),
        ("RETURN x", "syntax", 1, 8),
        ("MATCH (n)\nRETURN n.a +", "syntax", 2, 13),
        ("RETURN foo", "syntax", 1, 8),
    ],
)
async def test_wrong_cypher_is_told_with_its_place(
    console: Console, statement: str, reason: str, line: int, column: int
) -> None:
    error = await refused(console, statement)
    assert (error.status, error.reason, error.line, error.column) == (400, reason, line, column), (
        error.message
    )
    assert error.hint
    assert "offset" not in error.message


@pytest.mark.parametrize(
    ("statement", "parameters", "reason"),
    [
        ("RETURN 1 / 0 AS x", {}, "arithmetic"),
        ("RETURN $p AS x", {}, "missing_parameter"),
        ("RETURN $p + 1 AS x", {"p": 2**70}, "parameter"),
        ("WITH $p AS p RETURN p.a AS x", {"p": 1}, "syntax"),
        ("UNWIND $p AS p RETURN abs(p) AS x", {"p": [1, "a"]}, "wrong_type"),
        ("RETURN date($p) AS x", {"p": "nonsense"}, "syntax"),
    ],
)
async def test_what_fails_with_its_values_is_told(
    console: Console, statement: str, parameters: dict[str, Any], reason: str
) -> None:
    error = await refused(console, statement, parameters=parameters)
    assert (error.status, error.reason) == (400, reason), error.message


async def test_modes(console: Console) -> None:
    statement = "UNWIND range(1, 5) AS x RETURN sum(x) AS s"
    explained = await ask(console, statement, mode=Mode.EXPLAIN)
    assert (explained.columns.names, explained.rows) == (("s",), [])
    assert explained.summary.plan["operator"] == "ProduceResults"
    profiled = await ask(console, statement, mode=Mode.PROFILE)
    assert profiled.rows == [[15]]
    assert profiled.summary.plan["rows"] == 1
    assert (await ask(console, statement)).summary.plan is None


async def test_answers_are_cut_off_at_their_limits(make: Make, server: Database) -> None:
    few = make(rows=7)
    exact = await ask(few, "UNWIND range(1, 7) AS x RETURN x")
    assert (len(exact.rows), exact.summary.truncated) == (7, None)
    cut = await ask(few, GOES_ON)
    assert (len(cut.rows), cut.summary.truncated, cut.summary.rows) == (7, "rows", 7)
    small = await ask(make(result_bytes=1_000), "UNWIND range(1, 9999) AS x RETURN x, 'xxxxxxxxxx' AS y")
    assert small.summary.truncated == "bytes"
    assert (
        900 < sum(len(line) for part in small.parts if isinstance(part, Rows) for line in part.lines) <= 1_000
    )
    assert await running(server) == 0


async def test_the_first_row_does_not_wait_for_the_others(console: Console) -> None:
    async with aclosing(console.run(Ask(GOES_ON), ANALYST)) as parts:
        assert isinstance(await anext(parts), Columns)
        first = await anext(parts)
        assert isinstance(first, Rows)
        assert first.values == [[1]]


async def test_a_runaway_statement_is_gone_a_second_after_its_deadline(make: Make, server: Database) -> None:
    console = make(seconds=1)
    await console.explain(ENDLESS)
    began = time.monotonic()
    with pytest.raises(TimedOutError, match="longer than 1 s"):
        await ask(console, ENDLESS)
    assert time.monotonic() - began < 2
    assert await running(server) == 0


async def test_a_reader_that_reads_no_further_is_ended_too(make: Make, server: Database) -> None:
    console = make(seconds=1)
    async with aclosing(console.run(Ask(GOES_ON), ANALYST)) as parts:
        await anext(parts)
        async with asyncio.timeout(3):
            while await running(server):  # noqa: ASYNC110 - the server's doing
                await asyncio.sleep(0.05)
        with pytest.raises(TimedOutError):
            async for _ in parts:
                pass


async def test_who_goes_away_leaves_nothing_running(console: Console, server: Database) -> None:
    async with aclosing(console.run(Ask(GOES_ON), ANALYST)) as parts:
        await anext(parts)
        assert await running(server) == 1
    assert await running(server) == 0
    waiting = asyncio.create_task(ask(console, ENDLESS))
    async with asyncio.timeout(5):
        while not await running(server):  # noqa: ASYNC110 - the server's doing
            await asyncio.sleep(0.02)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await running(server) == 0


async def test_who_goes_away_between_rows_keeps_the_connection(console: Console, server: Database) -> None:
    used_by = """CYPHER 5 SHOW TRANSACTIONS YIELD connectionId AS id, metaData
    WHERE metaData.app = 'guanxi.console' RETURN id"""
    async with aclosing(console.run(Ask(GOES_ON), ANALYST)) as parts:
        await anext(parts)
        [used] = await server.run_schema(used_by)
    there = await server.run_schema("CYPHER 5 CALL dbms.listConnections() YIELD connectionId AS id RETURN id")
    assert used in there


async def test_a_run_is_cancelled_by_its_owner_or_an_admin(
    console: Console, make: Make, server: Database
) -> None:
    other = Caller(Role.ANALYST, "analyst-2")
    for by, through in ((ANALYST.caller, console), (ADMIN.caller, console), (ANALYST.caller, make())):
        waiting = asyncio.create_task(ask(console, ENDLESS, run="run-1"))
        async with asyncio.timeout(5):
            while not await running(server):  # noqa: ASYNC110 - the server's doing
                await asyncio.sleep(0.02)
        for foreign in (console, make()):
            with pytest.raises(NotFoundError):
                await foreign.cancel("run-1", other)
        with pytest.raises(InputError, match="run of this id"):
            await ask(console, "RETURN 1 AS x", run="run-1")
        await through.cancel("run-1", by)
        with pytest.raises(RunCancelledError):
            await waiting
        assert await running(server) == 0
    with pytest.raises(NotFoundError):
        await console.cancel("run-1", ADMIN.caller)


async def test_a_memory_bomb_is_a_clear_error(console: Console, server: Database) -> None:
    bomb = "UNWIND range(1, 20000000) AS x WITH collect(x + 0.5) AS xs RETURN size(xs) AS n"
    error = await refused(console, bomb)
    assert (error.status, error.reason) == (400, "out_of_memory")
    assert await running(server) == 0
    assert (await ask(console, "RETURN 1 AS x")).rows == [[1]]


async def test_twenty_at_once(make: Make, server: Database) -> None:
    console = make(seconds=60)
    statement = "UNWIND range(1, 2000) AS x RETURN x, x * 2 AS y"
    answers = await asyncio.gather(*(ask(console, statement, run=f"r-{n}") for n in range(20)))
    assert all(answer.rows[-1] == [2_000, 4_000] for answer in answers)
    assert len({answer.text for answer in answers}) == 1
    assert await running(server) == 0


async def test_verdicts_are_remembered_for_their_server_alone(console: Console) -> None:
    await ask(console, "RETURN 5 AS x")
    verdicts = console._verdicts
    kept = verdicts.get("RETURN 5 AS x")
    assert kept is not None
    assert kept is verdicts.get("RETURN 5 AS x")
    verdicts.seen("Neo4j/2027.01.0")
    assert verdicts.get("RETURN 5 AS x") is None
    verdicts.forget()
    assert (await ask(console, "RETURN 5 AS x")).rows == [[5]]
    assert verdicts.agent == kept.agent
    await refused(console, "RETRUN 1")
    again = await refused(console, "RETRUN 1")
    assert again is verdicts.get("RETRUN 1").refusal  # type: ignore[union-attr]


@pytest.fixture
async def proxied(endpoint: Endpoint) -> AsyncIterator[tuple[BoltProxy, Database]]:
    """The run's database behind a proxy that can be cut."""
    target = int(endpoint.uri.rpartition(":")[2])
    async with BoltProxy(target) as proxy:
        behind = replace(endpoint, uri=f"bolt://127.0.0.1:{proxy.port}")
        driver = await connect(behind)
        yield proxy, Database(driver, name=endpoint.database)
        await driver.close()


async def test_a_database_that_is_lost_meanwhile_is_told_soon(
    make: Make, proxied: tuple[BoltProxy, Database], server: Database
) -> None:
    proxy, database = proxied
    console = make(seconds=20, database=database)
    for statement in (ENDLESS, GOES_ON):
        began = time.monotonic()
        asking = asyncio.create_task(ask(console, statement))
        async with asyncio.timeout(5):
            while not await running(server):  # noqa: ASYNC110 - the server's doing
                await asyncio.sleep(0.02)
        await proxy.cut()
        with pytest.raises(DatabaseUnavailableError):
            await asking
        assert time.monotonic() - began < 15
        with pytest.raises(DatabaseUnavailableError):
            await ask(console, "RETURN 'another' AS x")
        await proxy.restore()
        assert (await ask(console, "RETURN 1 AS x")).rows == [[1]]
        async with asyncio.timeout(5):
            while await running(server):  # noqa: ASYNC110 - the server's doing
                await asyncio.sleep(0.02)


async def test_who_may(console: Console) -> None:
    for role in (Role.FRONTEND, Role.STEWARD, Role.PRIVACY, Role.PROGRAMME, Role.MONITOR):
        with pytest.raises(ForbiddenError):
            await ask(console, "RETURN 1 AS x", Asker(Caller(role, "k")))
    assert (await ask(console, "RETURN 1 AS x", ADMIN)).rows == [[1]]


async def test_each_run_is_recorded(console: Console) -> None:
    audit = console._audit
    await ask(console, "RETURN $name AS x", parameters={"name": "secret-value"}, run="one")
    await refused(console, "CREATE (n) RETURN n", run="two")
    await refused(console, "RETURN 1/0 AS x", run="three")
    with pytest.raises(ForbiddenError):
        await ask(console, "RETURN 1 AS x", Asker(Caller(Role.STEWARD, "k")), run="four")
    async with aclosing(console.run(Ask(GOES_ON, run="five"), ANALYST)) as parts:
        await anext(parts)
    await audit.drain()
    found = list(audit.runs(Filter()))
    assert [(one.run, one.outcome, one.key_id) for one in found] == [
        ("one", "done", "analyst-1"),
        ("two", "writes", "analyst-1"),
        ("three", "arithmetic", "analyst-1"),
        ("four", "forbidden", "k"),
        ("five", "abandoned", "analyst-1"),
    ]
    assert (found[0].statement, found[0].parameters, found[0].rows) == ("RETURN $name AS x", ("name",), 1)
    assert found[0].micros > 0
    assert b"secret-value" not in audit.path.read_bytes()
    assert [one.run for one in audit.runs(Filter(key_id="k"))] == ["four"]
    assert not list(audit.runs(Filter(subject="x")))


async def test_an_answer_has_its_parts_in_order(console: Console) -> None:
    answer = await ask(console, "UNWIND range(1, 3000) AS x RETURN x")
    assert isinstance(answer.parts[0], Columns)
    assert all(isinstance(part, Rows) for part in answer.parts[1:-1])
    assert isinstance(answer.parts[-1], Summary)
    assert [row[0] for row in answer.rows] == list(range(1, 3001))
    nothing = await ask(console, "UNWIND [] AS x RETURN x")
    assert (nothing.columns.names, nothing.rows) == (("x",), [])


async def test_a_fault_of_ours_is_told_to_who_reads(server: Database) -> None:
    async def opens(_records: list[Record]) -> Opened:
        raise RuntimeError("a fault")

    deadline = asyncio.get_running_loop().time() + 30
    run = Run("fault", database=server, limits=Limits(), metadata={}, deadline=deadline)
    with pytest.raises(RuntimeError, match="a fault"):
        async for _ in run.waves("RETURN 1 AS x", {}, mode=Mode.RUN, reveal=(("x",), opens)):
            pass
    assert await running(server) == 0
