"""Answers as files: CSV without formulas, Parquet with types, whole or an error."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.rest.console.export import cell
from api.wiring import Services, compose
from graph.access.roles import Role
from graph.db.database import Database
from graph.identity.rules import Rules
from graph.privacy.keyring import Keyring
from graph.settings import Settings
from tests.api.conftest import headers_of, serving
from tests.api.rest.console.test_queries import QUERIES, save

pq: Any = pyarrow.parquet
RUN = "/v1/console/run"
ERROR_FIELDS = ["code", "message", "line", "column", "hint"]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["=1+1", "@SUM(A1)", "-x", "+x", "\t=1", "\n=1", "＝1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
async def analyst(services: Services) -> dict[str, str]:
    """Headers of an analyst."""
    return await headers_of(services, Role.ANALYST)


async def export(
    client: httpx.AsyncClient, headers: dict[str, str], wanted: str, statement: str, **more: Any
) -> httpx.Response:
    body = {"statement": statement, **more}
    return await client.post(f"{RUN}?format={wanted}", json=body, headers=headers)


def table(answer: httpx.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.text, newline="")))


@given(
    value=JSON
    | st.sampled_from([{"$type": "float", "value": "-Infinity"}, {"$type": "date", "value": "-1-01-01"}])
)
def test_no_cell_of_any_value_is_a_formula(value: Any) -> None:
    """An oracle of its own: what a spreadsheet would take for a formula starts with one of these and is no number."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([cell(value), "end"])
    read, end = next(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert end == "end"
    try:
        float(read)
    except ValueError:
        assert not read or read[0] not in "=+-@\t\r\n＝＋－＠"


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (-5, -0.5, {"$type": "integer", "value": "-9007199254740993"})] == [
        -5, -0.5, -9007199254740993,
    ]  # fmt: skip
    assert [cell(value) for value in (None, True, "-5", {"$type": "duration", "value": "-P1D"})] == [
        "", "true", "'-5", "'-P1D",
    ]  # fmt: skip


async def test_csv_is_a_whole_file(client: httpx.AsyncClient, analyst: dict[str, str]) -> None:
    statement = (
        "UNWIND range(1, 2500) AS x RETURN x, -x AS `=minus`, '=1+' + x AS f, 'a,\"b\"\n' + x AS quoted, "
        "date('2026-11-28') AS d, [x, '张'] AS l, null AS n"
    )
    answer = await export(client, analyst, "csv", statement, run="exported-1")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="guanxi-exported-1.csv"'
    assert (answer.headers["x-rows"], answer.headers["x-truncated"]) == ("2500", "no")
    assert int(answer.headers["content-length"]) == len(answer.content)
    head, *rows = table(answer)
    assert head == ["x", "'=minus", "f", "quoted", "d", "l", "n"]
    assert len(rows) == 2500
    assert rows[6] == ["7", "-7", "'=1+7", 'a,"b"\n7', "2026-11-28", '[7,"张"]', ""]


async def test_parquet_keeps_types(client: httpx.AsyncClient, analyst: dict[str, str]) -> None:
    statement = (
        "UNWIND range(1, 12000) AS x RETURN x AS i, x / 2.0 AS f, toString(x) AS s, x > 5 AS b, "
        "date('2026-11-28') AS d, {x: x} AS o, null AS n"
    )
    answer = await export(client, analyst, "parquet", statement)
    assert answer.status_code == 200, answer.text
    read = pq.read_table(io.BytesIO(answer.content))
    assert {field.name: str(field.type) for field in read.schema} == {
        "i": "int64", "f": "double", "s": "string", "b": "bool", "d": "date32[day]", "o": "string", "n": "string",
    }  # fmt: skip
    assert read["i"].to_pylist() == list(range(1, 12_001))
    assert read["o"].to_pylist()[-1] == '{"x":12000}'
    empty = await export(client, analyst, "parquet", "UNWIND [] AS x RETURN x")
    assert pq.read_table(io.BytesIO(empty.content)).num_rows == 0


@pytest.mark.parametrize("wanted", ["csv", "parquet"])
async def test_a_file_is_whole_or_an_error(
    client: httpx.AsyncClient, analyst: dict[str, str], wanted: str
) -> None:
    late = "UNWIND range(1, 5000) AS a RETURN 1 / (4000 - a) AS b"
    for statement, more, status, code in (
        (late, {}, 400, "arithmetic"),
        ("CREATE (n) RETURN n", {}, 403, "writes"),
        ("RETURN 1 AS x", {"mode": "explain"}, 400, "bad_input"),
    ):
        answer = await export(client, analyst, wanted, statement, **more)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert list(answer.json()["error"]) == ERROR_FIELDS
    unknown = await export(client, analyst, "xlsx", "RETURN 1 AS x")
    assert (unknown.status_code, list(unknown.json()["error"])) == (400, ERROR_FIELDS)


async def test_what_was_cut_off_is_told(
    settings: Settings, database: Database, keyring: Keyring, rules: Rules
) -> None:
    few = settings.model_copy(update={"console_rows": 10})
    services = compose(few, database, keyring=keyring, rules=rules)
    async with serving(services) as client:
        headers = await headers_of(services, Role.ANALYST)
        answer = await export(client, headers, "csv", "UNWIND range(1, 50) AS x RETURN x")
    assert (answer.headers["x-rows"], answer.headers["x-truncated"]) == ("10", "rows")
    assert len(table(answer)) == 11


async def test_saved_queries_and_analyses_are_exported_too(
    client: httpx.AsyncClient, analyst: dict[str, str]
) -> None:
    made = await save(client, analyst)
    saved = await client.post(f"{QUERIES}/{made['id']}/run?format=csv", json={}, headers=analyst)
    assert table(saved) == [["y"], ["2"], ["4"], ["6"]]
    ready = await client.post("/v1/console/gallery/join_tiers/run?format=csv", json={}, headers=analyst)
    assert table(ready) == [["tier", "rule", "reason", "profiles", "people"]]
