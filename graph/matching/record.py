"""What matching reads of a profile: one flat record, made from its traits and identifiers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graph.identity.evidence import Identifier
from graph.ingest.normalise import Namespace, is_placeholder
from graph.ingest.normalise.placeholders import PHONES
from graph.profile.traits import BIRTH_DATE, NAME, TraitState

_AS_GIVEN: Final = "AsGiven"
_NAME_PARTS: Final = {
    "familyName": "family",
    "lastName": "family",
    "givenName": "given",
    "firstName": "given",
    "name": "full",
    "fullName": "full",
}
_FIELDS: Final = frozenset({"gender", "city", "postcode", "address"})
_LONGEST_OTHER: Final = 200


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """A person as one profile says: texts as they are known, None or empty where nothing is.

    Names may be comparison forms or as written; `full` is the name in one text and is parsed where the parts
    are missing. `birth_date` is ISO, eight digits or a year; a date that does not exist is a typo, not a gap.
    Several values of an identifier are a set: their order means nothing.
    """

    id: str
    family: str | None = None
    given: str | None = None
    full: str | None = None
    birth_date: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    government_ids: tuple[str, ...] = ()
    address: str | None = None
    city: str | None = None
    postcode: str | None = None
    gender: str | None = None
    others: Mapping[str, str] = field(default_factory=dict[str, str])


def comparable(record: MatchRecord) -> bool:
    """Whether the record says who somebody is: a name, a birth date or a government id.

    A record that tells a city and a phone at most is compared with nobody: what it shares says where, not who.
    """
    return bool(record.family or record.given or record.full or record.birth_date or record.government_ids)


def record_of(
    profile_id: str, traits: Mapping[str, list[Any]] | TraitState, identifiers: Iterable[Identifier] = ()
) -> MatchRecord:
    """The record of a profile: unsealed trait state and clear identifiers, as `resolve` gets them.

    Values that normalising did not understand (`birthDateAsGiven` and the like) are compared as written: most
    of them are typos. Placeholders (`null`, `guest`, 13800138000) and masked numbers are nobody's. Other
    single-valued traits go to `others`; objects and lists are left out.
    """
    values = {name: state[0] for name, state in traits.items() if state and state[0] is not None}
    name = _name(values)
    held = _held(values, identifiers)
    return MatchRecord(
        id=profile_id,
        family=name.get("family"),
        given=name.get("given"),
        full=name.get("full"),
        birth_date=_text(values.get(BIRTH_DATE, values.get(BIRTH_DATE + _AS_GIVEN))),
        phones=held[Namespace.PHONE],
        emails=held[Namespace.EMAIL],
        government_ids=held[Namespace.GOVERNMENT_ID],
        address=_text(values.get("address")) or next(iter(held[Namespace.ADDRESS]), None),
        city=_text(values.get("city", values.get("city" + _AS_GIVEN))),
        postcode=_text(values.get("postcode", values.get("postcode" + _AS_GIVEN))),
        gender=_text(values.get("gender")),
        others=_others(values),
    )


def _name(values: Mapping[str, Any]) -> dict[str, str | None]:
    said = values.get(NAME)
    if isinstance(said, dict):
        parts: dict[str, Any] = said  # pyright: ignore[reportUnknownVariableType]
        return {
            "family": _text(parts.get("family")),
            "given": _text(parts.get("given")),
            "full": _text(parts.get("display")),
        }
    raw: dict[str, str | None] = {}
    for trait, part in _NAME_PARTS.items():
        raw[part] = raw.get(part) or _text(values.get(trait + _AS_GIVEN))
    return raw


def _held(values: Mapping[str, Any], identifiers: Iterable[Identifier]) -> dict[str, tuple[str, ...]]:
    held: dict[str, set[str]] = {
        space: set()
        for space in (Namespace.PHONE, Namespace.EMAIL, Namespace.GOVERNMENT_ID, Namespace.ADDRESS)
    }
    for identifier in identifiers:
        if identifier.namespace in held:
            held[identifier.namespace].add(identifier.value)
    for space, found in held.items():
        if not found and (text := _text(values.get(space + _AS_GIVEN))) and _mistyped(space, text):
            found.add(text)
    return {space: tuple(sorted(found)) for space, found in held.items()}


def _others(values: Mapping[str, Any]) -> dict[str, str]:
    taken = _FIELDS | {NAME, BIRTH_DATE}
    others: dict[str, str] = {}
    for name, value in values.items():
        if name in taken or name.endswith(_AS_GIVEN):
            continue
        text = _text(value)
        if text and len(text) <= _LONGEST_OTHER:
            others[name] = text
    return others


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    text = str(value).strip()
    return text if text and not is_placeholder(text) else None


def _mistyped(space: str, text: str) -> bool:
    """Whether a refused value may be somebody's, mistyped: no masked number, nor one that forms are filled with."""
    if space != Namespace.PHONE:
        return True
    digits = "".join(char for char in text if char.isdigit())
    return "*" not in text and not any(number[1:].endswith(digits[-11:]) for number in PHONES if digits)
