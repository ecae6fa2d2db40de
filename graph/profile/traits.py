"""A profile's traits: the newest value of each, as a pure, order-free merge.

A trait state maps a name to `[value, at, clear]`, where `at` is the time of the value in microseconds or None for
an untimed row, and `clear` says that its source declares it non-personal.
Of two values the later wins, any timed value beats an untimed one, and of equals the greater by
canonical JSON: so any order and any repetition give the same state.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from graph.identity.evidence import PersonName
from graph.ingest.message import canonical

TraitState = dict[str, list[Any]]
"""`{name: [value, at, clear]}`."""

NAME: Final = "name"
BIRTH_DATE: Final = "birthDate"


def merge(
    state: Mapping[str, list[Any]], values: Mapping[str, Any], at: int | None, *, clear: Collection[str] = ()
) -> TraitState:
    """The state after `values` were said at `at`; the same object's equal if nothing changed."""
    merged = dict(state)
    for name, value in values.items():
        said: list[Any] = [value, at, name in clear]
        present = merged.get(name)
        if present is None or _rank(*said) > _rank(*present):
            merged[name] = said
    return merged


def _rank(value: Any, at: int | None, clear: bool) -> tuple[bool, int, bytes, bool]:
    return (at is not None, at or 0, canonical(value), not clear)


def identity_values(state: Mapping[str, list[Any]]) -> tuple[frozenset[PersonName], frozenset[str]]:
    """Names and birth dates that `resolve` weighs."""
    names: frozenset[PersonName] = frozenset()
    if (name := _value(state, NAME)) is not None:
        person = PersonName(full=name.get("full"), family=name.get("family"), given=name.get("given"))
        if person != PersonName():
            names = frozenset({person})
    birth = _value(state, BIRTH_DATE)
    return names, frozenset({birth} if birth else ())


def analysis_values(
    state: Mapping[str, list[Any]],
) -> tuple[str | None, int | None, str | None, str | None]:
    """What may stand in the clear: gender, year of birth, city, and as JSON what sources declare non-personal."""
    birth = _value(state, BIRTH_DATE)
    declared = {name: value for name, (value, _, clear) in state.items() if clear}
    return (
        _value(state, "gender"),
        int(birth[:4]) if birth else None,
        _value(state, "city"),
        canonical(declared).decode() if declared else None,
    )


def display_name(state: Mapping[str, list[Any]]) -> str | None:
    """The name as the person writes it, or None."""
    name = _value(state, NAME)
    return name.get("display") if name else None


def _value(state: Mapping[str, list[Any]], name: str) -> Any:
    present = state.get(name)
    return present[0] if present else None
