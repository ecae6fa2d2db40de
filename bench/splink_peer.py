"""Splink on our prepared table: its own comparisons, `predict` and clusters, blocked by our model's rules.

Both compare the same columns. An atom of ours that has several values (either name) is two rules here; what Splink
trains it trains beforehand.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from itertools import product
from typing import Any, Final

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from graph.matching.duck import connection, load_rows
from graph.matching.fields import Field, Kind
from graph.matching.forms import skeleton
from graph.matching.model import Model
from graph.matching.prepare import Row

THRESHOLD: Final = 0.95
GREY: Final = 0.5
"""From here on pairs are kept in the graph, as ours are."""
_U_PAIRS: Final = 5_000_000
_SEED: Final = 1

_ATOMS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "names": (("given_sound", "family_sound"),),
    "name": (("given_sound",), ("family_sound",)),
    "name3": (("given_skeleton",), ("family_skeleton",)),
    "names3": (("given_skeleton", "family_skeleton"),),
    "year": (("birth_year",),),
    "monthday": (("birth_day",),),
    "email": (("first_email",),),
}
"""Our atoms as columns, one rule for each; any other is a column itself."""


class SplinkPeer:
    """A trained Splink linker on the rows; `run` predicts and clusters."""

    def __init__(self, rows: Sequence[Row], model: Model) -> None:
        logging.getLogger("splink").setLevel(logging.CRITICAL)
        settings = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="id",
            comparisons=[_comparison(field) for field in model.compared],
            blocking_rules_to_generate_predictions=[block_on(*rule) for rule in _rules(model)],
            probability_two_random_records_match=model.priors.match,
            retain_matching_columns=False,
            retain_intermediate_calculation_columns=False,
        )
        self._stack = connection()
        self._linker = _linker(self._stack.__enter__(), rows, settings)
        self._linker.training.estimate_u_using_random_sampling(max_pairs=_U_PAIRS, seed=_SEED)
        for rule in (block_on("given", "family"), block_on("birth")):
            self._linker.training.estimate_parameters_using_expectation_maximisation(rule)
        self._trained: dict[str, Any] = self._linker.misc.save_model_to_json()

    def close(self) -> None:
        """Drop its tables."""
        self._stack.__exit__(None, None, None)

    def count_pairs(self) -> int:
        """Candidate pairs that its blocking rules bring."""
        found = self._linker.inference.predict()
        return int(found.as_duckdbpyrelation().count("*").fetchall()[0][0])

    def run(self) -> tuple[float, dict[str, str]]:
        """Seconds of predicting and clustering, and each record's cluster (read out of the database untimed)."""
        self._linker.table_management.invalidate_cache()
        started = time.perf_counter()
        scored = self._linker.inference.predict(threshold_match_probability=THRESHOLD)
        clusters = self._linker.clustering.cluster_pairwise_predictions_at_threshold(
            scored, threshold_match_probability=THRESHOLD
        )
        seconds = time.perf_counter() - started
        return seconds, {row["id"]: row["cluster_id"] for row in clusters.as_record_list()}

    def link(self, rows: Sequence[Row]) -> tuple[list[tuple[str, str, float]], list[tuple[str, str]]]:
        """By what was trained, the pairs of other rows that are grey or better, and each row's cluster."""
        with connection() as database:
            linker = _linker(database, rows, self._trained)
            scored = linker.inference.predict(threshold_match_probability=GREY)
            clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
                scored, threshold_match_probability=THRESHOLD
            )
            pairs = scored.as_duckdbpyrelation().project("id_l, id_r, match_probability").fetchall()
            return pairs, clusters.as_duckdbpyrelation().project("id, cluster_id").fetchall()


def _linker(database: duckdb.DuckDBPyConnection, rows: Sequence[Row], settings: Any) -> Any:
    load_rows(database, [_with_atoms(row) for row in rows])
    api: Any = DuckDBAPI(connection=database)
    return Linker(api.register("records"), settings, log_level=logging.CRITICAL)


def _with_atoms(row: Row) -> Row:
    """The row with what its blocking rules need beside the columns that are compared."""
    birth = row.get("birth") or ""
    return {
        **row,
        "given_skeleton": skeleton(row["given_sound"]) if row["given_sound"] else None,
        "family_skeleton": skeleton(row["family_sound"]) if row["family_sound"] else None,
        "birth_year": birth[:4] or None,
        "birth_day": birth[4:] if len(birth) == 8 else None,
        "first_email": (row.get("emails") or [None])[0],
    }


def _rules(model: Model) -> list[tuple[str, ...]]:
    """Each once."""
    found = {
        tuple(column for part in parts for column in part)
        for rule in model.rules
        for parts in product(*(_ATOMS.get(atom, ((atom,),)) for atom in rule))
    }
    return sorted(found)


def _comparison(field: Field) -> Any:
    match field.kind:
        case Kind.GIVEN | Kind.FAMILY:
            return cl.NameComparison(field.stem).configure(term_frequency_adjustments=True)
        case Kind.BIRTH:
            return cl.DateOfBirthComparison(field.stem, input_is_string=True, datetime_format="%Y%m%d")
        case Kind.TEXT:
            return cl.JaroWinklerAtThresholds(field.stem)
        case Kind.CODE:
            return cl.LevenshteinAtThresholds(field.stem, 1)
        case Kind.EMAIL:
            return cl.JaroWinklerAtThresholds("email_local")
        case _:
            return cl.ExactMatch(field.stem)
