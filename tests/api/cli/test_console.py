"""`guanxi console` against the run's Neo4j, and through a server."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from api.app import create_app
from api.cli.main import app
from api.wiring import Services
from graph.access.roles import Role
from graph.errors import AccessError, DatabaseUnavailableError, InputError
from graph.runtime import Endpoint
from graph.settings import Settings
from tests.api.conftest import headers_of
from tests.api.server import listening

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on the run's database and data folder."""
    del endpoint  # it runs
    monkeypatch.setenv("GUANXI_DATA_DIR", str(settings.data_dir))
    return lambda *arguments: CliRunner().invoke(app, ["console", *arguments])


def asked(run: Run, statement: str, *options: str) -> Result:
    found = run("--execute", statement, *options)
    assert found.exit_code == 0, found.exception
    return found


async def test_rows_are_shown_in_each_format(run: Run, database: object) -> None:
    statement = "UNWIND [1, $n] AS x RETURN x, '中' + $t AS t, null AS n"
    options = ("--param", "n=22", "--param", "t=a=b")
    table = await asyncio.to_thread(asked, run, statement, *options)
    assert table.stdout.splitlines() == ["x  | t     | n", "---+-------+--", "1  | 中a=b |", "22 | 中a=b |"]
    assert "2 rows in " in table.stderr
    lines = (await asyncio.to_thread(asked, run, statement, *options, "--format", "json")).stdout.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"x": 1, "t": "中a=b", "n": None},
        {"x": 22, "t": "中a=b", "n": None},
    ]
    formula = "RETURN '=1+1' AS f, -5 AS n, 'a,\"b' AS q"
    told = (await asyncio.to_thread(asked, run, formula, "--format", "csv")).stdout
    assert list(csv.reader(io.StringIO(told))) == [["f", "n", "q"], ["'=1+1", "-5", 'a,"b']]


async def test_plans_are_shown(run: Run, database: object) -> None:
    explained = await asyncio.to_thread(asked, run, "UNWIND [1] AS x RETURN x", "--mode", "explain")
    assert explained.stdout.startswith("+ProduceResults")  # no header of rows that never come
    profiled = await asyncio.to_thread(asked, run, "UNWIND [1] AS x RETURN x", "--mode", "profile")
    assert "rows 1" in profiled.stdout


async def test_an_error_has_a_caret_under_its_place(run: Run, database: object) -> None:
    found = await asyncio.to_thread(run, "--execute", "MATCH (n)\nRETRUN '中' AS x")
    assert isinstance(found.exception, InputError)
    message = found.exception.message.splitlines()
    assert message[-3:] == ["  line 2, column 1:", "  RETRUN '中' AS x", "  ^"]
    wide = await asyncio.to_thread(run, "--execute", "RETURN '中', apoc.x()")
    assert isinstance(wide.exception, InputError)
    assert wide.exception.message.splitlines()[-2:] == ["  RETURN '中', apoc.x()", "               ^"]


async def test_a_server_is_asked_with_a_key(run: Run, services: Services) -> None:
    key = (await headers_of(services, Role.ANALYST))["Authorization"].removeprefix("Bearer ")
    async with listening(create_app(services, follow=False)) as address:
        url = ("--url", f"http://{address}", "--key", key)
        found = await asyncio.to_thread(asked, run, "UNWIND range(1, 300) AS x RETURN x", *url)
        assert len(found.stdout.splitlines()) == 302
        refused = await asyncio.to_thread(run, "--execute", "RETURN apoc.x()", *url)
        assert isinstance(refused.exception, InputError)
        assert "(function)" in refused.exception.message
        late = await asyncio.to_thread(
            run, "--execute", "UNWIND range(1, 999) AS a RETURN 1/(900-a) AS b", *url
        )
        assert isinstance(late.exception, InputError)
        assert "(arithmetic)" in late.exception.message
    gone = await asyncio.to_thread(run, "--execute", "RETURN 1", *url)
    assert isinstance(gone.exception, DatabaseUnavailableError)


def test_mistakes(run: Run) -> None:
    assert isinstance(run().exception, InputError)
    assert isinstance(run("--execute", "RETURN 1", "--param", "x").exception, InputError)
    assert isinstance(run("--execute", "RETURN 1", "--url", "http://127.0.0.1:1").exception, AccessError)


async def test_a_script_is_read_from_standard_input(run: Run, database: object) -> None:
    del run, database  # they say where
    script = ":param n 2\nRETURN $n AS x;\nRETRUN 1;\nRETURN 3 AS x;"
    found = await asyncio.to_thread(CliRunner().invoke, app, ["console", "--format", "csv"], input=script)
    assert found.stdout.splitlines() == ["x", "2"]
    assert isinstance(found.exception, InputError)
    assert "(syntax)" in found.exception.message
