"""Sizes that are nearly reached: told before a threshold is crossed, not after."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Final

from graph.identity.evidence import Identifier, NearSize, SizeKind
from graph.identity.gather import Gathered, Key, Link
from graph.identity.knot import Knot
from graph.identity.rules import Rules

_LEAST: Final = 3  # a limit of one or two is meant to be reached


class Sizes:
    """Collects what is nearly full; see `NearSize`."""

    def __init__(self, rules: Rules, evidence: Gathered) -> None:
        self._rules = rules
        self._evidence = evidence
        self._found: set[NearSize] = set()
        self._limits = {
            place: ceil(rules.warn_share * space.rule.limit)
            for place, space in enumerate(evidence.spaces)
            if space.rule.limit >= _LEAST and not space.rule.one_per_person
        }
        self._few = min(self._limits.values(), default=0)
        self._cap = ceil(rules.warn_share * rules.cap)
        self._budget = ceil(rules.warn_share * rules.budget)
        self._read = ceil(rules.warn_share * rules.read_limit)

    def component(self, members: list[int]) -> None:
        """Look at how many profiles must be read together."""
        if len(members) >= self._read:
            self._tell(
                SizeKind.READ_LIMIT, self._evidence.keys[members[0]], len(members), self._rules.read_limit
            )

    def person(self, founder: Key, members: list[int]) -> None:
        """Look at a person's profiles and at its values in each namespace."""
        if len(members) >= self._cap:
            self._tell(SizeKind.CAP, founder, len(members), self._rules.cap)
        held = self._evidence.held
        if not self._limits or sum(len(held[index]) for index in members) < self._few:
            return
        counts: dict[int, int] = {}
        for number in {number for index in members for number in held[index]}:
            space = self._evidence.space_of[number]
            counts[space] = counts.get(space, 0) + 1
        for space, count in counts.items():
            if count >= self._limits.get(space, count + 1):
                where = self._evidence.spaces[space]
                self._tell(SizeKind.LIMIT, founder, count, where.rule.limit, where.namespace)

    def knot(self, knot: Knot, links: Iterable[Link]) -> None:
        """Look at the widest tier of a component and at the people on its identifiers."""
        if knot.widest >= self._budget:
            least = self._evidence.keys[min(knot.cluster_of)]
            self._tell(SizeKind.BUDGET, least, knot.widest, self._rules.budget)
        if knot.calm:
            return
        for link in links:
            people = max((unit.people for unit in link.trusted or link.every), default=1)
            if people > 1 and people >= self._rules.warn_share * link.rule.max_people:
                self._tell(SizeKind.MAX_PEOPLE, link.identifier, people, link.rule.max_people)

    def degrees(self, links: Iterable[Link]) -> None:
        """Look at how many profiles hold each identifier."""
        share = self._rules.warn_share
        for link in links:
            if link.degree > 1 and share * link.rule.hot <= link.degree:
                self._tell(SizeKind.HOT, link.identifier, link.degree, link.rule.hot)

    def found(self) -> tuple[NearSize, ...]:
        """What is nearly full, in an order that depends on the set only."""
        return tuple(sorted(self._found, key=lambda near: (near.kind, str(near.subject), near.namespace)))

    def _tell(
        self, kind: SizeKind, subject: Key | Identifier, count: int, limit: int, namespace: str = ""
    ) -> None:
        if limit >= _LEAST and count <= limit:
            self._found.add(NearSize(kind, subject, count, limit, namespace))
