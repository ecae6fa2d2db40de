"""Names of people to a comparison form, a display and a mask.

The comparison form `full` runs given and family name together without spaces, hyphens and accents (in Han
and Hangul family first, elsewhere given first), so one full-name column and two columns agree wherever the
border between the names lies. Family and given name swapped are *not* equal. What only half names a person
is partial: 王先生, 老王 and 王** know the family; "Mr Smith" and "J Smith" the family; a single Latin word
the given name. Middle initials are dropped and middle names kept, because siblings share a first name more
often than people change their middle one. Nicknames, companies and sentences are no names.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from graph.identity.evidence import PersonName
from graph.ingest.normalise.chinese_names import HAN, parse_cjk
from graph.ingest.normalise.name_tables import (
    CREDENTIALS,
    GENERATIONS,
    NO_NAMES,
    PARTICLES,
    TITLES,
)
from graph.ingest.normalise.placeholders import is_placeholder
from graph.ingest.normalise.values import Refused, as_text, folded
from graph.privacy import mask

LONGEST_NAME: Final = 100
_MOST_WORDS: Final = 7
_CACHE: Final = 16_384
_NO_LETTERS: Final = frozenset({"So", "Sk", "Cc", "Cs", "Co", "Cn"})  # emoji, controls, unassigned

_BRACKETS: Final = re.compile(r"[(\[{<【〔「][^)\]}>】〕」]*[)\]}>】〕」]")
_DIGITS_OR_SIGNS: Final = re.compile(r"[0-9@/\\:=?!+~|^%$#&;_<>{}\[\]()]")
_MASK: Final = re.compile(r"[*×某]")
_SUFFIXES: Final = CREDENTIALS | GENERATIONS
_NAME_EDGES: Final = " .,-'\"·、。"
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f\u0400-\u04ff]")
_UNDECOMPOSED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)


@dataclass(frozen=True, slots=True)
class NameResult:
    """A person's name: comparison form, cleaned text in its original order (personal), and a mask."""

    name: PersonName
    display: str
    mask: str


def person_name(*, full: object = None, given: object = None, family: object = None) -> NameResult | None:
    """The name, from a full-name column, two columns, or both (good columns win); None where none is told.

    Pure and total. Idempotent on `display`: parsing it as a full name gives the same comparison form,
    except that a family name alone is then read as any single word is.
    """
    return _parsed(_text(full), _text(given), _text(family))


def _text(raw: object) -> str:
    """The cell where it is text that may be a name; cut where nobody's name is as long."""
    return raw[: LONGEST_NAME * 4] if isinstance(raw, str) else ""


@lru_cache(maxsize=_CACHE)
def _parsed(full: str, given: str, family: str) -> NameResult | None:
    given_text, family_text, full_text = _cleaned(given), _cleaned(family), _cleaned(full)
    if given_text and family_text:
        found = _from_columns(given_text, family_text)
        if found:
            return found
    if full_text and (found := _from_full(full_text)):
        return found
    return _from_one_column(given_text, family_text)


def comparison_form(text: str) -> str:
    """Case-folded letters only; accents of Latin letters are dropped, marks of other scripts kept."""
    if text.isascii():
        return "".join(char for char in text.lower() if char.isalnum())
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_UNDECOMPOSED))
    kept: list[str] = []
    for char in decomposed:
        if char.isalnum() or (unicodedata.category(char)[0] == "M" and kept and not kept[-1].isascii()):
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept).casefold())


def _cleaned(raw: str) -> str:
    """The text of a name cell, or nothing where it cannot be a name."""
    text = as_text(raw)
    if isinstance(text, Refused) or len(text) > LONGEST_NAME:
        return ""
    text = _BRACKETS.sub(" ", folded(text))
    text = "".join(" " if unicodedata.category(char) in _NO_LETTERS else char for char in text)
    text = " ".join(text.split()).strip(_NAME_EDGES)
    if not text or _DIGITS_OR_SIGNS.search(text) or is_placeholder(text):
        return ""
    return "" if all(word in NO_NAMES for word in text.casefold().split()) else text


def _from_full(text: str) -> NameResult | None:
    if HAN.search(text):
        latin = _LATIN.search(text)
        if not latin:
            return _result(parse_cjk(text), text)
        han = "".join(char for char in text if HAN.match(char))
        if len(han) > 1:
            return _result(parse_cjk(han), text)
        given = text.replace(han, " ").split()  # David 王
        return _result(_assembled(given, [han], ""), text)
    if _MASK.search(text):
        return None
    return _result(_western(text), text)


def _from_columns(given: str, family: str) -> NameResult | None:
    if _MASK.search(given + family):
        return _from_full(f"{family}{given}") if HAN.search(family) else None
    if HAN.search(family) and HAN.search(given):
        given = given.removeprefix(family) or given  # a full name typed into the given-name column
        family, given = family.replace(" ", ""), given.replace(" ", "")
        name = PersonName(comparison_form(family + given), comparison_form(family), comparison_form(given))
        return _result(name, family + given)
    given_words, _ = _words(given)
    family_words, generation = _words(family)
    return _result(_assembled(given_words, family_words, generation), f"{given} {family}")


def _from_one_column(given: str, family: str) -> NameResult | None:
    text = given or family
    if not text or _MASK.search(text):
        return None
    words, _ = _words(text)
    if HAN.search(text) and len(text) > 2 and (parsed := parse_cjk(text)) and parsed.full:
        return _result(parsed, text)  # the whole name in one of two columns
    form = comparison_form("".join(_without_initials(words) if given else words))
    if not form:
        return None
    return _result(PersonName(given=form) if given else PersonName(family=form), text)


def _result(name: PersonName | None, display: str) -> NameResult | None:
    return NameResult(name, display, mask.person_name(display)) if name else None


def _western(text: str) -> PersonName | None:
    """A name of words: `Given Middle Family`, `Family, Given`, titles and credentials around it."""
    front, _, back = text.partition(",")
    if all(comparison_form(word) in _SUFFIXES for word in back.replace(",", " ").split()):
        front, back = text, ""  # Smith, PhD
    back_words, back_generation = _words(back)
    words, generation = _words(front)
    generation = generation or back_generation
    if back_words:
        return _assembled(back_words, words, generation)
    titled = len(words) < len([word for word in front.split() if comparison_form(word)])
    if not words or len(words) > _MOST_WORDS:
        return None
    if len(words) == 1:
        form = comparison_form(words[0])
        if len(form) < 2:
            return None
        return PersonName(family=form) if titled else PersonName(given=form)
    border = len(words) - 1
    while border > 1 and comparison_form(words[border - 1]) in PARTICLES:
        border -= 1
    return _assembled(words[:border], words[border:], generation)


def _words(text: str) -> tuple[list[str], str]:
    """The words of a name without titles and credentials, and its generation (`jr`) apart."""
    words = [word for word in text.replace(",", " ").split() if comparison_form(word)]
    while words and comparison_form(words[0]) in TITLES:
        words.pop(0)
    generation = ""
    while len(words) > 1 and (last := comparison_form(words[-1])) in _SUFFIXES:
        generation = last if last in GENERATIONS else generation
        words.pop()
    return words, generation


def _assembled(given: list[str], family: list[str], generation: str) -> PersonName | None:
    given_form = comparison_form("".join(_without_initials(given)))
    family_form = comparison_form("".join(family))
    if given_form and family_form:
        return PersonName(given_form + family_form + generation, family_form, given_form)
    if family_form:
        return PersonName(family=family_form)
    return PersonName(given=given_form) if given_form else None


def _without_initials(words: list[str]) -> list[str]:
    """Words of more than one letter: initials are told by some sources and not by others."""
    return [word for word in words if len(comparison_form(word)) > 1]
