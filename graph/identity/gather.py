"""Evidence set in order for `resolve`: duplicates combined, profiles and identifiers numbered, links found.

Profiles are numbered in the order of their keys, so the least profile of a cluster is its least number and no
later step depends on the order in which evidence arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from graph.clock import DAY
from graph.identity.evidence import (
    Grade,
    Holding,
    Identifier,
    Judgement,
    ProfileEvidence,
    SourceClass,
    Verdict,
)
from graph.identity.rules import NamespaceRule, Rules

Key = tuple[str, str]
Degrees = Mapping[Identifier, tuple[int, int]]

RANK: Final = {Grade.CLAIMED: 0, Grade.TRUSTED: 1, Grade.VERIFIED: 2}

PERSONAL: Final = "personal"
SHARED: Final = "shared"
GENERIC: Final = "generic"
HOT: Final = "hot"


@dataclass(slots=True)
class Unit:
    """The holders of one identifier at one level in one tenure; `kind` is its class in the stage at hand."""

    holders: list[int]
    kind: str = PERSONAL


@dataclass(slots=True)
class Link:
    """An identifier that two profiles or more hold: its units by level, none where it is hot at that level.

    Where trusted and all holders coincide the two levels hold the same units, which are then judged once.
    """

    identifier: Identifier
    rule: NamespaceRule
    trusted: list[Unit]
    every: list[Unit]
    counting: str = PERSONAL  # class at the level that counts, where hotness alone decides it


@dataclass(slots=True)
class Space:
    """A namespace in one scope: where limits count, and where a person may have one value only."""

    namespace: str
    rule: NamespaceRule


@dataclass(slots=True)
class Gathered:
    """All evidence by number; see the module."""

    keys: list[Key] = field(default_factory=list[Key])
    profiles: list[ProfileEvidence] = field(default_factory=list[ProfileEvidence])
    identifiers: list[Identifier] = field(default_factory=list[Identifier])
    space_of: list[int] = field(default_factory=list[int])  # by identifier
    spaces: list[Space] = field(default_factory=list[Space])
    holders: list[list[tuple[int, Holding]]] = field(default_factory=list[list[tuple[int, Holding]]])
    held: list[dict[int, Grade]] = field(
        default_factory=list[dict[int, Grade]]
    )  # by profile: identifier and grade
    same: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    different: dict[int, set[int]] = field(default_factory=dict[int, set[int]])


def gather(profiles: Iterable[ProfileEvidence], judgements: Iterable[Judgement], rules: Rules) -> Gathered:
    """The evidence, combined and numbered. Judgements on profiles that are not given are left out."""
    by_key: dict[Key, ProfileEvidence] = {}
    for profile in profiles:
        known = by_key.get(profile.key)
        by_key[profile.key] = profile if known is None else _combined(known, profile)
    found = Gathered(keys=sorted(by_key))
    found.profiles = [by_key[key] for key in found.keys]
    numbers: dict[Identifier, int] = {}
    spaces: dict[tuple[str, str], int] = {}
    for index, profile in enumerate(found.profiles):
        held: dict[int, Grade] = {}
        for holding in profile.holdings:
            identifier = holding.identifier
            number = numbers.get(identifier)
            if number is None:
                number = numbers[identifier] = len(numbers)
                found.identifiers.append(identifier)
                found.holders.append([])
                found.space_of.append(_space(found, spaces, identifier, rules))
            on = found.holders[number]
            if number in held:
                on[-1] = (index, _joined(on[-1][1], holding))
            else:
                on.append((index, holding))
            held[number] = on[-1][1].grade
        found.held.append(held)
    _judge(found, judgements)
    return found


def _space(found: Gathered, spaces: dict[tuple[str, str], int], identifier: Identifier, rules: Rules) -> int:
    where = (identifier.namespace, identifier.scope)
    if where not in spaces:
        spaces[where] = len(spaces)
        found.spaces.append(Space(identifier.namespace, rules.namespace(identifier.namespace)))
    return spaces[where]


def _judge(found: Gathered, judgements: Iterable[Judgement]) -> None:
    pairs: dict[Verdict, set[tuple[int, int]]] = {verdict: set() for verdict in Verdict}
    judged = list(judgements)
    index = {key: number for number, key in enumerate(found.keys)} if judged else {}
    for judgement in judged:
        left, right = index.get(judgement.left), index.get(judgement.right)
        if left is not None and right is not None and left != right:
            pairs[judgement.verdict].add((min(left, right), max(left, right)))
    found.same = sorted(pairs[Verdict.SAME_AS])
    for left, right in pairs[Verdict.DIFFERENT_FROM]:
        found.different.setdefault(left, set()).add(right)
        found.different.setdefault(right, set()).add(left)


def _combined(left: ProfileEvidence, right: ProfileEvidence) -> ProfileEvidence:
    known = SourceClass.KNOWN in (left.source_class, right.source_class)
    return replace(
        left,
        source_class=SourceClass.KNOWN if known else SourceClass.ANONYMOUS,
        seq=min(left.seq, right.seq),
        names=left.names | right.names,
        birth_dates=left.birth_dates | right.birth_dates,
        holdings=left.holdings + right.holdings,
    )


def _joined(left: Holding, right: Holding) -> Holding:
    return Holding(
        left.identifier,
        max(left.grade, right.grade, key=RANK.__getitem__),
        _least(left.first, right.first),
        _greatest(left.last, right.last),
        _least(left.trusted_first, right.trusted_first),
        _greatest(left.trusted_last, right.trusted_last),
    )


def _least(left: int | None, right: int | None) -> int | None:
    return right if left is None else left if right is None else min(left, right)


def _greatest(left: int | None, right: int | None) -> int | None:
    return right if left is None else left if right is None else max(left, right)


# -- links ----------------------------------------------------------------------------------------------


def find_links(evidence: Gathered, degrees: Degrees) -> list[Link]:
    """Every identifier of two holders or more, here or by `degrees`, split into units by level and tenure."""
    links: list[Link] = []
    for number, on in enumerate(evidence.holders):
        given = degrees.get(evidence.identifiers[number], (0, 0)) if degrees else (0, 0)
        if len(on) > 1 or given[1] > 1:
            rule = evidence.spaces[evidence.space_of[number]].rule
            links.append(_link(evidence.identifiers[number], rule, on, given))
    return links


def _link(
    identifier: Identifier, rule: NamespaceRule, on: list[tuple[int, Holding]], given: tuple[int, int]
) -> Link:
    trusted = [pair for pair in on if pair[1].grade is not Grade.CLAIMED]
    every_hot = max(len(on), given[1]) > rule.hot
    trusted_hot = max(len(trusted), given[0]) > rule.hot
    counting = HOT if (trusted_hot if trusted else every_hot) else PERSONAL
    every = [] if every_hot else _tenures(on, rule.gap_days, trusted_only=False)
    if trusted_hot:
        return Link(identifier, rule, [], every, counting)
    if not every_hot and len(trusted) == len(on):
        units = every if rule.gap_days is None else _tenures(trusted, rule.gap_days, trusted_only=True)
        if [unit.holders for unit in units] == [unit.holders for unit in every]:
            return Link(identifier, rule, every, every, counting)
        return Link(identifier, rule, units, every, counting)
    units = _tenures(trusted, rule.gap_days, trusted_only=True) if trusted else []
    return Link(identifier, rule, units, every, counting)


def _tenures(on: list[tuple[int, Holding]], gap_days: int | None, *, trusted_only: bool) -> list[Unit]:
    """Units by tenure: a silence longer than the gap begins a new one.

    An untimed holder belongs to the only tenure; beside several it is a unit of its own, which only an
    equal full name can join.
    """
    if gap_days is None:
        return [Unit([index for index, _ in on])]
    timed: list[tuple[int, int, int]] = []
    untimed: list[int] = []
    for index, holding in on:
        first = holding.trusted_first if trusted_only else holding.first
        last = holding.trusted_last if trusted_only else holding.last
        start = last if first is None else first
        if start is None:
            untimed.append(index)
        else:
            timed.append((start, start if last is None else max(start, last), index))
    timed.sort()
    tenures: list[list[int]] = []
    until = 0
    for start, end, index in timed:
        if not tenures or start - until > gap_days * DAY:
            tenures.append([])
            until = end
        tenures[-1].append(index)
        until = max(until, end)
    if len(tenures) < 2:
        return [Unit([index for index, _ in on])]
    return [Unit(sorted(holders)) for holders in tenures] + [Unit([index]) for index in untimed]


# -- components -----------------------------------------------------------------------------------------


def connect(evidence: Gathered, links: Sequence[Link]) -> list[list[int]]:
    """Parts of profiles that share, over any number of steps, a link or a SAME_AS; each part sorted."""
    parent = list(range(len(evidence.keys)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    def join(left: int, right: int) -> None:
        low, high = sorted((root(left), root(right)))
        parent[high] = low

    for link in links:
        units = link.every or link.trusted
        if units:
            first = units[0].holders[0]
            for unit in units:
                for index in unit.holders:
                    if parent[index] != first:
                        join(first, index)
    for left, right in evidence.same:
        join(left, right)
    members: dict[int, list[int]] = {}
    for index in range(len(parent)):
        members.setdefault(root(index), []).append(index)
    return list(members.values())


def components(
    profiles: Iterable[ProfileEvidence],
    *,
    rules: Rules,
    degrees: Degrees | None = None,
    judgements: Iterable[Judgement] = (),
) -> tuple[frozenset[Key], ...]:
    """What must be read together: the parts that `resolve` judges each by itself, by their least keys.

    Two profiles are in one component if they share an identifier that is not hot (where it is hot among all
    holders but not among trusted ones, only trusted holders are connected) or a SAME_AS. `degrees` as for
    `resolve`.
    """
    evidence = gather(profiles, judgements, rules)
    parts = connect(evidence, find_links(evidence, degrees or {}))
    return tuple(frozenset(evidence.keys[index] for index in part) for part in parts)
