"""What of a component is resolved together: all of it, or, beyond the read limit, what its stronger evidence ties.

A component of more than `Rules.read_limit` profiles is taken apart by leaving out the weakest evidence first,
each piece only as far as it must be (docs/adr/0009-read-limit-and-open-points.md). Sizes and pieces are
functions of the set of evidence. A piece can be resolved by itself: of what it was cut from, one only has to know that
it was too big.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.identity.gather import Gathered, Key, Link, Pair, connect, joining
from graph.identity.rules import Rules, Strength
from graph.identity.tiers import CERTAIN, STAGES, STEWARD


@dataclass(frozen=True, slots=True)
class Step:
    """The evidence that still counts at a step, and the first tier whose evidence does not."""

    strengths: frozenset[Strength]
    scores: bool
    judgements: bool
    left_out: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Profiles that are resolved together, and the evidence between them that counts.

    `step` is how far the component was taken apart; at 0 all evidence counts.
    """

    members: list[int]
    links: Sequence[Link]
    same: Sequence[Pair]
    scores: Mapping[Pair, float]
    step: int = 0

    @property
    def left_out(self) -> str:
        """The first tier whose evidence does not count, empty where all does."""
        return STEPS[self.step].left_out


@dataclass(frozen=True, slots=True)
class Overgrown:
    """Profiles too many to be resolved with a tier's evidence, and the links that were left out for that."""

    tier: str
    members: list[int]
    dropped: list[Link]


_FIRST: Final = {stage.strengths[0]: stage.tiers[0].name for stage in STAGES if stage.strengths}

STEPS: Final = (
    Step(frozenset(Strength), scores=True, judgements=True, left_out=""),
    Step(
        frozenset((Strength.STRONG, Strength.MEDIUM)),
        scores=True,
        judgements=True,
        left_out=_FIRST[Strength.WEAK],
    ),
    Step(frozenset((Strength.STRONG,)), scores=False, judgements=True, left_out=CERTAIN.name),
    Step(frozenset(), scores=False, judgements=True, left_out=_FIRST[Strength.STRONG]),
    Step(frozenset(), scores=False, judgements=False, left_out=STEWARD.name),
)
"""How a component is taken apart; at the last step everybody is alone."""


def wholes(evidence: Gathered, links: Sequence[Link], rules: Rules) -> list[Reading]:
    """The components, each with all evidence in it, by their least profiles."""
    count = len(evidence.keys)
    parts = connect(count, [link.holders() for link in links], joining(evidence, rules))
    place = [0] * count
    for number, part in enumerate(parts):
        for index in part:
            place[index] = number
    same: dict[int, list[Pair]] = {}
    for pair in evidence.same:
        same.setdefault(place[pair[0]], []).append(pair)
    scores: dict[int, dict[Pair, float]] = {}
    for pair, score in evidence.scores.items():
        if place[pair[0]] == place[pair[1]]:
            scores.setdefault(place[pair[0]], {})[pair] = score
    on: dict[int, list[Link]] = {}
    for link in links:
        if units := link.every or link.trusted:
            on.setdefault(place[units[0].holders[0]], []).append(link)
    return [
        Reading(part, on.get(number, []), same.get(number, []), scores.get(number, {}))
        for number, part in enumerate(parts)
    ]


def outgrown_by_number(evidence: Gathered, outgrown: Mapping[Key, int] | None) -> dict[int, int]:
    """At how many steps profiles are said to be beyond the read limit, by their numbers."""
    if not outgrown:
        return {}
    return {index: steps for index, key in enumerate(evidence.keys) if (steps := outgrown.get(key, 0))}


def readable(
    whole: Reading, rules: Rules, outgrown: Mapping[int, int]
) -> tuple[list[Reading], list[Overgrown]]:
    """The component in pieces that are small enough, and what was too big on the way.

    `outgrown` tells of profiles at how many steps what they hang together with is too big, though it is not given.
    """
    done: list[Reading] = []
    over: list[Overgrown] = []
    waiting = [whole]
    while waiting:
        reading = waiting.pop()
        if not _too_big(reading, rules, outgrown):
            done.append(reading)
            continue
        step = reading.step + 1
        dropped = [link for link in reading.links if link.rule.strength not in STEPS[step].strengths]
        over.append(Overgrown(STEPS[step].left_out, reading.members, dropped))
        waiting += _pieces(reading, step, rules)
    return done, over


def _too_big(reading: Reading, rules: Rules, outgrown: Mapping[int, int]) -> bool:
    if reading.step == len(STEPS) - 1:
        return False
    return len(reading.members) > rules.read_limit or (
        bool(outgrown) and any(outgrown.get(index, 0) > reading.step for index in reading.members)
    )


def _pieces(reading: Reading, step: int, rules: Rules) -> list[Reading]:
    """What the evidence that still counts at a step connects."""
    counts = STEPS[step]
    number = {index: place for place, index in enumerate(reading.members)}
    kept = [link for link in reading.links if link.rule.strength in counts.strengths]
    same = reading.same if counts.judgements else ()
    scores: Mapping[Pair, float] = reading.scores if counts.scores else {}
    joined = [*same, *(pair for pair, score in scores.items() if score >= rules.model.probable)]
    parts = connect(
        len(number),
        [[number[index] for index in link.holders()] for link in kept],
        [(number[left], number[right]) for left, right in joined],
    )
    place = {index: n for n, part in enumerate(parts) for index in part}
    links: list[list[Link]] = [[] for _ in parts]
    sames: list[list[Pair]] = [[] for _ in parts]
    scoring: list[dict[Pair, float]] = [{} for _ in parts]
    for link in kept:
        links[place[number[link.holders()[0]]]].append(link)
    for pair in same:
        sames[place[number[pair[0]]]].append(pair)
    for pair, score in scores.items():
        if place[number[pair[0]]] == place[number[pair[1]]]:
            scoring[place[number[pair[0]]]][pair] = score
    return [
        Reading([reading.members[index] for index in part], links[n], sames[n], scoring[n], step)
        for n, part in enumerate(parts)
    ]
