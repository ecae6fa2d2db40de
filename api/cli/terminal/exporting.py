"""An answer as a file: CSV, JSON or Parquet."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyarrow

from api.cli.terminal.shown import Csv
from api.rest.console.arrow import array_of, type_of
from graph.errors import InputError

pa: Any = pyarrow  # it has no types
_MODE: Final = 0o600


def export(path: Path, names: list[str], rows: list[list[Any]]) -> None:
    """Write an answer into a new file of mode 0600; its ending says how.

    `.csv` has a BOM, for spreadsheets, and no formula among its cells. `.json` is an array of objects. In `.parquet`
    columns of one scalar type keep it, the others are JSON text. Raises InputError where the ending is another, the
    file is there, or cannot be written.
    """
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            "The file's name does not say what it is to be.", remedy=f"Let it end in {', '.join(_KINDS)}."
        )
    data = kind(names, rows)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    except FileExistsError:
        raise InputError(f"{path} is there already.", remedy="Choose another name.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.", remedy="Choose another.") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise InputError(f"{path} cannot be written: {error.strerror}.", remedy="Choose another.") from None


def _csv(names: list[str], rows: list[list[Any]]) -> bytes:
    parts = ["\ufeff"]
    lines = Csv(parts.append)
    lines.columns(names)
    for row in rows:
        lines.row(row)
    return "".join(parts).encode()


def _json(names: list[str], rows: list[list[Any]]) -> bytes:
    objects = [dict(zip(names, row, strict=True)) for row in rows]
    return json.dumps(objects, ensure_ascii=False, indent=1).encode()


def _parquet(names: list[str], rows: list[list[Any]]) -> bytes:
    from pyarrow import parquet  # noqa: PLC0415 - other commands need not load it

    arrays: list[Any] = []
    for at, name in enumerate(names):
        values = [row[at] for row in rows]
        arrays.append(array_of(values, type_of(values), name))
    file = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, names=names), file)  # pyright: ignore[reportUnknownMemberType]
    return file.getvalue()


_KINDS: Final[dict[str, Callable[[list[str], list[list[Any]]], bytes]]] = {
    ".csv": _csv,
    ".json": _json,
    ".parquet": _parquet,
}
