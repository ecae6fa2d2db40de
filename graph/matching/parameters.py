"""Parameters that stay sensible on any data: smoothing towards what is expected, order of levels, floors. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from graph.matching.fields import Bond, Field, Kind
from graph.matching.model import FieldModel, Level

_PSEUDO: Final = 20.0
"""Duplicates' worth of belief in the expected m before any data."""
_LEAST_M: Final = 0.003
_LEAST_U: Final = 1e-9
_TWINS: Final = 0.015
"""Brothers and sisters who share their birth date. Fixed: to data alone, twins and wrong given names look alike."""
_SHARED: Final = 0.7
"""The share of neighbours and kin that agree on what binds them, before any data."""


def first_model(field: Field, m: Sequence[float | None], u: Sequence[float | None]) -> FieldModel:
    """A field's model from a first estimate; levels that could not be estimated get what is expected."""
    rules = field.comparison.levels
    chances = normal([chance if chance else _LEAST_U for chance in u])
    shares = normal([share if share else rule.expected_m for share, rule in zip(m, rules, strict=True)])
    shared = _shared(field, chances)
    return ordered(
        FieldModel(
            field=field,
            levels=tuple(
                Level(rule.label, share, chance, chance if field.bond is Bond.OWN else both, both, chance)
                for rule, share, chance, both in zip(rules, shares, chances, shared, strict=True)
            ),
        )
    )


def _shared(field: Field, chances: Sequence[float]) -> list[float]:
    """The levels of kin before any data: by chance, but for the share that agrees because they are kin."""
    share = _TWINS if field.kind is Kind.BIRTH else 0.0 if field.bond is Bond.OWN else _SHARED
    return [share + (1 - share) * chances[0], *((1 - share) * chance for chance in chances[1:])]


def normal(values: Sequence[float]) -> list[float]:
    """The values as shares of one, none below the floor."""
    floored = [max(value, _LEAST_U) for value in values]
    whole = sum(floored)
    return [value / whole for value in floored]


def with_shares(
    model: FieldModel, match: Sequence[float], place: Sequence[float], kin: Sequence[float]
) -> FieldModel:
    """The field with m, place and kin from (fractional) counts of pairs at each level, strongest first."""
    expected = [rule.expected_m for rule in model.field.comparison.levels]
    chances = [level.region for level in model.levels]
    shared = _shared(model.field, chances)
    own = model.field.bond is Bond.OWN
    return ordered(
        replace(
            model,
            levels=tuple(
                replace(level, m=max(m, _LEAST_M * level.u), place=p, kin=k)
                for level, m, p, k in zip(
                    model.levels,
                    _smooth(match, expected),
                    chances if own else _smooth(place, shared),
                    shared if own else _smooth(kin, shared),
                    strict=True,
                )
            ),
        )
    )


def _smooth(counts: Sequence[float], expected: Sequence[float]) -> list[float]:
    belief = sum(expected)
    return normal([count + _PSEUDO * share / belief for count, share in zip(counts, expected, strict=True)])


def with_chances(model: FieldModel, u: Sequence[float]) -> FieldModel:
    """The field with new u."""
    levels = (replace(level, u=chance) for level, chance in zip(model.levels, normal(u), strict=True))
    return ordered(replace(model, levels=tuple(levels)))


def ordered(model: FieldModel) -> FieldModel:
    """The field with match weights that never rise as agreement falls, pooling neighbours that would.

    `free` levels keep their own weight. The last level never tells for a match, nor by more than its floor
    against one.
    """
    rules = model.field.comparison.levels
    levels = list(model.levels)
    blocks: list[list[int]] = []
    for at, rule in enumerate(rules):
        if rule.free:
            continue
        blocks.append([at])
        while len(blocks) > 1 and _ratio(levels, blocks[-2]) < _ratio(levels, blocks[-1]):
            weaker = blocks.pop()
            blocks[-1] += weaker
    for block in blocks:
        ratio = _ratio(levels, block)
        for at in block:
            levels[at] = replace(levels[at], m=levels[at].u * ratio)
    last = levels[-1]
    levels[-1] = replace(last, m=min(max(last.m, _LEAST_M * last.u), last.u))
    return replace(model, levels=tuple(levels))


def _ratio(levels: Sequence[Level], block: Sequence[int]) -> float:
    return sum(levels[at].m for at in block) / sum(levels[at].u for at in block)
