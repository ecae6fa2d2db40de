# ruff: noqa: S608 (columns and numbers of a model, never input)
"""Levels of candidate pairs in two steps: a pair that cannot reach the floor any more is not compared further.

Most pairs that share a key are strangers. The cheap comparisons are made first; where even the best that the others
could say leaves a pair below the floor, their edit distances are never computed. What is left has the very levels
that `levels_sql` gives: the sieve drops pairs, and changes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Final

import duckdb

from graph.matching.duck import Type, load_columns, rows_of
from graph.matching.fields import Kind
from graph.matching.likelihood import chance_of, log_prior
from graph.matching.model import Digest, FieldModel, Level, Model, Priors

_CHEAP: Final = frozenset({Kind.GIVEN, Kind.FAMILY, Kind.EMAIL, Kind.TEXT, Kind.CATEGORY})
"""Compared by similarity, which costs a fifth of an edit distance; names tell strangers apart best."""
_SLACK: Final = 1e-6
"""Sums are made in another order than in the posterior: a pair just at the floor must pass."""


def sift(database: duckdb.DuckDBPyConnection, model: Model, *, floor: float) -> str:
    """Levels of `pairs(l, r)` over `records` and `frequencies`; answers the table that holds those still possible.

    Every pair whose probability of a match is `floor` or more is among them.
    """
    fields = range(len(model.fields))
    first = [at for at in fields if model.fields[at].field.kind in _CHEAP]
    then = [at for at in fields if at not in first]
    _step(database, model, floor, "pairs", "likely", [], first, then)
    if not then:
        return "likely"
    _step(database, model, floor, "likely", "sifted", first, then, [])
    return "sifted"


def load_frequencies(
    database: duckdb.DuckDBPyConnection, models: Sequence[FieldModel], digest: Digest
) -> None:
    """Make the table `frequencies` of the loaded `records`: logs as in `frequency_rows`, in the order of rows.

    Only of values that two rows have: nobody agrees exactly on another one.
    """
    logs: list[str] = ["a.row"]
    joins: list[str] = []
    for at, one in enumerate(models):
        column = one.field.frequency_column
        if column is None:
            continue
        if one.rare is None:
            logs.append(f"NULL::DOUBLE AS log_{column}")
            continue
        rare = one.rare
        shared: list[str] = [
            value
            for (value,) in rows_of(
                database,
                f"SELECT {column} FROM records WHERE {column} IS NOT NULL GROUP BY {column} HAVING count(*) > 1",
            )
        ]
        told = [log(one.frequencies.get(digest(f"{one.field.name}\x1f{value}"), rare)) for value in shared]
        load_columns(database, {"value": (Type.TEXT, shared), "log": (Type.NUMBER, told)}, table=f"told{at}")
        logs.append(f"t{at}.log AS log_{column}")
        joins.append(f" LEFT JOIN told{at} t{at} ON t{at}.value = a.{column}")
    database.execute(
        f"CREATE OR REPLACE TABLE frequencies AS SELECT {', '.join(logs)} FROM records a{''.join(joins)}"
    )


def _step(
    database: duckdb.DuckDBPyConnection,
    model: Model,
    floor: float,
    source: str,
    target: str,
    before: Sequence[int],
    now: Sequence[int],
    later: Sequence[int],
) -> None:
    """Give the pairs of a table the levels `now`, beside those of `before`, and keep those that may reach the floor."""
    fields = model.compared
    needed = dict.fromkeys(column for at in (*now, *later) for column in fields[at].comparison.columns)
    sides = "".join(f", a.{column} AS {column}_l, b.{column} AS {column}_r" for column in needed)
    levels = "".join(f", CAST({fields[at].level_sql()} AS TINYINT) AS g{at}" for at in now)
    exact = "".join(
        f", coalesce({fields[at].comparison.levels[0].condition}, false) AS e{at}" for at in later
    )
    kept = "".join(f", g{at}" for at in before)
    compared = (
        f"SELECT l, r{kept}{levels}{exact} FROM (SELECT p.*{sides} FROM {source} p"
        " JOIN records a ON a.row = p.l JOIN records b ON b.row = p.r)"
    )
    database.execute(
        f"CREATE OR REPLACE TABLE {target} AS SELECT v.* FROM ({compared}) v JOIN frequencies f ON f.row = v.l"
        f" WHERE {_possible(model, floor, [*before, *now], later)}"
    )


def _possible(model: Model, floor: float, known: Sequence[int], unknown: Sequence[int]) -> str:
    """Whether a pair may reach the floor against either kind of strangers: all other kinds only take away from it."""
    priors = model.priors
    if not 0 < floor < 1 or priors.match <= 0 or priors.stranger <= 0:
        return "true"
    kinds = ("stranger", "region") if priors.region else ("stranger",)
    return " AND ".join(_reached(model, floor, known, unknown, kind) for kind in kinds)


def _reached(model: Model, floor: float, known: Sequence[int], unknown: Sequence[int], kind: str) -> str:
    priors = model.priors
    wanted = log(floor / (1 - floor)) - log(priors.match) + log_prior(priors, kind) - _SLACK
    terms = [_weight(at, model.fields[at], priors, kind) for at in known]
    terms += [
        f"CASE WHEN e{at} THEN greatest(0.0, {_exact(model.fields[at], priors, kind)})"
        f" ELSE {_best(model.fields[at], priors, kind)!r} END"
        for at in unknown
    ]
    return f"{' + '.join(terms)} >= {wanted!r}"


def _weight(at: int, model: FieldModel, priors: Priors, kind: str) -> str:
    highest = len(model.levels) - 1
    whens = [f"WHEN {highest} THEN {_exact(model, priors, kind)}"]
    whens += [
        f"WHEN {highest - place} THEN {_told(model, level, priors, kind)!r}"
        for place, level in enumerate(model.levels[1:], start=1)
    ]
    return f"CASE g{at} {' '.join(whens)} ELSE 0.0 END"


def _told(model: FieldModel, level: Level, priors: Priors, kind: str) -> float:
    return log(level.m) - log(chance_of(model.field, level, priors, kind))


def _exact(model: FieldModel, priors: Priors, kind: str) -> str:
    """As the posterior has it: the value's own frequency, as much likelier as agreement is among this kind."""
    level = model.levels[0]
    column = model.field.frequency_column
    chance = log(chance_of(model.field, level, priors, kind))
    told = (
        f"least(coalesce(f.log_{column}, {log(level.u)!r}) + {chance - log(level.u)!r}, 0.0)"
        if column
        else repr(chance)
    )
    return f"({log(level.m)!r} - {told})"


def _best(model: FieldModel, priors: Priors, kind: str) -> float:
    """The most that a value which is missing or not the same can say for a match."""
    return max(0.0, *(_told(model, level, priors, kind) for level in model.levels[1:]))
