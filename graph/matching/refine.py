"""The joint estimate over all candidate pairs: what one blocking rule at a time cannot see.

Splink trains each field on pairs that agree on others, and takes u from random pairs of a table that is full
of duplicates. From there this goes on: EM over the pairs of all candidate rules with the hypotheses of
`likelihood`; then u and term frequencies anew, counted by *people found so far* instead of records, so that
a person's own duplicates make no value common; and again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Final

import duckdb

from graph.matching.duck import Column, Type, load_columns, rows_of
from graph.matching.fields import Bond, Field, Kind
from graph.matching.likelihood import levels_sql, posterior_sql
from graph.matching.model import Digest, FieldModel, Priors
from graph.matching.parameters import with_chances, with_shares
from graph.matching.prepare import Row
from graph.matching.regions import Pattern, with_regions

_ITERATIONS: Final = 12
_CONVERGED: Final = 0.002
_RANDOM_PAIRS: Final = 250_000
_SURE: Final = 0.9
_COMMON: Final = 3
"""People who must hold a value for its own frequency to be believed."""
_LEAST: Final = 1e-9
_SCARCE: Final = 0.005
"""The least share of kin to duplicates that is believed."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Parameters on the way."""

    fields: tuple[FieldModel, ...]
    priors: Priors


def fit(
    database: duckdb.DuckDBPyConnection, start: Estimate, *, sample: float, total_pairs: float
) -> Estimate:
    """EM over the table `fitted` (a share `sample` of the candidate pairs) with u held fixed."""
    now = start
    with_kin = any(one.field.bond is Bond.OWN for one in now.fields) and any(
        one.field.bond is not Bond.OWN for one in now.fields
    )
    if not with_kin:
        now = replace(now, priors=replace(now.priors, place=0.0, kin=0.0))
    for _ in range(_ITERATIONS):
        before = now.priors.match
        now = _step(database, now, sample=sample, total_pairs=total_pairs)
        if abs(now.priors.match - before) < _CONVERGED * before:
            break
    return now


def _step(
    database: duckdb.DuckDBPyConnection, now: Estimate, *, sample: float, total_pairs: float
) -> Estimate:
    sums = _sums([one.field for one in now.fields], ("p_match", "p_place", "p_kin"))
    posterior = posterior_sql(now.fields, now.priors, levels="fitted")
    database.execute(f"CREATE OR REPLACE TABLE judged AS {posterior}")
    kin = f"sum(p_kin){_but_twins(now)}"
    row = rows_of(database, f"SELECT {sums}, sum(p_match), sum(p_place), {kin} FROM judged")[0]  # noqa: S608
    values = [float(value or 0.0) for value in row]
    whole, found = values[-3:], iter(values)
    counts = [[[next(found) for _ in one.levels] for _ in range(3)] for one in now.fields]
    fields = tuple(
        with_shares(one, *([value / sample for value in kind] for kind in shares))
        for one, shares in zip(now.fields, counts, strict=True)
    )
    match, place, kin = (max(value / sample, 0.5) / total_pairs for value in whole)
    if not now.priors.place:
        place = kin = 0.0
    return Estimate(fields, Priors(match, place, kin, now.priors.region))


def without_scarce(now: Estimate) -> Estimate:
    """The estimate without kin, or people of one place, where there are hardly any.

    A table of households has about as many kin as duplicates. A few alone are duplicates with several errors.
    """
    least = _SCARCE * now.priors.match
    place, kin = (share if share > least else 0.0 for share in (now.priors.place, now.priors.kin))
    return replace(now, priors=replace(now.priors, place=place, kin=kin))


def _but_twins(now: Estimate) -> str:
    """Kin are counted where no twins are: else wrong given names on one birth date would pass for many kin."""
    for at, one in enumerate(now.fields):
        if one.field.kind is Kind.BIRTH:
            return f" FILTER (g{at} < {len(one.levels) - 1})"
    return ""


def components(edges: Sequence[tuple[int, int]], records: int) -> list[int]:
    """For each record the least record it is joined with; only for counting, never for identity."""
    root = list(range(records))

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for left, right in edges:
        a, b = find(left), find(right)
        root[max(a, b)] = min(a, b)
    return [find(one) for one in range(records)]


def found_people(
    database: duckdb.DuckDBPyConnection, now: Estimate, *, levels: str, records: int
) -> list[int]:
    """Records grouped by what is a duplicate with some certainty under the parameters so far."""
    posterior = posterior_sql(now.fields, now.priors, levels=levels)
    edges = rows_of(database, f"SELECT l, r FROM ({posterior}) WHERE p_match > {_SURE}")  # noqa: S608
    return components([(left, right) for left, right in edges], records)


def chances(
    database: duckdb.DuckDBPyConnection,
    now: Estimate,
    rows: Sequence[Row],
    people: Sequence[int],
    *,
    digest: Digest,
) -> Estimate:
    """The parameters with u of pairs of different people, and the term frequencies of people."""
    shares = _random_levels(database, [one.field for one in now.fields], people)
    fields: list[FieldModel] = []
    for at, one in enumerate(now.fields):
        column = _value_column(one.field)
        held = Counter(
            value
            for _, value in {
                (person, value)
                for person, row in zip(people, rows, strict=True)
                for value in _values(row, column)
            }
        )
        u = shares[at]
        holders = held.total()
        if holders > 1:
            agreeing = sum(count * (count - 1) for count in held.values())
            exact = max((agreeing + 0.5) / (holders * (holders - 1) + 1), _LEAST)
            u = [exact, *(chance * (1 - exact) / max(1 - u[0], _LEAST) for chance in u[1:])]
        fields.append(_with_frequencies(with_chances(one, u), held, digest))
    return with_strangers(database, Estimate(tuple(fields), now.priors), people)


def with_strangers(database: duckdb.DuckDBPyConnection, now: Estimate, people: Sequence[int]) -> Estimate:
    """The estimate with its strangers divided into those of one region and others."""
    _load_people(database, people)
    wanted = ", ".join(f"g{at}" for at in range(len(now.fields)))
    found = rows_of(
        database,
        f"SELECT {wanted}, count(*) FROM random_levels v"  # noqa: S608
        " JOIN people a ON a.row = v.l JOIN people b ON b.row = v.r WHERE a.person <> b.person"
        f" GROUP BY {wanted} ORDER BY {wanted}",
    )
    patterns = [Pattern(tuple(row[:-1]), float(row[-1])) for row in found]
    return Estimate(*with_regions(now.fields, now.priors, patterns))


def _value_column(field: Field) -> str:
    return field.frequency_column or field.comparison.columns[0]


def _values(row: Row, column: str) -> Sequence[str]:
    value = row[column]
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


def _with_frequencies(one: FieldModel, held: Counter[str], digest: Digest) -> FieldModel:
    if one.field.frequency_column is None or held.total() < 2:
        return one
    holders = held.total()
    seldom = [count for count in held.values() if count < _COMMON]
    rare = (sum(count * (count - 1) for count in seldom) + 0.5) / ((holders - 1) * max(sum(seldom), 1) + 1)
    common = {
        digest(f"{one.field.name}\x1f{value}"): count / holders
        for value, count in sorted(held.items())
        if count >= _COMMON
    }
    return replace(one, rare=max(rare, _LEAST), frequencies=common)


def draw_random_pairs(
    database: duckdb.DuckDBPyConnection, fields: Sequence[Field], *, records: int, seed: int
) -> None:
    """Make the table `random_levels`: levels of random pairs, or of all pairs where these are fewer."""
    if records * (records - 1) // 2 <= _RANDOM_PAIRS:
        pairs = "SELECT a.row AS l, b.row AS r FROM records a JOIN records b ON a.row < b.row"
    else:
        pairs = (
            f"SELECT CAST(hash(range, {seed}, 1) % {records} AS INTEGER) AS l,"  # noqa: S608
            f" CAST(hash(range, {seed}, 2) % {records} AS INTEGER) AS r FROM range({_RANDOM_PAIRS})"
        )
    database.execute(f"CREATE OR REPLACE TABLE random_levels AS {levels_sql(fields, pairs=f'({pairs})')}")


def _random_levels(
    database: duckdb.DuckDBPyConnection, fields: Sequence[Field], people: Sequence[int]
) -> list[list[float]]:
    """For each field the shares of its levels among random pairs of different people, smoothed."""
    _load_people(database, people)
    row = rows_of(
        database,
        f"SELECT {_sums(fields, ('1',))} FROM random_levels v"  # noqa: S608
        " JOIN people a ON a.row = v.l JOIN people b ON b.row = v.r WHERE a.person <> b.person",
    )[0]
    values = iter(row)
    counts = [[0.5 + float(next(values) or 0) for _ in field.comparison.levels] for field in fields]
    return [[count / sum(found) for count in found] for found in counts]


def _load_people(database: duckdb.DuckDBPyConnection, people: Sequence[int]) -> None:
    load_columns(
        database,
        {"row": (Type.INTEGER, range(len(people))), "person": (Type.INTEGER, people)},
        table="people",
    )


def _sums(fields: Sequence[Field], terms: Sequence[str]) -> str:
    """Sums of the terms at each level: by field, then term, then level from the strongest."""
    return ", ".join(
        f"sum({term}) FILTER (g{at} = {gamma})"
        for at, field in enumerate(fields)
        for term in terms
        for gamma in reversed(range(len(field.comparison.levels)))
    )


def frequency_rows(models: Sequence[FieldModel], rows: Sequence[Row], digest: Digest) -> dict[str, Column]:
    """For each row the log chance that a stranger has its exact value, as columns `log_<stem>`."""
    columns: dict[str, Column] = {"row": (Type.INTEGER, range(len(rows)))}
    for one in models:
        column = one.field.frequency_column
        if column is None:
            continue
        known: dict[str, float] = {}
        found: list[float | None] = []
        for row in rows:
            value = row[column]
            if value is None or one.rare is None:
                found.append(None)
                continue
            if value not in known:
                chance = one.frequencies.get(digest(f"{one.field.name}\x1f{value}"), one.rare)
                known[value] = log(chance)
            found.append(known[value])
        columns[f"log_{column}"] = (Type.NUMBER, found)
    return columns
