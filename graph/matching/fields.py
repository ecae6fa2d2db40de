"""The comparisons: for each kind of field its columns and its levels as SQL, written once.

A level's condition speaks of `<column>_l` and `<column>_r`, as Splink does: training and scoring, in bulk and
online, run this same text. Levels are ordered from the strongest; the last one is "differs". A pair in which
either side is missing has no level (-1) and never counts.

DuckDB's string functions compare bytes. `near` and `edits` therefore write both texts in an alphabet of their
own, one byte a character, wherever one of them is not ASCII (see `duck`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How values of a field are compared."""

    GIVEN = "given"
    FAMILY = "family"
    BIRTH = "birth"
    PHONE = "phone"
    EMAIL = "email"
    NUMBER = "number"  # government ids
    CODE = "code"  # digits and short codes: a house number, a postcode
    TEXT = "text"  # words: a street, an occupation
    CATEGORY = "category"  # few values: gender, state


class Bond(StrEnum):
    """With whom a value is shared by people who are not one: what tells a relative from a duplicate."""

    OWN = "own"  # nobody but by chance: given name, birth date
    KIN = "kin"  # people of one household: family name, phone
    PLACE = "place"  # people of one place, by one cause: address, city, and all other traits


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A level of agreement: what it is called, when it holds, and what is expected of it before any data.

    `expected_m` is its share among duplicates; `free` levels stand outside the order of strength.
    """

    label: str
    condition: str
    expected_m: float
    free: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A kind's columns and levels; `{c}` is the field's column stem. The first level is exact agreement."""

    columns: tuple[str, ...]
    missing: str
    levels: tuple[LevelRule, ...]


_CROSSED: Final = (
    "(near(given_l, family_r) >= 0.92 AND (family_l IS NULL OR near(family_l, given_r) >= 0.8)"
    " OR near(family_l, given_r) >= 0.92 AND (family_r IS NULL OR near(given_l, family_r) >= 0.8))"
)
"""Swapped names. A swapped record of a brother agrees with mine on the surname alone: that is no given name."""
_HALF_CROSSED: Final = "near(given_l, family_r) >= 0.92 OR near(family_l, given_r) >= 0.92"


def _name(own: str, cross: str, crossed: str) -> Comparison:
    return Comparison(
        columns=(own, f"{own}_sound", f"{own}_root", f"{own}_first", f"{own}_loose", f"{own}_text", cross),
        missing=f"{own}_l IS NULL OR {own}_r IS NULL",
        levels=(
            LevelRule("same", f"{own}_l = {own}_r", 0.82),
            LevelRule(
                "same sound, short form or first word",
                f"{own}_sound_l = {own}_sound_r OR {own}_root_l = {own}_root_r OR {own}_first_l = {own}_r"
                f" OR {own}_l = {own}_first_r",
                0.03,
            ),
            LevelRule(
                "a typo apart",
                f"{own}_loose_l = {own}_loose_r OR near({own}_text_l, {own}_text_r) >= 0.92",
                0.07,
            ),
            LevelRule(
                "alike",
                f"near({own}_text_l, {own}_text_r) >= 0.8"
                f" OR ({own}_text_l IS NULL AND {own}_text_r IS NULL AND near({own}_l, {own}_r) >= 0.6)",
                0.03,
            ),
            LevelRule("in the other name's place", crossed, 0.02, free=True),
            LevelRule("differs", "ELSE", 0.03),
        ),
    )


_BIRTH: Final = Comparison(
    columns=("birth",),
    missing="birth_l IS NULL OR birth_r IS NULL",
    levels=(
        LevelRule("same", "birth_l = birth_r AND length(birth_l) = 8", 0.82),
        LevelRule(
            "a typo apart, or day and month swapped",
            "length(birth_l) = 8 AND length(birth_r) = 8 AND (edits(birth_l, birth_r) <= 1"
            " OR (substr(birth_l, 1, 4) = substr(birth_r, 1, 4)"
            " AND substr(birth_l, 5, 2) = substr(birth_r, 7, 2)"
            " AND substr(birth_l, 7, 2) = substr(birth_r, 5, 2)))",
            0.08,
        ),
        LevelRule(
            "same year, no more known",
            "(length(birth_l) = 4 OR length(birth_r) = 4) AND substr(birth_l, 1, 4) = substr(birth_r, 1, 4)",
            0.02,
            free=True,
        ),
        LevelRule(
            "two of year, month and day",
            "length(birth_l) = 8 AND length(birth_r) = 8 AND"
            " (substr(birth_l, 5) = substr(birth_r, 5) OR substr(birth_l, 1, 6) = substr(birth_r, 1, 6)"
            " OR (substr(birth_l, 1, 4) = substr(birth_r, 1, 4)"
            " AND substr(birth_l, 7) = substr(birth_r, 7)))",
            0.03,
        ),
        LevelRule(
            "same year, or two typos",
            "substr(birth_l, 1, 4) = substr(birth_r, 1, 4) OR edits(birth_l, birth_r) <= 2",
            0.02,
        ),
        LevelRule("differs", "ELSE", 0.03),
    ),
)
_PHONE: Final = Comparison(
    columns=("phones", "phone"),
    missing="phone_l IS NULL OR phone_r IS NULL",
    levels=(
        LevelRule("same", "list_has_any(phones_l, phones_r)", 0.7),
        LevelRule("a typo apart", "edits(phone_l, phone_r) <= 1", 0.05),
        LevelRule("differs", "ELSE", 0.25),
    ),
)
_EMAIL: Final = Comparison(
    columns=("emails", "email_local"),
    missing="email_local_l IS NULL OR email_local_r IS NULL",
    levels=(
        LevelRule("same", "list_has_any(emails_l, emails_r)", 0.6),
        LevelRule("same local part", "email_local_l = email_local_r AND length(email_local_l) >= 4", 0.05),
        LevelRule("a typo apart", "edits(email_local_l, email_local_r) <= 1", 0.05),
        LevelRule("local part alike", "near(email_local_l, email_local_r) >= 0.9", 0.05),
        LevelRule("differs", "ELSE", 0.25),
    ),
)
_NUMBER: Final = Comparison(
    columns=("numbers", "number"),
    missing="number_l IS NULL OR number_r IS NULL",
    levels=(
        LevelRule("same", "list_has_any(numbers_l, numbers_r)", 0.88),
        LevelRule("a typo apart", "edits(number_l, number_r) <= 1", 0.08),
        LevelRule("differs", "ELSE", 0.04),
    ),
)


def _code(stem: str) -> Comparison:
    return Comparison(
        columns=(stem,),
        missing=f"{stem}_l IS NULL OR {stem}_r IS NULL",
        levels=(
            LevelRule("same", f"{stem}_l = {stem}_r", 0.8),
            LevelRule("a typo apart", f"edits({stem}_l, {stem}_r) <= 1", 0.1),
            LevelRule("differs", "ELSE", 0.1),
        ),
    )


def _text(stem: str) -> Comparison:
    return Comparison(
        columns=(stem,),
        missing=f"{stem}_l IS NULL OR {stem}_r IS NULL",
        levels=(
            LevelRule("same", f"{stem}_l = {stem}_r", 0.7),
            LevelRule("a typo apart", f"near({stem}_l, {stem}_r) >= 0.92", 0.15),
            LevelRule("alike", f"near({stem}_l, {stem}_r) >= 0.8", 0.05),
            LevelRule("differs", "ELSE", 0.1),
        ),
    )


def _category(stem: str) -> Comparison:
    return Comparison(
        columns=(stem,),
        missing=f"{stem}_l IS NULL OR {stem}_r IS NULL",
        levels=(
            LevelRule("same", f"{stem}_l = {stem}_r", 0.9),
            LevelRule("differs", "ELSE", 0.1),
        ),
    )


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a model: `name` as people know it, `stem` of its columns, how it is compared and shared."""

    name: str
    stem: str
    kind: Kind
    bond: Bond

    @property
    def comparison(self) -> Comparison:
        """Columns and levels of this field."""
        fixed = _FIXED.get(self.kind)
        return fixed if fixed is not None else _MADE[self.kind](self.stem)

    def bound(self, hypothesis: str) -> bool:
        """Whether people of one `place`, or `kin`, agree on it by more than chance; twins share a birth date."""
        if hypothesis == "place":
            return self.bond is Bond.PLACE
        return self.bond is not Bond.OWN or self.kind is Kind.BIRTH

    @property
    def regional(self) -> bool:
        """Whether people of one region agree on it by more than chance: not on dates, numbers and addresses of mail."""
        return self.kind not in _UNREGIONAL

    @property
    def frequency_column(self) -> str | None:
        """The single-valued column whose values' frequencies adjust exact agreement; None for lists."""
        return None if self.kind in _LISTS else self.stem

    def level_sql(self) -> str:
        """The expression of a pair's level: -1 missing, 0 differs, upwards in strength."""
        comparison = self.comparison
        highest = len(comparison.levels) - 1
        whens = [f"WHEN {comparison.missing} THEN -1"]
        whens += [
            f"WHEN {level.condition} THEN {highest - at}"
            for at, level in enumerate(comparison.levels)
            if level.condition != "ELSE"
        ]
        return f"CASE {' '.join(whens)} ELSE 0 END"


_LISTS: Final = frozenset({Kind.PHONE, Kind.EMAIL, Kind.NUMBER})
_UNREGIONAL: Final = _LISTS | {Kind.BIRTH}
_FIXED: Final = {
    Kind.GIVEN: _name("given", "family", _CROSSED),
    Kind.FAMILY: _name("family", "given", _HALF_CROSSED),
    Kind.BIRTH: _BIRTH,
    Kind.PHONE: _PHONE,
    Kind.EMAIL: _EMAIL,
    Kind.NUMBER: _NUMBER,
}
_MADE: Final = {Kind.CODE: _code, Kind.TEXT: _text, Kind.CATEGORY: _category}

NAMED_FIELDS: Final = (
    Field("givenName", "given", Kind.GIVEN, Bond.OWN),
    Field("familyName", "family", Kind.FAMILY, Bond.KIN),
    Field("birthDate", "birth", Kind.BIRTH, Bond.OWN),
    Field("governmentId", "number", Kind.NUMBER, Bond.OWN),
    Field("phone", "phone", Kind.PHONE, Bond.KIN),
    Field("email", "email_local", Kind.EMAIL, Bond.KIN),
    Field("gender", "gender", Kind.CATEGORY, Bond.OWN),
    Field("address", "address", Kind.TEXT, Bond.PLACE),
    Field("city", "city", Kind.TEXT, Bond.PLACE),
    Field("postcode", "postcode", Kind.CODE, Bond.PLACE),
)
"""Fields with a meaning of their own; all other traits are chosen from the data at hand (`choose`)."""
