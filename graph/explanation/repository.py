"""The statements of `cypher/explanation`, and their rows as values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.ingest.components import ReadOne
from graph.judgement.repository import Subject

MOST_DECISIONS: Final = 100
"""Most decisions that are told of one profile, the latest."""


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """Where a profile was put, since when until when (µs), and why, as it was written then."""

    profile_id: str
    one_id: str
    since: int
    until: int | None
    tier: str
    rule: str
    namespace: str
    rules: str


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions by time, and the models of scored pairs of profile ids."""

    decisions: tuple[StoredDecision, ...]
    models: Mapping[tuple[str, str], str]


async def find_subjects(
    read: ReadOne, refs: Collection[str], records: Collection[str] = ()
) -> dict[str, Subject]:
    """Who is meant by ids, and by blind indexes of records; by what was given."""
    row = await read(
        "explanation.find_subjects", asked={"refs": sorted(set(refs)), "records": sorted(set(records))}
    )
    return {values[0]: Subject(*values) for values in (row[0] if row else ())}


async def biggest_component(read: ReadOne, components: Collection[str], *, most: int) -> int:
    """How many profiles the biggest of some components has, counted up to `most`."""
    row = await read("explanation.count_profiles", asked={"components": sorted(components)}, most=most)
    return row[0] or 0 if row else 0


async def read_decisions(
    read: ReadOne, profiles: Collection[str], pairs: Sequence[tuple[str, str]] = ()
) -> Decided:
    """The decisions about some profiles, and by which models pairs of them are scored."""
    row = await read(
        "explanation.read_decisions",
        asked={"profiles": sorted(profiles), "pairs": sorted(map(list, pairs))},
        most=MOST_DECISIONS,
    )
    decisions, scored = row or ((), ())
    return Decided(
        tuple(StoredDecision(*values) for values in decisions),
        {(left, right): model for left, right, model in scored},
    )
