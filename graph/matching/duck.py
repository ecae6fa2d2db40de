"""DuckDB in memory: a connection that writes nothing to disk, the string macros, and tables from rows.

DuckDB compares strings by bytes. `near` (Jaro–Winkler) and `edits` (Damerau–Levenshtein) rewrite two texts that
are not both ASCII in one alphabet for this pair: each character becomes the single-byte symbol at the place of
its first occurrence in both texts together. Equal characters get equal symbols and different ones different
symbols, so distances are those of characters. Two texts of at most 60 characters fit into the 127 symbols.

`edits` tells distances up to 2, and 9 for all others: a swap counts one there and two in the plain edit distance, which
is five times as quick and so decides first.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Final

import duckdb
import pyarrow

from graph.matching.prepare import Row

_LISTS: Final = frozenset({"phones", "emails", "numbers"})
_SYMBOLS: Final = " || ".join(f"chr({code})" for code in range(1, 128))
_MACROS: Final = (
    "CREATE MACRO plain(a, b) AS (strlen(a) = length(a) AND strlen(b) = length(b))",
    f"CREATE MACRO spelt(a, letters) AS translate(a, letters, {_SYMBOLS})",
    """CREATE MACRO near(a, b) AS CASE WHEN plain(a, b) THEN jaro_winkler_similarity(a, b)
       ELSE jaro_winkler_similarity(spelt(a, a || b), spelt(b, a || b)) END""",
    """CREATE MACRO few(a, b) AS CASE WHEN levenshtein(a, b) > 4 THEN 9
       WHEN levenshtein(a, b) <= 1 THEN levenshtein(a, b) ELSE damerau_levenshtein(a, b) END""",
    """CREATE MACRO edits(a, b) AS CASE WHEN abs(length(a) - length(b)) > 2 THEN 9
       WHEN plain(a, b) THEN few(a, b) ELSE few(spelt(a, a || b), spelt(b, a || b)) END""",
)
THREADS: Final = 2

pa: Any = pyarrow  # it has no types


class Type(StrEnum):
    """Of a column."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    TEXTS = "texts"


Column = tuple[Type, Sequence[Any]]
"""A type and a value a row, None where there is none."""

_ARROW: Final = {
    Type.INTEGER: pa.int32(),
    Type.NUMBER: pa.float64(),
    Type.TEXT: pa.string(),
    Type.TEXTS: pa.list_(pa.string()),
}


@contextmanager
def connection(*, threads: int = THREADS) -> Generator[duckdb.DuckDBPyConnection]:
    """A private database in memory, without a folder to spill into: what does not fit fails, in memory."""
    with duckdb.connect(":memory:", config={"threads": threads}) as open_connection:
        open_connection.execute("SET temp_directory = ''")
        open_connection.execute("SET enable_progress_bar = false")
        open_connection.execute("SET enable_external_access = false")
        for macro in _MACROS:
            open_connection.execute(macro)
        yield open_connection


def load_rows(database: duckdb.DuckDBPyConnection, rows: Sequence[Row], *, table: str = "records") -> None:
    """Make a table of rows with their position as `row`; values are texts or lists of texts."""
    names = list(rows[0]) if rows else ["id"]
    columns: dict[str, Column] = {"row": (Type.INTEGER, range(len(rows)))}
    for name in names:
        columns[name] = (Type.TEXTS if name in _LISTS else Type.TEXT, [row[name] for row in rows])
    load_columns(database, columns, table=table)


def load_columns(database: duckdb.DuckDBPyConnection, columns: Mapping[str, Column], *, table: str) -> None:
    """Make a table of columns; `table` is a name of this package, never input."""
    load_arrays(
        database, {name: pa.array(values, type=_ARROW[kind]) for name, (kind, values) in columns.items()},
        table=table,
    )  # fmt: skip


def load_arrays(database: duckdb.DuckDBPyConnection, arrays: Mapping[str, Any], *, table: str) -> None:
    """Make a table of Arrow arrays by name; `table` is a name of this package, never input."""
    database.register("arriving", pa.table(dict(arrays)))
    database.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM arriving")  # noqa: S608
    database.unregister("arriving")


def rows_of(database: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    """All rows of a query. An unfinished result would block what comes next on the connection."""
    return database.execute(sql).fetchall()
