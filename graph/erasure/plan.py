"""Who is who without some profiles, and whom their ids lead to: decided in memory. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.identity.place import Placed, as_stored, place
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile


@dataclass(frozen=True, slots=True)
class Doomed:
    """A profile that is to be erased; `record_id` still sealed, `one_id` whose it is now."""

    id: str
    source: str
    record_key: str
    record_id: bytes
    birth_id: str
    component: str
    one_id: str


@dataclass(frozen=True, slots=True)
class Edge:
    """Evidence of a profile that is to be erased; it `counts` unless it was marked wrong."""

    profile_id: str
    key: str
    namespace: str
    trusted: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """What hangs on the profiles that are to be erased: counts, ids and keys."""

    messages: int
    touchpoints: int
    corrections: int
    judgements: tuple[str, ...]
    users: tuple[str, ...]
    edges: tuple[Edge, ...]
    vehicles: tuple[str, ...]
    blocking: tuple[str, ...]

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The keys of the identifiers they hold."""
        return tuple(sorted({edge.key for edge in self.edges}))


def read_survey(row: Sequence[Any]) -> Survey:
    """The one row of `erasure.survey_profiles`."""
    messages, touchpoints, corrections, judgements, users, edges, vehicles, blocking = row
    return Survey(
        messages=messages,
        touchpoints=touchpoints,
        corrections=corrections,
        judgements=_sorted(judgements),
        users=_sorted(users),
        edges=tuple(Edge(*edge) for edge in edges),
        vehicles=_sorted(vehicles),
        blocking=_sorted(blocking),
    )


def hot_limits(edges: Collection[Edge], rules: Rules) -> dict[str, int]:
    """For each identifier how many may hold it now, so that it links the others once these holders are gone."""
    gone = Counter(edge.key for edge in edges if edge.counts)
    namespaces = {edge.key: edge.namespace for edge in edges}
    return {key: rules.namespace(namespaces[key]).hot + count for key, count in gone.items()}


def place_without(
    doomed: Collection[str],
    edges: Collection[Edge],
    profiles: Sequence[StoredProfile],
    degrees: Mapping[str, tuple[int, int]],
    rules: Rules,
) -> Placed:
    """Who is who once these profiles are gone; `profiles` are all of their components that open."""
    remaining = [profile for profile in profiles if profile.id not in doomed]
    placed = Placed(before=as_stored(remaining))
    if not remaining:
        return placed
    counts = dict(degrees)
    for edge in edges:
        if edge.counts and edge.key in counts:
            trusted, holders = counts[edge.key]
            counts[edge.key] = (trusted - edge.trusted, holders - 1)
    place(placed, remaining, degrees=counts, rules=rules)
    return placed


def successors(doomed: Sequence[Doomed], profiles: Sequence[StoredProfile]) -> dict[str, str | None]:
    """By birth id of each erased profile that of the next founder of its user, among those who stay."""
    gone = {one.id for one in doomed}
    left: dict[str, list[tuple[int, int, str]]] = {}
    for profile in profiles:
        if profile.id not in gone and profile.one_id is not None:
            founder = (profile.founder_class, profile.seq, profile.birth_id)
            left.setdefault(profile.one_id, []).append(founder)
    return {one.birth_id: min(left[one.one_id])[2] if one.one_id in left else None for one in doomed}


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(values))
