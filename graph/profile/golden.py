"""The golden record: of everything that sources state of a person, what is shown. Pure.

Nothing is fused: the record is derived from the profiles whenever it is read, so a split takes back exactly what
the part brought, and the order in which profiles came or merged says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graph.identity.evidence import Grade
from graph.ingest.message import canonical
from graph.profile.golden_rules import FieldRule, GoldenRules, Strategy
from graph.profile.traits import NAME

CORRECTION: Final = "correction"
ONLY: Final = "only"
FULL_NAME: Final = "full_name"
TIE: Final = "tie"
"""What decided besides the strategies: a manual correction, one value alone, a full name over a partial one, and
the greater value by canonical JSON where the whole chain found equals."""

_GRADES: Final = {Grade.CLAIMED: 0, Grade.TRUSTED: 1, Grade.VERIFIED: 2}


@dataclass(frozen=True, slots=True)
class Contribution:
    """A field's value as one profile states it.

    `record_id` is clear: with the source it decides between equals, never a generated id. `at` is event time in
    µs; `clear` says that the source declares the field non-personal; `mask` is what may be shown instead.
    """

    field: str
    value: Any
    source: str
    record_id: str
    profile_id: str
    at: int | None = None
    grade: Grade = Grade.CLAIMED
    clear: bool = False
    mask: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that somebody set by hand; it stands on one profile and wins wherever that profile is.

    `recorded_at` is the commit's time, later than that of any commit before; `by` is the id of a key.
    """

    id: str
    field: str
    value: Any
    source: str
    record_id: str
    profile_id: str
    recorded_at: int
    by: str = ""
    why: str = ""


Stated: TypeAlias = Contribution | Correction


@dataclass(frozen=True, slots=True)
class GoldenValue:
    """One value of a field: the best statement of it, and how many profiles state it."""

    stated: Stated
    profiles: int


@dataclass(frozen=True, slots=True)
class GoldenField:
    """The value shown, what decided for it over the next best, and the other values, best first."""

    field: str
    shown: GoldenValue
    rule: str
    alternatives: tuple[GoldenValue, ...]


def golden_record(
    contributions: Iterable[Contribution], corrections: Iterable[Correction], rules: GoldenRules
) -> tuple[GoldenField, ...]:
    """All fields of a person, by name. A function of the two sets alone: repetition and order say nothing."""
    by_field: dict[str, tuple[list[Contribution], list[Correction]]] = {}
    for contribution in contributions:
        by_field.setdefault(contribution.field, ([], []))[0].append(contribution)
    for correction in corrections:
        by_field.setdefault(correction.field, ([], []))[1].append(correction)
    return tuple(
        _golden_field(name, said, corrected, rules.of(name))
        for name, (said, corrected) in sorted(by_field.items())
    )


def golden_field(
    name: str, contributions: Iterable[Contribution], corrections: Iterable[Correction], rules: GoldenRules
) -> GoldenField | None:
    """One field of a person; None where nobody states it."""
    said = [c for c in contributions if c.field == name]
    corrected = [c for c in corrections if c.field == name]
    return _golden_field(name, said, corrected, rules.of(name)) if said or corrected else None


def _golden_field(
    name: str, said: Sequence[Contribution], corrected: Sequence[Correction], rule: FieldRule
) -> GoldenField:
    ranked = _Ranking(name, said, rule)
    values: dict[bytes, list[Stated]] = {}
    for stated in (*said, *corrected):
        values.setdefault(canonical(stated.value), []).append(stated)
    ordered = sorted((max(group, key=ranked.of) for group in values.values()), key=ranked.of, reverse=True)
    shown, *others = (
        GoldenValue(best, len({s.profile_id for s in values[canonical(best.value)]})) for best in ordered
    )
    decided = ranked.decided(shown.stated, others[0].stated if others else None)
    return GoldenField(name, shown, decided, tuple(others))


class _Ranking:
    """The total order of one field's statements: a correction first, then by the chain, then by clear values."""

    def __init__(self, name: str, said: Sequence[Contribution], rule: FieldRule) -> None:
        self._is_name = name == NAME
        self._rule = rule
        self._profiles: Mapping[bytes, set[str]] = {}
        if Strategy.MOST_FREQUENT in rule.strategies:
            counted: dict[bytes, set[str]] = {}
            for contribution in said:
                counted.setdefault(canonical(contribution.value), set()).add(contribution.profile_id)
            self._profiles = counted

    def of(self, stated: Stated) -> tuple[Any, ...]:
        value = canonical(stated.value)
        if isinstance(stated, Correction):
            return (1, stated.recorded_at, value, stated.source, stated.record_id, stated.id)
        time = (stated.at is not None, stated.at or 0)
        return (0, self._chain(stated), value, time, _graded(stated), stated.source, stated.record_id)

    def decided(self, shown: Stated, next_best: Stated | None) -> str:
        """The first step of the chain by which one statement stands before another."""
        if isinstance(shown, Correction):
            return CORRECTION
        if not isinstance(next_best, Contribution):
            return ONLY
        steps = [FULL_NAME, *self._rule.strategies]
        pairs = zip(steps, self._chain(shown), self._chain(next_best), strict=True)
        return next((str(step) for step, ours, theirs in pairs if ours != theirs), TIE)

    def _chain(self, stated: Contribution) -> tuple[Any, ...]:
        full = not self._is_name or stated.value["full"] is not None
        return (full, *(self._score(strategy, stated) for strategy in self._rule.strategies))

    def _score(self, strategy: Strategy, stated: Contribution) -> Any:
        match strategy:
            case Strategy.MOST_RECENT:
                return (stated.at is not None, stated.at or 0)
            case Strategy.MOST_TRUSTED:
                return -self._rule.distrust(stated.source)
            case Strategy.MOST_FREQUENT:
                return len(self._profiles[canonical(stated.value)])
            case Strategy.LONGEST:
                return len(text_of(stated.field, stated.value))
            case Strategy.VERIFIED_FIRST:
                return _graded(stated)


def _graded(stated: Contribution) -> int:
    return _GRADES[stated.grade]


def text_of(name: str, value: Any) -> str:
    """A value as people read it: a name as its bearer writes it, a text as it is, all else as JSON."""
    if name == NAME:
        return str(value["display"])
    return value if isinstance(value, str) else canonical(value).decode()
