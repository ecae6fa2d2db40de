"""Splink with its own defaults as a peer: default comparisons, trained without labels, clusters at 0.95."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator
from typing import Any, Final

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from bench.identity.evidence import Key, World
from graph.identity.evidence import ProfileEvidence

THRESHOLD: Final = 0.95
SEED: Final = 1
_TABLE: Final = """
CREATE TABLE people AS
SELECT unnest($1::BIGINT[]) AS unique_id, unnest($2::VARCHAR[]) AS name, unnest($3::VARCHAR[]) AS dob,
       unnest($4::VARCHAR[]) AS phone, unnest($5::VARCHAR[]) AS email
"""
_MOST_PAIRS: Final = 5_000_000


def splink_defaults(world: World) -> dict[Key, Hashable]:
    """Clusters of Splink's defaults: plain components of pairs at 0.95 or more.

    One record a profile: the newest name and birth date, one phone, one e-mail. Blocked on each of phone, e-mail
    and name; u by random sampling with a fixed seed, m by expectation maximisation.
    """
    keys = [profile.key for profile in world.evidence]
    connection = duckdb.connect(":memory:")
    api: Any = DuckDBAPI(connection)
    connection.execute(_TABLE, [list(column) for column in zip(*_rows(world), strict=True)])
    table = api.register(connection.table("people"))
    rules: list[Any] = [block_on("phone"), block_on("email"), block_on("name")]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("name"),
            cl.DateOfBirthComparison("dob", input_is_string=True, datetime_format="%Y-%m-%d"),
            cl.ExactMatch("phone"),
            cl.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=rules,
    )
    linker: Any = Linker(table, settings, log_level=logging.CRITICAL)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("phone", "name"), block_on("email")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=_MOST_PAIRS, seed=SEED)
    for rule in (block_on("phone"), block_on("name")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)
    scored = linker.inference.predict(threshold_match_probability=THRESHOLD)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        scored, threshold_match_probability=THRESHOLD
    )
    found: dict[Key, Hashable] = {
        keys[row["unique_id"]]: row["cluster_id"] for row in clusters.as_record_list()
    }
    connection.close()
    return found


def _rows(world: World) -> Iterator[tuple[int, *tuple[str | None, ...]]]:
    for number, profile in enumerate(world.evidence):
        name = (world.traits[profile.key].get("name") or [{}])[0].get("display")
        births = sorted(date for date in profile.birth_dates if len(date) == 10)
        birth = births[0] if births else None
        yield number, name, birth, _least(profile, "phone"), _least(profile, "email")


def _least(profile: ProfileEvidence, namespace: str) -> str | None:
    return min(
        (h.identifier.value for h in profile.holdings if h.identifier.namespace == namespace), default=None
    )
