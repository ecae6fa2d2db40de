"""Where recall is lost: each reachable pair that was not found, by what stood between its two parts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from bench.identity.evidence import Key, World
from bench.identity.score import Reach
from graph.clock import DAY
from graph.identity.evidence import Holding, Identifier, ProfileEvidence, Resolution
from graph.identity.rules import Rules, Strength

_ORDER = {Strength.STRONG: 0, Strength.MEDIUM: 1, Strength.WEAK: 2, Strength.CORROBORATING: 3}


def lost_pairs(world: World, resolution: Resolution, *, rules: Rules, reach: Reach) -> Counter[str]:
    """Pairs lost by cause, as `phone: shared`; two parts that nothing joins directly are `only over others`.

    The strongest identifier that two parts of one person share is asked why it did not join them.
    """
    return _Loss(world, resolution, rules).count(reach)


class _Loss:
    def __init__(self, world: World, resolution: Resolution, rules: Rules) -> None:
        self._rules = rules
        self._evidence = {profile.key: profile for profile in world.evidence}
        self._resolution = resolution
        self._cluster = {key: n for n, person in enumerate(resolution.people) for key in person.members}
        self._members = [person.members for person in resolution.people]
        self._doubted = {self._cluster[key] for doubt in resolution.ambiguities for key in doubt.members}
        self._refused: dict[Key, set[tuple[str, int]]] = defaultdict(set)
        for number, refusal in enumerate(resolution.refusals):
            for key in refusal.members:
                self._refused[key].add((refusal.rule, number))

    def count(self, reach: Reach) -> Counter[str]:
        found: Counter[str] = Counter()
        for part in reach.own:
            pieces: dict[int, list[Key]] = defaultdict(list)
            for key in part:
                pieces[self._cluster[key]].append(key)
            groups = list(pieces.values())
            for place, left in enumerate(groups):
                for right in groups[:place]:
                    found[self._cause(left, right)] += len(left) * len(right)
        return found

    def _cause(self, left: Sequence[Key], right: Sequence[Key]) -> str:
        shared = self._shared(left, right)
        if not shared:
            return "only over others"
        identifier, ours, theirs = min(shared, key=self._strength)
        return f"{identifier.namespace}: {self._why(identifier, ours, theirs, left[0], right[0])}"

    def _strength(self, link: tuple[Identifier, Holding, Holding]) -> tuple[int, Identifier]:
        return _ORDER[self._rules.namespace(link[0].namespace).strength], link[0]

    def _shared(self, left: Sequence[Key], right: Sequence[Key]) -> list[tuple[Identifier, Holding, Holding]]:
        ours = {h.identifier: h for key in left for h in self._evidence[key].holdings}
        return [
            (h.identifier, ours[h.identifier], h)
            for key in right
            for h in self._evidence[key].holdings
            if h.identifier in ours
        ]

    def _why(self, identifier: Identifier, ours: Holding, theirs: Holding, left: Key, right: Key) -> str:
        """The first that holds of: hot, generic, refused, contradiction, ambiguous, silence, shared, too weak."""
        kind = self._resolution.classes.get(identifier, "personal")
        rule = self._rules.namespace(identifier.namespace)
        if kind in ("hot", "generic"):
            return kind
        refused = self._refused[left] & self._refused[right]
        if refused:
            return min(refused)[0]
        sides = [self._profiles(key) for key in (left, right)]
        if _contradict([_names(side) for side in sides]):
            return "names contradict"
        if _contradict([_births(side) for side in sides]):
            return "birth dates contradict"
        if {self._cluster[left], self._cluster[right]} & self._doubted:
            return "ambiguous"
        if rule.gap_days is not None and _silence(ours, theirs) > rule.gap_days * DAY:
            return "silence"
        if kind == "shared":
            return "shared"
        if rule.strength is Strength.CORROBORATING:
            return "corroborates only"
        return "too weak" if rule.strength is Strength.WEAK else "other"

    def _profiles(self, key: Key) -> list[ProfileEvidence]:
        return [self._evidence[member] for member in self._members[self._cluster[key]]]


def _names(side: Sequence[ProfileEvidence]) -> set[str]:
    return {name.full for profile in side for name in profile.names if name.full}


def _births(side: Sequence[ProfileEvidence]) -> set[str]:
    return {date for profile in side for date in profile.birth_dates}


def _contradict(sides: Sequence[set[str]]) -> bool:
    return all(sides) and sides[0].isdisjoint(sides[1])


def _silence(ours: Holding, theirs: Holding) -> int:
    if ours.first is None or ours.last is None or theirs.first is None or theirs.last is None:
        return 0
    return max(ours.first, theirs.first) - min(ours.last, theirs.last)
