"""The client for notebooks, against a server on loopback."""

from __future__ import annotations

import asyncio
import datetime
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Any

import pytest

from api.app import create_app
from api.client import Connection, connect
from api.wiring import Services
from graph.access.roles import Role
from graph.clock import new_id
from graph.console.errors import ConsoleError
from graph.db.database import Database
from graph.errors import AccessError, ConfigurationError, DatabaseUnavailableError, InputError
from graph.ingest.writer import Writer
from tests.api.conftest import headers_of
from tests.api.server import listening
from tests.graph.console.conftest import running
from tests.graph.judgement.people import said

ENDLESS = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a, b WHERE a + b < 0 RETURN a"
SECONDS = 60.0


@pytest.fixture
async def address(services: Services) -> AsyncIterator[str]:
    async with listening(create_app(services, follow=False)) as found:
        yield f"http://{found}"


@pytest.fixture
async def key(services: Services) -> str:
    return (await headers_of(services, Role.ANALYST))["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def graph(address: str, key: str) -> Iterator[Connection]:
    with closing(connect(address, key)) as connection:
        yield connection


async def run(graph: Connection, statement: str, **parameters: Any) -> Any:
    return await asyncio.to_thread(graph.run, statement, **parameters)


async def test_rows_and_arrow_keep_their_types(graph: Connection) -> None:
    answer = await run(
        graph,
        "UNWIND [1, $n] AS n RETURN n, 'text ' + n AS t, [n, null] AS l, {a: n} AS m, null AS z,"
        " date('2026-11-28') AS d, n / 2.0 AS f",
        n=9007199254740993,
    )
    table = answer.arrow()
    assert [str(one) for one in table.schema.types] == [
        "int64", "string", "string", "string", "string", "date32[day]", "double",
    ]  # fmt: skip
    rows = answer.rows()
    assert len(answer) == len(rows) == 2
    assert rows[0] == {
        "n": 1, "t": "text 1", "l": [1, None], "m": {"a": 1}, "z": None, "d": datetime.date(2026, 11, 28), "f": 0.5,
    }  # fmt: skip
    assert rows[1]["n"] == 9007199254740993
    assert answer.truncated is None
    assert answer.seconds > 0


async def test_many_rows_and_none(graph: Connection) -> None:
    many = await run(graph, "UNWIND range(1, 25000) AS n RETURN n")
    assert many.arrow().column("n").to_pylist() == list(range(1, 25001))
    none = await run(graph, "MATCH (n:User) RETURN n.oneId AS id")
    assert (len(none), none.rows(), none.arrow().column_names) == (0, [], ["id"])


async def test_plans(graph: Connection) -> None:
    explained = await asyncio.to_thread(graph.explain, "UNWIND [1, 2] AS n RETURN n")
    assert explained.plan["operator"] == "ProduceResults"
    assert len(explained) == 0
    profiled = await asyncio.to_thread(graph.profile, "UNWIND [1, $n] AS n RETURN n", n=2)
    assert profiled.plan["rows"] == 2
    assert len(profiled) == 2
    assert (await run(graph, "RETURN 1 AS n")).plan is None


@pytest.mark.parametrize(
    ("statement", "reason", "place"),
    [
        ("MATCH (n)\n  RETRUN n", "syntax", (2, 3)),
        ("RETURN $missing AS x", "missing_parameter", (None, None)),
        ("CREATE (n:User)", "writes", (None, None)),
        ("UNWIND range(1, 50000) AS a RETURN 1 / (40000 - a) AS b", "arithmetic", (None, None)),
        (
            "UNWIND range(1, 20000) AS a RETURN CASE a WHEN 19999 THEN 'x' ELSE a END AS b",
            "mixed_column",
            (None, None),
        ),
    ],
)
async def test_errors_are_exceptions_with_their_place(
    graph: Connection, statement: str, reason: str, place: tuple[int | None, int | None]
) -> None:
    with pytest.raises(ConsoleError) as caught:
        await run(graph, statement)
    assert (caught.value.reason, (caught.value.line, caught.value.column)) == (reason, place)
    assert caught.value.message
    assert caught.value.hint
    assert (await run(graph, "RETURN 1 AS x")).rows() == [{"x": 1}]  # the connection goes on


async def test_keys_and_addresses_that_are_wrong(address: str, graph: Connection) -> None:
    with pytest.raises(AccessError):
        connect(address, "")
    with closing(connect(address, "wrong")) as stranger, pytest.raises(ConsoleError) as caught:
        await run(stranger, "RETURN 1 AS x")
    assert caught.value.reason == "unauthorized"
    for wrong in ("http://127.0.0.1:1", "no address"):
        with closing(connect(wrong, "key")) as nowhere, pytest.raises(DatabaseUnavailableError):
            await run(nowhere, "RETURN 1 AS x")
    with pytest.raises(InputError, match="no JSON"):
        await run(graph, "RETURN $x AS x", x=object())


async def test_cancel_ends_what_runs(graph: Connection, server: Database) -> None:
    waiting = asyncio.ensure_future(run(graph, ENDLESS))
    async with asyncio.timeout(SECONDS):
        while not await running(server):
            pass
    await asyncio.to_thread(graph.cancel)
    with pytest.raises(ConsoleError) as caught:
        await waiting
    assert caught.value.reason == "cancelled"
    assert await running(server) == 0
    await asyncio.to_thread(graph.cancel)  # nothing runs: nothing happens


async def test_cancel_finds_a_run_that_has_not_begun(graph: Connection, server: Database) -> None:
    for _ in range(5):
        waiting = asyncio.ensure_future(run(graph, ENDLESS + f" // {new_id()}"))  # judged anew each time
        async with asyncio.timeout(SECONDS):
            while not graph.runs:
                await running(server)
        await asyncio.to_thread(graph.cancel)
        with pytest.raises(ConsoleError) as caught:
            await waiting
        assert caught.value.reason == "cancelled"
    assert await running(server) == 0


async def test_pandas_is_asked_of_who_has_it(graph: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await run(graph, "RETURN 1 AS x")
    assert answer.pandas().to_dict("records") == [{"x": 1}]
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigurationError, match="pandas"):
        answer.pandas()


async def test_names_of_parameters_are_free(graph: Connection) -> None:
    answer = await run(graph, "RETURN $self + $key + $run AS x", **{"key": 1, "run": 2, "self": 4})
    assert answer.rows() == [{"x": 7}]


async def test_columns_in_the_clear_are_for_who_may_and_says_what_for(
    address: str, key: str, services: Services, writer: Writer
) -> None:
    await writer.write([said("a", checked=True, name="张伟国", phone="13912345678")])
    statement = (
        "MATCH (p:Profile)-[h:HAS]->(i {namespace: $columns}) WHERE $statement RETURN h, properties(h) AS p"
    )
    given = {"columns": "phone", "statement": True}  # parameters of any name
    admin = (await services.access.create(Role.ADMIN)).key
    with closing(connect(address, admin, purpose="support")) as graph:
        for columns in ("h", ["h"]):
            [row] = (await asyncio.to_thread(graph.reveal, columns, statement, **given)).rows()
            assert row["h"]["properties"]["value"] == "+8613912345678"
            assert row["p"]["value"] == "[sealed]"
        [hidden] = (await asyncio.to_thread(graph.run, statement, **given)).rows()
        assert hidden["h"]["properties"]["value"] == "[sealed]"
    for other, purpose in ((admin, None), (key, "support"), (key, None)):
        with (
            closing(connect(address, other, purpose=purpose)) as graph,
            pytest.raises(ConsoleError) as caught,
        ):
            await asyncio.to_thread(graph.reveal, "h", statement, **given)
        assert caught.value.reason == "forbidden"
