"""Why two groups of profiles cannot be one person: the evidence that would have to change. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from graph.identity.evidence import Refusal, Verdict
from graph.identity.gather import RANK
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile, to_evidence
from graph.ingest import normalise
from graph.ingest.normalise import Refused
from graph.judgement.model import Against, Conflict
from graph.privacy import mask


def hard_conflicts(
    profiles: Sequence[StoredProfile], left: Collection[str], right: Collection[str], rules: Rules
) -> tuple[Conflict, ...]:
    """What no judgement may override: proven values of one-per-person namespaces, and verdicts in force.

    `left` and `right` are ids among `profiles`, which are whole components (an alias may make two values one).
    """
    found = [*_values(profiles, left, right, rules), *_verdicts(profiles, left, right)]
    return tuple(sorted(found, key=lambda conflict: (conflict.against, conflict.namespace, conflict.values)))


def _values(
    profiles: Sequence[StoredProfile], left: Collection[str], right: Collection[str], rules: Rules
) -> Iterator[Conflict]:
    by_key = {profile.key: profile.id for profile in profiles}
    sides: dict[tuple[str, str], tuple[dict[str, set[str]], dict[str, set[str]]]] = {}
    for evidence in to_evidence(profiles):
        id_ = by_key[evidence.key]
        if id_ not in left and id_ not in right:
            continue
        for holding in evidence.holdings:
            identifier = holding.identifier
            rule = rules.namespace(identifier.namespace)
            if rule.one_per_person and RANK[holding.grade] >= RANK[rule.proof]:
                space = sides.setdefault((identifier.namespace, identifier.scope), ({}, {}))
                space[id_ in right].setdefault(identifier.value, set()).add(id_)
    for (namespace, _), (ours, theirs) in sorted(sides.items()):
        if ours and theirs and len(ours.keys() | theirs.keys()) > 1:
            values = sorted(ours.keys() | theirs.keys())
            holders = {holder for side in (ours, theirs) for on in side.values() for holder in on}
            yield Conflict(
                Against.IDENTIFIER,
                namespace,
                tuple(masked(namespace, value) for value in values),
                tuple(sorted(holders)),
            )


def _verdicts(
    profiles: Sequence[StoredProfile], left: Collection[str], right: Collection[str]
) -> Iterator[Conflict]:
    pairs = {
        tuple(sorted((profile.id, other)))
        for profile in profiles
        for verdict, other in profile.judgements
        if verdict is Verdict.DIFFERENT_FROM
        and ((profile.id in left and other in right) or (profile.id in right and other in left))
    }
    for pair in sorted(pairs):
        yield Conflict(Against.JUDGEMENT, profiles=pair)


def soft_conflicts(
    profiles: Sequence[StoredProfile], members: Collection[str], refusals: Sequence[Refusal]
) -> tuple[Conflict, ...]:
    """Why a group did not become one person though nothing forbids it outright: a size, or others who fit."""
    keys = {profile.key: profile.id for profile in profiles}
    found = {
        Conflict(
            Against.CAP if refusal.rule != "limit" else Against.LIMIT,
            refusal.namespace,
            profiles=tuple(sorted(keys[key] for key in refusal.members)),
        )
        for refusal in refusals
        if not {keys[key] for key in refusal.members}.isdisjoint(members)
    }
    return tuple(sorted(found, key=str)) or (Conflict(Against.CONTESTED, profiles=tuple(sorted(members))),)


def masked(namespace: str, value: str) -> str:
    """A normalised value as it may be shown."""
    normal = normalise.identifier(namespace, value)
    return mask.opaque(value) if isinstance(normal, Refused) else normal.mask
