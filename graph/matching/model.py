"""A trained model: comparisons with their parameters, term frequencies under digests, blocking rules.

The file is JSON (`docs/matching.md`). It holds field names and numbers, and no value of a record: term
frequencies stand under whatever the caller's `digest` makes of field and value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from dataclasses import field as default
from math import log2
from typing import Any, Final

from graph.errors import ConfigurationError
from graph.matching.fields import Bond, Field, Kind
from graph.matching.keys import Rule

FORMAT: Final = 2
"""Raised when a model of before would be read or scored otherwise."""

Digest = Callable[[str], str]
"""A keyed one-way function of text (a blind index): the same value always gives the same text."""


@dataclass(frozen=True, slots=True)
class Level:
    """How often a level of agreement occurs: among duplicates `m`, strangers `u`, people of one `place`, `kin`.

    `u` is that of all strangers, `region` that of those who are of one region.
    """

    label: str
    m: float
    u: float
    place: float
    kin: float
    region: float


@dataclass(frozen=True, slots=True)
class FieldModel:
    """A field with its levels, strongest first, and the term frequencies of its exact level.

    `frequencies` holds common values by digest; every other value has `rare`. Both are chances that a
    stranger has this very value.
    """

    field: Field
    levels: tuple[Level, ...]
    rare: float | None = None
    frequencies: Mapping[str, float] = default(default_factory=dict[str, float])

    def level(self, gamma: int) -> Level:
        """The level of a number as SQL gives it: 0 is the last."""
        return self.levels[len(self.levels) - 1 - gamma]


@dataclass(frozen=True, slots=True)
class Priors:
    """What two records taken at random are: one person, people of one place, kin; else strangers.

    `region` is the share of strangers who are of one region.
    """

    match: float
    place: float = 0.0
    kin: float = 0.0
    region: float = 0.0

    @property
    def stranger(self) -> float:
        """The rest."""
        return 1.0 - self.match - self.place - self.kin


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that scoring needs; two equal models score alike."""

    fields: tuple[FieldModel, ...]
    priors: Priors
    rules: tuple[Rule, ...]
    cap: int
    diagnostics: Mapping[str, Any] = default(default_factory=dict[str, Any])

    @property
    def compared(self) -> tuple[Field, ...]:
        """The fields, without parameters."""
        return tuple(one.field for one in self.fields)


def rounded(model: Model) -> Model:
    """The model with six significant digits of every parameter: sums made in another order change nothing."""
    return replace(
        model,
        priors=Priors(**{name: _six(share) for name, share in asdict(model.priors).items()}),
        fields=tuple(
            replace(
                one,
                levels=tuple(map(_rounded_level, one.levels)),
                rare=None if one.rare is None else _six(one.rare),
                frequencies={value: _six(chance) for value, chance in one.frequencies.items()},
            )
            for one in model.fields
        ),
    )


def _rounded_level(level: Level) -> Level:
    """The weight m / u is rounded, not m: levels that share a weight share it still."""
    u = _six(level.u)
    return replace(
        level,
        m=u * _six(level.m / level.u),
        u=u,
        region=_six(level.region),
        place=_six(level.place),
        kin=_six(level.kin),
    )


def _six(number: float) -> float:
    return float(f"{number:.5e}")


def to_json(model: Model) -> str:
    """The model as text; equal models give equal text."""
    return json.dumps(
        {
            "format": FORMAT,
            "priors": asdict(model.priors),
            "rules": [list(rule) for rule in model.rules],
            "cap": model.cap,
            "fields": [_field_out(one) for one in model.fields],
            "diagnostics": dict(model.diagnostics),
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def from_json(text: str) -> Model:
    """The model of a text that `to_json` gave. Raises `ConfigurationError` on anything else."""
    try:
        raw: dict[str, Any] = json.loads(text)
        if raw["format"] != FORMAT:
            raise _unreadable(f"is of format {raw['format']!r}, and this program reads {FORMAT}")
        return Model(
            fields=tuple(_field_in(one) for one in raw["fields"]),
            priors=Priors(**raw["priors"]),
            rules=tuple(tuple(rule) for rule in raw["rules"]),
            cap=raw["cap"],
            diagnostics=raw["diagnostics"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable("cannot be read") from error


def _unreadable(what: str) -> ConfigurationError:
    return ConfigurationError(f"The matching model {what}.", remedy="Train it again: guanxi identity train.")


def _field_out(one: FieldModel) -> dict[str, Any]:
    return {
        "name": one.field.name,
        "stem": one.field.stem,
        "kind": str(one.field.kind),
        "bond": str(one.field.bond),
        "levels": [asdict(level) for level in one.levels],
        "rare": one.rare,
        "frequencies": dict(one.frequencies),
    }


def _field_in(raw: dict[str, Any]) -> FieldModel:
    return FieldModel(
        field=Field(raw["name"], raw["stem"], Kind(raw["kind"]), Bond(raw["bond"])),
        levels=tuple(Level(**level) for level in raw["levels"]),
        rare=raw["rare"],
        frequencies=raw["frequencies"],
    )


def weight(level: Level) -> float:
    """The match weight of a level in bits, without term frequencies."""
    return log2(level.m / level.u)
