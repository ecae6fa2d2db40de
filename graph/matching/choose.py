"""Which fields a data set offers: by how often they are filled and how many values they take. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from graph.matching.fields import NAMED_FIELDS, Bond, Field, Kind
from graph.matching.forms import code_form, parts_of_name, text_form
from graph.matching.prepare import prepare, tells_name
from graph.matching.record import MatchRecord

_LEAST_FILLED: Final = 0.05
_MOST_OF_ONE: Final = 0.97
_MOST_OTHERS: Final = 12
_FEW_VALUES: Final = 40
_CODE_SHARE: Final = 0.7
_LONGEST_MEAN: Final = 50
_REPEATS: Final = 0.4
_ALIKE: Final = 0.95


def choose_fields(records: Sequence[MatchRecord]) -> tuple[Field, ...]:
    """Named fields that are filled, and other traits that discriminate, in a fixed order.

    Left out are traits that hardly anyone has, that nearly all share, that no two records share (numbers of
    rows), that repeat the name, long texts, and of two that always say the same one.
    """
    total = max(len(records), 1)
    rows = prepare(records, NAMED_FIELDS)
    named = [
        field
        for field in NAMED_FIELDS
        if sum(row[field.stem] is not None for row in rows) >= _LEAST_FILLED * total
        and (field.kind is not Kind.CATEGORY or len({row[field.stem] for row in rows} - {None}) > 1)
    ]
    return (*named, *_others(records, total))


def _others(records: Sequence[MatchRecord], total: int) -> list[Field]:
    filled: Counter[str] = Counter()
    for record in records:
        filled.update(record.others.keys())
    found: list[tuple[float, str, Kind, list[str | None]]] = []
    for name in sorted(name for name, count in filled.items() if count >= _LEAST_FILLED * total):
        values = [text_form(record.others.get(name)) for record in records]
        kind = _kind(values)
        if kind is not None and not _repeats_name(records, name):
            if kind is Kind.CODE:
                values = [code_form(value) for value in values]
            found.append((_telling(values), name, kind, values))
    chosen: list[tuple[float, str, Kind, list[str | None]]] = []
    for candidate in sorted(found, key=lambda one: (-one[0], one[1])):
        if len(chosen) < _MOST_OTHERS and not any(_same(candidate[3], other[3]) for other in chosen):
            chosen.append(candidate)
    return [
        Field(name, f"other{at}", kind, Bond.PLACE)
        for at, (_, name, kind, _) in enumerate(sorted(chosen, key=lambda one: one[1]))
    ]


def _kind(values: Iterable[str | None]) -> Kind | None:
    """How a trait is compared; None if it tells nothing."""
    counts = Counter(value for value in values if value)
    filled = counts.total()
    if not filled or len(counts) == 1 or len(counts) == filled:
        return None
    if counts.most_common(1)[0][1] > _MOST_OF_ONE * filled:
        return None
    if sum(len(value) * count for value, count in counts.items()) > _LONGEST_MEAN * filled:
        return None
    if len(counts) <= _FEW_VALUES:
        return Kind.CATEGORY
    codes = sum(count for value, count in counts.items() if any(char.isdigit() for char in value))
    return Kind.CODE if codes >= _CODE_SHARE * filled and _short(counts) else Kind.TEXT


def _short(counts: Counter[str]) -> bool:
    return sum(len(value) * count for value, count in counts.items()) <= 14 * counts.total()


def _telling(values: Sequence[str | None]) -> float:
    """The share of pairs of records that the trait tells apart."""
    counts = Counter(value for value in values if value)
    filled, total = counts.total(), len(values)
    return (filled / total) ** 2 * (1 - sum((count / filled) ** 2 for count in counts.values()))


def _repeats_name(records: Sequence[MatchRecord], name: str) -> bool:
    """Whether the trait holds the given or family name of most who have both."""
    both = repeated = 0
    for record in records:
        value = record.others.get(name)
        if not value:
            continue
        family, given, _ = parts_of_name(record.family, record.given, record.full)
        longest = max(family or "", given or "", key=len)
        if len(longest) > 1:
            both += 1
            repeated += tells_name(value, longest)
    return both > 0 and repeated > _REPEATS * both


def _same(left: Sequence[str | None], right: Sequence[str | None]) -> bool:
    """Whether two traits say the same of nearly all who have both."""
    both = [(a, b) for a, b in zip(left, right, strict=True) if a and b]
    return bool(both) and sum(a == b for a, b in both) > _ALIKE * len(both)
