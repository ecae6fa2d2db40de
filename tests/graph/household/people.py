"""Hand-made people for tests of households."""

from __future__ import annotations

from graph.clock import DAY
from graph.household.evidence import Contact, Household, HouseholdPerson, Kind, VehicleTie
from graph.identity.evidence import Identifier, PersonName

YEAR = 365 * DAY
START = 50 * YEAR  # 2019 or so


def identifier(namespace: str, value: str) -> Identifier:
    """A global identifier."""
    return Identifier(namespace, "*", value)


def used(
    first: int | None = 0, last: int | None = 100, *, staff: bool = False, claimed: bool = False
) -> Contact:
    """A use between two days."""
    return Contact(
        None if first is None else START + first * DAY,
        None if last is None else START + last * DAY,
        trusted=not claimed,
        staff_only=staff,
    )


def person(
    name: str,
    given: str | None = None,
    *,
    born: str | None = None,
    gender: str | None = None,
    owns: dict[str, int] | None = None,
    company: str | None = None,
    postcode: str | None = None,
    proven: str | None = None,
    seq: int = 0,
    key: str | None = None,
    **contacts: dict[str, Contact] | str,
) -> HouseholdPerson:
    """A person `name` (family name), `given`; contacts by namespace: a value, or values with their use."""
    full = f"{name}{given}" if given else None
    held: dict[Identifier, Contact] = {}
    for namespace, values in contacts.items():
        for value, contact in ({values: used()} if isinstance(values, str) else values).items():
            held[identifier(namespace, value)] = contact
    own_key = ("crm", key or f"{name}{given}{born}{seq}")
    return HouseholdPerson(
        key=own_key,
        born=(0, seq),
        members=frozenset({own_key}),
        names=frozenset({PersonName(full, name, given)}) if name else frozenset(),
        birth_dates=frozenset({born} if born else ()),
        genders=frozenset({gender} if gender else ()),
        postcodes=frozenset({postcode} if postcode else ()),
        companies=frozenset({company} if company else ()),
        contacts=held,
        vehicles=tuple(VehicleTie(vin, "owner", START + day * DAY) for vin, day in (owns or {}).items()),
        proven={("governmentId", "*"): frozenset({proven})} if proven else {},
    )


def homes(groups: tuple[Household, ...]) -> list[list[str]]:
    """The members' record ids of each household, sorted."""
    return sorted(sorted(m.key[1] for m in group.members) for group in groups if group.kind is Kind.HOUSEHOLD)


def of_kind(groups: tuple[Household, ...], kind: Kind) -> list[Household]:
    """The groups of a kind."""
    return [group for group in groups if group.kind is kind]


def roles_of(group: Household) -> dict[str, str]:
    """Each member's role by record id."""
    return {member.key[1]: member.role.value for member in group.members}
