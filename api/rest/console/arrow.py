"""An answer as an Arrow stream: columns of one scalar type keep it, the others are JSON text.

A stream has one schema, and it comes first: so the first rows wait, 10,000 of them at most, until it is known what
the columns hold. A value that does not fit a column later ends the stream with an error. Summary and error come as
metadata (`guanxi`, JSON) of a last batch without rows; behind an error the connection breaks off.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final, cast

import orjson
import pyarrow

from graph.console.errors import StatementError
from graph.console.model import Columns, Json, Part, Rows, Summary

pa: Any = pyarrow  # it has no types

WAITING_ROWS: Final = 10_000
METADATA: Final = "guanxi"


class _Sink:
    """Takes what the writer writes, to be sent on."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def take(self) -> bytes:
        data, self._parts = b"".join(self._parts), []
        return data


async def arrow_stream(columns: Columns, parts: AsyncGenerator[Part]) -> AsyncGenerator[bytes]:
    """The bytes of the stream. Raises what `parts` raises, after its error was written."""
    sink = _Sink()
    waiting: list[list[Json]] = []
    writer: Any = None
    types: list[Any] = []
    schema: Any = None

    def begin() -> None:
        nonlocal writer, types, schema
        types, schema = schema_of(columns, waiting)
        writer = pa.ipc.new_stream(sink, schema)

    def put(rows: list[list[Json]]) -> None:
        writer.write_batch(batch_of(rows, types, schema))

    def tell(body: dict[str, Json]) -> None:
        empty = [pa.array([], type=field.type) for field in schema]
        writer.write_batch(
            pa.RecordBatch.from_arrays(empty, schema=schema), custom_metadata={METADATA: orjson.dumps(body)}
        )

    try:
        async for part in parts:
            if isinstance(part, Rows):
                waiting += part.values
                if writer is None and len(waiting) < WAITING_ROWS:
                    continue
                if writer is None:
                    begin()
                put(waiting)
                waiting = []
                yield sink.take()
            elif isinstance(part, Summary):
                if writer is None:
                    begin()
                if waiting:
                    put(waiting)
                tell(part.body())
                cast("Any", writer).close()
                yield sink.take()
    except Exception as error:
        from api.rest.console.answers import error_line  # noqa: PLC0415 - it imports us

        if writer is None:
            begin()
        tell(cast("dict[str, Json]", orjson.loads(error_line(error))))
        yield sink.take()
        raise


def schema_of(columns: Columns, rows: Sequence[Sequence[Json]]) -> tuple[list[Any], Any]:
    """The type of each column, None where it is JSON text, and the schema, as the first rows have it."""
    types = [type_of([row[at] for row in rows]) for at in range(len(columns.names))]
    named = list(zip(columns.names, types, strict=True))
    metadata = {
        "guanxi.run": columns.run,
        "guanxi.json": orjson.dumps([name for name, kind in named if kind is None]),
    }
    return types, pa.schema([pa.field(name, kind or pa.string()) for name, kind in named], metadata=metadata)


def batch_of(rows: Sequence[Sequence[Json]], types: Sequence[Any], schema: Any) -> Any:
    """Rows as one batch. Raises StatementError for a value that does not fit its column."""
    arrays = [
        array_of([row[at] for row in rows], kind, name)
        for at, (name, kind) in enumerate(zip(schema.names, types, strict=True))
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def type_of(values: Sequence[Json]) -> Any:
    """The Arrow type of a column; None where it is JSON text."""
    kinds = {_kind(value) for value in values if value is not None}
    if len(kinds) != 1:
        return None
    return {
        "bool": pa.bool_(),
        "int": pa.int64(),
        "float": pa.float64(),
        "str": pa.string(),
        "date": pa.date32(),
        "datetime": pa.timestamp("us", tz="UTC"),
        "localdatetime": pa.timestamp("us"),
    }.get(kinds.pop())


def array_of(values: Sequence[Json], kind: Any, name: str) -> Any:
    """A column of one batch. Raises StatementError for a value that does not fit it."""
    if kind is None:
        return pa.array(
            [None if value is None else orjson.dumps(value).decode() for value in values], type=pa.string()
        )
    try:
        if any(value is not None and type_of([value]) != kind for value in values):
            raise TypeError
        return pa.array([_plain(value) for value in values], type=kind)
    except (TypeError, ValueError, OverflowError, pa.ArrowException):
        raise StatementError(
            f"The column {name[:80]} changes its type after {WAITING_ROWS:,} rows.",
            hint="Make it one type (toString, toFloat), or ask for JSON lines.",
            reason="mixed_column",
        ) from None


def _kind(value: Json) -> str:
    if isinstance(value, dict):
        typed = cast("dict[str, Any]", value)
        kind = typed.get("$type")
        if kind == "integer":
            return "int"
        if kind == "float":
            return "float"
        if kind in ("date", "datetime", "localdatetime") and _moment(typed) is not None:
            return str(kind)
        return "json"
    return type(value).__name__ if isinstance(value, bool | int | float | str) else "json"


def _plain(value: Json) -> Any:
    if not isinstance(value, dict):
        return value
    typed = cast("dict[str, Any]", value)
    if typed["$type"] == "integer":
        return int(typed["value"])
    if typed["$type"] == "float":
        return float(typed["value"])
    return _moment(typed)


def _moment(typed: dict[str, Any]) -> Any:
    """A date or time as Python's; None for what Python has not, as the year 20000."""
    text = str(typed["value"]).partition("[")[0]
    try:
        if typed["$type"] == "date":
            return datetime.date.fromisoformat(text)
        head, dot, tail = text.partition(".")
        digits = len(tail) - len(tail.lstrip("0123456789"))
        return datetime.datetime.fromisoformat(f"{head}{dot}{tail[: min(digits, 6)]}{tail[digits:]}")
    except ValueError:
        return None
