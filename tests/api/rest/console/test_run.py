"""`/v1/console` over HTTP: answers as JSON lines and Arrow, errors with their place, cancelling, going away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pyarrow as pa
import pytest

from api.app import create_app
from api.rest.console.shapes import ARROW
from api.wiring import Services, compose
from graph.access.audit import Filter
from graph.access.roles import Role
from graph.db.database import Database
from graph.identity.rules import Rules
from graph.privacy.keyring import Keyring
from graph.settings import Settings
from tests.api.conftest import headers_of, serving
from tests.api.server import listening
from tests.graph.console.conftest import running

ENDLESS = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a, b WHERE a + b < 0 RETURN a"
GOES_ON = "UNWIND range(1, 100000000) AS a RETURN a"
ERROR_FIELDS = ["code", "message", "line", "column", "hint"]


@pytest.fixture
async def analyst(services: Services) -> dict[str, str]:
    """Headers of an analyst."""
    return await headers_of(services, Role.ANALYST)


@pytest.fixture
async def quick(settings: Settings, database: Database, keyring: Keyring, rules: Rules) -> Services:
    """Services whose console gives a statement one second."""
    changed = settings.model_copy(update={"console_seconds": 1.0})
    return compose(changed, database, keyring=keyring, rules=rules)


@pytest.fixture
async def address(services: Services) -> AsyncIterator[str]:
    """A server on loopback."""
    async with listening(create_app(services, follow=False)) as found:
        yield f"http://{found}"


async def ask(
    client: httpx.AsyncClient, headers: dict[str, str], statement: str, **more: Any
) -> httpx.Response:
    return await client.post("/v1/console/run", json={"statement": statement, **more}, headers=headers)


def lines(response: httpx.Response) -> list[Any]:
    return [json.loads(line) for line in response.text.splitlines()]


async def test_a_statement_end_to_end(client: httpx.AsyncClient, analyst: dict[str, str]) -> None:
    answer = await ask(client, analyst, "UNWIND range(1, $n) AS x RETURN x, x * 2 AS y", parameters={"n": 3})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    columns, *rows, last = lines(answer)
    assert columns["columns"] == ["x", "y"]
    assert rows == [[1, 2], [2, 4], [3, 6]]
    assert last["summary"]["rows"] == 3
    assert last["summary"]["truncated"] is None
    assert last["summary"]["run"] == columns["run"]


@pytest.mark.parametrize(
    ("statement", "status", "code", "line", "column"),
    [
        ("MATCH (n)\n  RETRUN n", 400, "syntax", 2, 3),
        ("RETURN 1 / 0 AS x", 400, "arithmetic", None, None),
        ("RETURN $p AS p", 400, "missing_parameter", None, None),
        ("MATCH (n) DETACH DELETE n", 403, "writes", None, None),
        ("MATCH (n)\nLOAD CSV FROM 'x' AS r RETURN r", 403, "command", 2, 1),
        ("RETURN apoc.version() AS x", 403, "function", 1, 8),
        ("CALL dbms.listConfig()", 403, "procedure", None, None),
    ],
)
async def test_errors_have_their_status_and_place(
    client: httpx.AsyncClient,
    analyst: dict[str, str],
    statement: str,
    status: int,
    code: str,
    line: int | None,
    column: int | None,
) -> None:
    answer = await ask(client, analyst, statement)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert list(error) == ERROR_FIELDS
    assert (error["code"], error["line"], error["column"]) == (code, line, column)
    assert error["message"]
    assert error["hint"]


async def test_all_refusals_have_the_same_form(
    services: Services, client: httpx.AsyncClient, analyst: dict[str, str]
) -> None:
    steward = await headers_of(services, Role.STEWARD)
    for headers, body, status in (
        ({}, {"statement": "RETURN 1"}, 401),
        (steward, {"statement": "RETURN 1"}, 403),
        (analyst, {}, 400),
        (analyst, {"statement": 5}, 400),
        (analyst, {"statement": "RETURN 1", "unknown": 1}, 400),
        (analyst, {"statement": "RETURN 1 AS x", "reveal": ["x"]}, 403),
        (analyst, {"statement": "RETURN 1 AS x", "run": "no id"}, 400),
    ):
        answer = await client.post("/v1/console/run", json=body, headers=headers)
        assert answer.status_code == status, (body, answer.text)
        assert list(answer.json()["error"]) == ERROR_FIELDS
    wrong = await client.post("/v1/console/run", content=b"{", headers=analyst)
    assert (wrong.status_code, list(wrong.json()["error"])) == (400, ERROR_FIELDS)


async def test_a_statement_over_its_time_is_408(quick: Services, server: Database) -> None:
    async with serving(quick) as client:
        headers = await headers_of(quick, Role.ANALYST)
        answer = await ask(client, headers, ENDLESS)
        assert (answer.status_code, answer.json()["error"]["code"]) == (408, "timed_out")
        streamed = await ask(
            client, headers, "UNWIND range(1, 3000000) AS a RETURN a, 1000000 / (2000000 - a) AS b"
        )
        assert streamed.status_code == 200
        assert list(lines(streamed)[-1]) in (["error"], ["summary"])
    assert await running(server) == 0


async def test_an_error_after_rows_is_the_last_line(
    client: httpx.AsyncClient, analyst: dict[str, str]
) -> None:
    answer = await ask(client, analyst, "UNWIND range(1, 5000) AS a RETURN 1 / (4000 - a) AS b")
    assert answer.status_code == 200
    columns, *rows, last = lines(answer)
    assert columns["columns"] == ["b"]
    assert rows
    assert (last["error"]["code"], list(last["error"])) == ("arithmetic", ERROR_FIELDS)


async def test_too_much_of_one_analyst_is_429(services: Services, server: Database) -> None:
    settings = services.settings.model_copy(update={"console_running": 1})
    async with serving(replace(services, settings=settings)) as client:
        headers = await headers_of(services, Role.ANALYST)
        asked = [asyncio.create_task(ask(client, headers, ENDLESS, run=f"r-{n}")) for n in range(20)]
        done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED, timeout=10)
        answers = [task.result() for task in done]
        assert answers
        assert {answer.status_code for answer in answers} == {429}
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
        assert list(answers[0].json()["error"]) == ERROR_FIELDS
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        await services.console.aclose()
    assert await running(server) == 0


async def test_a_run_is_cancelled_by_its_id(
    services: Services, client: httpx.AsyncClient, analyst: dict[str, str], server: Database
) -> None:
    waiting = asyncio.create_task(ask(client, analyst, ENDLESS, run="mine-1"))
    async with asyncio.timeout(10):
        while not await running(server):  # noqa: ASYNC110 - the server's doing
            await asyncio.sleep(0.02)
    other = await headers_of(services, Role.ANALYST)
    assert (await client.delete("/v1/console/runs/mine-1", headers=other)).status_code == 404
    cancelled = await client.delete("/v1/console/runs/mine-1", headers=analyst)
    assert cancelled.json() == {"run": "mine-1", "cancelled": True}
    answer = await waiting
    assert (answer.status_code, answer.json()["error"]["code"]) == (408, "cancelled")
    assert await running(server) == 0
    assert (await client.delete("/v1/console/runs/mine-1", headers=analyst)).status_code == 404


@pytest.mark.parametrize("statement", [ENDLESS, GOES_ON])
async def test_who_goes_away_leaves_nothing_running(
    address: str, analyst: dict[str, str], server: Database, statement: str
) -> None:
    async def read() -> None:
        async with (
            httpx.AsyncClient(base_url=address, timeout=60) as client,
            client.stream(
                "POST", "/v1/console/run", json={"statement": statement}, headers=analyst
            ) as answer,
        ):
            pieces = answer.aiter_bytes()  # kept: without it the answer would be closed
            await anext(pieces)
            await asyncio.Event().wait()

    reading = asyncio.create_task(read())
    async with asyncio.timeout(10):
        while not await running(server):  # noqa: ASYNC110 - the server's doing
            await asyncio.sleep(0.05)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    async with asyncio.timeout(3):
        while await running(server):  # noqa: ASYNC110 - the server's doing
            await asyncio.sleep(0.05)


async def test_arrow_keeps_types(client: httpx.AsyncClient, analyst: dict[str, str]) -> None:
    statement = (
        "UNWIND range(1, 1500) AS x RETURN x AS i, x / 2.0 AS f, toString(x) AS s, x > 5 AS b, "
        "date('2026-11-28') AS d, datetime('2026-11-28T10:00:00.123456789+08:00') AS t, "
        "CASE WHEN x % 2 = 0 THEN x ELSE 'odd' END AS m, {x: x} AS o, null AS n, 9007199254740993 AS big"
    )
    answer = await ask(client, analyst | {"Accept": ARROW}, statement)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == ARROW
    with pa.ipc.open_stream(answer.content) as reader:
        batches = []
        metadata = None
        while True:
            try:
                batch, metadata = reader.read_next_batch_with_custom_metadata()
            except StopIteration:
                break
            batches.append(batch)
    table = pa.Table.from_batches(batches)
    kinds = {field.name: str(field.type) for field in table.schema}
    assert kinds == {
        "i": "int64", "f": "double", "s": "string", "b": "bool", "d": "date32[day]", "t": "timestamp[us, tz=UTC]",
        "m": "string", "o": "string", "n": "string", "big": "int64",
    }  # fmt: skip
    assert table.num_rows == 1500
    assert table["i"].to_pylist()[-1] == 1500
    assert table["t"][0].as_py().isoformat() == "2026-11-28T02:00:00.123456+00:00"
    assert table["m"].to_pylist()[:2] == ['"odd"', "2"]
    assert table["big"][0].as_py() == 9007199254740993
    assert metadata is not None
    assert json.loads(metadata[b"guanxi"])["summary"]["rows"] == 1500
    assert json.loads(table.schema.metadata[b"guanxi.json"]) == ["m", "o", "n"]


async def test_arrow_of_an_error_is_told_and_broken_off(address: str, analyst: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        early = await ask(client, analyst | {"Accept": ARROW}, "RETURN 1/0 AS x")
        assert (early.status_code, early.json()["error"]["code"]) == (400, "arithmetic")
        received: list[bytes] = []
        body = {"statement": "UNWIND range(1, 20000) AS a RETURN 1 / (15000 - a) AS b"}
        with pytest.raises(httpx.RemoteProtocolError):
            await _take(client, body, analyst | {"Accept": ARROW}, received)
    assert b'"arithmetic"' in b"".join(received)


async def _take(
    client: httpx.AsyncClient, body: dict[str, Any], headers: dict[str, str], received: list[bytes]
) -> None:
    async with client.stream("POST", "/v1/console/run", json=body, headers=headers) as answer:
        async for piece in answer.aiter_bytes():
            received.append(piece)


async def test_the_schema_is_for_completion(client: httpx.AsyncClient, analyst: dict[str, str]) -> None:
    answer = (await client.get("/v1/console/schema", headers=analyst)).json()
    labels = {one["name"]: one for one in answer["labels"]}
    shown = {one["name"]: one["shown"] for one in labels["Profile"]["properties"]}
    assert (shown["city"], shown["recordKey"], shown["traits"]) == ("plain", "blind", "sealed")
    assert {"HAS", "FIRST_REFERRED_BY"} <= {one["name"] for one in answer["types"]}
    assert {"count", "duration.between"} <= set(answer["functions"])
    assert answer["procedures"] == ["db.labels", "db.propertyKeys", "db.relationshipTypes"]


async def test_runs_are_recorded_with_their_key(
    services: Services, client: httpx.AsyncClient, analyst: dict[str, str]
) -> None:
    await ask(client, analyst, "RETURN 41 + 1 AS x", run="audited-1")
    await services.audit.drain()
    found = [one for one in services.audit.runs(Filter()) if one.run == "audited-1"]
    assert [(one.role, one.outcome, one.rows) for one in found] == [("analyst", "done", 1)]
