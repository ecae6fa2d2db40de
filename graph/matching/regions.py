"""Strangers of one region: what people have in common who only live in one country, or speak one language. Pure.

Names, cities and streets go together: two strangers are both called Jérôme Blanc and of Lyon more often than the
shares of Jérôme, Blanc and Lyon say, each for itself. So strangers are two kinds of pairs, of one region and not,
in each of which fields are independent. Nobody knows which pair is which: EM over random pairs finds the share of
the first kind, and how it agrees. Where two kinds tell no more than one, there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import exp, log
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from graph.matching.likelihood import chance_of, log_prior
from graph.matching.model import FieldModel, Priors
from graph.matching.parameters import normal

_ITERATIONS: Final = 60
_CONVERGED: Final = 2e-6
"""Nats a pair by which an iteration must be better."""
_BELIEF: Final = 5.0
"""Pairs' worth of belief that a kind agrees as all strangers do."""
_LEAST_SHARE: Final = 0.03
"""A class of less is hardly a region; set on the tables of ADR 0018, and no guard against every small class."""
_FIRST_SHARE: Final = 0.1
_FIRST_LEAN: Final = 8.0
"""How many times as likely agreement in a region is, to begin with."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a number of random pairs agree: the level of each field, -1 where either side misses it."""

    levels: tuple[int, ...]
    pairs: float


Numbers: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Seen:
    """All patterns: their levels as places in a flat list of chances, `nowhere` behind its end where a field is
    missing; their pairs; and the log chance that one person or kin have them."""

    places: npt.NDArray[np.intp]
    pairs: Numbers
    related: Numbers
    nowhere: int


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of strangers: its share, and the chances of the levels of all regional fields, weakest first."""

    share: float
    chances: list[float]


def with_regions(
    fields: Sequence[FieldModel], priors: Priors, patterns: Sequence[Pattern]
) -> tuple[tuple[FieldModel, ...], Priors]:
    """The fields with their levels in a region, and the priors with the share of strangers who are of one.

    `patterns` are those of random pairs, of which a few are one person or kin: how these agree is taken from
    `fields`. `u` stays as it is. Where regions do not pay (Bayesian information criterion) the share is 0.
    """
    regional = [at for at, one in enumerate(fields) if one.field.regional]
    starts = list(accumulate((len(fields[at].levels) for at in regional), initial=0))
    start_of = dict(zip(regional, starts, strict=False))
    nowhere = starts[-1]
    seen = _Seen(
        np.array(
            [
                [start + one.levels[at] if one.levels[at] >= 0 else nowhere for at, start in start_of.items()]
                for one in patterns
            ],
            dtype=np.intp,
        ).reshape(len(patterns), len(regional)),
        np.array([one.pairs for one in patterns]),
        np.array([_related(fields, priors, one.levels) for one in patterns]),
        nowhere,
    )
    chances = [level.u for at in regional for level in reversed(fields[at].levels)]
    lean = [chance if at in starts else chance * _FIRST_LEAN for at, chance in enumerate(chances)]
    _, plain = _fit([_Kind(1.0, chances)], seen, starts)
    near = _Kind(_FIRST_SHARE, _normal(lean, starts))
    (away, near), told = _fit([_Kind(1 - _FIRST_SHARE, chances), near], seen, starts)
    pairs = float(seen.pairs.sum())
    more = 1 + len(chances) - len(regional)
    if near.share < _LEAST_SHARE or told - plain < more / 2 * log(max(pairs, 2.0)):
        return tuple(map(_nowhere, fields)), replace(priors, region=0.0)
    gains = [
        inside / (away.share * outside + near.share * inside)
        for outside, inside in zip(away.chances, near.chances, strict=True)
    ]
    return tuple(
        _somewhere(one, gains[start_of[at] :]) if at in start_of else _nowhere(one)
        for at, one in enumerate(fields)
    ), replace(priors, region=near.share)


def _nowhere(one: FieldModel) -> FieldModel:
    return replace(one, levels=tuple(replace(level, region=level.u) for level in one.levels))


def _somewhere(one: FieldModel, gains: Sequence[float]) -> FieldModel:
    """The field with `u` times what a region adds to each level, weakest first."""
    weakest_first = list(reversed(one.levels))
    found = normal([level.u * gain for level, gain in zip(weakest_first, gains, strict=False)])
    levels = zip(one.levels, reversed(found), strict=True)
    return replace(one, levels=tuple(replace(level, region=chance) for level, chance in levels))


def _related(fields: Sequence[FieldModel], priors: Priors, levels: Sequence[int]) -> float:
    """The log of how likely these levels are in a pair of one person, of one place, or kin."""
    logs = [
        log_prior(priors, name)
        + sum(
            log(chance_of(one.field, one.level(gamma), priors, name))
            for one, gamma in zip(fields, levels, strict=True)
            if gamma >= 0
        )
        for name in ("match", "place", "kin")
    ]
    most = max(logs)
    return most + log(sum(exp(one - most) for one in logs))


def _fit(start: list[_Kind], seen: _Seen, starts: Sequence[int]) -> tuple[list[_Kind], float]:
    """The kinds after EM, and the log likelihood of what was seen."""
    belief = start[0].chances
    now, last = start, float("-inf")
    pairs = float(seen.pairs.sum())
    for _ in range(_ITERATIONS):
        after, told = _step(now, seen, starts, belief)
        if told - last < _CONVERGED * pairs:
            break
        now, last = after, told
    return now, last


def _step(
    now: Sequence[_Kind], seen: _Seen, starts: Sequence[int], belief: Sequence[float]
) -> tuple[list[_Kind], float]:
    """The kinds after one more step, and the log likelihood under those before it."""
    terms = np.array([log(kind.share) + _told(kind, seen) for kind in now])
    most = np.maximum(terms.max(axis=0), seen.related)
    parts = np.exp(terms - most)
    every = np.exp(seen.related - most) + parts.sum(axis=0)
    told = float(seen.pairs @ (most + np.log(every)))
    parts *= seen.pairs / every
    shares = normal([float(part.sum()) for part in parts])
    counted = (_BELIEF * np.array(belief) + _count(part, seen) for part in parts)
    return [
        _Kind(share, _normal(count.tolist(), starts)) for share, count in zip(shares, counted, strict=True)
    ], told


def _told(kind: _Kind, seen: _Seen) -> Numbers:
    """The log chance of each pattern in a kind."""
    logs = np.log(np.array([*kind.chances, 1.0]))
    return logs[seen.places].sum(axis=1)


def _count(part: Numbers, seen: _Seen) -> Numbers:
    """How many of a kind's pairs stand at each place."""
    weights = np.broadcast_to(part[:, None], seen.places.shape)
    counted = np.bincount(seen.places.ravel(), weights.ravel(), minlength=seen.nowhere + 1)
    return counted[: seen.nowhere].astype(np.float64)


def _normal(flat: Sequence[float], starts: Sequence[int]) -> list[float]:
    """The chances of each field's levels as shares of one."""
    return [chance for start, end in pairwise(starts) for chance in normal(flat[start:end])]
