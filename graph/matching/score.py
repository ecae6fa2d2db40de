"""Scoring: in bulk and online by the same SQL, so that both decide alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.matching.duck import connection, load_columns, load_rows
from graph.matching.keys import keys_of
from graph.matching.likelihood import levels_sql, posterior_sql
from graph.matching.model import Digest, Model
from graph.matching.pairs import candidate_pairs
from graph.matching.prepare import prepare, prepared
from graph.matching.record import MatchRecord, comparable
from graph.matching.refine import frequency_rows

CERTAIN: Final = 0.995
LIKELY: Final = 0.98
PROBABLE: Final = 0.95
GREY: Final = 0.5
"""From here to `PROBABLE` a pair is for the steward."""


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """Two records (`left` < `right`), the probability that they are one person, and each field's level.

    `levels` are in the order of the model's fields: -1 missing, 0 differs, upwards in strength.
    `chances` are, in that order, the strangers' chance of an exact value where it counts, else None.
    """

    left: str
    right: str
    probability: float
    levels: tuple[int, ...]
    chances: tuple[float | None, ...]


def score_all(
    records: Sequence[MatchRecord], model: Model, *, digest: Digest, floor: float = GREY
) -> list[ScoredPair]:
    """Every pair that shares a blocking key under the cap and reaches `floor`, sorted by ids.

    Records that are not `comparable` are in no pair, hold no key and count towards no cap.
    """
    return _scored(records, model, digest, floor, frozenset(), None)


def score_new(
    new: Sequence[MatchRecord],
    candidates: Sequence[MatchRecord],
    model: Model,
    *,
    digest: Digest,
    hot: Collection[str] = (),
    floor: float = GREY,
) -> list[ScoredPair]:
    """Pairs of a new record with a candidate or another new one: what `score_all` over all records says of them.

    That holds where `candidates` have every record that shares a key under the cap with a new one, and `hot`
    names the keys of the new records that more than the cap hold. A candidate that is also new is taken once.
    """
    fresh = {record.id for record in new}
    everyone = [*new, *(record for record in candidates if record.id not in fresh)]
    return _scored(everyone, model, digest, floor, frozenset(hot), fresh)


def blocking_keys(record: MatchRecord, model: Model) -> list[str]:
    """The record's blocking keys (personal: store them blinded), in order, each once; none if not comparable."""
    return keys_of(prepared(record, model.compared), model.rules) if comparable(record) else []


def _scored(
    records: Sequence[MatchRecord],
    model: Model,
    digest: Digest,
    floor: float,
    hot: frozenset[str],
    fresh: Collection[str] | None,
) -> list[ScoredPair]:
    records = sorted(filter(comparable, records), key=lambda record: record.id)
    if len(records) < 2:
        return []
    rows = prepare(records, model.compared)
    with connection() as database:
        load_rows(database, rows)
        if not candidate_pairs(database, rows, model.rules, cap=model.cap, hot=hot):
            return []
        if fresh is not None:
            kept = ", ".join(str(at) for at, record in enumerate(records) if record.id in fresh)
            database.execute(f"DELETE FROM pairs WHERE NOT (l IN ({kept}) OR r IN ({kept}))")  # noqa: S608
        load_columns(database, frequency_rows(model.fields, rows, digest), table="frequencies")
        levels = levels_sql(model.compared, pairs="pairs")
        posterior = posterior_sql(model.fields, model.priors, levels=f"({levels})")
        wanted = ", ".join(f"g{at}" for at in range(len(model.fields)))
        logs = ", ".join(
            f"f.log_{column}" if (column := one.field.frequency_column) else "NULL" for one in model.fields
        )
        found: list[tuple[Any, ...]] = database.execute(
            f"SELECT l, r, p_match, {wanted}, {logs} FROM ({posterior}) JOIN frequencies f ON f.row = l"  # noqa: S608
            f" WHERE p_match >= {float(floor)!r} ORDER BY l, r"
        ).fetchall()
    return [_pair(records, model, row) for row in found]


def _pair(records: Sequence[MatchRecord], model: Model, row: tuple[Any, ...]) -> ScoredPair:
    many = len(model.fields)
    levels = tuple(int(gamma) for gamma in row[3 : 3 + many])
    return ScoredPair(
        left=records[int(row[0])].id,
        right=records[int(row[1])].id,
        probability=float(row[2]),
        levels=levels,
        chances=tuple(
            chance if gamma == len(one.levels) - 1 else None
            for chance, gamma, one in zip(row[3 + many :], levels, model.fields, strict=True)
        ),
    )
