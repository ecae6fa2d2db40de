"""What each person is in a household: by cars and ages, at the time of the latest evidence. Pure, clockless."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from graph.clock import DAY, to_datetime
from graph.household.difference import birth_year
from graph.household.evidence import HouseholdPerson, Key, Role

_MINOR: Final = 18
_GROWN_CHILD: Final = 25
_PARENT_YEARS: Final = (16, 45)
_BOUGHT_TOGETHER: Final = 30 * DAY
_TIMED: Final = frozenset({"phone", "vin", "plate"})


def roles(people: Sequence[HouseholdPerson], everybody: Iterable[HouseholdPerson]) -> dict[Key, Role]:
    """The role of each of these people; `everybody` are all of the component, who may own the cars by now.

    An owner is who first owned a car that nobody outside has taken over, all of them who did at the same time; who
    became one within 30 days bought it together with them, later ones drive it (a workshop writes whoever brings
    the car as its owner).
    Under 18 one is a child; under 25 if somebody is of a parent's age. Age is counted to the latest use of a
    phone or car by any of them.
    """
    inside = {person.key for person in people}
    since: dict[str, list[tuple[int, Key]]] = {}
    for person in everybody:
        for tie in person.vehicles:
            if tie.role == Role.OWNER:
                since.setdefault(tie.vehicle, []).append((tie.owner_since or 0, person.key))
    owners, buyers = set[Key](), set[Key]()
    for ties in since.values():
        latest = max(at for at, _ in ties)
        mine = [(at, key) for at, key in ties if key in inside]
        if all(at != latest for at, _ in mine):
            continue
        first = min(at for at, _ in mine)
        owners |= {key for at, key in mine if at == first}
        buyers |= {key for at, key in mine if first < at <= first + _BOUGHT_TOGETHER}
    year = _latest_year(people)
    return {person.key: _role(person, people, owners=owners, buyers=buyers, year=year) for person in people}


def _role(
    person: HouseholdPerson,
    people: Sequence[HouseholdPerson],
    *,
    owners: set[Key],
    buyers: set[Key],
    year: int | None,
) -> Role:
    said = {tie.role for tie in person.vehicles}
    if person.key in owners:
        return Role.OWNER
    if person.key in buyers or Role.CO_BUYER in said:
        return Role.CO_BUYER
    if Role.PAYER in said:
        return Role.PAYER
    if year is not None and _is_child(person, people, year):
        return Role.CHILD
    return Role.DRIVER if said else Role.MEMBER


def _is_child(person: HouseholdPerson, people: Sequence[HouseholdPerson], year: int) -> bool:
    born = birth_year(person)
    if born is None:
        return False
    elders = [other for one in people if (other := birth_year(one)) is not None]
    parent = any(_PARENT_YEARS[0] <= born - other <= _PARENT_YEARS[1] for other in elders)
    return year - born < (_GROWN_CHILD if parent else _MINOR)


def _latest_year(people: Iterable[HouseholdPerson]) -> int | None:
    times = [
        contact.last
        for person in people
        for identifier, contact in person.contacts.items()
        if identifier.namespace in _TIMED and contact.last is not None
    ]
    return to_datetime(max(times)).year if times else None
