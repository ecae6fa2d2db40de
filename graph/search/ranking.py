"""How well a name is what somebody typed: 1 for the same, 0 for nothing alike. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from graph.search.forms import NameForms, loose

_CACHE: Final = 65_536
_SAME_SOUND: Final = 0.25
_LIKE_SOUND: Final = 0.5
_PART: Final = 0.9
_PREFIX: Final = 0.85
_OTHER_SCRIPT: Final = 0.98
_ROUNDING: Final = 1e-9

FITS: Final = 0.5
"""Whoever is not more alike was not meant."""


@lru_cache(maxsize=_CACHE)
def name_score(query: NameForms, name: NameForms) -> float:
    """How alike two names are; 0 for those that are not more alike than `FITS`."""
    if query.han and name.han:
        score = _han_score(query, name)
    else:
        score = (_OTHER_SCRIPT if query.han or name.han else 1.0) * _letter_score(query, name)
    return score if score > FITS else 0.0


def _han_score(query: NameForms, name: NameForms) -> float:
    score = 1 - _han_cost(query, name) / max(len(query.han), len(name.han))
    if query.han in name.han:
        score = max(score, _PART)
    return score


def _han_cost(query: NameForms, name: NameForms) -> float:
    """Weighted edits between characters: a homophone is a small one."""
    asked, said = query.han, name.han
    before = [float(column) for column in range(len(said) + 1)]
    for row, char in enumerate(asked):
        line = [row + 1.0]
        for column, other in enumerate(said):
            change = _change(char, query.syllables[row], other, name.syllables[column])
            line.append(min(before[column] + change, before[column + 1] + 1, line[column] + 1))
        before = line
    return before[-1]


def _change(char: str, syllable: str, other: str, heard: str) -> float:
    if char == other:
        return 0.0
    if syllable == heard:
        return _SAME_SOUND
    return _LIKE_SOUND if loose(syllable) == loose(heard) else 1.0


def _letter_score(query: NameForms, name: NameForms) -> float:
    """The best of: the whole name in either order, its beginning, and each part where one word was typed."""
    asked, best = query.letters, FITS
    for said in dict.fromkeys(name.orders):
        best = _better(asked, said, 1.0, best)
        if len(asked) < len(said):
            best = _better(asked, said[: len(asked)], _PREFIX, best)
    if len(query.parts) == 1:
        for part in name.parts:
            best = _better(asked, part, _PART, best)
    return best


def _better(one: str, other: str, weight: float, best: float) -> float:
    """The weighted likeness of two texts where that is more than the best so far, else the best so far."""
    longest = max(len(one), len(other))
    most = int((1 - best / weight) * longest + _ROUNDING) if best < weight and longest else -1
    if most < 0 or _surely(one, other) > most:
        return best
    return max(best, weight * (1 - edits(one, other, most=most) / longest))


def local_score(asked: str, local: str) -> float:
    """How alike the local parts of two e-mail addresses are, as `name_score`; a beginning is nearly the whole."""
    best = _better(asked, local, 1.0, FITS)
    if len(asked) < len(local):
        best = _better(asked, local[: len(asked)], _PART, best)
    return best if best > FITS else 0.0


def _surely(one: str, other: str) -> int:
    """So many edits there are at least: letters that only one of them has."""
    mine, yours = _letters(one), _letters(other)
    return max((mine & ~yours).bit_count(), (yours & ~mine).bit_count())


@lru_cache(maxsize=_CACHE)
def _letters(text: str) -> int:
    """The letters of a text as bits; letters beyond 64 share some, which makes `_surely` smaller, never wrong."""
    found = 0
    for char in text:
        found |= 1 << (ord(char) & 63)
    return found


def edits(one: str, other: str, *, most: int = 10**6) -> int:
    """Letters to put in, leave out, change or swap with their neighbour (optimal string alignment).

    Where there are more than `most`, some number above it.
    """
    if one == other:
        return 0
    older: list[int] = []
    before = list(range(len(other) + 1))
    for row, char in enumerate(one):
        line = [row + 1]
        for column, against in enumerate(other):
            best = min(before[column] + (char != against), before[column + 1] + 1, line[column] + 1)
            if row and column and char == other[column - 1] and one[row - 1] == against:
                best = min(best, older[column - 1] + 1)
            line.append(best)
        if min(line) > most and min(before) >= most:  # no way leads below again
            return most + 1
        older, before = before, line
    return before[-1]
