"""Households, fleets, consultants' numbers and shared devices of a link component. Pure.

A function of the set of people: any order answers the same, nothing but keys decides where order must, and
whoever shares nothing with the others changes nothing. Never identity: it is read after `resolve` has answered and
moves nobody. How the confidences came about is in docs/adr/0013-households.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from graph.household.bonds import Bond, Shared, Unit, bonds, find_shared, live_apart
from graph.household.evidence import Household, HouseholdPerson, Kind, Member, Role
from graph.household.roles import roles

THRESHOLD: Final = 0.5
"""From this confidence on two people are of one household."""
SURE: Final = 0.8
"""What holds a household together that would otherwise grow beyond `MOST`."""
SUPPORT: Final = 1 / 3
"""This share of the pairs between two groups held by sure bonds must be bound to make them one."""
MOST: Final = 8
"""No household has more people; what hangs together beyond it even by sure bonds is none."""

_FLEET: Final = 0.8
_CONSULTANT: Final = 0.9
_DEVICE: Final = 0.9

Pair = tuple[int, int]


def households(people: Iterable[HouseholdPerson]) -> tuple[Household, ...]:
    """The groups these people form, sorted by kind and founder; cost is that of the pairs who share something.

    A person is in at most one household and one fleet. Give whole link components: what the others share decides what
    a shared value means.
    """
    members = sorted(people, key=lambda person: person.key)
    shared = find_shared(members)
    found = [
        *_households(shared),
        *_fleets(shared),
        *(_consultants(shared, unit) for unit in shared.consultants),
        *_devices(shared),
    ]
    return tuple(sorted(found, key=lambda group: (group.kind, group.founder, str(group.shared))))


def _households(shared: Shared) -> Iterable[Household]:
    tied = {pair: bond for pair, bond in bonds(shared).items() if bond.confidence >= THRESHOLD}
    sure = {pair: bond for pair, bond in tied.items() if bond.confidence >= SURE}
    supported = {**sure, **{pair: tied[pair] for pair in _supported(shared, tied, _parts(sure))}}
    for part in _parts(supported):
        inside = {pair: supported[pair] for pair in supported if pair[0] in part}
        if len(part) <= MOST:
            yield _household(shared, part, inside)
            continue
        for smaller in _parts(pair for pair in inside if pair in sure):
            if len(smaller) <= MOST:
                yield _household(shared, smaller, {p: sure[p] for p in sure if p[0] in smaller})


def _supported(shared: Shared, tied: Mapping[Pair, Bond], cores: Sequence[Collection[int]]) -> Iterable[Pair]:
    """The weak bonds that hold: between two cores of sure bonds enough pairs are bound, and fewer live elsewhere.

    So an address that two families happened to give does not make them one. Judged all at once, in any order.
    """
    core_of = {number: place for place, core in enumerate(cores) for number in core}
    alone = len(cores)
    between: dict[Pair, list[Pair]] = {}
    for pair in tied:
        left, right = sorted(core_of.get(number, alone + number) for number in pair)
        between.setdefault((left, right), []).append(pair)
    for (left, right), pairs in between.items():
        ours = cores[left] if left < alone else (left - alone,)
        theirs = cores[right] if right < alone else (right - alone,)
        against = sum(
            live_apart(shared.people[one], shared.people[other]) for one in ours for other in theirs
        )
        if left == right or (against < len(pairs) and len(pairs) >= SUPPORT * len(ours) * len(theirs)):
            yield from pairs


def _household(shared: Shared, part: Collection[int], tied: Mapping[Pair, Bond]) -> Household:
    best = {number: max(bond.confidence for pair, bond in tied.items() if number in pair) for number in part}
    reasons = {reason for bond in tied.values() for reason in bond.reasons}
    return _group(shared, Kind.HOUSEHOLD, part, confidence=best, reasons=reasons)


def _fleets(shared: Shared) -> Iterable[Household]:
    pairs = {
        (min(unit.people[0], other), max(unit.people[0], other)): None
        for unit in shared.fleets
        for other in unit.people[1:]
    }
    for part in _parts(pairs):
        reasons = {unit.identifier.namespace for unit in shared.fleets if unit.people[0] in part}
        if _companies(shared, part):
            reasons.add("company")
        yield _group(shared, Kind.FLEET, part, confidence=dict.fromkeys(part, _FLEET), reasons=reasons)


def _companies(shared: Shared, part: Iterable[int]) -> bool:
    return any(shared.people[number].companies for number in part)


def _consultants(shared: Shared, unit: Unit) -> Household:
    return _group(
        shared,
        Kind.CONSULTANT_PHONE,
        unit.people,
        confidence=dict.fromkeys(unit.people, _CONSULTANT),
        reasons={unit.identifier.namespace},
        on=unit,
    )


def _devices(shared: Shared) -> Iterable[Household]:
    """One group for each device: its ids that the same people hold are one device."""
    seen: set[tuple[int, ...]] = set()
    for unit in sorted(shared.devices, key=lambda unit: unit.identifier):
        people = tuple(sorted(unit.people))
        if people not in seen:
            seen.add(people)
            yield _group(
                shared,
                Kind.SHARED_DEVICE,
                people,
                confidence=dict.fromkeys(people, _DEVICE),
                reasons={unit.identifier.namespace},
                on=unit,
            )


def _group(
    shared: Shared,
    kind: Kind,
    part: Collection[int],
    *,
    confidence: Mapping[int, float],
    reasons: Collection[str],
    on: Unit | None = None,
) -> Household:
    numbers = sorted(part)
    people = [shared.people[number] for number in numbers]
    role = _roles_on(people, on) if on is not None else roles(people, shared.people)
    founder = min(people, key=lambda person: (person.born, person.key))
    return Household(
        kind=kind,
        founder=founder.key,
        members=tuple(
            Member(shared.people[n].key, role[shared.people[n].key], round(confidence[n], 2)) for n in numbers
        ),
        confidence=round(min(confidence.values()), 2),
        reasons=tuple(sorted(reasons)),
        shared=on.identifier if on is not None else None,
    )


def _roles_on(people: Sequence[HouseholdPerson], unit: Unit) -> dict[tuple[str, str], Role]:
    """Roles of those who share a number or device."""
    if unit.identifier.namespace != "phone":
        return {person.key: Role.USER for person in people}
    return {
        person.key: Role.CUSTOMER if person.contacts[unit.identifier].staff_only else Role.HOLDER
        for person in people
    }


def _parts(pairs: Iterable[Pair]) -> list[set[int]]:
    """The connected parts of two or more, in the order of their least numbers."""
    parent: dict[int, int] = {}

    def root(number: int) -> int:
        while parent.setdefault(number, number) != number:
            number = parent[number]
        return number

    for left, right in pairs:
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    found: dict[int, set[int]] = {}
    for number in sorted(parent):
        found.setdefault(root(number), set()).add(number)
    return list(found.values())
