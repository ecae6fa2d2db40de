"""What a judgement writes, and who is who with it: applied to evidence in memory, resolved, checked. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph.errors import InputError
from graph.identity.evidence import Identifier, Refusal, Verdict
from graph.identity.place import Placed, as_stored, place
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile, Use
from graph.judgement.conflicts import Obstacles, soft_conflicts
from graph.judgement.model import Kind, MergeConflictError

Pair = tuple[str, str]


@dataclass(slots=True)
class Deed:
    """What a judgement stores; pairs are profile ids, `disowned` (profile, identifier key), the rest keys.

    `together` are groups of profiles that are each to be one user with it; where a group's own evidence does
    not hold it, SAME_AS is added. `joins` are two groups that become one user: refused where they cannot.
    """

    kind: Kind
    content: str
    concerns: set[str] = field(default_factory=set[str])
    same: list[Pair] = field(default_factory=list[Pair])
    different: list[Pair] = field(default_factory=list[Pair])
    disowned: list[Pair] = field(default_factory=list[Pair])
    marked: list[str] = field(default_factory=list[str])
    shared: list[str] = field(default_factory=list[str])
    together: list[frozenset[str]] = field(default_factory=list[frozenset[str]])
    joins: tuple[frozenset[str], frozenset[str]] | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """An evidence edge that counts again when its judgement is taken back."""

    profile_id: str
    key: str
    use: Use
    identifier: Identifier


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a judgement back ends, and what counts again."""

    verdicts: tuple[tuple[Verdict, str, str], ...] = ()
    restored: tuple[Restored, ...] = ()
    unshared: tuple[str, ...] = ()


def signature(kind: Kind, *parts: Iterable[str]) -> str:
    """What a judgement says, to know the same one again."""
    text = json.dumps([kind.value, *(sorted(part) for part in parts)])
    return hashlib.sha256(text.encode()).hexdigest()


def same(left: StoredProfile, right: StoredProfile, members: Sequence[StoredProfile]) -> Deed:
    """The deed of `confirmSame`."""
    ours = frozenset(p.id for p in members if p.one_id == left.one_id)
    theirs = frozenset(p.id for p in members if p.one_id == right.one_id)
    return Deed(
        Kind.SAME,
        signature(Kind.SAME, (left.id, right.id)),
        concerns={left.id, right.id},
        same=[(left.id, right.id)],
        together=[ours | theirs],
        joins=(ours, theirs) if ours != theirs else None,
    )


def different(left: StoredProfile, right: StoredProfile) -> Deed:
    """The deed of `confirmDifferent`."""
    return Deed(
        Kind.DIFFERENT,
        signature(Kind.DIFFERENT, (left.id, right.id)),
        concerns={left.id, right.id},
        different=[(left.id, right.id)],
    )


def split(part: Collection[str], members: Collection[str]) -> Deed:
    """The deed of `splitUser`: each profile of the part differs from each other one.

    Raises InputError where the part is not some of the person's profiles, leaving others.
    """
    rest = set(members) - set(part)
    if not part or not rest or not set(part) <= set(members):
        raise InputError(
            "These are not some of the person's profiles, with others left.",
            remedy="Name at least one of its profiles, and not all; see `guanxi identity judgements`.",
        )
    return Deed(
        Kind.SPLIT,
        signature(Kind.SPLIT, part),
        concerns=set(members),
        different=[(one, other) for one in sorted(part) for other in sorted(rest)],
        together=[frozenset(part), frozenset(rest)],
    )


def move(profile: StoredProfile, target: StoredProfile, members: Sequence[StoredProfile]) -> Deed:
    """The deed of `moveProfile`: it differs from those it was with, and is the same as the target."""
    left = {p.id for p in members if p.one_id == profile.one_id and p.id != profile.id}
    joined = frozenset(p.id for p in members if p.one_id == target.one_id)
    moved = frozenset((profile.id,))
    return Deed(
        Kind.MOVE,
        signature(Kind.MOVE, (profile.id,), (target.id,)),
        concerns={profile.id, target.id, *left},
        same=[(profile.id, target.id)],
        different=[(profile.id, other) for other in sorted(left)],
        together=[frozenset(left), joined | moved],
        joins=(moved, joined),
    )


def wrong(content: str, edges: Iterable[Pair]) -> Deed:
    """The deed of `markIdentifier` WRONG: these profiles' edges count no longer."""
    disowned = sorted(edges)
    keys = sorted({key for _, key in disowned})
    holders = {profile for profile, _ in disowned}
    return Deed(Kind.WRONG, content, concerns=holders, disowned=disowned, marked=keys)


def shared(key: str, holder: str) -> Deed:
    """The deed of `markIdentifier` SHARED."""
    return Deed(Kind.SHARED, signature(Kind.SHARED, (key,)), concerns={holder}, marked=[key], shared=[key])


def carry_out(
    deed: Deed, profiles: list[StoredProfile], degrees: Mapping[str, tuple[int, int]], rules: Rules
) -> Placed:
    """Who is who once the deed is done; `profiles` are whole components, and are changed.

    Adds to `deed.same` what holds its groups together. Raises MergeConflictError.
    """
    before = as_stored(profiles)
    by_id = {profile.id: profile for profile in profiles}
    if deed.joins and (found := Obstacles(profiles, rules).between(*deed.joins)):
        raise MergeConflictError(found)
    counts = dict(degrees)
    for profile_id, key in deed.disowned:
        use = by_id[profile_id].uses.pop(key)
        _count(counts, key, use, -1)
    for one, other in deed.same:
        by_id[one].judgements.append((Verdict.SAME_AS, other))
    for one, other in deed.different:
        by_id[one].judgements.append((Verdict.DIFFERENT_FROM, other))
    for profile in profiles:
        profile.shared.update(key for key in deed.shared if key in profile.uses)
    for profile_id, key in deed.disowned:
        del by_id[profile_id].identifiers[key]
        by_id[profile_id].shared.discard(key)
    placed, refusals = _placed(before, profiles, counts, rules)
    loose = [group for group in deed.together if _users(placed, group) > 1]
    if loose:
        for group in loose:
            first, *others = sorted(group)
            bonds = [(first, other) for other in others if (first, other) not in deed.same]
            deed.same += bonds  # each once: taking back ends each once
            by_id[first].judgements += [(Verdict.SAME_AS, other) for _, other in bonds]
            deed.concerns |= group
        placed, refusals = _placed(before, profiles, counts, rules)
        if deed.joins and _users(placed, group := deed.joins[0] | deed.joins[1]) > 1:
            raise MergeConflictError(soft_conflicts(profiles, group, refusals))
    return placed


def take_back(
    undone: Undone, profiles: list[StoredProfile], degrees: Mapping[str, tuple[int, int]], rules: Rules
) -> Placed:
    """Who is who once a judgement is taken back; `profiles` are whole components, and are changed."""
    before = as_stored(profiles)
    by_id = {profile.id: profile for profile in profiles}
    for verdict, one, other in undone.verdicts:
        if one in by_id:
            by_id[one].judgements.remove((verdict, other))
    counts = dict(degrees)
    for edge in undone.restored:
        if edge.profile_id in by_id:
            by_id[edge.profile_id].uses[edge.key] = edge.use
            by_id[edge.profile_id].identifiers[edge.key] = edge.identifier
            _count(counts, edge.key, edge.use, 1)
    shared_keys = {key for profile in profiles for key in profile.shared} - set(undone.unshared)
    for profile in profiles:
        profile.shared = {key for key in profile.uses if key in shared_keys}
    return _placed(before, profiles, counts, rules)[0]


def _count(counts: dict[str, tuple[int, int]], key: str, use: Use, by: int) -> None:
    if key in counts:
        trusted, holders = counts[key]
        counts[key] = (trusted + by * use.trusted, holders + by)


def _placed(
    before: Mapping[str, StoredProfile],
    profiles: Sequence[StoredProfile],
    degrees: Mapping[str, tuple[int, int]],
    rules: Rules,
) -> tuple[Placed, tuple[Refusal, ...]]:
    placed = Placed(before=dict(before))
    refusals = place(placed, profiles, degrees=degrees, rules=rules)
    return placed, refusals


def _users(placed: Placed, group: Iterable[str]) -> int:
    return len({placed.one_id(profile_id) for profile_id in group})
