"""Survivorship rules: by which strategies a field's value is chosen among those that sources state.

Loaded from a `golden.toml`; the packaged one tells every key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from graph.errors import ConfigurationError

DEFAULT_RULES: Final = Path(__file__).with_name("golden.toml")
FIELD_NAME: Final = r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$"


class Strategy(StrEnum):
    """One way to prefer a value; `golden.toml` says what each does."""

    MOST_RECENT = "most_recent"
    MOST_TRUSTED = "most_trusted"
    MOST_FREQUENT = "most_frequent"
    LONGEST = "longest"
    VERIFIED_FIRST = "verified_first"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """A chain of strategies, and the order of sources that `most_trusted` goes by."""

    strategies: tuple[Strategy, ...]
    sources: tuple[str, ...] = ()

    def distrust(self, source: str) -> int:
        """The place of a source among the trusted ones, from 0; all that are not listed share the last."""
        for place, pattern in enumerate(self.sources):
            if fnmatchcase(source, pattern):
                return place
        return len(self.sources)


@dataclass(frozen=True, slots=True)
class GoldenRules:
    """The default rule, and those of fields that have one of their own."""

    default: FieldRule
    fields: Mapping[str, FieldRule] = field(default_factory=dict[str, FieldRule])

    def of(self, name: str) -> FieldRule:
        """The rule of a field."""
        return self.fields.get(name, self.default)


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Chain = Annotated[tuple[Strategy, ...], Field(min_length=1)]
_Pattern = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.*-]{1,64}$")]
_Name = Annotated[str, StringConstraints(pattern=FIELD_NAME)]


class _FieldTable(_Declared):
    strategies: _Chain
    sources: tuple[_Pattern, ...] | None = None

    @field_validator("strategies", "sources")
    @classmethod
    def _once(cls, given: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if given is not None and len(set(given)) != len(given):
            raise ValueError("names something twice")
        return given


class _RulesFile(_FieldTable):
    fields: dict[_Name, _FieldTable] = Field(default_factory=dict)


def load_golden_rules(path: Path | None = None) -> GoldenRules:
    """The rules of a `golden.toml`; the packaged ones without a path.

    Raises ConfigurationError naming the file and every wrong key: unreadable, not TOML, unknown keys, unknown
    strategies, an empty chain, one strategy or source twice.
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
    sources = declared.sources or ()
    return GoldenRules(
        default=FieldRule(declared.strategies, sources),
        fields={
            name: FieldRule(table.strategies, sources if table.sources is None else table.sources)
            for name, table in declared.fields.items()
        },
    )


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "file"


def _wrong(file: Path, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"The golden record's rules in {file.name} are wrong: {what}.",
        remedy=f"Correct {file}; the packaged golden.toml shows every key.",
    )
