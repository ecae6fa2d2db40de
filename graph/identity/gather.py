"""Evidence set in order for `resolve`: duplicates combined, profiles and identifiers numbered, links found.

Profiles are numbered in the order of their keys, so the least profile of a cluster is its least number and no
later step depends on the order in which evidence arrived.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from graph.clock import DAY
from graph.identity.evidence import (
    Grade,
    Holding,
    Identifier,
    Judgement,
    ProfileEvidence,
    Score,
    SourceClass,
    Verdict,
)
from graph.identity.rules import NamespaceRule, Rules

Key = tuple[str, str]
Pair = tuple[int, int]
Degrees = Mapping[Identifier, tuple[int, int]]

RANK: Final = {Grade.CLAIMED: 0, Grade.TRUSTED: 1, Grade.VERIFIED: 2}

PERSONAL: Final = "personal"
SHARED: Final = "shared"
GENERIC: Final = "generic"
HOT: Final = "hot"


@dataclass(slots=True)
class Unit:
    """The holders of one identifier at one level in one tenure.

    `kind` is its class in the stage at hand, and `people` the provably different people that make it so.
    """

    holders: list[int]
    kind: str = PERSONAL
    people: int = 1


@dataclass(slots=True)
class Link:
    """An identifier that two profiles or more hold: its units by level, none where it is hot at that level.

    Where trusted and all holders coincide the two levels hold the same units, which are then judged once.
    `degree` counts the profiles at the level that counts: trusted ones if there are any, else all. `marked` is
    an identifier that a steward says is shared.
    """

    identifier: Identifier
    rule: NamespaceRule
    trusted: list[Unit]
    every: list[Unit]
    counting: str = PERSONAL  # class at the level that counts, where hotness alone decides it
    degree: int = 0
    marked: bool = False

    def holders(self) -> list[int]:
        """All profiles that it connects."""
        return [index for unit in self.every or self.trusted for index in unit.holders]


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
    same: list[Pair] = field(default_factory=list[Pair])
    scores: dict[Pair, float] = field(default_factory=dict[Pair, float])
    different: dict[int, set[int]] = field(default_factory=dict[int, set[int]])


def gather(
    profiles: Iterable[ProfileEvidence],
    judgements: Iterable[Judgement],
    rules: Rules,
    scores: Iterable[Score] = (),
) -> Gathered:
    """The evidence, combined and numbered. Judgements and scores on profiles not given are left out."""
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
    _score(found, scores, rules.model.floor)
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


def _score(found: Gathered, scores: Iterable[Score], floor: float) -> None:
    given = list(scores)
    index = {key: number for number, key in enumerate(found.keys)} if given else {}
    for score in given:
        left, right = index.get(score.left), index.get(score.right)
        if left is not None and right is not None and left != right and score.probability >= floor:
            pair = (left, right) if left < right else (right, left)
            found.scores[pair] = max(found.scores.get(pair, 0.0), score.probability)


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


def find_links(evidence: Gathered, degrees: Degrees, shared: Collection[Identifier] = ()) -> list[Link]:
    """Every identifier of two holders or more, here or by `degrees`, split into units by level and tenure."""
    links: list[Link] = []
    for number, on in enumerate(evidence.holders):
        given = degrees.get(evidence.identifiers[number], (0, 0)) if degrees else (0, 0)
        if len(on) > 1 or given[1] > 1:
            rule = evidence.spaces[evidence.space_of[number]].rule
            links.append(_link(evidence.identifiers[number], rule, on, given))
    if shared:
        for link in links:
            link.marked = link.identifier in shared
    return links


def _link(
    identifier: Identifier, rule: NamespaceRule, on: list[tuple[int, Holding]], given: tuple[int, int]
) -> Link:
    trusted = [pair for pair in on if pair[1].grade is not Grade.CLAIMED]
    all_degree, trusted_degree = max(len(on), given[1]), max(len(trusted), given[0])
    degree = trusted_degree if trusted else all_degree
    counting = HOT if degree > rule.hot else PERSONAL
    every = [] if all_degree > rule.hot else _tenures(on, rule.gap_days, trusted_only=False)
    units: list[Unit]
    if trusted_degree > rule.hot or not trusted:
        units = []
    elif every and len(trusted) == len(on):
        units = every if rule.gap_days is None else _tenures(trusted, rule.gap_days, trusted_only=True)
        if [unit.holders for unit in units] == [unit.holders for unit in every]:
            units = every
    else:
        units = _tenures(trusted, rule.gap_days, trusted_only=True)
    return Link(identifier, rule, units, every, counting, degree)


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


def connect(count: int, links: Iterable[Sequence[int]], pairs: Iterable[Pair]) -> list[list[int]]:
    """Parts of `count` profiles that share, over any number of steps, a link or a pair; each part sorted.

    A link is given by its holders.
    """
    parent = list(range(count))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    def join(left: int, right: int) -> None:
        low, high = sorted((root(left), root(right)))
        parent[high] = low

    for holders in links:
        if holders:
            first = holders[0]
            for index in holders:
                if parent[index] != first:
                    join(first, index)
    for left, right in pairs:
        join(left, right)
    members: dict[int, list[int]] = {}
    for index in range(count):
        members.setdefault(root(index), []).append(index)
    return list(members.values())


def joining(evidence: Gathered, rules: Rules) -> list[Pair]:
    """The pairs that connect a component: those a steward joins, and scores that reach the lowest tier."""
    least = rules.model.probable
    return evidence.same + [pair for pair, score in evidence.scores.items() if score >= least]


def components(
    profiles: Iterable[ProfileEvidence],
    *,
    rules: Rules,
    degrees: Degrees | None = None,
    judgements: Iterable[Judgement] = (),
    scores: Iterable[Score] = (),
) -> tuple[frozenset[Key], ...]:
    """What must be read together: the parts that `resolve` judges each by itself, by their least keys.

    Two profiles are in one component if they share an identifier that is not hot (where it is hot among all
    holders but not among trusted ones, only trusted holders are connected), a SAME_AS, or a score that
    reaches the lowest tier. `degrees` as for `resolve`, whose answer has them too.
    """
    evidence = gather(profiles, judgements, rules, scores)
    links = find_links(evidence, degrees or {})
    parts = connect(len(evidence.keys), [link.holders() for link in links], joining(evidence, rules))
    return tuple(frozenset(evidence.keys[index] for index in part) for part in parts)
