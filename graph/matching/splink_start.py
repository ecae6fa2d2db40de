"""The first estimate of the parameters, by Splink: u by random sampling, m by EM over several blocking rules.

Splink runs on DuckDB, or on Spark in a process of its own (`spark.py`): the same levels, written once, on both.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

import duckdb
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI
from splink.internals.database_api import DatabaseAPI
from splink.internals.exceptions import SplinkException

from graph.matching.engine import Engine
from graph.matching.fields import Field, Kind
from graph.matching.spark import estimate_by_spark

_MOST_SESSIONS: Final = 3
_SESSION_PAIRS: Final = 200_000
_U_PAIRS: Final = 100_000
_FEWEST: Final = 50
_MOST: Final = 5_000_000
"""Pairs of a rule that trains; a city alone would bring together half the table with the other."""

Start = list[tuple[list[float | None], list[float | None]]]
"""For each field its levels' m and u, strongest first; None where Splink could not train one."""


def first_estimate(
    database: duckdb.DuckDBPyConnection,
    fields: Sequence[Field],
    *,
    seed: int,
    records: int,
    engine: Engine = Engine.DUCKDB,
) -> tuple[Start, list[str]]:
    """Splink's estimates over the table `records`, and the blocking rules it trained with.

    The two engines draw their samples by hashes of their own, so that their numbers differ a little. Raises
    ConfigurationError where Spark cannot run or fails.
    """
    rules = _sessions(database, fields)
    if engine is Engine.SPARK:
        found: Any = database.sql("SELECT * EXCLUDE (row) FROM records")
        table = found.to_arrow_table()
        return estimate_by_spark(table, fields, rules, seed=seed, records=records)
    api = DuckDBAPI(connection=database)
    return estimate(api, "records", fields, rules, seed=seed, records=records)


def estimate(
    api: DatabaseAPI[Any],
    table: Any,
    fields: Sequence[Field],
    rules: Sequence[tuple[str, ...]],
    *,
    seed: int,
    records: int,
) -> tuple[Start, list[str]]:
    """The estimates over a table that `api` knows by this name, or takes; the rules that trained, of `rules`."""
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    linker = Linker(
        api.register(table),  # pyright: ignore[reportUnknownMemberType]
        SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="id",
            comparisons=[_comparison(field) for field in fields],
            probability_two_random_records_match=1 / max(records, 2),
            retain_matching_columns=False,
        ),
        log_level=logging.CRITICAL,
    )
    # In one piece: pieces are for stopping early, which we do not.
    linker.training.estimate_u_using_random_sampling(
        max_pairs=_U_PAIRS, seed=seed, min_count_per_level=None, num_chunks=1
    )
    start, trained = _saved(linker, fields), list[str]()
    for rule in rules:
        condition = " AND ".join(f"l.{column} = r.{column}" for column in rule)
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                condition, estimate_without_term_frequencies=True, max_pairs=_SESSION_PAIRS
            )
        except SplinkException:
            continue  # a rule that trains nothing is no loss: the priors and the joint estimate stand in
        except ValueError:
            break  # a level's m became zero, which Splink refuses and is left in disorder by: keep what was saved
        start = _saved(linker, fields)
        trained.append("+".join(rule))
    return start, trained


def _saved(linker: Linker, fields: Sequence[Field]) -> Start:
    """The estimates so far; a field of which Splink left out a level counts as not trained."""
    settings: dict[str, Any] = linker.misc.save_model_to_json()
    found = [_levels(one) for one in settings["comparisons"]]
    return [
        one if len(one[0]) == (many := len(field.comparison.levels)) else ([None] * many, [None] * many)
        for one, field in zip(found, fields, strict=True)
    ]


def _comparison(field: Field) -> dict[str, Any]:
    comparison = field.comparison
    return {
        "output_column_name": field.stem,
        "comparison_levels": [
            {"sql_condition": comparison.missing, "label_for_charts": "missing", "is_null_level": True},
            *(
                {"sql_condition": level.condition, "label_for_charts": level.label}
                for level in comparison.levels
            ),
        ],
    }


def _levels(comparison: dict[str, Any]) -> tuple[list[float | None], list[float | None]]:
    levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    return [level.get("m_probability") for level in levels], [level.get("u_probability") for level in levels]


def _sessions(database: duckdb.DuckDBPyConnection, fields: Sequence[Field]) -> list[tuple[str, ...]]:
    """Blocking rules with enough pairs of which many are duplicates, no two of one field."""
    stems = [
        field.stem
        for field in fields
        if field.kind not in (Kind.CATEGORY, Kind.PHONE, Kind.EMAIL) and field.frequency_column
    ]
    counted: list[tuple[int, tuple[str, ...]]] = []
    for rule in [*combinations(stems, 2), *((stem,) for stem in stems)]:
        columns = ", ".join(rule)
        rows = database.execute(
            f"SELECT coalesce(sum(c * (c - 1) // 2), 0) FROM (SELECT count(*) c FROM records"  # noqa: S608
            f" WHERE {' AND '.join(f'{column} IS NOT NULL' for column in rule)} GROUP BY {columns})"
        ).fetchall()
        pairs = int(rows[0][0])
        if _FEWEST <= pairs <= _MOST:
            counted.append((pairs, rule))
    chosen: list[tuple[str, ...]] = []
    for _, rule in sorted(counted, key=lambda one: (one[0], one[1])):
        if len(chosen) < _MOST_SESSIONS and not any(set(rule) & set(other) for other in chosen):
            chosen.append(rule)
    return chosen
