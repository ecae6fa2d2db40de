"""A Parquet file as a stream of JSON lines, one a row, so that places, checkpoints and rejected rows are as elsewhere.

Read in batches: memory is bounded by a few thousand rows, whatever the file's size.
"""

# pyarrow has no type stubs.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportAttributeAccessIssue=false
from __future__ import annotations

import io
import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from graph.errors import InputError

_BATCH_ROWS: Final = 1_000
_EXACT: Final = 2**53  # doubles tell all whole numbers below this apart


class ParquetLines(io.RawIOBase):
    """The rows of a Parquet file as UTF-8 lines of JSON; `columns` are its columns.

    Times are written in ISO 8601 (without a zone where the column has none), in microseconds; decimals and 64-bit
    integers keep every digit; a whole number in a column of doubles is written as one (pandas makes doubles of integers
    where one is missing); what is null or not a number is left out; binary columns are refused.
    """

    def __init__(self, path: Path) -> None:
        """Raises InputError for a file that is damaged, or has a column that no text can stand for."""
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path) from error
        self._path = path
        self.columns: list[str] = list(self._file.schema_arrow.names)
        for field in self._file.schema_arrow:
            if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type):
                raise InputError(
                    f"Column {field.name} of {path} holds bytes.", remedy="Leave it out, or write it as text."
                )
        self._lines = self._written()
        self._ready = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Fill the buffer with what follows. Raises InputError where the file is damaged there."""
        while not self._ready and (lines := next(self._lines, None)) is not None:
            self._ready = lines
        taken = self._ready[: len(buffer)]
        self._ready = self._ready[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def close(self) -> None:
        """Let the file go; calling twice is harmless."""
        self._file.close()
        super().close()

    def _written(self) -> Iterator[bytes]:
        batches = self._file.iter_batches(batch_size=_BATCH_ROWS)
        while True:
            try:
                batch = next(batches)
            except StopIteration:
                return
            except (pa.ArrowException, OSError) as error:
                raise _damaged(self._path) from error
            rows = cast("list[dict[str, Any]]", _in_microseconds(batch).to_pylist())
            yield b"".join(_line(row) for row in rows)


def _in_microseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Times as Python has them; a nanosecond says nothing of a person."""
    columns: list[Any] = []
    for column in batch.columns:
        kind = column.type
        if pa.types.is_dictionary(kind):
            columns.append(column.dictionary_decode())
        elif pa.types.is_timestamp(kind) and kind.unit == "ns":
            columns.append(column.cast(pa.timestamp("us", kind.tz), safe=False))
        else:
            columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _line(row: dict[str, Any]) -> bytes:
    present = {name: _whole(value) for name, value in row.items() if value is not None and not _is_nan(value)}
    return orjson.dumps(present, default=_text, option=orjson.OPT_PASSTHROUGH_DATETIME) + b"\n"


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT else value


def _text(value: Any) -> str:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, int, timedelta)):
        return str(value)
    raise TypeError


def _damaged(path: Path) -> InputError:
    return InputError(f"{path} is not a whole Parquet file.", remedy="Copy it again, or write it anew.")
