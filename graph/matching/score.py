"""Scoring: in bulk and online by the same SQL, so that both decide alike."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from graph.matching.duck import connection, load_rows, rows_of
from graph.matching.keys import keys_of
from graph.matching.likelihood import posterior_sql
from graph.matching.model import Digest, Model
from graph.matching.pairs import keyed_pairs
from graph.matching.prepare import Row, prepared
from graph.matching.record import MatchRecord, comparable
from graph.matching.sieve import load_frequencies, sift

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


@dataclass(frozen=True, slots=True)
class Prepared:
    """Records in the forms that a model compares, sorted by id, with each one's blocking keys; comparable ones only."""

    ids: list[str]
    rows: list[Row]
    keys: list[list[str]]


def prepare_all(records: Iterable[MatchRecord], model: Model) -> Prepared:
    """The records as the model compares them: what is made of each depends on that record alone."""
    members = sorted(filter(comparable, records), key=lambda record: record.id)
    rows = [prepared(record, model.compared) for record in members]
    return Prepared([record.id for record in members], rows, [keys_of(row, model.rules) for row in rows])


def probabilities(
    table: Prepared, model: Model, *, digest: Digest, floor: float = GREY
) -> list[tuple[str, str, float]]:
    """What `score_all` says of these records, without levels: ids and probability, sorted by ids."""
    with _judged(table, model, digest, floor, frozenset(), None) as judged:
        if judged is None:
            return []
        database, pairs = judged
        found = rows_of(database, f"SELECT l, r, p_match FROM ({pairs}) ORDER BY l, r")  # noqa: S608
    return [(table.ids[left], table.ids[right], probability) for left, right, probability in found]


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
    records: Iterable[MatchRecord],
    model: Model,
    digest: Digest,
    floor: float,
    hot: frozenset[str],
    fresh: Collection[str] | None,
) -> list[ScoredPair]:
    table = prepare_all(records, model)
    with _judged(table, model, digest, floor, hot, fresh) as judged:
        if judged is None:
            return []
        database, pairs = judged
        wanted = ", ".join(f"g{at}" for at in range(len(model.fields)))
        logs = ", ".join(
            f"f.log_{column}" if (column := one.field.frequency_column) else "NULL" for one in model.fields
        )
        found = rows_of(
            database,
            f"SELECT l, r, p_match, {wanted}, {logs} FROM ({pairs}) JOIN frequencies f ON f.row = l"  # noqa: S608
            " ORDER BY l, r",
        )
    return [_pair(table.ids, model, row) for row in found]


@contextmanager
def _judged(
    table: Prepared,
    model: Model,
    digest: Digest,
    floor: float,
    hot: frozenset[str],
    fresh: Collection[str] | None,
) -> Generator[tuple[duckdb.DuckDBPyConnection, str] | None]:
    """A database and the query of its pairs that reach the floor, with levels and `p_match`; None without a pair."""
    with connection() as database:
        among = None if fresh is None else [at for at, id_ in enumerate(table.ids) if id_ in fresh]
        if not keyed_pairs(database, table.keys, cap=model.cap, hot=hot, fresh=among):
            yield None
            return
        load_rows(database, table.rows)
        load_frequencies(database, model.fields, digest)
        posterior = posterior_sql(model.fields, model.priors, levels=sift(database, model, floor=floor))
        yield database, f"SELECT * FROM ({posterior}) WHERE p_match >= {float(floor)!r}"  # noqa: S608


def _pair(ids: Sequence[str], model: Model, row: tuple[Any, ...]) -> ScoredPair:
    many = len(model.fields)
    levels = tuple(int(gamma) for gamma in row[3 : 3 + many])
    return ScoredPair(
        left=ids[int(row[0])],
        right=ids[int(row[1])],
        probability=float(row[2]),
        levels=levels,
        chances=tuple(
            chance if gamma == len(one.levels) - 1 else None
            for chance, gamma, one in zip(row[3 + many :], levels, model.fields, strict=True)
        ),
    )
