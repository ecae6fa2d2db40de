"""What a cluster is known by, and whether two clusters can be one person.

Three levels of conflict (docs/reference/resolve.md §1): HARD, SOFT (hard, or names or birth dates
contradict) and PRESUMED (soft, or both are anchored). A missing value never conflicts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.identity.evidence import PersonName
from graph.identity.gather import RANK, Gathered
from graph.identity.rules import Strength

HARD: Final = 0
SOFT: Final = 1
PRESUMED: Final = 2

_FULL_DATE: Final = 10
_ANCHORS: Final = (Strength.STRONG, Strength.MEDIUM)
FIRST_CJK: Final = "\u2e80"


def full_name(name: PersonName) -> str | None:
    """The full name in a form where equal means the same name; None where only half of it is known.

    Outside Chinese, Japanese and Korean, family and given name swapped are the same name: the two orders are
    rotations of each other wherever the border between the names lies, so the least rotation stands for both.
    """
    text = name.full
    if not text or max(text) >= FIRST_CJK:
        return text
    return min(text[border:] + text[:border] for border in range(len(text)))


@dataclass(slots=True)
class Summary:
    """What is known of a cluster together. `proven` and `counted` are sets of identifiers by space.

    `counted` holds every identifier that counts towards a limit, hot ones too: a summary must not depend on
    a stranger's record.
    """

    members: set[int]
    proven: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    counted: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    names: set[PersonName] = field(default_factory=set[PersonName])
    full_names: set[str] = field(default_factory=set[str])
    birth_dates: set[str] = field(default_factory=set[str])
    banned: set[int] = field(default_factory=set[int])
    anchored: bool = False

    def add(self, evidence: Gathered, index: int) -> None:
        """Take in one profile."""
        self.members.add(index)
        profile = evidence.profiles[index]
        for number, grade in evidence.held[index].items():
            at = evidence.space_of[number]
            rule = evidence.spaces[at].rule
            if rule.strength in _ANCHORS:
                self.anchored = True
            if not rule.one_per_person:
                self.counted.setdefault(at, set()).add(number)
            elif RANK[grade] >= RANK[rule.proof]:
                self.proven.setdefault(at, set()).add(number)
        if profile.names:
            self.anchored = True
            self.names |= profile.names
            self.full_names.update(full for name in profile.names if (full := full_name(name)))
        self.birth_dates |= profile.birth_dates
        if index in evidence.different:
            self.banned |= evidence.different[index]

    def absorb(self, other: Summary) -> None:
        """Take in another cluster."""
        self.members |= other.members
        for space, numbers in other.proven.items():
            self.proven.setdefault(space, set()).update(numbers)
        for space, numbers in other.counted.items():
            self.counted.setdefault(space, set()).update(numbers)
        self.names |= other.names
        self.full_names |= other.full_names
        self.birth_dates |= other.birth_dates
        self.banned |= other.banned
        self.anchored |= other.anchored


def summarise(evidence: Gathered, members: Iterable[int]) -> Summary:
    """The summary of a cluster of these profiles."""
    found = Summary(set())
    for index in members:
        found.add(evidence, index)
    return found


def conflict(left: Summary, right: Summary, level: int) -> bool:
    """Whether the two cannot be one person, as far as the level asks. Symmetric."""
    if not left.banned.isdisjoint(right.members) or not right.banned.isdisjoint(left.members):
        return True
    for space, values in left.proven.items():
        others = right.proven.get(space)
        if others is not None and len(values | others) > 1:
            return True
    if level == HARD:
        return False
    if names_conflict(left, right) or births_conflict(left.birth_dates, right.birth_dates):
        return True
    return level == PRESUMED and left.anchored and right.anchored


def names_conflict(left: Summary, right: Summary) -> bool:
    """Whether no name of the one fits a name of the other; full names count only where both have some."""
    if left.full_names and right.full_names:
        return left.full_names.isdisjoint(right.full_names)
    if not left.names or not right.names:
        return False
    return not any(_compatible(one, other) for one in left.names for other in right.names)


def _compatible(one: PersonName, other: PersonName) -> bool:
    """Of two names of which at most one is full: nothing that both tell differs."""
    if one.family and other.family and one.family != other.family:
        return False
    return not (one.given and other.given and one.given != other.given)


def is_full_date(date: str) -> bool:
    """Whether a birth date tells the day."""
    return len(date) == _FULL_DATE


def births_conflict(left: set[str], right: set[str]) -> bool:
    """Whether no birth date of the one is, or begins, one of the other."""
    if not left or not right:
        return False
    full_left = [date for date in left if is_full_date(date)]
    full_right = [date for date in right if is_full_date(date)]
    if full_left and full_right:
        return not any(date in right for date in full_left)
    return not any(one.startswith(other) or other.startswith(one) for one in left for other in right)


def may_conflict(summaries: Collection[Summary], level: int) -> bool:
    """False only where surely no two of them conflict: at most one value in each respect. Linear."""
    proven: dict[int, int] = {}
    full_names: set[str] = set()
    names: set[PersonName] = set()
    births: set[str] = set()
    anchored = 0
    for one in summaries:
        if one.banned:
            return True
        for space, values in one.proven.items():
            for value in values:
                if proven.setdefault(space, value) != value:
                    return True
        full_names |= one.full_names
        names |= one.names
        births |= one.birth_dates
        anchored += one.anchored
    if level == HARD:
        return False
    if len(full_names) > 1 or len(births) > 1 or (level == PRESUMED and anchored > 1):
        return True
    return len(names) > 1 and any(name.full is None for name in names)


def conflicts(summaries: Sequence[Summary], level: int) -> list[int]:
    """For each summary the others it conflicts with, as a bit mask of their places."""
    masks = [0] * len(summaries)
    if may_conflict(summaries, level):
        for here, left in enumerate(summaries):
            for there in range(here):
                if conflict(left, summaries[there], level):
                    masks[here] |= 1 << there
                    masks[there] |= 1 << here
    return masks
