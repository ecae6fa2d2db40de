"""Names as they are searched: what was written, how it sounds, and the same in Latin letters. Pure.

A name in Han has its characters (simplified), a syllable for each, and the syllables as letters. Any other name has
letters alone: its comparison form. So 张伟, 張偉, 章伟, Zhang Wei and `wei zhang` meet in the letters, and the
first three in syllables already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from graph.ingest.normalise.chinese_names import HAN, parse_cjk
from graph.ingest.normalise.name_tables import COMPOUND_SURNAMES, TITLES
from graph.ingest.normalise.names import comparison_form
from graph.ingest.normalise.values import folded
from graph.matching.forms import sound
from graph.matching.name_variants import SIMPLIFIED

LONGEST: Final = 40
"""Letters or characters of a name that are looked at."""

_CACHE: Final = 65_536
_WORDS: Final = re.compile(r"[^\W\d_]+(?:['’\-·][^\W\d_]+)*")
_MOST_WORDS: Final = 6
_FAMILY_READINGS: Final[Mapping[str, str]] = {
    "单": "shan", "解": "xie", "仇": "qiu", "曾": "zeng", "区": "ou", "朴": "piao", "盖": "ge", "查": "zha",
    "翟": "zhai", "尉": "yu", "冼": "xian", "员": "yun", "种": "chong", "秘": "bi", "缪": "miao", "折": "she",
    "召": "shao", "覃": "qin", "乐": "yue", "任": "ren", "华": "hua", "燕": "yan", "宁": "ning", "石": "shi",
    "长": "zhang", "万": "wan", "洗": "xian", "肖": "xiao", "薄": "bo", "柏": "bai", "逄": "pang", "俞": "yu",
    "贾": "jia", "车": "che", "葛": "ge", "那": "na", "干": "gan", "晟": "cheng", "臧": "zang",
}  # fmt: skip
"""How characters are read as family names, where that differs from, or might be mistaken for, their first reading."""


@dataclass(frozen=True, slots=True)
class NameForms:
    """What a name is compared by; family and given name keep the order in which the name is written at home.

    `parts` are the letters of family and given name, or of single words where it is not known which is which.
    """

    han: str
    syllables: tuple[str, ...]
    letters: str
    parts: tuple[str, ...]

    @property
    def orders(self) -> tuple[str, ...]:
        """The letters in both orders of two parts, as people write them."""
        if len(self.parts) < 2:
            return (self.letters,)
        return (
            self.letters,
            "".join(self.parts[1:]) + self.parts[0],
            self.parts[-1] + "".join(self.parts[:-1]),
        )


def name_forms(name: Mapping[str, Any] | None) -> NameForms | None:
    """The forms of a `name` trait; None where it names nobody."""
    if not name:
        return None
    display, family = name.get("display"), name.get("family")
    given = name.get("given")
    return _forms(
        display if isinstance(display, str) else "",
        family if isinstance(family, str) else "",
        given if isinstance(given, str) else "",
    )


@lru_cache(maxsize=_CACHE)
def _forms(display: str, family: str, given: str) -> NameForms | None:
    if HAN.search(family + given):
        if all(HAN.match(char) for char in family + given):
            return _han_forms(_simplified(family), _simplified(given))
        return _latin_forms([part for part in (_letters(family), _letters(given)) if part])
    words = [form for form in map(comparison_form, _WORDS.findall(display)) if form and form not in TITLES]
    if family and given and "".join(sorted(words)) != "".join(sorted([family, given])):
        words = [given, family]
    return _latin_forms(words or [part for part in (given, family) if part])


def query_forms(text: str) -> NameForms | None:
    """The forms of what somebody types; None where it holds no letter.

    What is written in Han is read as a whole name, without asking whether it can be one.
    """
    text = folded(text)
    han = _simplified("".join(char for char in text if HAN.match(char)))[:LONGEST]
    words = [form for form in map(comparison_form, _WORDS.findall(HAN.sub(" ", text))) if form]
    if not han:
        kept = [word for word in words if word not in TITLES] or words
        return _latin_forms(kept[:_MOST_WORDS])
    border = 2 if han[:2] in COMPOUND_SURNAMES else 1
    if not words:
        parsed = parse_cjk(han)  # 王先生 asks for a 王
        if parsed is not None and (parsed.family or parsed.given):
            return _han_forms(parsed.family or "", parsed.given or "")
        return _han_forms(han[:border], han[border:])
    return _latin_forms([*words, "".join(_syllables(han, border))][:_MOST_WORDS])


def _simplified(text: str) -> str:
    return text.translate(SIMPLIFIED)[:LONGEST]


def _han_forms(family: str, given: str) -> NameForms | None:
    syllables = _syllables(family + given, len(family))
    border = len(family)
    parts = tuple(part for part in ("".join(syllables[:border]), "".join(syllables[border:])) if part)
    return NameForms(family + given, syllables, "".join(syllables), parts) if syllables else None


def _latin_forms(words: list[str]) -> NameForms | None:
    letters = "".join(words)[:LONGEST]
    return NameForms("", (), letters, tuple(words)) if letters else None


def _syllables(han: str, border: int) -> tuple[str, ...]:
    """How each character is read by itself: what is around it must not matter to what it is found by."""
    return tuple(
        (_FAMILY_READINGS.get(char) if place < border else None) or sound(char)
        for place, char in enumerate(han)
    )


def _letters(text: str) -> str:
    return "".join(sound(_simplified(char)) if HAN.match(char) else char for char in text)


@lru_cache(maxsize=_CACHE)
def loose(syllable: str) -> str:
    """A syllable with what Chinese speakers confuse made equal."""
    for said, heard in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("h", "f")):
        syllable = syllable.replace(said, heard)
    return syllable


def local_letters(address: str) -> str:
    """The letters of an e-mail's local part; digits in it are often a phone number or a birthday."""
    return "".join(char for char in comparison_form(address.partition("@")[0]) if not char.isdigit())[
        :LONGEST
    ]


def local_form(address: str) -> str:
    """Letters and digits of an e-mail's local part, to compare it by."""
    return comparison_form(address.partition("@")[0])[:LONGEST]
