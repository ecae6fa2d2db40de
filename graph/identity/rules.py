"""The rules of identity: how each namespace weighs, and the sizes beyond which nothing is joined.

Loaded from an `identity.toml`; the packaged one suits a car maker in China (docs/reference/resolve.md §3).
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from graph.errors import ConfigurationError
from graph.identity.evidence import Grade

ALGORITHM: Final = 3
"""Raised whenever `resolve` comes to answer otherwise for the same evidence; part of `Rules.version`."""

DEFAULT_RULES: Final = Path(__file__).with_name("identity.toml")


class Strength(StrEnum):
    """How much an identifier says by itself, strongest first."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"
    CORROBORATING = "corroborating"  # joins only people whose full names agree


@dataclass(frozen=True, slots=True)
class NamespaceRule:
    """How identifiers of one namespace weigh; `docs/reference/resolve.md` §3.

    `limit` counts different values of a person in one scope; of a one-per-person namespace it counts only
    values of grade `proof` or better, which two of prove two people. `hot` counts profiles, `gap_days`
    whole days.
    """

    strength: Strength
    limit: int
    max_people: int
    hot: int
    gap_days: int | None = None
    one_per_person: bool = False
    proof: Grade = Grade.VERIFIED


@dataclass(frozen=True, slots=True)
class ModelRules:
    """From which match probabilities a model's scores join, and how much support a join needs.

    A score at or above `undoubted`, `certain`, `likely` or `probable` belongs to that tier; two in one tier are
    equally good. Only undoubted ones outweigh names or birth dates that contradict
    (docs/adr/0016-contradictions-and-scores.md). A score below `floor` is none. Two clusters are joined by
    scores only if the mean probability of the pairs between them, none counting 0, is at least `support`
    (docs/adr/0008-model-tiers-and-support.md).
    """

    undoubted: float = 0.9999
    certain: float = 0.995
    likely: float = 0.98
    probable: float = 0.95
    floor: float = 0.5
    support: float = 0.3


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything `resolve` needs to know besides the evidence.

    `cap` is in profiles, `budget` in clusters, `read_limit` in profiles of a component. From `warn_share` of
    a size on it is told as nearly reached; that moves nobody, so it is no part of the version.
    `version` is a stable hash of the rules and the algorithm: equal versions answer alike.
    """

    namespaces: Mapping[str, NamespaceRule]
    cap: int = 60
    budget: int = 400
    read_limit: int = 5_000
    model: ModelRules = ModelRules()
    warn_share: float = 0.8
    version: str = field(init=False)

    def __post_init__(self) -> None:
        content = {
            "algorithm": ALGORITHM,
            "cap": self.cap,
            "budget": self.budget,
            "readLimit": self.read_limit,
            "model": asdict(self.model),
            "namespaces": {name: asdict(rule) for name, rule in self.namespaces.items()},
        }
        text = json.dumps(content, sort_keys=True)
        object.__setattr__(self, "version", hashlib.sha256(text.encode()).hexdigest()[:16])

    def namespace(self, name: str) -> NamespaceRule:
        """The rule of a namespace; one without a row is always hot, so it links nobody."""
        return self.namespaces.get(name, _UNRULED)


_UNRULED: Final = NamespaceRule(Strength.CORROBORATING, limit=1_000_000, max_people=1, hot=0)

_Count = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]

_Share = Annotated[float, Field(gt=0, le=1)]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class _NamespaceRow(_Declared):
    strength: Strength
    limit: _Count
    max_people: _Count
    hot: _Count
    gap_days: _Count | None = None
    one_per_person: Annotated[bool, Field(strict=True)] = False
    proof: Literal[Grade.TRUSTED, Grade.VERIFIED] | None = None

    @model_validator(mode="after")
    def _one_value_a_person(self) -> Self:
        if self.one_per_person and self.limit != 1:
            raise ValueError("limit must be 1 where onePerPerson is true")
        if self.proof is not None and not self.one_per_person:
            raise ValueError("proof has a meaning only where onePerPerson is true")
        if self.one_per_person and self.strength is not Strength.STRONG:
            raise ValueError('onePerPerson needs strength "strong"')
        return self

    def rule(self) -> NamespaceRule:
        return NamespaceRule(
            strength=self.strength,
            limit=self.limit,
            max_people=self.max_people,
            hot=self.hot,
            gap_days=self.gap_days,
            one_per_person=self.one_per_person,
            proof=self.proof or Grade.VERIFIED,
        )


_MODEL: Final = ModelRules()


class _ModelRow(_Declared):
    undoubted: _Share = _MODEL.undoubted
    certain: _Share = _MODEL.certain
    likely: _Share = _MODEL.likely
    probable: _Share = _MODEL.probable
    floor: _Share = _MODEL.floor
    support: _Share = _MODEL.support

    @model_validator(mode="after")
    def _descending(self) -> Self:
        if not self.undoubted >= self.certain >= self.likely >= self.probable >= self.floor:
            raise ValueError("undoubted, certain, likely, probable and floor must not rise in this order")
        return self

    def rules(self) -> ModelRules:
        return ModelRules(**self.model_dump())


class _RulesFile(_Declared):
    cap: Annotated[_Count, Field(ge=2)]
    budget: Annotated[_Count, Field(ge=2)]
    read_limit: Annotated[_Count, Field(ge=2)] = 5_000
    warn_share: _Share = 0.8
    model: _ModelRow = _ModelRow()
    namespaces: Annotated[dict[str, _NamespaceRow], Field(min_length=1)]


def load_rules(path: Path | None = None) -> Rules:
    """The rules of an `identity.toml`; the packaged ones without a path.

    Raises ConfigurationError naming the file and every wrong key: unreadable, not TOML, unknown or missing
    keys, numbers out of range, and a `hot` that is not above `cap` where a namespace may alone hold a
    person together (strong and medium): such a person would fall to pieces at `hot` profiles.
    """
    file = path or DEFAULT_RULES
    try:
        declared = _RulesFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        wrong = "; ".join(f"{_key(e['loc'])}: {e['msg']}" for e in error.errors(include_input=False))
        raise _wrong(file, wrong) from None
    except OSError as error:
        raise _wrong(file, error.strerror or "cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(file, f"not TOML: {error}") from None
    for name, row in declared.namespaces.items():
        if row.strength in (Strength.STRONG, Strength.MEDIUM) and row.hot <= declared.cap:
            raise _wrong(
                file, f"namespaces.{name}.hot: must be above cap ({declared.cap}), or big people fall apart"
            )
    return Rules(
        namespaces={name: row.rule() for name, row in declared.namespaces.items()},
        cap=declared.cap,
        budget=declared.budget,
        read_limit=declared.read_limit,
        model=declared.model.rules(),
        warn_share=declared.warn_share,
    )


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "file"


def _wrong(file: Path, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"The identity rules in {file.name} are wrong: {what}.",
        remedy=f"Correct {file}; the packaged identity.toml shows every key.",
    )
