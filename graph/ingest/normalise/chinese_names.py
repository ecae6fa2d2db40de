"""Names in Han and Hangul, where one to four characters without spaces are family and given name."""

from __future__ import annotations

import re
from typing import Final

from graph.identity.evidence import PersonName
from graph.ingest.normalise.name_tables import (
    COMMON_SURNAMES,
    COMPANY_WORDS,
    COMPOUND_SURNAMES,
    FAMILIAR,
    LONG_HONORIFICS,
    NICKNAME,
    NO_NAMES,
    SHORT_HONORIFICS,
)

HAN: Final = re.compile(r"[\u3005\u3007\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]")
_ALLOWED: Final = re.compile(
    r"(?:[\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff·•‧∙・.]|[*×])+"
)
_DOT: Final = re.compile(r"[·•‧∙・.]+")
_MASK: Final = re.compile(r"[*×某]")
_LONGEST_PART: Final = 12


def parse_cjk(text: str) -> PersonName | None:
    """The parts of a name written in Han or Hangul; None for companies, nicknames and sentences."""
    joined = text.replace(" ", "")
    if not _ALLOWED.fullmatch(joined) or any(word in joined for word in COMPANY_WORDS):
        return None
    parts = [part for part in _DOT.split(joined) if part]
    if len(parts) > 1:
        return _dotted(parts)
    name = parts[0] if parts else ""
    if _MASK.search(name):
        return _masked(name)
    bare, polite = _without_honorific(name)
    if bare in NO_NAMES or not bare:
        return None
    return _undotted(bare, polite)


def _dotted(parts: list[str]) -> PersonName | None:
    """亚历山大·史密斯: given names first, family name last, as transliterated names are written."""
    if any(len(part) > _LONGEST_PART or _MASK.search(part) for part in parts):
        return None
    return PersonName("".join(parts), parts[-1], "".join(parts[:-1]))


def _masked(name: str) -> PersonName | None:
    """王*明 and 王某: only what stands before the mask is known."""
    family = _MASK.split(name, maxsplit=1)[0]
    if family and (family in COMPOUND_SURNAMES or len(family) == 1):
        return PersonName(family=family)
    return None


def _without_honorific(name: str) -> tuple[str, bool]:
    for honorific in LONG_HONORIFICS:
        if name.endswith(honorific):
            return name.removesuffix(honorific), True
    if name[-1:] in SHORT_HONORIFICS and (name[:-1] in COMMON_SURNAMES or name[:-1] in COMPOUND_SURNAMES):
        return name[:-1], True
    return name, False


def _undotted(name: str, polite: bool) -> PersonName | None:
    if len(name) == 2 and name[0] in FAMILIAR | NICKNAME:
        known = name[0] in FAMILIAR and name[1] in COMMON_SURNAMES
        return PersonName(family=name[1]) if known else None
    if len(name) == 1 or name in COMPOUND_SURNAMES:
        return PersonName(family=name)
    compound = name[:2] in COMPOUND_SURNAMES
    longest = 5 if compound else 4
    if len(name) > longest or (len(name) == 4 and not compound and name[0] not in COMMON_SURNAMES):
        return None  # four characters without a known surname are a nickname far more often than a name
    border = 2 if compound else 1
    if polite and len(name) == border:
        return PersonName(family=name)
    return PersonName(name, name[:border], name[border:])
