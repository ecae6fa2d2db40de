"""Why a pair has its probability: each field's weight in bits, for `why`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, log2

from graph.matching.likelihood import HYPOTHESES, by_chance, chance_of, log_prior
from graph.matching.model import FieldModel, Model
from graph.matching.score import ScoredPair


@dataclass(frozen=True, slots=True)
class Weight:
    """A field's say on a pair: positive bits speak for one person, negative against.

    `field` is `prior` for what is believed before any field is seen, and `kinship` for what the chance takes
    away that the two are kin, people of one place or of one region.
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
    others = [_odds(pair, model, name) for name in HYPOTHESES if name != "match"]
    bits = -log2(sum(exp(min(odds, 700.0)) for odds in others))
    weights.append(Weight("kinship", "kin, neighbours or of one region rather than any strangers", bits))
    return tuple(weights)


def _chance(one: FieldModel, gamma: int, chance: float | None) -> float:
    return chance if chance is not None else log(one.level(gamma).u)


def _odds(pair: ScoredPair, model: Model, name: str) -> float:
    """The log odds of a hypothesis against strangers whose fields have nothing to do with one another."""
    total = log_prior(model.priors, name) - log(model.priors.stranger)
    for at, one in enumerate(model.fields):
        gamma = pair.levels[at]
        if gamma >= 0:
            level = one.level(gamma)
            expected = log(chance_of(one.field, level, model.priors, name))
            plain = _chance(one, gamma, pair.chances[at])
            if by_chance(one.field, name):
                expected = min(expected + plain - log(level.u), 0.0)
            total += expected - plain
    return total
