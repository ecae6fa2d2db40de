"""What two people share, how much it says of living together, and which shared things are nobody's own. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from graph.clock import DAY
from graph.household.difference import are_two, families, may_be_relatives, share_family_name
from graph.household.evidence import Contact, HouseholdPerson
from graph.identity.evidence import Identifier

PHONE, EMAIL, ADDRESS, VIN, PLATE = "phone", "email", "address", "vin", "plate"
BROWSER, DEVICE = "anonymousId", "deviceId"
DEVICES: Final = frozenset({BROWSER, DEVICE})

READ: Final = frozenset({PHONE, EMAIL, ADDRESS, VIN, PLATE}) | DEVICES
"""The namespaces that households rest on."""

CROWD: Final[Mapping[str, int]] = {PHONE: 6, EMAIL: 4, ADDRESS: 8, VIN: 6, PLATE: 6, BROWSER: 4, DEVICE: 4}
"""On one value more people than these are no household."""

PHONE_GAP: Final = 540 * DAY
"""A number silent for longer has gone to somebody else; as in the default identity rules."""

_ENOUGH: Final = 1 + max(CROWD.values())
_FEW: Final = 32
_CONSULTANT_CUSTOMERS: Final = 3
_FLEET: Final = 3
_FIRM: Final = frozenset({PHONE, EMAIL, ADDRESS})

_SAYS: Final[Mapping[str, float]] = {
    "phone": 0.85,
    "phone staff": 0.45,  # both records were written by staff: it may be the consultant's
    "phone claimed": 0.3,  # one of them only typed it into a form, as a stranger may
    "email": 0.8,
    "car": 0.85,  # one car with one plate
    "car overlap": 0.65,
    "address": 0.6,
    "browser": 0.6,
    "device": 0.35,
}
_FAMILY_NAME: Final = 2.0
_RELATIVES: Final = 2.5
_NO_RELATIVES: Final = 0.5
"""How much they move the odds."""


@dataclass(slots=True)
class Unit:
    """One shared value in one tenure: its people by number, and how many of them are surely different."""

    identifier: Identifier
    people: list[int]
    different: int = 0


@dataclass(slots=True)
class Shared:
    """All that the people share."""

    people: Sequence[HouseholdPerson]
    households: list[Unit] = field(default_factory=list[Unit])
    consultants: list[Unit] = field(default_factory=list[Unit])
    fleets: list[Unit] = field(default_factory=list[Unit])
    devices: list[Unit] = field(default_factory=list[Unit])
    _two: dict[tuple[int, int], bool] = field(default_factory=dict[tuple[int, int], bool])

    def two(self, left: int, right: int) -> bool:
        """Whether they are surely two people."""
        pair = (left, right) if left < right else (right, left)
        known = self._two.get(pair)
        if known is None:
            known = self._two[pair] = are_two(self.people[left], self.people[right])
        return known


@dataclass(frozen=True, slots=True)
class Bond:
    """How sure it is that two live together, and why."""

    confidence: float
    reasons: frozenset[str]


def find_shared(people: Sequence[HouseholdPerson]) -> Shared:
    """Every value that two surely different people hold at a time, sorted out by what it says."""
    shared = Shared(people)
    holders: dict[Identifier, list[int]] = defaultdict(list)
    for number, person in enumerate(people):
        for identifier in person.contacts:
            if identifier.namespace in READ:
                holders[identifier].append(number)
    for identifier, on in holders.items():
        if len(on) > 1:
            for members in _tenures(identifier, on, people):
                _sort_out(shared, Unit(identifier, members))
    return shared


def _tenures(identifier: Identifier, on: list[int], people: Sequence[HouseholdPerson]) -> Iterator[list[int]]:
    """The holders by tenure; only phones go on to strangers unseen. Who is untimed belongs to an only tenure."""
    if identifier.namespace != PHONE:
        yield on
        return
    timed: list[tuple[int, int, int]] = []
    for number in on:
        contact = people[number].contacts[identifier]
        if contact.first is not None and contact.last is not None:
            timed.append((contact.first, contact.last, number))
    timed.sort()
    tenures: list[list[int]] = []
    until = 0
    for first, last, number in timed:
        if not tenures or first - until > PHONE_GAP:
            tenures.append([])
            until = last
        tenures[-1].append(number)
        until = max(until, last)
    yield from [on] if len(tenures) < 2 else tenures


def _sort_out(shared: Shared, unit: Unit) -> None:
    unit.different = _different(shared, unit.people)
    if unit.different < 2:
        return
    namespace = unit.identifier.namespace
    if namespace in DEVICES:
        shared.devices.append(unit)
    elif _is_fleets(shared, unit):
        shared.fleets.append(unit)
        return
    elif namespace == PHONE and _is_consultants(shared, unit):
        shared.consultants.append(unit)
        own = [n for n in unit.people if not shared.people[n].contacts[unit.identifier].staff_only]
        unit = Unit(unit.identifier, own, _different(shared, own))
    if 2 <= unit.different <= CROWD[namespace]:
        shared.households.append(unit)


def _different(shared: Shared, people: Sequence[int]) -> int:
    """How many of them are surely different from each other, `_ENOUGH` at most.

    Of more than `_FEW` people they are taken as their keys come; of fewer the most there are, whatever the keys.
    """
    found: list[int] = []
    for number in people:
        if all(shared.two(number, other) for other in found):
            found.append(number)
            if len(found) == _ENOUGH:
                return _ENOUGH
    return len(found) if len(people) > _FEW else _most_different(shared, people, len(found))


def _most_different(shared: Shared, people: Sequence[int], most: int) -> int:
    """The size of the largest clique of the relation `two`, found by branch and bound; `most` is one's already."""
    beside = [
        sum(1 << place for place, other in enumerate(people) if other != one and shared.two(one, other))
        for one in people
    ]

    def grow(size: int, left: int) -> None:
        nonlocal most
        most = max(most, size)
        while left and size + left.bit_count() > most < _ENOUGH:
            place = left.bit_length() - 1
            left ^= 1 << place
            grow(size + 1, left & beside[place])

    grow(0, (1 << len(people)) - 1)
    return most


def _is_consultants(shared: Shared, unit: Unit) -> bool:
    """Whether staff wrote the number into records of several people of several names who never used it."""
    customers = [n for n in unit.people if shared.people[n].contacts[unit.identifier].staff_only]
    if len(customers) < _CONSULTANT_CUSTOMERS:
        return False
    names = {name for n in customers for name in families(shared.people[n])}
    return min(len(names), _different(shared, customers)) >= _CONSULTANT_CUSTOMERS


def _is_fleets(shared: Shared, unit: Unit) -> bool:
    """Whether a company stands behind it: several people of several names, as many cars, and a sign of the firm.

    The sign is a company they name, one holder of several of the cars, or a second address, mailbox or number that
    as many of them share.
    """
    people = [shared.people[number] for number in unit.people]
    if unit.different < _FLEET or unit.identifier.namespace in DEVICES:
        return False
    vehicles = {i for person in people for i in person.contacts if i.namespace == VIN}
    names = {name for person in people for name in families(person)}
    if len(vehicles) < _FLEET or len(names) < _FLEET:
        return False
    counts = Counter(i for person in people for i in person.contacts if i.namespace in _FIRM)
    firms = Counter(company for person in people for company in person.companies)
    return (
        sum(count >= _FLEET for count in counts.values()) > 1
        or any(count > 1 for count in firms.values())
        or any(sum(i.namespace == VIN for i in person.contacts) >= _FLEET for person in people)
    )


# -- bonds ----------------------------------------------------------------------------------------------


def bonds(shared: Shared) -> dict[tuple[int, int], Bond]:
    """The bond of every two people who share something of a household's and are not of one fleet."""
    colleagues = {pair for unit in shared.fleets for pair in combinations(sorted(unit.people), 2)}
    by_pair: dict[tuple[int, int], list[Unit]] = defaultdict(list)
    for unit in shared.households:
        for left, right in combinations(sorted(unit.people), 2):
            if (left, right) not in colleagues and shared.two(left, right):
                by_pair[left, right].append(unit)
    found: dict[tuple[int, int], Bond] = {}
    for (left, right), units in by_pair.items():
        bond = _bond(shared.people[left], shared.people[right], units)
        if bond is not None:
            found[left, right] = bond
    return found


def _bond(left: HouseholdPerson, right: HouseholdPerson, units: Iterable[Unit]) -> Bond | None:
    namespaces: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        namespaces[unit.identifier.namespace].append(unit)
    said = {
        "phone": max((_phone(left, right, u) for u in namespaces.get(PHONE, ())), default=0.0),
        "email": _SAYS["email"] if EMAIL in namespaces else 0.0,
        "car": _car(left, right, namespaces),
        "address": _address(left, right) if ADDRESS in namespaces else 0.0,
        "device": _device(namespaces),
    }
    reasons = {reason for reason, confidence in said.items() if confidence > 0.0}
    if not reasons:
        return None
    doubt = 1.0
    for confidence in said.values():
        doubt *= 1.0 - confidence
    odds = (1.0 - doubt) / doubt
    if share_family_name(left, right):
        odds *= _FAMILY_NAME
        reasons.add("familyName")
    relatives = may_be_relatives(left, right)
    if relatives is not None:
        odds *= _RELATIVES if relatives else _NO_RELATIVES
        if relatives:
            reasons.add("ages")
    return Bond(odds / (1.0 + odds), frozenset(reasons))


def _phone(left: HouseholdPerson, right: HouseholdPerson, unit: Unit) -> float:
    one, other = left.contacts[unit.identifier], right.contacts[unit.identifier]
    if not (one.trusted and other.trusted):
        return _SAYS["phone claimed"]
    return _SAYS["phone staff" if one.staff_only and other.staff_only else "phone"]


def _address(left: HouseholdPerson, right: HouseholdPerson) -> float:
    elsewhere = left.postcodes and right.postcodes and left.postcodes.isdisjoint(right.postcodes)
    return 0.0 if elsewhere else _SAYS["address"]


def live_apart(left: HouseholdPerson, right: HouseholdPerson) -> bool:
    """Whether both have an address and none in common."""
    mine = {identifier for identifier in left.contacts if identifier.namespace == ADDRESS}
    theirs = {identifier for identifier in right.contacts if identifier.namespace == ADDRESS}
    return bool(mine) and bool(theirs) and mine.isdisjoint(theirs)


def _car(left: HouseholdPerson, right: HouseholdPerson, units: Mapping[str, Sequence[Unit]]) -> float:
    """One car with one plate, or used over the same time; a car that was sold on says nothing."""
    plates = PLATE in units
    if VIN not in units:
        overlap = plates and any(_overlap(left, right, unit.identifier) for unit in units[PLATE])
        return _SAYS["car overlap"] if overlap else 0.0
    if plates:
        return _SAYS["car"]
    if _has(left, PLATE) and _has(right, PLATE):
        return 0.0  # each with a plate of their own: the second owner's
    overlap = any(_overlap(left, right, unit.identifier) for unit in units[VIN])
    return _SAYS["car overlap"] if overlap else 0.0


def _has(person: HouseholdPerson, namespace: str) -> bool:
    return any(identifier.namespace == namespace for identifier in person.contacts)


def _overlap(left: HouseholdPerson, right: HouseholdPerson, identifier: Identifier) -> bool:
    return overlapping(left.contacts[identifier], right.contacts[identifier])


def overlapping(left: Contact, right: Contact) -> bool:
    """Whether both used it over some same time; False where a time is not known."""
    if left.first is None or left.last is None or right.first is None or right.last is None:
        return False
    return left.first <= right.last and right.first <= left.last


def _device(units: Mapping[str, Sequence[Unit]]) -> float:
    """A browser at home; a device id shared beside it is rather a tablet that anyone takes up."""
    if DEVICE in units:
        return _SAYS["device"]
    return _SAYS["browser"] if BROWSER in units else 0.0
