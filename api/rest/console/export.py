"""An answer as a file: CSV or Parquet, made whole before any of it is sent.

So an error always has its own status, and what was cut off is told in a header: a file has no last line for that.
The limits of a run bound what is held.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol, cast

import orjson
import pyarrow.parquet

from api.rest.console.arrow import WAITING_ROWS, batch_of, schema_of
from graph.console.model import Columns, Format, Json, Part, Rows, Summary
from graph.spreadsheet import safe_cell

pq: Any = pyarrow.parquet  # it has no types


@dataclass(frozen=True, slots=True)
class File:
    """A whole answer."""

    format: Format
    data: bytes
    summary: Summary

    @property
    def headers(self) -> dict[str, str]:
        """Of the response: its length, a name for the file, and what the last line of JSON lines tells."""
        summary = self.summary
        return {
            "Content-Length": str(len(self.data)),
            "Content-Disposition": f'attachment; filename="guanxi-{summary.run}.{self.format}"',
            "X-Run": summary.run,
            "X-Rows": str(summary.rows),
            "X-Truncated": summary.truncated or "no",
        }


async def make_file(columns: Columns, parts: AsyncGenerator[Part], format_: Format) -> File:
    """The file of an answer whose first part is read. Raises what `parts` raises.

    Of Parquet also StatementError, where a column changes its type after 10,000 rows.
    """
    table: _Table = _Csv(columns) if format_ is Format.CSV else _Parquet(columns)
    summary: Summary | None = None
    async with aclosing(parts):
        async for part in parts:
            if isinstance(part, Rows):
                await asyncio.to_thread(table.add, part.values)
            elif isinstance(part, Summary):
                summary = part
    assert summary is not None  # noqa: S101 - the last part
    return File(format_, await asyncio.to_thread(table.end), summary)


class _Table(Protocol):
    def add(self, rows: list[list[Json]]) -> None: ...

    def end(self) -> bytes: ...


class _Csv:
    def __init__(self, columns: Columns) -> None:
        self._out = io.StringIO()
        self._table = csv.writer(self._out, lineterminator="\r\n")
        self._table.writerow([safe_cell(name) for name in columns.names])

    def add(self, rows: list[list[Json]]) -> None:
        self._table.writerows([[cell(value) for value in row] for row in rows])

    def end(self) -> bytes:
        return self._out.getvalue().encode()


class _Parquet:
    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._out = io.BytesIO()
        self._waiting: list[list[Json]] = []
        self._types: list[Any] = []
        self._writer: Any = None

    def add(self, rows: list[list[Json]]) -> None:
        self._waiting += rows
        if len(self._waiting) >= WAITING_ROWS:
            self._write()

    def end(self) -> bytes:
        if self._waiting or self._writer is None:
            self._write()
        cast("Any", self._writer).close()
        return self._out.getvalue()

    def _write(self) -> None:
        if self._writer is None:
            self._types, schema = schema_of(self._columns, self._waiting)
            self._writer = pq.ParquetWriter(self._out, schema)
        self._writer.write_batch(batch_of(self._waiting, self._types, self._writer.schema))
        self._waiting = []


def cell(value: Json) -> str | int | float:
    """A value as a cell: numbers as they are, others as text that no spreadsheet runs; null is an empty cell."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, dict) and cast("dict[str, Any]", value).get("$type") == "integer":
        return int(cast("dict[str, Any]", value)["value"])
    return safe_cell(_text(value))


def _text(value: Json) -> str:
    """A value as text: strings, dates and times as they are, whatever has parts as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        typed = cast("dict[str, Any]", value)
        if set(typed) == {"$type", "value"} and isinstance(typed["value"], str):
            return typed["value"]
    return orjson.dumps(value).decode()
