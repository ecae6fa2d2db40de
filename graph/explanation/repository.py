"""The statements of `cypher/explanation`, and their rows as values."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile, open_profile
from graph.ingest.components import ReadOne
from graph.judgement.repository import Subject
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

MOST_DECISIONS: Final = 100
"""Most decisions that are told of one profile, the latest."""

FORGOTTEN: Final = "forgotten"
"""The rule of a decision whose reason is not kept any more."""


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

    def stood(self, at: int | None) -> bool:
        """Whether it stood at a time, or stands now."""
        return (
            self.until is None if at is None else self.since <= at and (self.until is None or self.until > at)
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions by time, and the models of scored pairs of profile ids."""

    decisions: tuple[StoredDecision, ...]
    models: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class PastEvidence:
    """What was known at a time in the past, as far as it is kept; `later` are pairs that were scored since then.

    `erased` where records were erased since then that were one person's with some of these.
    """

    profiles: list[StoredProfile]
    degrees: dict[str, tuple[int, int]]
    later: frozenset[tuple[str, str]]
    erased: bool


async def find_subjects(
    read: ReadOne, refs: Collection[str], records: Collection[str] = ()
) -> dict[str, Subject]:
    """Who is meant by ids, and by blind indexes of records; by what was given."""
    row = await read(
        "explanation.find_subjects", asked={"refs": sorted(set(refs)), "records": sorted(set(records))}
    )
    return {values[0]: Subject(*values) for values in (row[0] if row else ())}


async def find_past_subjects(
    read: ReadOne, refs: Collection[str], at: int
) -> dict[str, tuple[Subject, frozenset[str]]]:
    """Who was meant by ids at a time, each with the components in which that person's records are now."""
    row = await read("explanation.find_subjects_as_of", asked={"refs": sorted(set(refs))}, at=at)
    return {values[0]: (Subject(*values[:5]), frozenset(values[5])) for values in (row[0] if row else ())}


async def biggest_component(read: ReadOne, components: Collection[str], *, most: int) -> int:
    """How many profiles the biggest of some components has, counted up to `most`."""
    row = await read("explanation.count_profiles", asked={"components": sorted(components)}, most=most)
    return row[0] or 0 if row else 0


async def read_past(
    read: ReadOne, components: Collection[str], at: int, *, keyring: Keyring, rules: Rules
) -> PastEvidence:
    """The evidence of components that had been committed by a time, and was not yet taken back."""
    row = await read(
        "explanation.read_evidence_as_of",
        read={"components": sorted(components)},
        at=at,
        busy=min(namespace.hot for namespace in rules.namespaces.values()),
    )
    profiles, degrees, later, erased = row or ((), (), (), 0)
    return PastEvidence(
        await asyncio.to_thread(_open, profiles, keyring),
        {key: (trusted, holders) for key, trusted, holders in degrees},
        frozenset((left, right) for left, right in later),
        erased=bool(erased),
    )


def _open(rows: Sequence[Sequence[Any]], keyring: Keyring) -> list[StoredProfile]:
    keys = keyring.keys_for([row[0] for row in rows])
    return [open_profile(row, Sealer(keys[row[0]].data_key, row[0])) for row in rows if row[0] in keys]


async def read_decisions(
    read: ReadOne, profiles: Collection[str], pairs: Sequence[tuple[str, str]] = ()
) -> Decided:
    """The decisions about some profiles, a new reason for the same user being one, and the models of some pairs."""
    row = await read(
        "explanation.read_decisions",
        asked={"profiles": sorted(profiles), "pairs": sorted(map(list, pairs))},
        most=MOST_DECISIONS,
    )
    intervals, scored = row or ((), ())
    return Decided(_latest(one for values in intervals for one in _reasons(*values)), _by_pair(scored))


def _by_pair(scored: Iterable[Sequence[str]]) -> dict[tuple[str, str], str]:
    return {(left, right): model for left, right, model in scored}


def _reasons(
    profile_id: str,
    one_id: str,
    begun: int,
    ended: int | None,
    tier: str,
    rule: str,
    namespace: str,
    rules: str,
    since: int | None,
    earlier: Sequence[str] | None,
) -> Iterator[StoredDecision]:
    """One interval as the decisions it is made of: the former reasons, and the last one."""
    former = [text.split("|") for text in earlier or ()]
    starts = [*(int(reason[0]) for reason in former), begun if since is None else since]
    if starts[0] > begun:
        yield StoredDecision(profile_id, one_id, begun, starts[0], "", FORGOTTEN, "", "")
    for start, end, reason in zip(starts, starts[1:], former, strict=False):
        yield StoredDecision(profile_id, one_id, start, end, *reason[1:])
    yield StoredDecision(profile_id, one_id, starts[-1], ended, tier, rule, namespace, rules)


def _latest(decisions: Iterable[StoredDecision]) -> tuple[StoredDecision, ...]:
    """Of each profile the latest, all by time."""
    by_profile = sorted(decisions, key=attrgetter("profile_id", "since"))
    kept = [
        one for _, own in groupby(by_profile, attrgetter("profile_id")) for one in [*own][-MOST_DECISIONS:]
    ]
    return tuple(sorted(kept, key=attrgetter("since", "profile_id")))
