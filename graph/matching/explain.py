"""Why a pair has its probability: each field's weight in bits, for `why`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, log2

from graph.matching.model import FieldModel, Model
from graph.matching.score import ScoredPair


@dataclass(frozen=True, slots=True)
class Weight:
    """A field's say on a pair: positive bits speak for one person, negative against.

    `field` is `prior` for what is believed before any field is seen, and `kinship` for what the chance takes
    away that the two are kin or people of one place.
    """

    field: str
    level: str
    bits: float


def explain(pair: ScoredPair, model: Model) -> tuple[Weight, ...]:
    """The weights of a pair: prior first, then fields that both have, kinship last.

    Their sum is the log odds (base 2) of the pair's probability.
    """
    weights = [Weight("prior", "two records at random", log2(model.priors.match / model.priors.stranger))]
    for at, one in enumerate(model.fields):
        if (gamma := pair.levels[at]) >= 0:
            level = one.level(gamma)
            bits = log2(level.m) - _chance(one, gamma, pair.chances[at]) / log(2)
            weights.append(Weight(one.field.name, level.label, bits))
    related = [_odds(pair, model, place=True), _odds(pair, model, place=False)]
    bits = -log2(1.0 + sum(exp(min(odds, 700.0)) for odds in related))
    weights.append(Weight("kinship", "kin or neighbours rather than strangers", bits))
    return tuple(weights)


def _chance(one: FieldModel, gamma: int, chance: float | None) -> float:
    return chance if chance is not None else log(one.level(gamma).u)


def _odds(pair: ScoredPair, model: Model, *, place: bool) -> float:
    """The log odds that a pair is of one place (or kin) rather than of strangers."""
    prior = model.priors.place if place else model.priors.kin
    if prior <= 0:
        return -700.0
    total = log(prior / model.priors.stranger)
    for at, one in enumerate(model.fields):
        gamma = pair.levels[at]
        if gamma >= 0 and one.field.bound("place" if place else "kin"):
            level = one.level(gamma)
            total += log(level.place if place else level.kin) - _chance(one, gamma, pair.chances[at])
    return total
