"""What is written of households: the difference between those that stand and those that were inferred. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.household.adapt import VehicleUse, household_people
from graph.household.evidence import SINGLE, Household, Key, Kind
from graph.household.infer import households
from graph.identity.evidence import Identifier, Resolution
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile

LISTS: Final = ("households", "closed", "opened", "changed", "retired")
"""The lists of `household.write_households`."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's present place in a household, as the graph holds it; a row of `household.read_memberships`."""

    one_id: str
    household_id: str
    kind: str
    confidence: float
    reasons: tuple[str, ...]
    role: str
    sure: float


@dataclass(frozen=True, slots=True)
class HouseholdRows:
    """The rows of `household.write_households`, sorted."""

    households: tuple[tuple[str, str, float, tuple[str, ...]], ...] = ()
    closed: tuple[tuple[str, str], ...] = ()
    opened: tuple[tuple[str, str, str, float], ...] = ()
    changed: tuple[tuple[str, str, float], ...] = ()
    retired: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in LISTS)

    def as_map(self) -> dict[str, list[Any]]:
        """The one map that the statement takes."""
        return {
            "households": [[*row[:3], list(row[3])] for row in self.households],
            "closed": [list(row) for row in self.closed],
            "opened": [list(row) for row in self.opened],
            "changed": [list(row) for row in self.changed],
            "retired": list(self.retired),
        }

    @property
    def users(self) -> frozenset[str]:
        """The oneIds whose households are different now."""
        return frozenset(row[0] for rows in (self.closed, self.opened, self.changed) for row in rows)


def read_memberships(rows: Iterable[Sequence[Any]]) -> list[Membership]:
    """The one value of `household.read_memberships`, typed."""
    return [Membership(row[0], row[1], row[2], row[3], tuple(row[4]), row[5], row[6]) for row in rows]


def plan_households(
    stored: Collection[StoredProfile],
    resolution: Resolution,
    *,
    one_ids: Mapping[Key, str],
    vehicles: Mapping[str, Sequence[VehicleUse]],
    before: Iterable[Membership],
    rules: Rules,
) -> HouseholdRows:
    """What a write changes of the households of these people; nothing where it changes none.

    `stored` are all profiles of the components that were resolved, with the write's evidence in them;
    `one_ids` the user of each profile now; `vehicles` their `DRIVES` by profile id; `before` the present memberships
    of the users they had. Whoever shares with nobody is not looked at: below two people it costs nothing.
    """
    held = list(before)
    if len(resolution.people) < 2 and not held:
        return HouseholdRows()
    people = household_people(stored, resolution, rules=rules, vehicles=vehicles)
    births = {profile.key: profile.birth_id for profile in stored}
    names = _names(stored)
    after = [
        Membership(
            one_id=one_ids[member.key],
            household_id=household_id(group, births, names),
            kind=group.kind,
            confidence=group.confidence,
            reasons=group.reasons,
            role=member.role,
            sure=member.confidence,
        )
        for group in households(people)
        for member in group.members
    ]
    return household_rows(held, after)


def household_rows(before: Iterable[Membership], after: Iterable[Membership]) -> HouseholdRows:
    """The rows that lead from one set of present memberships to another; none where they are equal.

    A role that changes ends a membership and begins another; a confidence that changes is corrected in place.
    """
    old = {(m.one_id, m.household_id): m for m in before}
    new = {(m.one_id, m.household_id): m for m in after}
    ended = {at for at, m in old.items() if at not in new or new[at].role != m.role}
    begun = {at for at, m in new.items() if at not in old or old[at].role != m.role}
    had, has = _homes(old.values()), _homes(new.values())
    return HouseholdRows(
        households=tuple(sorted((id_, *home) for id_, home in has.items() if had.get(id_) != home)),
        closed=tuple(sorted(ended)),
        opened=tuple(sorted((*at, new[at].role, new[at].sure) for at in begun)),
        changed=tuple(
            sorted((*at, m.sure) for at, m in new.items() if at not in begun and old[at].sure != m.sure)
        ),
        retired=tuple(sorted(had.keys() - has.keys())),
    )


def _homes(memberships: Iterable[Membership]) -> dict[str, tuple[str, float, tuple[str, ...]]]:
    return {m.household_id: (m.kind, m.confidence, m.reasons) for m in memberships}


def household_id(group: Household, births: Mapping[Key, str], names: Mapping[Identifier, str]) -> str:
    """The id of a group, derived and never assigned: its kind, then the birth id of its founder.

    So it stays through every merge of its members and comes back with a split. A number or a device is named by a
    digest of its identifier's key instead: a person may share several.
    """
    if group.kind in SINGLE or group.shared is None:
        return f"{group.kind}-{births[group.founder]}"
    return f"{group.kind}-{hashlib.sha256(names[group.shared].encode()).hexdigest()[:32]}"


def parse_household_id(text: str) -> tuple[Kind, str] | None:
    """Kind and rest of an id; None for a text that is none."""
    kind, dash, rest = text.partition("-")
    try:
        found = Kind(kind)
    except ValueError:
        return None
    return (found, rest) if dash and 0 < len(rest) <= 64 and rest.isascii() else None


def _names(stored: Iterable[StoredProfile]) -> dict[Identifier, str]:
    """The key of each identifier in the graph."""
    return {identifier: key for profile in stored for key, identifier in profile.identifiers.items()}
