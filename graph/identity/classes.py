"""The class of an identifier: by how many provably different people are on it (docs/reference/resolve.md §1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from graph.identity.evidence import PersonName
from graph.identity.gather import GENERIC, PERSONAL, RANK, SHARED, Gathered, Link
from graph.identity.rules import Rules, Strength
from graph.identity.summary import HARD, SOFT, Summary, conflicts

_COUNTING: Final = (Strength.STRONG, Strength.MEDIUM)


def judge(evidence: Gathered, link: Link, found: list[Summary]) -> tuple[str, int]:
    """The class by the clusters on an identifier, and `k`, how many people these are at least."""
    if len(found) < 2:
        return (SHARED if link.marked else PERSONAL), 1
    soft = max(_people(found, SOFT), _people_by_limits(evidence, link, found))
    if soft > link.rule.max_people:
        return GENERIC, soft
    people = _people(found, HARD) if link.rule.strength is Strength.STRONG else soft
    return (SHARED if people > 1 or link.marked else PERSONAL), people


def _people(summaries: list[Summary], level: int) -> int:
    """Groups without a conflicting pair, filled greedily: exact whether it is one, else an estimate."""
    against = conflicts(summaries, level)
    if not any(against):
        return 1
    groups: list[int] = []
    for place in sorted(range(len(summaries)), key=lambda place: (-len(summaries[place].proven), place)):
        for number, group in enumerate(groups):
            if not group & against[place]:
                groups[number] |= 1 << place
                break
        else:
            groups.append(1 << place)
    return len(groups)


def _people_by_limits(evidence: Gathered, link: Link, summaries: list[Summary]) -> int:
    """How many people the values of other strong and medium namespaces need at least."""
    values: dict[int, set[int]] = {}
    for one in summaries:
        for space, numbers in one.counted.items():
            values.setdefault(space, set()).update(numbers)
    people = 1
    for space, numbers in values.items():
        where = evidence.spaces[space]
        if where.rule.strength in _COUNTING and where.namespace != link.identifier.namespace:
            people = max(people, -(-len(numbers) // where.rule.limit))
    return people


def is_calm(evidence: Gathered, members: Sequence[int], links: Iterable[Link], rules: Rules) -> bool:
    """True where nothing conflicts softly or exceeds a size, so that every unit is personal."""
    if len(members) > min(rules.cap, rules.budget) or any(link.marked for link in links):
        return False
    numbers: set[int] = set()
    values: dict[int, int] = {}
    proven: dict[int, int] = {}
    names: set[PersonName] = set()
    births: set[str] = set()
    for index in members:
        profile = evidence.profiles[index]
        names |= profile.names
        births |= profile.birth_dates
        if index in evidence.different:
            return False
        for number, grade in evidence.held[index].items():
            space = evidence.space_of[number]
            rule = evidence.spaces[space].rule
            if rule.one_per_person:
                if RANK[grade] >= RANK[rule.proof] and proven.setdefault(space, number) != number:
                    return False
            elif number not in numbers:
                numbers.add(number)
                values[space] = values.get(space, 0) + 1
    if len(names) > 1 or len(births) > 1:
        return False
    return all(count <= evidence.spaces[space].rule.limit for space, count in values.items())
