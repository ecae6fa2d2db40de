"""Training without labels: fields, candidate pairs, Splink's estimate, the joint estimate, blocking rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import duckdb

from graph.errors import InputError
from graph.matching.choose import choose_fields
from graph.matching.duck import connection, load_columns, load_rows
from graph.matching.engine import Engine
from graph.matching.keys import Rule, candidate_rules, count_pairs, rule_name
from graph.matching.likelihood import levels_sql, posterior_sql
from graph.matching.model import Digest, Model, Priors, rounded
from graph.matching.pairs import candidate_pairs
from graph.matching.parameters import first_model
from graph.matching.prepare import prepare
from graph.matching.record import MatchRecord, comparable
from graph.matching.refine import (
    Estimate,
    chances,
    draw_random_pairs,
    fit,
    found_people,
    frequency_rows,
    with_strangers,
    without_scarce,
)

CAP: Final = 100
"""Records that may hold one blocking key."""
BUDGET: Final = 40
"""Candidate pairs a record that the chosen rules together may cost."""

_TRAINING_BUDGET: Final = 60
_MOST_PAIRS: Final = 12_000_000
"""Candidate pairs that training holds at once: half a gigabyte."""
_MOST_CANDIDATES: Final = 60
_MOST_RULES: Final = 12
_LEAST_GAIN: Final = 0.0005
_FITTED: Final = 300_000
_ROUNDS: Final = 3
_FEWEST_RECORDS: Final = 20


def train(
    records: Sequence[MatchRecord],
    *,
    digest: Digest,
    seed: int = 0,
    cap: int = CAP,
    budget: int = BUDGET,
    engine: Engine = Engine.DUCKDB,
) -> Model:
    """A model of these records, in which any two may be one person.

    The same records in any order, digest, seed and engine give the same model: its numbers have six digits, so that
    the order of sums does not matter. Only `comparable` records are learnt from. Nothing is written to disk
    (what Spark spills is encrypted), and no value of a record stands in the model. Raises `InputError` where there
    are too few records or nothing to compare, and `ConfigurationError` where the engine cannot run.
    """
    from graph.matching.splink_start import first_estimate  # noqa: PLC0415 - Splink takes a second to load

    records = sorted(filter(comparable, records), key=lambda record: record.id)
    if len(records) < _FEWEST_RECORDS:
        raise _too_little(
            f"{len(records)} records with a name, birth date or government id are too few to learn from"
        )
    fields = choose_fields(records)
    if not fields:
        raise _too_little("no field is filled well enough to compare by")
    rows = prepare(records, fields)
    counts = count_pairs(rows, candidate_rules(fields), cap=cap)
    rules = _affordable(counts, min(_TRAINING_BUDGET * len(rows), _MOST_PAIRS))
    with connection() as database:
        load_rows(database, rows)
        start, sessions = first_estimate(database, fields, seed=seed, records=len(rows), engine=engine)
        candidates = candidate_pairs(database, rows, rules, cap=cap)
        if not candidates:
            raise _too_little("no two records share anything")
        database.execute(f"CREATE TABLE levels AS {levels_sql(fields, pairs='pairs', extra=', rules')}")
        sample = min(1.0, _FITTED / candidates)
        database.execute(
            "CREATE TABLE fitted AS SELECT * FROM levels"  # noqa: S608
            f" WHERE hash(l, r, {seed}) % 1000000 < {round(sample * 1_000_000)}"
        )
        total = len(rows) * (len(rows) - 1) / 2
        guess = Priors(match=0.5 / len(rows), place=0.05 / len(rows), kin=0.05 / len(rows))
        now = Estimate(
            tuple(first_model(one, m, u) for one, (m, u) in zip(fields, start, strict=True)), guess
        )
        draw_random_pairs(database, fields, records=len(rows), seed=seed)
        people = list(range(len(rows)))
        now = with_strangers(database, now, people)
        for _ in range(_ROUNDS):
            load_columns(database, frequency_rows(now.fields, rows, digest), table="frequencies")
            now = fit(database, now, sample=sample, total_pairs=total)
            people = found_people(database, now, levels="levels", records=len(rows))
            now = chances(database, now, rows, people, digest=digest)
        load_columns(database, frequency_rows(now.fields, rows, digest), table="frequencies")
        now = without_scarce(fit(database, now, sample=sample, total_pairs=total))
        chosen, gains = _choose_rules(database, now, rules, counts, budget=budget * len(rows))
    diagnostics: dict[str, Any] = {
        "records": len(rows),
        "people": len(set(people)),
        "candidatePairs": candidates,
        "sessions": sessions,
        "rules": [{"rule": rule_name(rule), "pairs": counts[rule], "gain": gains[rule]} for rule in chosen],
        "seed": seed,
    }
    return rounded(Model(now.fields, now.priors, tuple(chosen), cap, diagnostics))


def _too_little(what: str) -> InputError:
    return InputError(
        f"Matching cannot be trained: {what}.",
        remedy="Ingest more records, or map more columns, and train again.",
    )


def _affordable(counts: dict[Rule, int], budget: int) -> list[Rule]:
    """The cheapest rules that bring any pairs, as many as the budget allows, the most selective first."""
    chosen: list[Rule] = []
    spent = 0
    for rule, pairs in sorted(counts.items(), key=lambda one: (one[1], one[0])):
        if pairs and spent + pairs <= budget and len(chosen) < _MOST_CANDIDATES:
            chosen.append(rule)
            spent += pairs
    return chosen


def _choose_rules(
    database: duckdb.DuckDBPyConnection,
    now: Estimate,
    rules: Sequence[Rule],
    counts: dict[Rule, int],
    *,
    budget: int,
) -> tuple[list[Rule], dict[Rule, float]]:
    """Rules by the duplicates each adds to those chosen before, while they add any and the budget lasts."""
    covered: list[tuple[int, float]] = database.execute(
        "SELECT rules, sum(p_match) FROM"  # noqa: S608
        f" ({posterior_sql(now.fields, now.priors, levels='levels')}) WHERE p_match > 0.05 GROUP BY rules"
    ).fetchall()
    open_pairs = sorted((int(mask), float(weight)) for mask, weight in covered)
    whole = sum(weight for _, weight in open_pairs) or 1.0
    chosen: list[Rule] = []
    gains: dict[Rule, float] = {}
    spent = 0
    while len(chosen) < _MOST_RULES:
        best: tuple[float, int, int] | None = None
        for at, rule in enumerate(rules):
            if rule in gains or spent + counts[rule] > budget:
                continue
            gain = round(sum(weight for mask, weight in open_pairs if mask >> at & 1) / whole, 6)
            if best is None or (gain, -counts[rule]) > best[:2]:
                best = (gain, -counts[rule], at)
        if best is None or best[0] < _LEAST_GAIN:
            break
        rule = rules[best[2]]
        chosen.append(rule)
        gains[rule] = best[0]
        spent += counts[rule]
        open_pairs = [(mask, weight) for mask, weight in open_pairs if not mask >> best[2] & 1]
    return chosen or list(rules[:1]), gains or {rules[0]: 0.0}
