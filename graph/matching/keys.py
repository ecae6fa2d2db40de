"""Blocking keys: what two records must share to be compared at all. Pure.

A rule is a list of atoms (`name3+year+postcode`); a record's keys by it are the atoms' values joined. An atom
with several values (both names, several phones) gives several keys, so swapped names still meet. A key that
more than `cap` records hold brings nobody together: in bulk and online alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import Final

from graph.matching.fields import Field, Kind
from graph.matching.forms import skeleton
from graph.matching.prepare import Row

Rule = tuple[str, ...]
"""Names of atoms, in a fixed order."""

_BETWEEN: Final = "\x1f"
_TEXT_HEAD: Final = 12


def rule_name(rule: Rule) -> str:
    """How a rule is written in a model."""
    return "+".join(rule)


def keys_of(row: Row, rules: Sequence[Rule]) -> list[str]:
    """A prepared record's keys by these rules, each once, in order; those of missing values are left out."""
    values: dict[str, tuple[str, ...]] = {}
    keys: dict[str, None] = {}
    for rule in rules:
        parts: list[tuple[str, ...]] = []
        for atom in rule:
            if atom not in values:
                values[atom] = atom_values(row, atom)
            parts.append(values[atom])
        if all(parts):
            name = rule_name(rule)
            for found in product(*parts):
                keys[f"{name}:{_BETWEEN.join(found)}"] = None
    return list(keys)


def atom_values(row: Row, atom: str) -> tuple[str, ...]:
    """The values of one atom on a row."""
    found = _ATOMS.get(atom)
    if found is not None:
        return found(row)
    value = row.get(atom)
    return (value,) if value else ()


def _both(row: Row) -> tuple[str, ...]:
    given, family = row["given_sound"], row["family_sound"]
    return (_BETWEEN.join(sorted((given, family))),) if given and family else ()


def _either(row: Row) -> tuple[str, ...]:
    return tuple(
        sorted({name for name in (row["given_root"], row["given_sound"], row["family_sound"]) if name})
    )


def _either_skeleton(row: Row) -> tuple[str, ...]:
    return tuple(sorted({skeleton(name) for name in (row["given_sound"], row["family_sound"]) if name}))


def _both_skeletons(row: Row) -> tuple[str, ...]:
    given, family = row["given_sound"], row["family_sound"]
    return (_BETWEEN.join(sorted((skeleton(given), skeleton(family)))),) if given and family else ()


def _day(row: Row) -> tuple[str, ...]:
    birth = row.get("birth")
    return (birth,) if birth and len(birth) == 8 else ()


def _year(row: Row) -> tuple[str, ...]:
    birth = row.get("birth")
    return (birth[:4],) if birth else ()


def _month_and_day(row: Row) -> tuple[str, ...]:
    birth = row.get("birth")
    return ("".join(sorted((birth[4:6], birth[6:]))),) if birth and len(birth) == 8 else ()


def _all(column: str):
    def values(row: Row) -> tuple[str, ...]:
        return tuple(row.get(column) or ())

    return values


_ATOMS: Final = {
    "names": _both,
    "name": _either,
    "name3": _either_skeleton,
    "names3": _both_skeletons,
    "birth": _day,
    "year": _year,
    "monthday": _month_and_day,
    "phone": _all("phones"),
    "email": _all("emails"),
    "number": _all("numbers"),
}


def candidate_rules(fields: Sequence[Field]) -> list[Rule]:
    """Every rule worth counting for these fields: single strong atoms, pairs, and a few triples."""
    kinds = {field.kind for field in fields}
    named = Kind.GIVEN in kinds or Kind.FAMILY in kinds
    dated = Kind.BIRTH in kinds
    values = [field.stem for field in fields if field.kind in (Kind.TEXT, Kind.CODE)]
    coarse = [field.stem for field in fields if field.kind is Kind.CATEGORY]
    rules: list[Rule] = [
        (atom,)
        for atom, kind in (
            ("number", Kind.NUMBER),
            ("phone", Kind.PHONE),
            ("email", Kind.EMAIL),
            ("email_local", Kind.EMAIL),
            ("birth", Kind.BIRTH),
        )
        if kind in kinds
    ]
    rules += [(stem,) for stem in values]
    rules += list(combinations(values, 2))
    if dated:
        rules += [(date, stem) for date in ("birth", "year", "monthday") for stem in values]
    if named:
        rules += [("names",), ("names3",)]
        rules += [("name", stem) for stem in (*values, *coarse)] + [("name3", stem) for stem in values]
        rules += [("names3", stem) for stem in coarse]
    if named and dated:
        rules += [("name", "birth"), ("name", "year"), ("name", "monthday"), ("names", "year")]
        rules += [("name3", "birth"), ("name3", "monthday"), ("names3", "year"), ("names3", "monthday")]
        rules += [("name3", "year", stem) for stem in (*values, *coarse)]
    return list(dict.fromkeys(rules))


def count_pairs(rows: Sequence[Row], rules: Iterable[Rule], *, cap: int) -> dict[Rule, int]:
    """For each rule how many pairs it brings together under the cap (a pair that shares two keys counts twice)."""
    counts: dict[Rule, int] = {}
    for rule in rules:
        held: Counter[str] = Counter()
        for row in rows:
            held.update(keys_of(row, (rule,)))
        counts[rule] = sum(count * (count - 1) // 2 for count in held.values() if 1 < count <= cap)
    return counts


def shared_keys(
    rows: Sequence[Row], rules: Sequence[Rule], *, cap: int, hot: frozenset[str] = frozenset()
) -> Iterator[tuple[int, int, int]]:
    """(row, key number, rule number) of every key that 2 to `cap` rows hold and that is not `hot`.

    Rule by rule, so that the keys of one rule only are held at a time.
    """
    number = 0
    for place, rule in enumerate(rules):
        holders: dict[str, list[int]] = {}
        for at, row in enumerate(rows):
            for key in keys_of(row, (rule,)):
                holders.setdefault(key, []).append(at)
        for key, held in holders.items():
            if 1 < len(held) <= cap and key not in hot:
                for at in held:
                    yield at, number, place
                number += 1
