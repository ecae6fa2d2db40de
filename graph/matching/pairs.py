"""Candidate pairs in DuckDB: rows that share a blocking key under the cap."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from itertools import chain

import duckdb
import numpy

from graph.matching.duck import Type, load_arrays, load_columns, pa, rows_of
from graph.matching.keys import Rule, shared_keys
from graph.matching.prepare import Row


def candidate_pairs(
    database: duckdb.DuckDBPyConnection,
    rows: Sequence[Row],
    rules: Sequence[Rule],
    *,
    cap: int,
    hot: frozenset[str] = frozenset(),
) -> int:
    """Make the table `pairs(l, r, rules)` of rows that share a key under the cap; how many there are."""
    held, numbers, places = array("i"), array("i"), array("i")
    for at, number, place in shared_keys(rows, rules, cap=cap, hot=hot):
        held.append(at)
        numbers.append(number)
        places.append(place)
    load_columns(
        database,
        {
            "row": (Type.INTEGER, held),
            "key": (Type.INTEGER, numbers),
            "rule": (Type.INTEGER, places),
        },
        table="keys",
    )
    database.execute(
        "CREATE OR REPLACE TABLE pairs AS SELECT a.row AS l, b.row AS r, bit_or(1::BIGINT << a.rule) AS rules"
        " FROM keys a JOIN keys b ON a.key = b.key AND a.row < b.row GROUP BY a.row, b.row"
    )
    return int(rows_of(database, "SELECT count(*) FROM pairs")[0][0])


def keyed_pairs(
    database: duckdb.DuckDBPyConnection,
    keys: Sequence[Sequence[str]],
    *,
    cap: int,
    hot: frozenset[str] = frozenset(),
    fresh: Collection[int] | None = None,
) -> int:
    """Make the table `pairs(l, r)` from each row's keys: rows that share one which at most `cap` hold; how many.

    Keys that are `hot` bring nobody together. Where `fresh` rows are named, one of each pair is of them.
    """
    load_keys(database, keys, hot=hot)
    load_columns(database, {"row": (Type.INTEGER, sorted(fresh or ()))}, table="fresh")
    one_is_fresh = "" if fresh is None else " AND (a.row IN (FROM fresh) OR b.row IN (FROM fresh))"
    database.execute(
        "CREATE OR REPLACE TABLE pairs AS WITH held AS (SELECT row, key FROM keys WHERE key IN"  # noqa: S608
        f" (SELECT key FROM keys GROUP BY key HAVING count(*) BETWEEN 2 AND {cap:d}))"
        " SELECT DISTINCT a.row AS l, b.row AS r FROM held a JOIN held b ON a.key = b.key AND a.row < b.row"
        f"{one_is_fresh}"
    )
    return int(rows_of(database, "SELECT count(*) FROM pairs")[0][0])


def load_keys(
    database: duckdb.DuckDBPyConnection, keys: Sequence[Sequence[str]], *, hot: frozenset[str]
) -> None:
    """Make the table `keys(row, key)`, equal keys by equal numbers; those that are `hot` are left out."""
    if hot:
        keys = [[key for key in row if key not in hot] for row in keys]
    lengths = numpy.fromiter(map(len, keys), numpy.int32, len(keys))
    numbered = pa.array(chain.from_iterable(keys), pa.string()).dictionary_encode()
    rows = pa.array(numpy.repeat(numpy.arange(len(keys), dtype=numpy.int32), lengths))
    load_arrays(database, {"row": rows, "key": numbered.indices}, table="keys")
