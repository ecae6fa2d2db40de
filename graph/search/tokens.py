"""What a name, an e-mail's local part and a phone's last digits are found by: grams of their forms, blinded. Pure.

A token is an HMAC of one gram under a key of its own, cut to 40 bits: who lacks the key cannot make one, and a chance
collision costs a candidate that the exact comparison then puts last. Numbers give no grams but the last four digits
of a phone, for shorter ones could be tried one by one; digits in a local part are left out for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from graph.identity.evidence import Identifier
from graph.ingest.normalise import Namespace
from graph.privacy.blind import BlindIndex
from graph.profile.traits import NAME, TraitState
from graph.search.forms import LONGEST, NameForms, local_letters, loose, name_forms

LAST_DIGITS: Final = 4
_SIZE: Final = 3
_HELD: Final = 65_536

SEARCHED: Final = (Namespace.EMAIL, Namespace.PHONE)
"""The namespaces of which identifiers have tokens."""


class SearchTokens:
    """Makes the text that the full-text index holds, and the text that it is asked; thread-safe.

    The same value gives the same text, whatever came before.
    """

    __slots__ = ("_blind", "_token")

    def __init__(self, blind: BlindIndex) -> None:
        self._blind = blind
        self._token = lru_cache(maxsize=_HELD)(self._make)

    def of_traits(self, traits: TraitState) -> str | None:
        """The tokens of the name in a profile's traits; None where they tell none."""
        said = traits.get(NAME)
        return self.of_trait(said[0]) if said else None

    def of_trait(self, name: Mapping[str, Any] | None) -> str | None:
        """The tokens of a `name` trait's value; None where it tells none."""
        forms = name_forms(name)
        return self.of_name(forms) if forms else None

    def of_identifier(self, identifier: Identifier) -> str | None:
        """The tokens of an e-mail's local part, or of a phone's last four digits; None for anything else."""
        if identifier.namespace == Namespace.EMAIL:
            return self.of_local(local_letters(identifier.value))
        if identifier.namespace == Namespace.PHONE:
            return self.of_digits(identifier.value[-LAST_DIGITS:])
        return None

    def of_name(self, forms: NameForms) -> str | None:
        """The tokens of a name, as it is stored or as it is asked; None for a single letter."""
        return self._text("name", name_grams(forms))

    def of_local(self, letters: str) -> str | None:
        """The tokens of the letters of a local part; None where there are too few."""
        return self._text("local", letter_grams(letters) | {f"<{letters[:2]}"} if len(letters) > 1 else ())

    def of_digits(self, digits: str) -> str | None:
        """The token of the last four digits of a phone."""
        return self._text("digits", (digits,) if len(digits) == LAST_DIGITS else ())

    def _text(self, kind: str, grams: Iterable[str]) -> str | None:
        return " ".join(sorted({self._token(kind, gram) for gram in grams})) or None

    def _make(self, kind: str, gram: str) -> str:
        return self._blind.token(f"search-{kind}", gram.encode())


def name_grams(forms: NameForms) -> set[str]:
    """The grams of a name: characters and syllables in pairs, letters in threes, both ends of each part.

    A name in Han also gives itself whole, so that among thousands who sound alike its bearers come first.
    """
    grams = letter_grams(forms.letters)
    if forms.han:
        grams.add(f"h{forms.han}")
        grams.update(f"h{forms.han[at : at + 2]}" for at in range(len(forms.han) - 1))
        sounds = [loose(syllable) for syllable in forms.syllables]
        grams.update(f"s{one} {two}" for one, two in pairwise(sounds))
    for part in forms.parts:
        if len(part) > 1:
            grams.add(f"<{part[:2]}")
            grams.add(f"{part[-2:]}>")
    return grams


def letter_grams(letters: str) -> set[str]:
    """Every three letters that follow one another."""
    letters = letters[:LONGEST]
    return {letters[at : at + _SIZE] for at in range(len(letters) - _SIZE + 1)}
