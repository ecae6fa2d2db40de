"""What `households` reads and answers: plain values, no I/O, no generated id that decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from graph.identity.evidence import Identifier, PersonName

Key = tuple[str, str]


class Kind(StrEnum):
    """What a group of people is."""

    HOUSEHOLD = "household"
    FLEET = "fleet"
    CONSULTANT_PHONE = "consultantPhone"
    SHARED_DEVICE = "sharedDevice"


SINGLE: frozenset[Kind] = frozenset({Kind.HOUSEHOLD, Kind.FLEET})
"""Kinds of which a person is in one at most; a number or a device is a group of its own."""


class Role(StrEnum):
    """What a person is in a group, strongest first: of several the first that holds is told."""

    OWNER = "owner"
    CO_BUYER = "coBuyer"
    PAYER = "payer"
    CHILD = "child"
    DRIVER = "driver"
    MEMBER = "member"
    HOLDER = "holder"  # of a consultant's number: whose own it is
    CUSTOMER = "customer"  # of a consultant's number: whose record bears it
    USER = "user"  # of a shared device


@dataclass(frozen=True, slots=True)
class Contact:
    """A person's use of one identifier over all their profiles; times in microseconds, None where untimed.

    `trusted`: some source can be believed that it is theirs, not only a form that anyone may fill in.
    `staff_only`: every record that bears it was written by staff; the person never used it themselves.
    """

    first: int | None = None
    last: int | None = None
    trusted: bool = False
    staff_only: bool = False


@dataclass(frozen=True, slots=True)
class VehicleTie:
    """A person's relation to a vehicle; `role` is owner, driver, payer or coBuyer, times in microseconds."""

    vehicle: str
    role: str
    owner_since: int | None = None


@dataclass(frozen=True, slots=True)
class HouseholdPerson:
    """One resolved person as far as living together is concerned.

    `key` is the founder's (source, record id) and names the person; where order must decide, it does.
    `born` (founder class, seq) says whose birth id a household bears and decides nothing else.
    `proven` are values of one-per-person identifiers by (namespace, scope); `apart` the members' keys of
    people a steward judged to be others; `members` the keys of all profiles.
    """

    key: Key
    born: tuple[int, int] = (0, 0)
    members: frozenset[Key] = frozenset()
    names: frozenset[PersonName] = frozenset()
    birth_dates: frozenset[str] = frozenset()
    genders: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()
    contacts: dict[Identifier, Contact] = field(default_factory=dict[Identifier, Contact])
    vehicles: tuple[VehicleTie, ...] = ()
    proven: dict[tuple[str, str], frozenset[str]] = field(
        default_factory=dict[tuple[str, str], frozenset[str]]
    )
    apart: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a group, how sure it is that they belong (0 to 1, two decimals), and as what."""

    key: Key
    role: Role
    confidence: float


@dataclass(frozen=True, slots=True)
class Household:
    """Two or more people who live together, or share a fleet, a number or a device.

    `founder` is the member known first; `shared` the least identifier of a number or device, None for the kinds that
    rest on people. `reasons` are namespaces and corroborations in words, sorted; never values.
    """

    kind: Kind
    founder: Key
    members: tuple[Member, ...]
    confidence: float
    reasons: tuple[str, ...]
    shared: Identifier | None = None
