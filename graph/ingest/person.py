"""What traits say of a person: identifiers with their grade, and values worth keeping. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graph.identity.evidence import Identifier
from graph.ingest import normalise
from graph.ingest.clear_text import may_be_clear
from graph.ingest.message import Refusal, Sighting, VehicleFact, json_object
from graph.ingest.normalise import Namespace, Normal, Refused
from graph.ingest.sources import Door, SourceDeclaration

NAME_TRAITS: Final = frozenset({"name", "givenName", "familyName", "firstName", "lastName", "fullName"})
_SYNONYMS: Final = {
    "birthday": "birthDate",
    "postalCode": "postcode",
    "zip": "postcode",
    "licensePlate": "plate",
}
_ADDRESS_PARTS: Final = {
    "street": "address",
    "city": "city",
    "postalCode": "postcode",
    "postcode": "postcode",
}
_IDENTIFIERS: Final = frozenset(str(namespace) for namespace in Namespace)


@dataclass(slots=True)
class PersonFacts:
    """The identifiers, traits and vehicle a message shows; `refusals` name what was not taken as identifier."""

    sightings: list[Sighting] = field(default_factory=list[Sighting])
    traits: dict[str, Any] = field(default_factory=dict[str, Any])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    vehicle: VehicleFact | None = None
    clear: set[str] = field(default_factory=set[str])

    def see(
        self, namespace: str, raw: object, source: SourceDeclaration, via: Door, *, alias: bool = False
    ) -> Normal | None:
        """Take a raw value as an identifier if it can be one; count it as refused if not."""
        found = normalise.identifier(namespace, raw, region=source.region)
        if isinstance(found, Refused):
            if found.code != "empty":
                self.refusals.append(Refusal(namespace, str(found.code)))
            return None
        self.sightings.append(
            Sighting(
                identifier=Identifier(namespace, source.scope(namespace), found.value),
                grade=source.grade(namespace, via=via),
                mask=found.mask,
                analysis=found.analysis,
                alias=alias,
            )
        )
        return found


def read_person(
    traits: Mapping[str, Any],
    source: SourceDeclaration,
    *,
    via: Door,
    now: int,
    into: PersonFacts | None = None,
) -> PersonFacts:
    """Identifiers and traits of one person as a source states them.

    Names are normalised together, a birth date and other values of known meaning each for itself; a value that
    cannot be understood is kept as a trait (sealed) and never used as evidence. Empty values say nothing.
    """
    facts = into or PersonFacts()
    flat = _flattened(traits)
    _read_name(facts, flat)
    for name, value in flat.items():
        if name in NAME_TRAITS or value is None or value == "":
            continue
        if name in _IDENTIFIERS:
            _read_identifier(facts, name, value, source, via)
        elif name == "birthDate":
            _read_birth_date(facts, value, now)
        elif (cleaner := _CLEANERS.get(name)) is not None:
            cleaned = cleaner(value)
            facts.traits[name if cleaned is not None else f"{name}AsGiven"] = (
                value if cleaned is None else cleaned
            )
        else:
            facts.traits[name] = value
            if name in source.non_personal and may_be_clear(value):
                facts.clear.add(name)
    return facts


_CLEANERS: Final = {"gender": normalise.gender, "city": normalise.city, "postcode": normalise.postcode}


def _flattened(traits: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in traits.items():
        parts = json_object(value) if name == "address" else None
        if parts is not None:
            for part, known in _ADDRESS_PARTS.items():
                if part in parts:
                    flat.setdefault(known, parts[part])
            continue
        flat[_SYNONYMS.get(name, name)] = value
    return flat


def _read_name(facts: PersonFacts, traits: Mapping[str, Any]) -> None:
    found = normalise.person_name(
        full=traits.get("name") or traits.get("fullName"),
        given=traits.get("givenName") or traits.get("firstName"),
        family=traits.get("familyName") or traits.get("lastName"),
    )
    if found is not None:
        name = found.name
        facts.traits["name"] = {
            "display": found.display,
            "mask": found.mask,
            "full": name.full,
            "family": name.family,
            "given": name.given,
        }
        return
    for key in NAME_TRAITS & traits.keys():
        if traits[key] not in (None, ""):
            facts.traits[f"{key}AsGiven"] = traits[key]


def _read_identifier(
    facts: PersonFacts, namespace: str, value: object, source: SourceDeclaration, via: Door
) -> None:
    found = facts.see(namespace, value, source, via)
    if found is None:
        facts.traits[f"{namespace}AsGiven"] = value
        return
    if namespace == Namespace.ADDRESS:
        facts.traits["address"] = value
    if namespace == Namespace.VIN:
        # A typed-in VIN says who drives a car, not who owns it; a dealer's file says who owns it.
        facts.vehicle = VehicleFact(found.value, found.mask, "owner" if via == "file" else "driver")


def _read_birth_date(facts: PersonFacts, value: object, now: int) -> None:
    found = normalise.birth_date(value, now=now)
    if isinstance(found, Refused):
        facts.traits["birthDateAsGiven"] = value
    else:
        facts.traits["birthDate"] = found
