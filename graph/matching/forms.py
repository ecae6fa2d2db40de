"""Comparison forms of values: what is compared in SQL, and what blocking keys are made of. Pure and total.

Names keep their own comparison form (`graph.ingest.normalise.names`); here they get a *sound* (Han by pinyin,
other scripts as they are), a *loose sound* (what Chinese speakers confuse: zh and z, ng and n, l and n) and a
*skeleton* (consonants, for keys). Everything is deterministic and knows nothing of other records.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from graph.ingest.normalise.chinese_names import HAN
from graph.ingest.normalise.name_tables import TITLES
from graph.ingest.normalise.names import comparison_form, person_name
from graph.ingest.normalise.values import as_text, folded
from graph.matching.name_variants import NICKNAMES, SIMPLIFIED

LONGEST: Final = 60
"""Characters of a text that are compared: two of them must fit into the 127 symbols of the SQL macros."""

_CACHE: Final = 65_536
_LETTERS: Final = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_WORD: Final = re.compile(r"\w+")
_DIGITS: Final = re.compile(r"\d+")
_DATE: Final = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})(?:\D.*)?")
_LOOSE: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("h", "f"))
_SKELETON: Final = (
    ("ph", "f"),
    ("gh", "g"),
    ("ck", "k"),
    ("kn", "n"),
    ("wr", "r"),
    ("z", "s"),
    ("c", "k"),
    ("q", "k"),
    ("j", "g"),
    ("v", "f"),
)


@lru_cache(maxsize=_CACHE)
def parts_of_name(
    family: str | None, given: str | None, full: str | None
) -> tuple[str | None, str | None, str | None]:
    """Family name, given name and first word of the given name, as comparison forms.

    A missing part is taken from the full name, unless that only repeats the part which is there.
    """
    family, given = _form(family), _form(given)
    if full and not (family and given) and _form(full) != (family or given):
        parsed = person_name(full=full)
        if parsed is not None:
            family, given = family or _form(parsed.name.family), given or _form(parsed.name.given)
        elif not family and not given:
            family, given = _from_words(full)
    return family or None, given or None, _first_word(given, full) if given else None


def _form(text: str | None) -> str:
    return comparison_form(text)[:LONGEST].translate(SIMPLIFIED) if text else ""


def _from_words(full: str) -> tuple[str, str]:
    """A name that holds digits or signs: its words, the last of which is the family name."""
    words = [word for word in map(comparison_form, _LETTERS.findall(full)) if word and word not in TITLES]
    if len(words) < 2:
        return "", "".join(words)[:LONGEST]
    return words[-1][:LONGEST], "".join(words[:-1])[:LONGEST]


def _first_word(given: str, full: str | None) -> str:
    """The first word of a given name that runs several together."""
    for word in (full or "").split():
        form = _form(word)
        if len(form) > 1 and given.startswith(form):
            return form
    return given


def is_han(text: str) -> bool:
    """Whether a name is written in Han characters alone."""
    return all(HAN.match(char) for char in text)


@lru_cache(maxsize=_CACHE)
def sound(text: str) -> str:
    """Pinyin without tones where the text holds Han characters, else the text itself."""
    if not HAN.search(text):
        return text
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - its tables take half a second to load

    return "".join(lazy_pinyin(text, style=Style.NORMAL)).replace("ü", "v")[:LONGEST]


@lru_cache(maxsize=_CACHE)
def loose_sound(text: str) -> str | None:
    """A Chinese name's sound with what is commonly confused made equal; None for other scripts."""
    if not is_han(text):
        return None
    loose = sound(text)
    for said, heard in _LOOSE:
        loose = loose.replace(said, heard)
    return loose


@lru_cache(maxsize=_CACHE)
def skeleton(text: str) -> str:
    """The first letter and the consonants behind it, at most four: names that sound alike share it."""
    if not text.isascii():
        return text[:4] if not HAN.search(text) else sound(text)
    for said, heard in _SKELETON:
        text = text.replace(said, heard)
    kept = text[:1]
    for char in text[1:]:
        if char not in "aeiouyhw" and char != kept[-1]:
            kept += char
    return kept[:4]


def nickname_root(text: str) -> str:
    """The name that a Latin short form stands for, else the name."""
    return NICKNAMES.get(text, text)


def birth_form(raw: str | None) -> str | None:
    """Eight digits as written (they need not be a date that exists), or the four of a year; else None."""
    if not raw:
        return None
    text = folded(raw)
    if match := _DATE.fullmatch(text):
        return f"{match[1]}{int(match[2]):02d}{int(match[3]):02d}"
    digits = "".join(_DIGITS.findall(text))
    if len(digits) in (4, 8):
        return digits
    return digits[:4] if len(digits) == 6 else None


def text_form(raw: str | None) -> str | None:
    """Any other text: NFKC, case-folded, letters and digits with single spaces, at most `LONGEST`."""
    if not raw:
        return None
    text = as_text(raw)
    if not isinstance(text, str):
        return None
    words = _WORD.findall(folded(text).casefold().translate(SIMPLIFIED))
    return " ".join(words)[:LONGEST].strip() or None


def code_form(raw: str | None) -> str | None:
    """A number or code: letters and digits alone."""
    form = text_form(raw)
    return form.replace(" ", "") if form else None


def email_parts(address: str) -> tuple[str, str]:
    """Local part (letters and digits) and whole address, case-folded."""
    whole = address.casefold().strip()[: LONGEST * 2]
    local = "".join(char for char in whole.partition("@")[0] if char.isalnum())
    return local[:LONGEST], whole
