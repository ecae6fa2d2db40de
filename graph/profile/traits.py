"""A profile's traits: the newest value of each, as a pure, order-free merge.

A trait state maps a name to `[value, at]`, where `at` is the time of the value in microseconds or None for an
untimed row. Of two values the later wins, any timed value beats an untimed one, and of equals the greater by
canonical JSON: so any order and any repetition give the same state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graph.identity.evidence import PersonName
from graph.ingest.message import canonical

TraitState = dict[str, list[Any]]
"""`{name: [value, at]}`."""

NAME: Final = "name"
BIRTH_DATE: Final = "birthDate"


def merge(state: Mapping[str, list[Any]], values: Mapping[str, Any], at: int | None) -> TraitState:
    """The state after `values` were said at `at`; the same object's equal if nothing changed."""
    merged = dict(state)
    for name, value in values.items():
        present = merged.get(name)
        if present is None or _rank(value, at) > _rank(present[0], present[1]):
            merged[name] = [value, at]
    return merged


def _rank(value: Any, at: int | None) -> tuple[bool, int, bytes]:
    return (at is not None, at or 0, canonical(value))


def identity_values(state: Mapping[str, list[Any]]) -> tuple[frozenset[PersonName], frozenset[str]]:
    """Names and birth dates that `resolve` weighs."""
    names: frozenset[PersonName] = frozenset()
    if (name := _value(state, NAME)) is not None:
        person = PersonName(full=name.get("full"), family=name.get("family"), given=name.get("given"))
        if person != PersonName():
            names = frozenset({person})
    birth = _value(state, BIRTH_DATE)
    return names, frozenset({birth} if birth else ())


def analysis_values(state: Mapping[str, list[Any]]) -> tuple[str | None, int | None, str | None]:
    """Gender, year of birth and city: the traits that may stand in the clear."""
    birth = _value(state, BIRTH_DATE)
    return _value(state, "gender"), int(birth[:4]) if birth else None, _value(state, "city")


def display_name(state: Mapping[str, list[Any]]) -> str | None:
    """The name as the person writes it, or None."""
    name = _value(state, NAME)
    return name.get("display") if name else None


def _value(state: Mapping[str, list[Any]], name: str) -> Any:
    present = state.get(name)
    return present[0] if present else None
