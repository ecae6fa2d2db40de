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


@lru_cache(maxsize=_CACHE)
def name_score(query: NameForms, name: NameForms) -> float:
    """How alike two names are."""
    if query.han and name.han:
        return _han_score(query, name)
    return 0.98 * _letter_score(query, name) if query.han or name.han else _letter_score(query, name)


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
    best = 0.0
    for asked in dict.fromkeys(query.orders):
        for said in dict.fromkeys(name.orders):
            best = max(best, _alike(asked, said))
            if len(asked) < len(said):
                best = max(best, _PREFIX * _alike(asked, said[: len(asked)]))
        if len(query.parts) == 1:
            for part in name.parts:
                best = max(best, _PART * _alike(asked, part))
    return best


def _alike(one: str, other: str) -> float:
    longest = max(len(one), len(other))
    return 1 - edits(one, other) / longest if longest else 0.0


@lru_cache(maxsize=_CACHE)
def edits(one: str, other: str) -> int:
    """Letters to put in, leave out, change or swap with their neighbour (optimal string alignment)."""
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
        older, before = before, line
    return before[-1]


def local_score(asked: str, local: str) -> float:
    """How alike the local parts of two e-mail addresses are; a beginning is nearly as good as the whole."""
    best = _alike(asked, local)
    return max(best, _PART * _alike(asked, local[: len(asked)])) if len(asked) < len(local) else best
