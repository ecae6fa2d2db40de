# ruff: noqa: S608 (columns and numbers of a model, never input)
"""The scoring SQL: a pair's levels, and its probability under four hypotheses.

Two records are one person, kin of one household, people of one place, or strangers; fields are independent
under each. Strangers agree by chance (`u`, exact agreement by the value's own frequency); people of one place
agree as they do on what a place decides; kin on the family name, phone and e-mail besides. Given name and government
id agree among kin no more often than among strangers, the birth date as often as there are twins: so a relative
at one address is not taken for a duplicate, and one address told by four columns is not four reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Final

from graph.matching.fields import Field
from graph.matching.model import FieldModel, Priors

_NEVER: Final = -700.0
"""The log of a probability that is none."""

HYPOTHESES: Final = ("match", "stranger", "place", "kin")


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
    answers = ", ".join(f"{parts[name]} / {whole} AS p_{name}" for name in HYPOTHESES if name != "stranger")
    return (
        f"SELECT * EXCLUDE (log_match, log_stranger, log_place, log_kin, most), {answers}"
        f" FROM (SELECT *, {most} AS most"
        f" FROM (SELECT v.*, {logs} FROM {levels} v JOIN frequencies f ON f.row = v.l))"
    )


def _likelihood(models: Sequence[FieldModel], priors: Priors, name: str) -> str:
    prior = getattr(priors, name)
    terms = [repr(log(prior) if prior > 0 else _NEVER)]
    terms += [_term(at, model, name) for at, model in enumerate(models)]
    return " + ".join(terms)


def _term(at: int, model: FieldModel, name: str) -> str:
    highest = len(model.levels) - 1
    by_chance = name == "stranger" or (name != "match" and not model.field.bound(name))
    whens: list[str] = []
    for position, level in enumerate(model.levels):
        value = repr(log(level.u if by_chance else getattr(level, "m" if name == "match" else name)))
        if position == 0 and by_chance and (column := model.field.frequency_column):
            value = f"coalesce(f.log_{column}, {value})"
        whens.append(f"WHEN {highest - position} THEN {value}")
    return f"CASE g{at} {' '.join(whens)} ELSE 0.0 END"
