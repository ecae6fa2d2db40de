"""What is hard about a person or household: the truth in more detail than `Truth`, for scoring by kind."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import Final

from seed.items import SeedRecord
from seed.people import Course, Household, Person
from seed.places import DEALERS
from seed.world import Scene


class HouseholdKind(StrEnum):
    """What a household is."""

    SINGLE = "single"
    FAMILY = "family"
    FLEET = "fleet"


class Kind(StrEnum):
    """What makes a person hard to recognise; plain ones live alone or in a family and have nothing of the rest."""

    SINGLE = "single"
    FAMILY = "family"
    FAMILY_PHONE = "family with one phone"
    TWINS = "twins"
    NAMESAKES = "father and son of one name"
    FLEET = "fleet driver"
    COMPUTER = "shared computer"
    TABLET = "showroom tablet"
    RECYCLED = "recycled phone"
    TWO_PHONES = "two phones"
    USED_CAR = "second owner"
    CO_DRIVER = "drives the family's car"
    TYPO = "typo"
    CONSULTANT = "consultant's phone"
    FALSE_CLAIM = "false claim's victim"


_CONSULTANTS: Final = frozenset(phone for dealer in DEALERS for _, phone in dealer.consultants)


def household_kind(household: Household) -> HouseholdKind:
    """What the household is."""
    if household.company:
        return HouseholdKind.FLEET
    return HouseholdKind.FAMILY if len(household.people) > 1 else HouseholdKind.SINGLE


def kinds_of(scene: Scene) -> dict[str, frozenset[Kind]]:
    """What is hard about each person of the household, by personId; never nothing."""
    household = scene.household
    found: dict[str, set[Kind]] = {person.id: _lasting(person, household) for person in household.people}
    people = {person.id: person for person in household.people}
    cookies: dict[str, set[str]] = defaultdict(set)
    victims: set[str] = set()
    for item, truth in scene.items:
        if truth.person_id not in people:
            if truth.person_id.startswith("x") and not isinstance(item, SeedRecord):
                victims.add(item.event["traits"]["phone"])
        elif isinstance(item, SeedRecord):
            found[truth.person_id] |= _slips(people[truth.person_id], item.record)
        elif item.source == "showroom-tablet":
            found[truth.person_id].add(Kind.TABLET)
        elif item.source.startswith("website"):
            cookies[item.event["anonymousId"]].add(truth.person_id)
    for users in cookies.values():
        if len(users) > 1:
            for user in users:
                found[user].add(Kind.COMPUTER)
    for person in household.people:
        if not victims.isdisjoint(person.phones):
            found[person.id].add(Kind.FALSE_CLAIM)
    plain = {Kind.SINGLE} if household_kind(household) is HouseholdKind.SINGLE else {Kind.FAMILY}
    return {person: frozenset(kinds or plain) for person, kinds in found.items()}


def _lasting(person: Person, household: Household) -> set[Kind]:
    """What is so whatever the systems wrote down."""
    births = [(other.birth, other.family) for other in household.people]
    names = [other.name for other in household.people]
    holds = {
        Kind.FAMILY_PHONE: person.shares_phone,
        Kind.TWINS: household.twins and births.count((person.birth, person.family)) > 1,
        Kind.NAMESAKES: names.count(person.name) > 1,
        Kind.FLEET: person.course is Course.FLEET_DRIVER,
        Kind.RECYCLED: person.recycled,
        Kind.TWO_PHONES: len(person.phones) > 1,
        Kind.USED_CAR: person.used_car is not None,
        Kind.CO_DRIVER: person.course is Course.CO_DRIVER,
    }
    return {kind for kind, so in holds.items() if so}


def _slips(person: Person, row: dict[str, str]) -> set[Kind]:
    """What went wrong when the row was written."""
    if row["phone"] in _CONSULTANTS:
        return {Kind.CONSULTANT}
    own = {*person.phones, *([person.company.phone] if person.company else [])}
    name = row.get("name") or f"{row['givenName']} {row['familyName']}"
    birth = person.birth.isoformat()
    right = row["phone"] in own and name == person.name and row.get("birthDate", birth) == birth
    return set() if right else {Kind.TYPO}
