"""What people type when they look for somebody: a name as it was heard, with one slip in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from random import Random
from string import ascii_lowercase
from typing import Final

from pypinyin import Style, lazy_pinyin

from graph.matching.name_variants import SIMPLIFIED
from seed.draw import pick
from seed.names import chinese_family, chinese_given, european_family, european_given

_CHINESE_SHARE: Final = 0.75
_TRIES: Final = 1_000
"""Names tried for one slip before it is given up: of a world of names, as good as all."""
_FEWEST_CHARACTERS: Final = 3
_FEWEST_LETTERS: Final = 5


class Slip(StrEnum):
    """What is wrong in a query."""

    HOMOPHONE = "homophone"  # 张伟国 for 章伟国
    VARIANT = "variant"  # 張伟国
    PINYIN_LETTER = "pinyinLetter"  # wei zhagn
    LATIN_LETTER = "latinLetter"  # Mülller, Ana Schmidt


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A name as its source writes it: family first where it is Chinese."""

    family: str
    given: str
    chinese: bool

    @property
    def full(self) -> str:
        """The name as it is written at home."""
        return self.family + self.given if self.chinese else f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True)
class NameSearch:
    """A query with a slip, and whom it looks for; only the family name of them where `family_only`."""

    slip: Slip
    query: str
    person: NamedPerson
    family_only: bool = False

    def finds(self, person: NamedPerson) -> bool:
        """Whether a person is of the name that was looked for."""
        if self.family_only:
            return person.family == self.person.family
        return person.full == self.person.full


def named_people(count: int, *, seed: int) -> list[NamedPerson]:
    """People by the shares of names in China and Europe; many have the same name, as in life."""
    rng = Random(seed)  # noqa: S311 - a made-up world, the same each time
    return [_person(rng) for _ in range(count)]


def name_searches(people: list[NamedPerson], count: int, *, seed: int) -> Iterator[NameSearch]:
    """Queries of at least three Han characters or five Latin letters, each with one slip; kinds in turn.

    A kind that nobody's name seems to allow is left out. Raises ValueError where that is so of all kinds.
    """
    rng = Random(seed)  # noqa: S311 - a made-up world, the same each time
    kinds = list(Slip)
    while count and kinds:
        for slip in tuple(kinds):
            found = _search(people, slip, rng)
            if found is None:
                kinds.remove(slip)
            elif count:
                count -= 1
                yield found
    if count:
        raise ValueError("No name of these people can be written with a slip.")


def _search(people: list[NamedPerson], slip: Slip, rng: Random) -> NameSearch | None:
    tries = (_SLIPS[slip](pick(rng, people), rng) for _ in range(_TRIES))
    return next((found for found in tries if found is not None), None)


def _person(rng: Random) -> NamedPerson:
    male = rng.random() < 0.5
    if rng.random() < _CHINESE_SHARE:
        born = rng.randint(1955, 2003)
        return NamedPerson(chinese_family(rng), chinese_given(rng, male=male, born=born), chinese=True)
    country = pick(rng, ("DE", "FR", "NL", "IT", "GB"))
    family = european_family(rng, country=country)
    return NamedPerson(family, european_given(rng, country=country, male=male), chinese=False)


def _homophone(person: NamedPerson, rng: Random) -> NameSearch | None:
    return _other_character(person, rng, Slip.HOMOPHONE, _sounding_alike)


def _variant(person: NamedPerson, rng: Random) -> NameSearch | None:
    return _other_character(person, rng, Slip.VARIANT, _written_otherwise)


def _other_character(
    person: NamedPerson, rng: Random, slip: Slip, others: Callable[[str], list[str]]
) -> NameSearch | None:
    name = person.full
    if not person.chinese or len(name) < _FEWEST_CHARACTERS:
        return None
    place = rng.randrange(len(name))
    found = others(name[place])
    return NameSearch(slip, name[:place] + pick(rng, found) + name[place + 1 :], person) if found else None


def _pinyin_letter(person: NamedPerson, rng: Random) -> NameSearch | None:
    if not person.chinese:
        return None
    family, given = ("".join(lazy_pinyin(part, style=Style.NORMAL)) for part in (person.family, person.given))
    if len(family + given) < _FEWEST_LETTERS:
        return None
    written = pick(rng, (family + given, f"{family} {given}", f"{given} {family}"))
    return NameSearch(Slip.PINYIN_LETTER, _slipped(written, rng), person)


def _latin_letter(person: NamedPerson, rng: Random) -> NameSearch | None:
    if person.chinese:
        return None
    family_only = rng.random() < 0.4 and len(person.family) >= _FEWEST_LETTERS
    written = person.family if family_only else pick(rng, (person.full, f"{person.family}, {person.given}"))
    return NameSearch(Slip.LATIN_LETTER, _slipped(written, rng), person, family_only)


def _slipped(text: str, rng: Random) -> str:
    """The text with one letter changed, lost, doubled by another, or swapped with the next."""
    place = rng.choice([at for at, char in enumerate(text) if char.isalpha()])
    head, char, tail = text[:place], text[place], text[place + 1 :]
    kind = rng.randrange(4)
    if kind == 0:
        return head + rng.choice(ascii_lowercase) + tail
    if kind == 1:
        return head + tail
    if kind == 2:
        return head + rng.choice(ascii_lowercase) + char + tail
    return head + tail[:1] + char + tail[1:]


def _sounding_alike(char: str) -> list[str]:
    return [other for other in _by_sound()[lazy_pinyin(char)[0]] if other != char]


@lru_cache(maxsize=1)
def _by_sound() -> dict[str, list[str]]:
    """The 3,755 commonest characters (level one of GB 2312) by how they are read."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFF):
            char = bytes((row, cell)).decode("gb2312", "ignore")
            if char:
                found[lazy_pinyin(char)[0]].append(char)
    return found


def _written_otherwise(char: str) -> list[str]:
    return [
        chr(other) for other, simple in SIMPLIFIED.items() if _text(simple) == char and chr(other) != char
    ]


def _text(simple: int | str | None) -> str:
    return chr(simple) if isinstance(simple, int) else str(simple)


_SLIPS: Final[dict[Slip, Callable[[NamedPerson, Random], NameSearch | None]]] = {
    Slip.HOMOPHONE: _homophone,
    Slip.VARIANT: _variant,
    Slip.PINYIN_LETTER: _pinyin_letter,
    Slip.LATIN_LETTER: _latin_letter,
}
