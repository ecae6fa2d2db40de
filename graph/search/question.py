"""What somebody typed, read as everything that it can be. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from graph.errors import InputError
from graph.ingest import normalise
from graph.ingest.normalise import Namespace, Normal
from graph.ingest.normalise.values import folded
from graph.search.forms import NameForms, local_form, local_letters, query_forms
from graph.search.tokens import LAST_DIGITS

LONGEST: Final = 200
"""Characters of a query."""

_LAST: Final = re.compile(rf"(?:尾号|末四位|[*×•.…\s])*(\d{{{LAST_DIGITS}}})")
_DIGIT: Final = re.compile(r"\d")
_FEWEST_DIGITS: Final = {Namespace.PHONE: 7, Namespace.VIN: 4}
"""A name of 17 letters would else be read as a VIN, whose last four places are digits."""

_LOCAL: Final = re.compile(r"[A-Za-z0-9._+\-]{3,64}")


@dataclass(frozen=True, slots=True)
class Question:
    """A query as it is asked: a name, a local part, whole identifiers, a VIN, last digits; whatever it can be."""

    name: NameForms | None
    local: str
    local_letters: str
    identifiers: tuple[tuple[Namespace, str], ...]
    vin: str | None
    digits: str | None


def read_question(text: str) -> Question:
    """What a query can be. Raises InputError for an empty one and for more than 200 characters."""
    cleaned = " ".join(folded(text[: LONGEST + 1]).split())
    if not cleaned or len(text) > LONGEST:
        raise InputError(
            f"A query has 1 to {LONGEST} characters.",
            remedy="Give a name, an e-mail or its beginning, a phone or its last four digits, a VIN, a plate.",
        )
    last = _LAST.fullmatch(cleaned)
    whole = tuple((space, found) for space in _WHOLE if (found := _normal(space, cleaned)) is not None)
    vin = _normal(Namespace.VIN, cleaned)
    told = bool(whole) or vin is not None
    local = cleaned.partition("@")[0] if "@" in cleaned else cleaned
    addressed = bool(_LOCAL.fullmatch(local)) and (not told or "@" in cleaned)
    return Question(
        name=None if told or "@" in cleaned else query_forms(_DIGIT.sub(" ", cleaned)),
        local=local_form(local) if addressed else "",
        local_letters=local_letters(local) if addressed else "",
        identifiers=whole,
        vin=vin,
        digits=last[1] if last else None,
    )


_WHOLE: Final = (Namespace.EMAIL, Namespace.PHONE, Namespace.PLATE)


def _normal(namespace: Namespace, text: str) -> str | None:
    if len(_DIGIT.findall(text)) < _FEWEST_DIGITS.get(namespace, 0):
        return None
    found = normalise.identifier(namespace, text)
    return found.value if isinstance(found, Normal) else None
