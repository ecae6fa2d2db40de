"""What of a component is resolved together: all of it, or, beyond the read limit, what its stronger evidence ties.

A component of more than `Rules.read_limit` profiles is taken apart by leaving out the weakest evidence first,
each piece only as far as it must be (docs/adr/0009-read-limit-and-open-points.md). Sizes and pieces are
functions of the set of evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.identity.gather import Link, Pair, connect
from graph.identity.rules import Rules, Strength
from graph.identity.tiers import CERTAIN, STAGES, STEWARD


@dataclass(frozen=True, slots=True)
class Reading:
    """Profiles that are resolved together, and the evidence between them that counts.

    `left_out` is the first tier whose evidence does not count, empty where all does.
    """

    members: list[int]
    links: Sequence[Link]
    same: Sequence[Pair]
    scores: Mapping[Pair, float]
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Overgrown:
    """Profiles too many to be resolved with a tier's evidence, and the links that were left out for that."""

    tier: str
    members: list[int]
    dropped: list[Link]


_STRONG: Final = frozenset((Strength.STRONG,))
_MEDIUM: Final = frozenset((Strength.STRONG, Strength.MEDIUM))
_NONE: Final[frozenset[Strength]] = frozenset()
_FIRST: Final = {stage.strengths[0]: stage.tiers[0].name for stage in STAGES if stage.strengths}

_STEPS: Final = (
    # strengths that still count, whether scores do, whether a steward's word does, first tier left out
    (_MEDIUM, True, True, _FIRST[Strength.WEAK]),
    (_STRONG, False, True, CERTAIN.name),
    (_NONE, False, True, _FIRST[Strength.STRONG]),
    (_NONE, False, False, STEWARD.name),
)


def readable(whole: Reading, rules: Rules) -> tuple[list[Reading], list[Overgrown]]:
    """The component in pieces that are small enough, and what was too big on the way."""
    if len(whole.members) <= rules.read_limit:
        return [whole], []
    done: list[Reading] = []
    over: list[Overgrown] = []
    waiting = [whole]
    for strengths, scored, judged, tier in _STEPS:
        pieces: list[Reading] = []
        for reading in waiting:
            dropped = [link for link in reading.links if link.rule.strength not in strengths]
            over.append(Overgrown(tier, reading.members, dropped))
            pieces += _pieces(reading, strengths, scored=scored, judged=judged, tier=tier, rules=rules)
        done += [piece for piece in pieces if len(piece.members) <= rules.read_limit]
        waiting = [piece for piece in pieces if len(piece.members) > rules.read_limit]
    return done, over


def _pieces(
    reading: Reading, strengths: frozenset[Strength], *, scored: bool, judged: bool, tier: str, rules: Rules
) -> list[Reading]:
    """What the evidence that still counts connects."""
    number = {index: place for place, index in enumerate(reading.members)}
    kept = [link for link in reading.links if link.rule.strength in strengths]
    same = reading.same if judged else ()
    scores: Mapping[Pair, float] = reading.scores if scored else {}
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
        Reading([reading.members[index] for index in part], links[n], sames[n], scoring[n], tier)
        for n, part in enumerate(parts)
    ]
