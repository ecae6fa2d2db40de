"""What keeps two people of a run apart: every obstacle with its facts, the deciding one first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from graph.identity.evidence import Identifier, Resolution
from graph.identity.explain_facts import Hindrance, Obstacle
from graph.identity.gather import HOT, PERSONAL, Link, Unit
from graph.identity.knot import Knot
from graph.identity.rules import Strength
from graph.identity.run import Run
from graph.identity.summary import Summary, births_conflict, names_conflict, summarise


class Obstacles:
    """Looks at pairs of people of one run that was logged."""

    def __init__(self, run: Run, resolution: Resolution) -> None:
        self._run = run
        self._resolution = resolution
        self._knot_of: dict[int, Knot] = {index: knot for knot in run.knots for index in knot.cluster_of}
        self._part_of = {index: number for number, whole in enumerate(run.wholes) for index in whole.members}
        self._links = {link.identifier: link for link in run.links}

    def members(self, index: int) -> list[int]:
        """The profiles of a profile's person."""
        knot = self._knot_of.get(index)
        return [index] if knot is None else knot.clusters[knot.cluster_of[index]]

    def between(self, left: int, right: int) -> tuple[Hindrance, ...]:
        """All that keeps the people of two profiles apart."""
        ours, theirs = self.members(left), self.members(right)
        pair = _Pair(self._run, ours, theirs)
        looks: tuple[Callable[[_Pair], Iterator[Hindrance]], ...] = (
            _values,
            _banned,
            self._sizes,
            self._support,
            _names,
            self._ambiguous,
            self._units,
            self._refused,
            _low_score,
        )
        found = [hindrance for look in looks for hindrance in look(pair)]
        if not pair.common and not pair.scores and not pair.judged:
            found.append(Hindrance(Obstacle.NO_EVIDENCE))
        order = list(Obstacle)
        return tuple(sorted(found, key=lambda one: order.index(one.obstacle)))

    def hard(self, left: int, right: int) -> tuple[Hindrance, ...]:
        """What neither a score nor a steward's word overcomes."""
        pair = _Pair(self._run, self.members(left), self.members(right))
        return (*_values(pair), *_banned(pair))

    def _sizes(self, pair: _Pair) -> Iterator[Hindrance]:
        if self._part_of[pair.ours[0]] != self._part_of[pair.theirs[0]]:
            return
        rules, spaces = self._run.rules, self._run.evidence.spaces
        for space in pair.left.counted.keys() | pair.right.counted.keys():
            rule = spaces[space].rule
            count = len(pair.left.counted.get(space, set()) | pair.right.counted.get(space, set()))
            if count > rule.limit:
                yield Hindrance(
                    Obstacle.LIMIT, namespace=spaces[space].namespace, count=count, limit=rule.limit
                )
        if (count := len(pair.ours) + len(pair.theirs)) > rules.cap:
            yield Hindrance(Obstacle.CAP, count=count, limit=rules.cap)

    def _support(self, pair: _Pair) -> Iterator[Hindrance]:
        model = self._run.rules.model
        if pair.scores and max(pair.scores) >= model.probable and self._told("support", pair):
            mean = sum(pair.scores) / (len(pair.ours) * len(pair.theirs))
            yield Hindrance(Obstacle.SUPPORT, probability=mean, needed=model.support, count=len(pair.scores))

    def _refused(self, pair: _Pair) -> Iterator[Hindrance]:
        rules = self._run.rules
        for rule, obstacle, limit in (
            ("overgrown", Obstacle.OVERGROWN, rules.budget),
            ("read-limit", Obstacle.READ_LIMIT, rules.read_limit),
        ):
            if told := self._told(rule, pair):
                yield Hindrance(obstacle, count=told[1], limit=limit, tier=told[0])

    def _told(self, rule: str, pair: _Pair) -> tuple[str, int] | None:
        """Tier and size of a refusal that both people are in."""
        keys = self._run.evidence.keys
        left, right = ({keys[index] for index in side} for side in (pair.ours, pair.theirs))
        for no in self._resolution.refusals:
            if no.rule == rule and no.members & left and no.members & right:
                return no.tier, len(no.members)
        return None

    def _ambiguous(self, pair: _Pair) -> Iterator[Hindrance]:
        keys = self._run.evidence.keys
        left, right = ({keys[index] for index in side} for side in (pair.ours, pair.theirs))
        for doubt in self._resolution.ambiguities:
            for mine, other in ((left, right), (right, left)):
                if doubt.members & mine and other.intersection(doubt.candidates):
                    yield Hindrance(Obstacle.AMBIGUOUS, candidates=doubt.candidates, tier=doubt.tier)

    def _units(self, pair: _Pair) -> Iterator[Hindrance]:
        for identifier in sorted(pair.common):
            link = self._links[identifier]
            units = link.trusted or link.every
            ours, theirs = (_on(units, side) for side in (set(pair.ours), set(pair.theirs)))
            both = [unit for unit in ours if unit in theirs]
            worst = max(both or units, key=lambda unit: unit.people, default=None)
            kind = HOT if worst is None or link.counting == HOT else worst.kind
            people = 0 if worst is None else worst.people
            obstacle = _obstacle(link, kind, apart=not both and bool(ours) and bool(theirs), pair=pair)
            if obstacle is not None:
                yield Hindrance(
                    obstacle,
                    identifier=identifier,
                    identifier_class=kind,
                    count=link.degree if kind == HOT else people,
                    limit=link.rule.hot if kind == HOT else link.rule.max_people,
                )


class _Pair:
    """Two people, and what they have in common."""

    def __init__(self, run: Run, ours: list[int], theirs: list[int]) -> None:
        evidence = run.evidence
        self.run, self.ours, self.theirs = run, ours, theirs
        self.left: Summary = summarise(evidence, ours)
        self.right: Summary = summarise(evidence, theirs)
        held = [{number for index in side for number in evidence.held[index]} for side in (ours, theirs)]
        self.common: set[Identifier] = {evidence.identifiers[number] for number in held[0] & held[1]}
        pairs = {(min(pair), max(pair)) for pair in product(ours, theirs)}
        self.scores: list[float] = [
            evidence.scores[pair] for pair in sorted(pairs) if pair in evidence.scores
        ]
        self.judged: bool = any(pair in pairs for pair in evidence.same)


def _on(units: list[Unit], side: set[int]) -> list[Unit]:
    return [unit for unit in units if not side.isdisjoint(unit.holders)]


def _obstacle(link: Link, kind: str, *, apart: bool, pair: _Pair) -> Obstacle | None:
    """Why an identifier that both hold did not join them, if that lies in the identifier."""
    if apart:
        return Obstacle.TENURE
    if kind != PERSONAL:
        return Obstacle.CLASS
    if link.rule.strength is Strength.CORROBORATING:
        return Obstacle.CORROBORATES
    if link.rule.strength is Strength.WEAK and pair.left.anchored and pair.right.anchored:
        return Obstacle.ANCHORED
    return None


def _values(pair: _Pair) -> Iterator[Hindrance]:
    evidence = pair.run.evidence
    for space in sorted(pair.left.proven.keys() & pair.right.proven.keys()):
        left, right = pair.left.proven[space], pair.right.proven[space]
        if len(left | right) > 1:
            yield Hindrance(
                Obstacle.VALUES,
                namespace=evidence.spaces[space].namespace,
                left_identifiers=tuple(sorted(evidence.identifiers[number] for number in left)),
                right_identifiers=tuple(sorted(evidence.identifiers[number] for number in right)),
            )


def _banned(pair: _Pair) -> Iterator[Hindrance]:
    keys, different = pair.run.evidence.keys, pair.run.evidence.different
    judged = [
        (keys[one], keys[other])
        for one, other in product(pair.ours, pair.theirs)
        if other in different.get(one, ())
    ]
    if judged:
        yield Hindrance(Obstacle.BANNED, judged=tuple(sorted(judged)))


def _names(pair: _Pair) -> Iterator[Hindrance]:
    left, right = pair.left, pair.right
    if names_conflict(left, right):
        texts = [
            tuple(sorted({name.full or name.family or name.given or "" for name in side.names}))
            for side in (left, right)
        ]
        yield Hindrance(Obstacle.NAMES, left_texts=texts[0], right_texts=texts[1])
    if births_conflict(left.birth_dates, right.birth_dates):
        yield Hindrance(
            Obstacle.BIRTHS,
            left_texts=tuple(sorted(left.birth_dates)),
            right_texts=tuple(sorted(right.birth_dates)),
        )


def _low_score(pair: _Pair) -> Iterator[Hindrance]:
    needed = pair.run.rules.model.probable
    if pair.scores and max(pair.scores) < needed:
        yield Hindrance(Obstacle.LOW_SCORE, probability=max(pair.scores), needed=needed)
