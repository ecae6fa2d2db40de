"""Components in which scores alone tie everybody to everybody: what the tiers would come to, said at once.

Most of what a bulk run links is of this kind. Every pair is probable, so in each tier there is support enough and
nothing to cut, and the last join is that of the weakest score which still holds all together. Explained runs go through
the tiers, so that each join is told (`tests/graph/identity/test_agreed.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from graph.identity.classes import is_calm
from graph.identity.gather import Gathered, Pair
from graph.identity.reading import Reading
from graph.identity.rules import Rules
from graph.identity.support import threshold
from graph.identity.tiers import MODEL, Tier

MOST: Final = 8
"""Profiles of such a component: few, as nearly all are that a bulk run links."""
_ROUNDING: Final = 0.001
"""Support is counted in thousandths."""


def agreed(evidence: Gathered, reading: Reading, rules: Rules) -> Tier | None:
    """The tier whose scores make one person of all profiles of a component; None where the tiers must decide."""
    members, scores = reading.members, reading.scores
    count = len(members)
    if count >= rules.warn_share * rules.budget:
        return None  # the tiers tell that it comes near the budget
    if count > MOST or len(scores) * 2 != count * (count - 1) or reading.links or reading.same:
        return None
    weakest = min(scores.values())
    if weakest < max(rules.model.probable, rules.model.support + _ROUNDING):
        return None
    if not is_calm(evidence, members, (), rules):
        return None
    if count > 2:
        weakest = bottleneck(members, scores)
    return next(tier for tier in MODEL if weakest >= threshold(rules.model, tier))


def bottleneck(members: Sequence[int], scores: Mapping[Pair, float]) -> float:
    """The weakest score without which the strongest would not connect everybody; every pair has one."""
    of = {index: {index} for index in members}
    for (left, right), score in sorted(scores.items(), key=lambda one: -one[1]):
        if of[left] is not of[right]:
            both = of[left] | of[right]
            if len(both) == len(members):
                return score
            of.update(dict.fromkeys(both, both))
    raise ValueError("the scores do not connect all members")
