"""People's records with duplicates and typos, without an identifier that would decide: what matching is measured on.

Names follow a rank-frequency law over made-up syllables; two in five people live with somebody of their family name.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate, product
from typing import Final

_ONSETS: Final = (
    "b",
    "br",
    "c",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "v",
    "w",
)
_ENDS: Final = (
    "al",
    "an",
    "ard",
    "ell",
    "en",
    "er",
    "ia",
    "in",
    "ley",
    "man",
    "o",
    "on",
    "son",
    "ton",
    "us",
    "y",
)
_VOWELS: Final = ("a", "e", "i", "o", "u")
_STREETS: Final = ("Street", "Road", "Lane", "Avenue", "Close", "Way")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

_FIRST_BIRTH: Final = date(1940, 1, 1)

Record = dict[str, str]


def records(count: int, *, seed: int = 1) -> Iterator[tuple[Record, int]]:
    """`count` records, each with its person; equal arguments give equal records."""
    random_ = random.Random(seed)
    people = _people(random_)
    made = 0
    while made < count:
        number, person = next(people)
        for _ in range(min(random_.choices((1, 2, 3, 4), (45, 30, 15, 10))[0], count - made)):
            yield {"recordId": f"r{made}", **_seen(person, random_)}, number
            made += 1


def _people(random_: random.Random) -> Iterator[tuple[int, Record]]:
    """People without end, households together."""
    given, families, towns = _Ranked(1_500, random_), _Ranked(12_000, random_), _Ranked(400, random_)
    number = 0
    while True:
        home = {
            "familyName": families.draw(),
            "address": f"{random_.randint(1, 250)} {families.draw()} {random_.choice(_STREETS)}",
        }
        town = towns.draw()
        home |= {"city": town, "postcode": f"{sum(town.encode()) % 90 + 10}{random_.randrange(1_000):03d}"}
        for _ in range(random_.choices((1, 2, 3), (60, 25, 15))[0]):
            name = given.draw()
            yield (
                number,
                {
                    "givenName": name,
                    "birthDate": str(_FIRST_BIRTH + timedelta(days=random_.randrange(24_000))),
                    "email": f"{name}.{home['familyName']}{number}@example.com".lower(),
                    **home,
                },
            )
            number += 1


def _seen(person: Record, random_: random.Random) -> Record:
    """What one record says: some fields missing, some with a typo."""
    missing = {"email": 0.8, "address": 0.1, "postcode": 0.1, "city": 0.05, "birthDate": 0.08}
    record = {name: value for name, value in person.items() if random_.random() >= missing.get(name, 0.0)}
    for name in ("givenName", "familyName", "birthDate", "address", "postcode"):
        if name in record and random_.random() < 0.08:
            record[name] = _typo(record[name], random_)
    if random_.random() < 0.02:
        record["givenName"], record["familyName"] = record["familyName"], record["givenName"]
    return record


def _typo(text: str, random_: random.Random) -> str:
    """One character replaced by its kind, or two of one kind swapped."""
    at = random_.randrange(len(text))
    if random_.random() < 0.4 and at and text[at].isdigit() == text[at - 1].isdigit() and text[at] != "-":
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :] if text[at - 1] != "-" else text
    if text[at].isdigit():
        return text[:at] + random_.choice("0123456789") + text[at + 1 :]
    return text[:at] + random_.choice(_LETTERS) + text[at + 1 :] if text[at].isalpha() else text


class _Ranked:
    """Made-up words, the first of which are common: the n-th is drawn with weight 1/(n + 10)."""

    def __init__(self, count: int, random_: random.Random) -> None:
        self._random = random_
        words = ["".join(parts).capitalize() for parts in product(_ONSETS, _VOWELS, _ONSETS, _ENDS)]
        self._words = random_.sample(words, count)
        self._weights = list(accumulate(1 / (rank + 10) for rank in range(count)))

    def draw(self) -> str:
        """One word."""
        return self._random.choices(self._words, cum_weights=self._weights)[0]
