"""How well a partition fits the truth, beyond `seed.metrics`: reachable recall, over-merge and splits by kind.

Docs: docs/identity-benchmark.md defines every figure. All is counted from contingency tables or from
components of at most one person's profiles; nothing here is quadratic in the world.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import comb
from typing import Final

from bench.identity.evidence import Key, World, people_of
from bench.identity.hard import HardRules, broken_rules
from graph.identity.evidence import Identifier, ProfileEvidence
from seed.kinds import Kind
from seed.metrics import Scores, compare

Partition = Mapping[Key, Hashable]


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many; a share of nothing is 0."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share in [0, 1]."""
        return self.part / self.whole if self.whole else 0.0


NONE: Final = Share(0, 0)


@dataclass(frozen=True, slots=True)
class Report:
    """What one partition reaches on one world.

    `reachable` is the share of those true pairs that the person's own evidence connects; `connected` of those
    that any evidence connects, whoever's it is. `split` and `over_merged` count people by kind, each person
    in every kind it has; `silent` counts the over-merged of whom nothing recorded says that they are two.
    """

    scores: Scores
    cluster_precision: float
    cluster_recall: float
    cluster_f1: float
    reachable: Share
    connected: Share
    split: dict[Kind, Share] = field(default_factory=dict[Kind, Share])
    over_merged: dict[Kind, Share] = field(default_factory=dict[Kind, Share])
    silent: Share = NONE
    hard: HardRules = field(default_factory=HardRules)


def report(world: World, predicted: Partition, *, reach: Reach) -> Report:
    """Score a partition; a profile it lacks stands alone. `reach` is `reach_of(world)`, made once for all peers."""
    cluster_of = {key: predicted.get(key, ("alone", key)) for key in world.truth}
    members: dict[Hashable, list[Key]] = defaultdict(list)
    for key, cluster in cluster_of.items():
        members[cluster].append(key)
    exact, found, true = _whole_clusters(world, members)
    over, silent, hard = _over_merged(world, members)
    return Report(
        scores=compare(people_of(world), cluster_of),
        cluster_precision=exact / found if found else 1.0,
        cluster_recall=exact / true if true else 1.0,
        cluster_f1=2 * exact / (found + true) if found + true else 1.0,
        reachable=_within(reach.own, cluster_of),
        connected=_within(reach.any, cluster_of),
        split=_split(world, reach, cluster_of),
        over_merged=over,
        silent=silent,
        hard=hard,
    )


# -- what evidence connects ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reach:
    """Parts of single people's profiles: connected by their own evidence, and by anybody's."""

    own: tuple[tuple[Key, ...], ...]
    any: tuple[tuple[Key, ...], ...]


def reach_of(world: World) -> Reach:
    """What evidence connects, whatever its strength, class or age. Nobody's records have no reach."""
    person_of = {key: fact.person_id for key, fact in world.truth.items() if fact.person_id in world.kinds}
    by_person: dict[str, list[ProfileEvidence]] = defaultdict(list)
    for profile in world.evidence:
        if profile.key in person_of:
            by_person[person_of[profile.key]].append(profile)
    own = [part for profiles in by_person.values() for part in connected(profiles)]
    anybody: list[tuple[Key, ...]] = []
    for part in connected(world.evidence):
        inside: dict[str, list[Key]] = defaultdict(list)
        for key in part:
            if key in person_of:
                inside[person_of[key]].append(key)
        anybody += [tuple(keys) for keys in inside.values()]
    return Reach(tuple(own), tuple(anybody))


def connected(profiles: Iterable[ProfileEvidence]) -> list[tuple[Key, ...]]:
    """Connected components of profiles that share an identifier value, over any number of steps."""
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    first: dict[Identifier, Key] = {}
    for profile in profiles:
        root(profile.key)
        for holding in profile.holdings:
            parent[root(profile.key)] = root(first.setdefault(holding.identifier, profile.key))
    parts: dict[Key, list[Key]] = defaultdict(list)
    for key in list(parent):
        parts[root(key)].append(key)
    return [tuple(part) for part in parts.values()]


def _within(parts: Sequence[Sequence[Key]], cluster_of: Partition) -> Share:
    found = whole = 0
    for part in parts:
        whole += comb(len(part), 2)
        found += sum(comb(count, 2) for count in Counter(cluster_of[key] for key in part).values())
    return Share(found, whole)


# -- people ----------------------------------------------------------------------------------------------


def _split(world: World, reach: Reach, cluster_of: Partition) -> dict[Kind, Share]:
    """By kind: people in more clusters than their own evidence has parts, of those with two profiles connected."""
    torn: dict[str, bool] = {}
    for part in reach.own:
        if len(part) > 1:
            person = world.truth[part[0]].person_id
            torn[person] = torn.get(person, False) or len({cluster_of[key] for key in part}) > 1
    return _by_kind(world, torn)


def _over_merged(
    world: World, members: Mapping[Hashable, Sequence[Key]]
) -> tuple[dict[Kind, Share], Share, HardRules]:
    """People in a cluster with somebody else's profile, by kind; how many silently so; and broken rules."""
    evidence = {profile.key: profile for profile in world.evidence}
    merged = dict.fromkeys(world.kinds, False)
    contradicted: set[str] = set()
    hard = HardRules()
    for keys in members.values():
        people = {world.truth[key].person_id for key in keys}
        if len(people) < 2:
            continue
        for person in people & merged.keys():
            merged[person] = True
        broken = broken_rules([evidence[key] for key in keys], lambda key: world.truth[key].person_id)
        hard = hard.plus(broken)
        contradicted |= broken.people
    all_merged = [person for person, so in merged.items() if so]
    silent = Share(sum(person not in contradicted for person in all_merged), len(all_merged))
    return _by_kind(world, merged), silent, hard


def _by_kind(world: World, people: Mapping[str, bool]) -> dict[Kind, Share]:
    wholes, parts = Counter[Kind](), Counter[Kind]()
    for person, so in people.items():
        for kind in world.kinds[person]:
            wholes[kind] += 1
            parts[kind] += so
    return {kind: Share(parts[kind], wholes[kind]) for kind in Kind if wholes[kind]}


def _whole_clusters(world: World, members: Mapping[Hashable, Sequence[Key]]) -> tuple[int, int, int]:
    """Clusters found that are exactly one person's profiles; how many were found; how many there are."""
    sizes = Counter(fact.person_id for fact in world.truth.values())
    exact = 0
    for keys in members.values():
        people = {world.truth[key].person_id for key in keys}
        exact += len(people) == 1 and sizes[world.truth[keys[0]].person_id] == len(keys)
    return exact, len(members), len(sizes)
