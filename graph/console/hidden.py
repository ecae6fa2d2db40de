"""What the console shows to nobody: sealed values, blind indexes and search tokens, wherever they turn up. Pure.

Two ways, since Cypher has many. *By name*: a node, a relationship, or a map with a property that holds such a value.
*By shape*: whatever looks like one, however it was reached. A sealed value is bytes; a blind index is 22 characters
of base64url that are no words; tokens come as a list of eight letters and digits each.

The shape errs on the side of hiding: a text of yours is hidden where it has a run of 22 or more letters, digits, `_`
and `-` that no words, numbers, UUIDs or hexadecimal digests explain. Of random indexes, the words take one of a
million (`tests/graph/console/test_hidden.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from graph.privacy.seal import FORMAT, OVERHEAD

SEALED: Final = "[sealed]"
BLIND: Final = "[blind]"
"""What is shown instead."""

SEALED_PROPERTIES: Final[Mapping[str, frozenset[str]]] = {
    "Profile": frozenset({"recordId", "traits"}),
    "Message": frozenset({"payload"}),
    "DeadLetter": frozenset({"payload"}),
    "Judgement": frozenset({"why"}),
    "Correction": frozenset({"value", "why"}),
    "WebhookEndpoint": frozenset({"url", "secrets"}),
    "SavedQuery": frozenset({"about"}),
    "SavedQueryVersion": frozenset({"content"}),
    "QuerySchedule": frozenset({"parameters"}),
    "QueryResult": frozenset({"message"}),
    "ReferralCode": frozenset({"disabledReason"}),
    "ReferralDecision": frozenset({"note"}),
    "ReferralClaim": frozenset({"evidence", "note"}),
    "ReferralReview": frozenset({"note"}),
    "Erased": frozenset({"why"}),
    "HAS": frozenset({"value"}),
    "CLAIMS": frozenset({"value"}),
    "TAGGED": frozenset({"why"}),
    "DRIVES": frozenset({"vin"}),
}
"""Sealed properties by label and relationship type."""

BLIND_PROPERTIES: Final[Mapping[str, frozenset[str]]] = {
    "Profile": frozenset({"recordKey", "matched", "searchTokens"}),
    "Identifier": frozenset({"key", "searchTokens"}),
    "Message": frozenset({"key", "content"}),
    "Vehicle": frozenset({"key"}),
    "BlockingKey": frozenset({"key"}),
    "DeadLetter": frozenset({"key", "recordKey"}),
    "Correction": frozenset({"searchTokens"}),
    "FeedEntry": frozenset({"vehicleKeys"}),
    "Suppression": frozenset({"key"}),
    "ApiKey": frozenset({"digest"}),
}
"""Blind indexes, tokens and digests of secrets by label."""

_BY_NAME: Final[Mapping[str, str]] = {
    "recordId": SEALED,
    "recordKey": BLIND,
    "searchTokens": BLIND,
    "vehicleKeys": BLIND,
    "payload": SEALED,
    "secrets": SEALED,
    "traits": SEALED,
    "vin": SEALED,
}
"""Names that mean such a value in any map; `key` and `value` are anybody's, and judged by shape."""

_RUN: Final = re.compile(r"[A-Za-z0-9_-]{22,}")
_WORDS: Final = re.compile(
    r"(?:(?:\d+[a-z]{0,2}|[a-z]+\d{0,4})(?:[-_]+|$))+"  # spring-2026-video-01
    r"|(?:(?:\d+[A-Z]{0,2}|[A-Z]+\d{0,4})(?:[-_]+|$))+"  # SHANGHAI-4S-0012
    r"|(?:(?:[A-Z]?[a-z]{2,})+\d{0,4}(?:-|$))+|(?:(?:[A-Z]?[a-z]{2,})+\d{0,4}(?:_|$))+"  # TestDriveBooked
)
_UNSPOKEN: Final = re.compile(r"[bcdfghjklmnpqrstvwxz]{5}", re.IGNORECASE)
_HEXADECIMAL: Final = re.compile(r"[0-9a-f-]+")
_DIGEST: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_TOKENS: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-v]{8}(?:[\s,]+[0-9a-v]{8}){2,}(?![0-9A-Za-z])")
_NUMBERS: Final = re.compile(r"-?\d{1,3}(?:\D{1,4}?-?\d{1,3}){28,}")
_NUMBER: Final = re.compile(r"-?\d{1,3}")
_TOKEN: Final = re.compile(r"[0-9a-v]{8}")
_SHORTEST: Final = 22


def properties_of(kinds: Sequence[str], properties: Mapping[str, Any]) -> dict[str, str]:
    """Which of an entity's properties are hidden, and what is shown instead; `kinds` are its labels or its type."""
    found: dict[str, str] = {}
    for kind in kinds:
        for name in SEALED_PROPERTIES.get(kind, ()):
            if name in properties:
                found[name] = SEALED
        for name in BLIND_PROPERTIES.get(kind, ()):
            if name in properties:
                found[name] = BLIND
    return found


def of_name(name: str, value: Any) -> str | None:
    """What is shown of a map's value instead, by its name; None where the name says nothing."""
    return _BY_NAME.get(name) if isinstance(value, str | bytes | bytearray | list) else None


def mask_text(text: str) -> str:
    """The text, with whatever may be a blind index or tokens in it hidden."""
    if len(text) < _SHORTEST:
        return text
    masked = _TOKENS.sub(_mask_tokens, _RUN.sub(_mask_run, text))
    return _NUMBERS.sub(_mask_numbers, masked) if len(masked) > 2 * OVERHEAD else masked


def is_sealed(values: Sequence[Any]) -> bool:
    """Whether a list is the bytes of a sealed value, as Cypher gives them where it takes bytes apart."""
    return (
        len(values) >= OVERHEAD
        and values[0] == FORMAT
        and all(type(value) is int and -128 <= value <= 255 for value in values)
        and any(value < 0 or value > 127 for value in values)
    )


def are_tokens(values: Sequence[Any]) -> bool:
    """Whether a list holds search tokens: at least three, some with digits, all in their shape."""
    return (
        len(values) >= 3
        and all(isinstance(value, str) and _TOKEN.fullmatch(value) for value in values)
        and any(any(sign.isdigit() for sign in value) for value in values)
    )


def _mask_run(found: re.Match[str]) -> str:
    run = found[0]
    if _HEXADECIMAL.fullmatch(run):
        return BLIND if _DIGEST.search(run) else run
    mixed = run.lower() != run and run.upper() != run
    return run if _WORDS.fullmatch(run) and not (mixed and _UNSPOKEN.search(run)) else BLIND


def _mask_tokens(found: re.Match[str]) -> str:
    return BLIND if any(sign.isdigit() for sign in found[0]) else found[0]


def _mask_numbers(found: re.Match[str]) -> str:
    """The bytes of a sealed value, written as numbers with something between them."""
    return SEALED if is_sealed([int(number) for number in _NUMBER.findall(found[0])]) else found[0]
