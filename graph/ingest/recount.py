"""Whether what is beyond the read limit still is, where evidence went: the graph is walked, as far as the limit.

A piece of a component says that what it was cut from is too big. New evidence only makes that bigger; where evidence
goes, it is counted again, from whoever was connected by it, up to one profile more than the limit. Nothing is opened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.identity.reading import STEPS, Step
from graph.identity.rules import NamespaceRule, Rules, Strength
from graph.identity.stored import StoredProfile, steps_of
from graph.ingest.components import ComponentReader, ReadOne

_IDS: Final = 400
"""Profiles whose neighbours are read by one statement."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Evidence that goes, as far as the graph still has it.

    `near` are profiles that had it, by id: they and their neighbours are counted from. `gone` are profiles that go
    altogether, `edges` holdings by profile and identifier key, `pairs` verdicts SAME_AS and `scores` scores by both
    profiles, `degrees` the holders (trusted, all) that identifiers have from now on, which may be too many.
    """

    near: Collection[str]
    gone: frozenset[str] = frozenset()
    edges: frozenset[tuple[str, str]] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()
    scores: frozenset[tuple[str, str]] = frozenset()
    degrees: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, "tuple[int, int]"])


@dataclass(frozen=True, slots=True)
class Recounted:
    """Profiles that are beyond the limit at fewer steps than they were, and the components to read for that.

    `looked_at` are all components that it depends on.
    """

    outgrown: Mapping[str, int]
    components: frozenset[str]
    looked_at: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Beside:
    """A profile's component, the keys of what it holds, and whom verdicts and scores tie to it."""

    component: str
    keys: tuple[str, ...]
    same: tuple[str, ...]
    scored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """An identifier: how strong it is, whom it connects, and whom it still does once evidence is gone."""

    strength: Strength
    before: tuple[str, ...]
    after: frozenset[str]


async def read_without(
    reader: ComponentReader,
    read: ReadOne,
    stored: list[StoredProfile],
    degrees: dict[str, tuple[int, int]],
    lost: Lost,
) -> frozenset[str]:
    """Make what was read of whole components and pieces hold without the evidence that goes.

    To be called between reading and resolving by whoever takes evidence away. Where a piece's component is no longer
    beyond the read limit, the rest of it is added to `stored` and `degrees`. Answers the components that depends on;
    costs nothing where no piece was read.
    """
    if not any(profile.outgrown for profile in stored):
        return frozenset()
    found = await recount(read, lost, reader.rules)
    more, busy = await reader.read(read, found.components - {profile.component or "" for profile in stored})
    stored += more
    degrees |= busy
    for profile in stored:
        profile.outgrown = found.outgrown.get(profile.id, profile.outgrown)
    return found.looked_at


async def recount(read: ReadOne, lost: Lost, rules: Rules) -> Recounted:
    """Count again what hangs together without the evidence that goes; bounded by the read limit, whatever the graph.

    `read` sees the graph before the evidence went, or after it.
    """
    walk = _Walk(read, lost, rules)
    await walk.look(lost.near)
    ends = sorted({other for id_ in lost.near for other in walk.beside(id_)}.union(lost.near) - lost.gone)
    await walk.look(ends)
    outgrown: dict[str, int] = {}
    for end in ends:
        for step in range(0 if end in outgrown else walk.steps(end)):
            part = await walk.part(end, step)
            if part is not None:
                outgrown |= dict.fromkeys(part, step)
                break
    return Recounted(outgrown, walk.components(outgrown), walk.components())


class _Walk:
    """Walks from profile to profile over the evidence that stays."""

    def __init__(self, read: ReadOne, lost: Lost, rules: Rules) -> None:
        self._read = read
        self._lost = lost
        self._rules = rules
        self._hot = {name: rule.hot for name, rule in rules.namespaces.items()}
        self._profiles: dict[str, _Beside] = {}
        self._held: dict[str, _Held] = {}
        self._big: list[set[str]] = [set() for _ in STEPS]

    def steps(self, id_: str) -> int:
        """At how many steps a profile is said to be beyond the limit."""
        return steps_of(self._profiles[id_].component) if id_ in self._profiles else 0

    def components(self, ids: Collection[str] | None = None) -> frozenset[str]:
        """The components of these profiles, of all that were looked at if none are given."""
        there = self._profiles.keys() if ids is None else ids
        return frozenset(self._profiles[id_].component for id_ in there)

    async def look(self, ids: Collection[str]) -> None:
        """Read whom these profiles are connected with."""
        missing = sorted(set(ids) - self._profiles.keys())
        for start in range(0, len(missing), _IDS):
            row = await self._read(
                "identity.find_beside",
                asked={"ids": missing[start : start + _IDS], "hot": self._hot},
                probable=self._rules.model.probable,
            )
            profiles, identifiers = row or ((), ())
            for id_, component, keys, same, scored in profiles:
                self._profiles[id_] = _Beside(component, tuple(keys), tuple(same), tuple(scored))
            for key, namespace, holders in identifiers:
                self._held[key] = self._holding(key, self._rules.namespace(namespace), holders)

    def _holding(self, key: str, rule: NamespaceRule, holders: Sequence[tuple[str, bool]]) -> _Held:
        trusted, every = self._lost.degrees.get(key, (0, 0))
        after = frozenset(
            id_
            for id_, trusts in holders
            if (every <= rule.hot or (trusts and trusted <= rule.hot))
            and id_ not in self._lost.gone
            and (id_, key) not in self._lost.edges
        )
        return _Held(rule.strength, tuple(id_ for id_, _ in holders), after)

    async def part(self, start: str, step: int) -> set[str] | None:
        """Everybody who hangs together with a profile at a step; None where they are beyond the limit."""
        limit, big = self._rules.read_limit, self._big[step]
        seen, frontier = {start}, {start}
        while frontier and len(seen) <= limit and seen.isdisjoint(big):
            await self.look(frontier)
            frontier = {other for id_ in frontier for other in self._neighbours(id_, STEPS[step])} - seen
            seen |= frontier
        if len(seen) <= limit and seen.isdisjoint(big):
            return seen
        big |= seen
        return None

    def beside(self, id_: str) -> Iterator[str]:
        """Whom any evidence connects with a profile, that which goes as well."""
        if one := self._profiles.get(id_):
            yield from one.same
            yield from one.scored
            for key in one.keys:
                yield from self._held[key].before

    def _neighbours(self, id_: str, step: Step) -> Iterator[str]:
        """Whom evidence of a step connects with a profile once the rest is gone."""
        if one := self._profiles.get(id_):
            for key in one.keys:
                held = self._held[key]
                if held.strength in step.strengths and id_ in held.after:
                    yield from held.after
            if step.judgements:
                yield from (q for q in one.same if self._stays(id_, q, self._lost.pairs))
            if step.scores:
                yield from (q for q in one.scored if self._stays(id_, q, self._lost.scores))

    def _stays(self, one: str, other: str, lost: frozenset[tuple[str, str]]) -> bool:
        """Whether what says of these two that they are one is none of what is lost."""
        return other not in self._lost.gone and lost.isdisjoint(((one, other), (other, one)))
