# ruff: noqa: S608 (columns and numbers of a model, never input)
"""The scoring SQL: a pair's levels, and its probability under five hypotheses.

Two records are one person, kin of one household, people of one place, or strangers, of one region or not; fields
are independent under each. Strangers agree by chance: `u` on the whole, more often where they are of one region,
exact agreement by the value's own frequency. People of one place agree as they do on what a place decides; kin on
the family name, phone and e-mail besides. Given name and government id agree among kin no more often than among
strangers of one region, the birth date as often as there are twins: so a relative at one address is not taken for
a duplicate, and one address told by four columns is not four reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Final

from graph.matching.fields import Field
from graph.matching.model import FieldModel, Level, Priors

_NEVER: Final = -700.0
"""The log of a probability that is none."""
_LEAST_AWAY: Final = 0.01
"""The least share of a chance that strangers have who are not of one region."""

ANSWERED: Final = ("match", "place", "kin")
HYPOTHESES: Final = ("match", "stranger", "region", "place", "kin")


def levels_sql(fields: Sequence[Field], *, pairs: str, extra: str = "") -> str:
    """A query of `pairs(l, r)` over `records`: both rows, `extra` columns of the pairs, and levels `g0…`."""
    needed = dict.fromkeys(column for field in fields for column in field.comparison.columns)
    sides = ", ".join(f"a.{column} AS {column}_l, b.{column} AS {column}_r" for column in needed)
    levels = ", ".join(f"CAST({field.level_sql()} AS TINYINT) AS g{at}" for at, field in enumerate(fields))
    return (
        f"SELECT l, r{extra}, {levels} FROM (SELECT p.*, {sides} FROM {pairs} p"
        " JOIN records a ON a.row = p.l JOIN records b ON b.row = p.r)"
    )


def posterior_sql(models: Sequence[FieldModel], priors: Priors, *, levels: str) -> str:
    """A query of `levels` joined with `frequencies`: its columns, `p_match`, `p_place` and `p_kin`."""
    logs = ", ".join(f"{_likelihood(models, priors, name)} AS log_{name}" for name in HYPOTHESES)
    most = f"greatest({', '.join(f'log_{name}' for name in HYPOTHESES)})"
    parts = {name: f"exp(log_{name} - most)" for name in HYPOTHESES}
    whole = f"({' + '.join(parts.values())})"
    answers = ", ".join(f"{parts[name]} / {whole} AS p_{name}" for name in HYPOTHESES if name in ANSWERED)
    return (
        f"SELECT * EXCLUDE ({', '.join(f'log_{name}' for name in HYPOTHESES)}, most), {answers}"
        f" FROM (SELECT *, {most} AS most"
        f" FROM (SELECT v.*, {logs} FROM {levels} v JOIN frequencies f ON f.row = v.l))"
    )


def _likelihood(models: Sequence[FieldModel], priors: Priors, name: str) -> str:
    terms = [repr(log_prior(priors, name))]
    terms += [_term(at, model, priors, name) for at, model in enumerate(models)]
    return " + ".join(terms)


def _term(at: int, model: FieldModel, priors: Priors, name: str) -> str:
    highest = len(model.levels) - 1
    column = model.field.frequency_column
    whens: list[str] = []
    for position, level in enumerate(model.levels):
        chance = log(chance_of(model.field, level, priors, name))
        value = repr(chance)
        if position == 0 and column and by_chance(model.field, name):
            value = f"least(coalesce(f.log_{column}, {log(level.u)!r}) + {chance - log(level.u)!r}, 0.0)"
        whens.append(f"WHEN {highest - position} THEN {value}")
    return f"CASE g{at} {' '.join(whens)} ELSE 0.0 END"


def log_prior(priors: Priors, name: str) -> float:
    """The log of what is believed of a hypothesis before any field is seen."""
    prior = {
        "match": priors.match,
        "stranger": priors.stranger * (1 - priors.region),
        "region": priors.stranger * priors.region,
        "place": priors.place,
        "kin": priors.kin,
    }[name]
    return log(prior) if prior > 0 else _NEVER


def by_chance(field: Field, name: str) -> bool:
    """Whether the hypothesis explains no agreement on the field: what agrees does so as a value is frequent."""
    return name in ("stranger", "region") or (name != "match" and not field.bound(name))


def chance_of(field: Field, level: Level, priors: Priors, name: str) -> float:
    """How often the level occurs under a hypothesis; kin and neighbours are of one region too."""
    if name == "match":
        return level.m
    if name == "stranger":
        away = (level.u - priors.region * level.region) / (1 - priors.region)
        return max(away, _LEAST_AWAY * level.u)
    if by_chance(field, name):
        return level.region
    return level.place if name == "place" else level.kin
