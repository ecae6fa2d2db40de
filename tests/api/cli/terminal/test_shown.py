"""Answers as they are shown, and as they are written into files."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from api.cli.terminal.exporting import export
from api.cli.terminal.shown import Csv, Table, in_words, screen_pages, visible
from graph.errors import InputError
from graph.spreadsheet import safe_cell

NAMES = ["name", "n", "list", "=x"]
ROWS: list[list[Any]] = [["=1+1", -5, [1, 2], None], ["王,\n", 2, None, "＝A1"]]


@given(st.text())
def test_no_value_steers_the_terminal(text: str) -> None:
    shown = visible(text)
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in shown)
    assert "\u202e" not in shown


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_no_cell_is_a_formula_and_none_is_lost(rows: list[list[str]]) -> None:
    parts: list[str] = []
    lines = Csv(parts.append)
    for row in rows:
        lines.row(row)
    read = list(csv.reader(io.StringIO("".join(parts), newline="")))
    assert read == [[safe_cell(cell) for cell in row] for row in rows]
    assert not any(cell[:1] in tuple("=+-@\t\r\n＝＋－＠") for row in read for cell in row if cell)


@given(st.lists(st.text(max_size=30)), st.integers(1, 20), st.integers(1, 6))
def test_pages_fit_the_screen_and_hold_every_line(lines: list[str], width: int, height: int) -> None:
    pages = list(screen_pages(lines, width=width, height=height))
    assert [line for page in pages for line in page] == lines
    for page in pages:
        taken = sum(max(1, -(-cell_len(line) // width)) for line in page)
        assert taken <= height or len(page) == 1


def test_each_kind_of_file_holds_the_answer(tmp_path: Path) -> None:
    for name in ("a.csv", "a.json", "a.parquet"):
        export(tmp_path / name, NAMES, ROWS)
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["name", "n", "list", "'=x"],
            ["'=1+1", "-5", "[1, 2]", ""],
            ["王,\n", "2", "", "'＝A1"],
        ]
    told = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert told == [dict(zip(NAMES, row, strict=True)) for row in ROWS]
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert [str(field.type) for field in table.schema] == ["string", "int64", "string", "string"]
    assert table.to_pylist()[0] == {"name": "=1+1", "n": -5, "list": "[1,2]", "=x": None}


def test_no_file_is_overwritten_or_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mine", encoding="utf-8")
    for name in ("a.csv", "a.xlsx", "a", "no/a.csv"):
        with pytest.raises(InputError):
            export(tmp_path / name, NAMES, ROWS)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "mine"


NODE = {
    "$type": "node",
    "ref": 1,
    "labels": ["User"],
    "id": {"oneId": "u1"},
    "properties": {"oneId": "u1", "n": 1},
}
OTHER = {"$type": "node", "ref": 2, "labels": ["A", "B"], "properties": {"key": "[blind]", "n": 5}}
HAS = {
    "$type": "relationship",
    "ref": 1,
    "type": "HAS",
    "start": 2,
    "end": 1,
    "properties": {"value": "[sealed]"},
}
BARE = {"$type": "relationship", "ref": 2, "type": "X", "start": 1, "end": 2, "properties": {}}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        ("a, b", "a, b"),
        (True, "true"),
        (1.5, "1.5"),
        (NODE, '(:User {oneId: "u1"})'),
        (OTHER, '(:A:B {key: "[blind]", n: 5})'),
        (HAS, '[:HAS {value: "[sealed]"}]'),
        (
            {"$type": "path", "nodes": [NODE, OTHER, NODE], "relationships": [HAS, HAS]},
            '(:User {oneId: "u1"})<-[:HAS {value: "[sealed]"}]-(:A:B {key: "[blind]", n: 5})'
            '-[:HAS {value: "[sealed]"}]->(:User {oneId: "u1"})',
        ),
        ([BARE, "上", None, [1]], '[[:X], "上", null, [1]]'),
        ({"a": {"b": "c"}}, '{a: {b: "c"}}'),
        ({"$type": "map", "value": {"$type": 1}}, "{$type: 1}"),
        ({"$type": "date", "value": "2026-11-28"}, "2026-11-28"),
        ({"$type": "integer", "value": "9007199254740993"}, "9007199254740993"),
        (
            {"$type": "point", "srid": 3, "coordinates": [1.0]},
            '{"$type": "point", "srid": 3, "coordinates": [1.0]}',
        ),
    ],
)
def test_values_are_said_as_patterns(value: Any, said: str) -> None:
    assert in_words(value) == said


def test_a_table_cuts_only_what_is_very_long() -> None:
    parts: list[str] = []
    table = Table(parts.append, looked_at=1)
    table.columns(["n", "text", "last"])
    for row in ([1, "a", "b"], [1000, "x" * 70, "y" * 70], [2, "c", "z" * 300]):
        table.row(row)
    table.end()
    assert "".join(parts).splitlines() == [
        "n | text | last",
        "--+------+-----",
        "1 | a    | b",
        f"1000 | {'x' * 59}… | {'y' * 70}",
        f"2 | c    | {'z' * 239}…",
    ]
