"""From stored profiles and their resolution to the people that households are inferred from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.household.bonds import READ
from graph.household.evidence import Contact, HouseholdPerson, VehicleTie
from graph.identity.evidence import Grade, Identifier, Resolution, Verdict
from graph.identity.gather import HOT, RANK
from graph.identity.rules import Rules
from graph.identity.stored import Key, StoredProfile, Use, greatest, least
from graph.profile.traits import TraitState, identity_values

COMPANY: Final = ("company", "companyName", "organisation", "organization", "employer")


@dataclass(frozen=True, slots=True)
class VehicleUse:
    """A `DRIVES` edge: the vehicle's key, the role (owner, coBuyer, payer or driver), and since when the owner, µs."""

    vehicle: str
    role: str
    owner_since: int | None = None


def household_values(state: TraitState) -> tuple[Any, ...]:
    """The traits that households weigh beside names and birth dates: where they change, infer again."""
    return (_text(state, "gender"), _text(state, "postcode"), *(_text(state, name) for name in COMPANY))


def _text(state: TraitState, name: str) -> str | None:
    present = state.get(name)
    value = present[0] if present else None
    if isinstance(value, dict):  # Segment's `company` is an object
        value = value.get("id") or value.get("name")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return value.strip().casefold() or None if isinstance(value, str) else None


def household_people(
    profiles: Iterable[StoredProfile],
    resolution: Resolution,
    *,
    rules: Rules,
    vehicles: Mapping[str, Sequence[VehicleUse]],
) -> list[HouseholdPerson]:
    """The people of a resolution; `vehicles` by profile id. Hot identifiers are left out: they say nothing."""
    by_key = {profile.key: profile for profile in profiles}
    keys = {profile.id: profile.key for profile in by_key.values()}
    hot = {identifier for identifier, kind in resolution.classes.items() if kind == HOT}
    return [
        _person([by_key[key] for key in sorted(person.members)], person.founder, rules, vehicles, hot, keys)
        for person in resolution.people
    ]


def _person(
    profiles: Sequence[StoredProfile],
    founder: Key,
    rules: Rules,
    vehicles: Mapping[str, Sequence[VehicleUse]],
    hot: set[Identifier],
    keys: Mapping[str, Key],
) -> HouseholdPerson:
    first = next(profile for profile in profiles if profile.key == founder)
    names = [identity_values(profile.traits) for profile in profiles]
    values = [household_values(profile.traits) for profile in profiles]
    uses: dict[Identifier, list[Use]] = {}
    for profile in profiles:
        for name, use in profile.uses.items():
            uses.setdefault(profile.identifiers[name], []).append(use)
    return HouseholdPerson(
        key=founder,
        born=(first.founder_class, first.seq),
        members=frozenset(profile.key for profile in profiles),
        names=frozenset(name for said, _ in names for name in said),
        birth_dates=frozenset(date for _, said in names for date in said),
        genders=frozenset(value[0] for value in values if value[0]),
        postcodes=frozenset(value[1] for value in values if value[1]),
        companies=frozenset(text for value in values for text in value[2:] if text),
        contacts={
            identifier: _contact(held)
            for identifier, held in uses.items()
            if identifier.namespace in READ and identifier not in hot
        },
        vehicles=tuple(
            VehicleTie(use.vehicle, use.role, use.owner_since)
            for profile in profiles
            for use in vehicles.get(profile.id, ())
        ),
        proven=_proven(uses, rules),
        apart=frozenset(
            keys[other]
            for profile in profiles
            for verdict, other in profile.judgements
            if verdict is Verdict.DIFFERENT_FROM and other in keys
        ),
    )


def _contact(uses: Sequence[Use]) -> Contact:
    first = last = None
    for use in uses:
        first, last = least(first, use.first), greatest(last, use.last)
    grades = {use.grade for use in uses}
    return Contact(first, last, trusted=grades != {Grade.CLAIMED}, staff_only=grades == {Grade.TRUSTED})


def _proven(uses: Mapping[Identifier, Sequence[Use]], rules: Rules) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for identifier, held in uses.items():
        rule = rules.namespace(identifier.namespace)
        if rule.one_per_person and any(RANK[use.grade] >= RANK[rule.proof] for use in held):
            found.setdefault((identifier.namespace, identifier.scope), set()).add(identifier.value)
    return {space: frozenset(values) for space, values in found.items()}
