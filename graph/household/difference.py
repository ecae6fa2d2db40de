"""Whether two resolved people are surely two, and whether they may be relatives. Pure, symmetric.

`resolve` leaves people apart when in doubt; a household must not be made of one person who was written down twice.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from graph.household.evidence import HouseholdPerson
from graph.identity.evidence import PersonName

_FULL_DATE: Final = 10
_NAMESAKE_YEARS: Final = 12
"""Two of one name are father and son from this difference of age on, and a misread date below it."""
_COUPLE_YEARS: Final = 15
_SIBLING_YEARS: Final = 20
_PARENT_YEARS: Final = (16, 45)
_HAN: Final = ("\u2e80", "\u9fff")


def are_two(left: HouseholdPerson, right: HouseholdPerson) -> bool:
    """True where what is known proves two people, and no slip of the pen explains it."""
    if not left.apart.isdisjoint(right.members) or not right.apart.isdisjoint(left.members):
        return True
    if any(right.proven.get(space, values).isdisjoint(values) for space, values in left.proven.items()):
        return True
    years = _years_apart(left, right)
    if _share_full_name(left, right):
        return years is not None and years >= _NAMESAKE_YEARS
    if not _names_differ(left.names, right.names):
        return False
    if not _one_slip(left.names, right.names):
        return True
    return _genders_differ(left, right) or (years is not None and _births_differ(left, right))


def may_be_relatives(left: HouseholdPerson, right: HouseholdPerson) -> bool | None:
    """Whether ages and genders fit a couple, a parent and child, or siblings; None where too little is known.

    Without ages, two of one gender and of different family names are rather neighbours.
    """
    years = _years_apart(left, right)
    if years is None:
        alike = left.genders and right.genders and not _genders_differ(left, right)
        return False if alike and not share_family_name(left, right) else None
    if _PARENT_YEARS[0] <= years <= _PARENT_YEARS[1]:
        return True
    if years <= _COUPLE_YEARS and (_genders_differ(left, right) or not (left.genders and right.genders)):
        return True
    return years <= _SIBLING_YEARS and share_family_name(left, right)


def share_family_name(left: HouseholdPerson, right: HouseholdPerson) -> bool:
    """Whether they have a family name in common."""
    return not families(left).isdisjoint(families(right))


def families(person: HouseholdPerson) -> set[str]:
    """The family names a person is written with."""
    return {name.family for name in person.names if name.family}


def birth_year(person: HouseholdPerson) -> int | None:
    """The year of birth: the earliest where several are told."""
    return min((int(date[:4]) for date in person.birth_dates), default=None)


def _years_apart(left: HouseholdPerson, right: HouseholdPerson) -> int | None:
    """The least difference of age in years that what is told leaves open."""
    if not left.birth_dates or not right.birth_dates:
        return None
    return min(abs(int(a[:4]) - int(b[:4])) for a in left.birth_dates for b in right.birth_dates)


def _genders_differ(left: HouseholdPerson, right: HouseholdPerson) -> bool:
    return bool(left.genders) and bool(right.genders) and left.genders.isdisjoint(right.genders)


def _births_differ(left: HouseholdPerson, right: HouseholdPerson) -> bool:
    """Whether no misreading makes one birth date of the other."""
    return not any(_misread(a, b) for a in left.birth_dates for b in right.birth_dates)


def _misread(one: str, other: str) -> bool:
    if len(one) != _FULL_DATE or len(other) != _FULL_DATE:
        return one[:4] == other[:4]
    if one[:4] == other[:4] and (one[5:7], one[8:]) == (other[8:], other[5:7]):
        return True
    return sum(a != b for a, b in zip(one, other, strict=True)) <= 1


def _share_full_name(left: HouseholdPerson, right: HouseholdPerson) -> bool:
    mine = {name.full for name in left.names if name.full}
    return any(name.full in mine for name in right.names)


def _names_differ(left: Collection[PersonName], right: Collection[PersonName]) -> bool:
    """Whether both are named in one script and nothing they are called fits the other."""
    return bool(left) and bool(right) and not any(_fit(one, other) for one in left for other in right)


def _fit(one: PersonName, other: PersonName) -> bool:
    if _han(one) != _han(other):  # 王建国 and Wang Jianguo: nobody can tell without a table of readings
        return True
    if one.full and other.full:
        return one.full == other.full
    differ = (one.family and other.family and one.family != other.family) or (
        one.given and other.given and one.given != other.given
    )
    return not differ


def _han(name: PersonName) -> bool:
    text = name.full or name.family or name.given or ""
    return any(_HAN[0] <= letter <= _HAN[1] for letter in text)


def _one_slip(left: Collection[PersonName], right: Collection[PersonName]) -> bool:
    """Whether one slip of the pen in the given name makes a name of one a name of the other."""
    return any(
        one.family == other.family and bool(one.given) and bool(other.given) and _slip(one.given, other.given)
        for one in left
        for other in right
    )


def _slip(one: str, other: str) -> bool:
    """One letter other, lost or too many, or two neighbours swapped; a name of one letter must keep it."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = next((n for n, letter in enumerate(one) if letter != other[n]), len(one))
    rest, others = one[start:], other[start:]
    if len(one) < len(other):
        return rest == others[1:]
    swapped = len(rest) > 1 and rest[0] == others[1] and rest[1] == others[0] and rest[2:] == others[2:]
    return (rest[1:] == others[1:] and len(one) > 1) or swapped
