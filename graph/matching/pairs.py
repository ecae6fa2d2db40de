"""Candidate pairs in DuckDB: rows that share a blocking key under the cap."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import duckdb

from graph.matching.duck import Type, load_columns, rows_of
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
