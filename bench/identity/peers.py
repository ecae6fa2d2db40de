"""Peers that work on identifiers: plain connected components, and Segment's published merge rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.identity.evidence import Key, Seen, World
from bench.identity.score import connected
from graph.identity.evidence import Identifier, Resolution
from graph.identity.resolve import components
from graph.identity.rules import Rules

Partition = dict[Key, Hashable]


def clusters_of(resolution: Resolution) -> Partition:
    """Each profile's cluster."""
    clusters: dict[Key, int] = {}
    for number, person in enumerate(resolution.people):
        for key in person.members:
            clusters[key] = number
    return dict(clusters)


def plain_components(world: World) -> Partition:
    """Everybody whom any identifier connects is one person."""
    return {key: number for number, part in enumerate(connected(world.evidence)) for key in part}


def cool_components(world: World, rules: Rules) -> Partition:
    """The same without hot identifiers: those held by more profiles than `rules` allow link nobody."""
    parts = components(world.evidence, rules=rules)
    return {key: number for number, part in enumerate(parts) for key in part}


# -- Segment's merge rules ---------------------------------------------------------------------------------

_FIRST: Final = ("userId", "email")
_LIMITS: Final = {"userId": 1}
_LIMIT: Final = 5
_IGNORED: Final = frozenset({"vin", "plate", "address"})
"""Not identifiers there: Segment has no notion of what only corroborates."""

RECORD: Final = "recordId"
"""A file's record id, as a reverse ETL would send it: an identifier type of its own."""
_ACCOUNTS: Final = ("brand", "brand-europe")
"""The id spaces whose ids are Segment's userId; the ids of other platforms are types of their own there."""


@dataclass(slots=True)
class SegmentProfiles:
    """Segment's identity graph by its published rules (docs/reference/identity.md §2), event after event.

    Limits: one userId, five of every other type, ever. Priorities: userId, email, then by name. Where an event
    matches several profiles and the merged one would exceed a limit (or one would, by what the event adds),
    its lowest-priority identifier is dropped and the rest tried again.
    """

    _owner: dict[Identifier, int] = field(default_factory=dict[Identifier, int])
    _held: dict[int, set[Identifier]] = field(default_factory=dict[int, set[Identifier]])
    _next: int = 0

    def take(self, identifiers: Sequence[Identifier]) -> int | None:
        """The profile that the event goes to; None where it has no identifier."""
        left = sorted(set(identifiers), key=_priority)
        while left:
            matched = {self._owner[identifier] for identifier in left if identifier in self._owner}
            union = set(left).union(*(self._held[profile] for profile in matched))
            if _fits(union):
                return self._join(matched, union)
            left.pop()
        return None

    def owner(self, identifier: Identifier) -> int | None:
        """The profile that has the identifier now."""
        return self._owner.get(identifier)

    def _join(self, matched: set[int], union: set[Identifier]) -> int:
        if matched:
            profile = max(matched, key=lambda one: (len(self._held[one]), -one))
        else:
            profile = self._next
            self._next += 1
        for other in matched - {profile}:
            del self._held[other]
        self._held[profile] = union
        for identifier in union:
            self._owner[identifier] = profile
        return profile


def segment(world: World) -> Partition:
    """What Segment's rules make of the world's messages, in the order of their times.

    A record belongs to the profile that has its own id at the end, or got its last event where that was dropped.
    """
    profiles = SegmentProfiles()
    last: dict[Key, int] = {}
    own: dict[Key, Identifier] = {}
    for seen in sorted(world.seen, key=_when):
        identifiers = [i for i in seen.identifiers if i.namespace not in _IGNORED]
        own[seen.key] = _own(seen, identifiers)
        profile = profiles.take([*identifiers, own[seen.key]])
        if profile is not None:
            last[seen.key] = profile
    found: Partition = {}
    for key, profile in last.items():
        owner = profiles.owner(own[key])
        found[key] = profile if owner is None else owner
    return found


def _when(seen: Seen) -> int:
    return seen.at


def _own(seen: Seen, identifiers: Sequence[Identifier]) -> Identifier:
    """The identifier that names the event's own record."""
    source, record_id = seen.key
    for identifier in identifiers:
        if identifier.namespace in ("userId", "anonymousId") and identifier.value == record_id:
            return identifier
    return Identifier(RECORD, source, record_id)


def _type(identifier: Identifier) -> str:
    foreign = identifier.namespace == "userId" and identifier.scope not in _ACCOUNTS
    return f"{identifier.scope} id" if foreign else identifier.namespace


def _priority(identifier: Identifier) -> tuple[int, str, Identifier]:
    name = _type(identifier)
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST)), name, identifier


def _fits(identifiers: set[Identifier]) -> bool:
    counts: dict[str, int] = defaultdict(int)
    for identifier in identifiers:
        counts[_type(identifier)] += 1
    return all(count <= _LIMITS.get(name, _LIMIT) for name, count in counts.items())
