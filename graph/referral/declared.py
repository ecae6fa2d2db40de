"""Declarations in TOML: read into frozen models, with errors that name the field and say what to do."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from graph.errors import ConfigurationError


class Declared(BaseModel):
    """What a file declares: frozen, camelCase there and snake_case here, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True)


DeclaredT = TypeVar("DeclaredT", bound=Declared)


def read_declared(model: type[DeclaredT], text: str, *, source: str, example: str) -> DeclaredT:
    """What a TOML text declares, its decimals exact.

    Raises ConfigurationError that names `source` and every wrong field, and `example`, which shows each key.
    """
    try:
        return model.model_validate(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        wrong = f"not TOML: {error}"
    except ValidationError as error:
        wrong = "; ".join(
            f"{_place(e['loc'])}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_input=False)
        )
    raise ConfigurationError(
        f"What {source} declares is wrong: {wrong}.",
        remedy=f"Correct the fields named; {example} shows every key.",
    )


def text_of(path: Path) -> str:
    """The text of a file. Raises ConfigurationError where it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        why = error.strerror or "an input error"
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    raise ConfigurationError(f"{path.name} cannot be read: {why}.", remedy="Give the path of a TOML file.")


def _place(location: tuple[int | str, ...]) -> str:
    """`rewards[2].unit`: list entries are counted from 1, as people do."""
    parts = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location)
    return parts.removeprefix(".") or "all of it"
