"""Why two groups of profiles cannot be one person: the evidence that would have to change. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from graph.identity.evidence import ProfileEvidence, Refusal, Verdict
from graph.identity.gather import RANK
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile, evidence_of
from graph.ingest import normalise
from graph.ingest.normalise import Refused
from graph.judgement.model import Against, Conflict
from graph.privacy import mask

_Space = tuple[str, str]
"""Namespace and scope: a person has one value of each that proves."""


class Obstacles:
    """What forbids joins among profiles, which are whole components (an alias may make two values one)."""

    def __init__(self, profiles: Sequence[StoredProfile], rules: Rules) -> None:
        self._verdicts: dict[str, list[tuple[Verdict, str]]] = {}
        for profile in profiles:
            for verdict, other in profile.judgements:
                self._verdicts.setdefault(profile.id, []).append((verdict, other))
                self._verdicts.setdefault(other, []).append((verdict, profile.id))
        by_key = {profile.key: profile.id for profile in profiles}
        self._proven = {
            by_key[evidence.key]: _proven(evidence, rules) for evidence in evidence_of(profiles).profiles
        }

    def between(self, left: Collection[str], right: Collection[str]) -> tuple[Conflict, ...]:
        """What no judgement may override: proven values of one-per-person namespaces, and verdicts in force."""
        found = [*self._values(left, right), *self._judgements(left, right)]
        return tuple(
            sorted(found, key=lambda conflict: (conflict.against, conflict.namespace, conflict.values))
        )

    def judged(self, left: Collection[str], right: Collection[str]) -> bool:
        """Whether a verdict in force, same or different, lies between the two groups."""
        return any(other in right for id_ in left for _, other in self._verdicts.get(id_, ()))

    def _values(self, left: Collection[str], right: Collection[str]) -> Iterator[Conflict]:
        ours, theirs = self._held(left), self._held(right)
        for space in sorted(ours.keys() & theirs.keys()):
            values = sorted(ours[space].keys() | theirs[space].keys())
            if len(values) > 1:
                holders = {id_ for side in (ours, theirs) for held in side[space].values() for id_ in held}
                namespace = space[0]
                yield Conflict(
                    Against.IDENTIFIER,
                    namespace,
                    tuple(masked(namespace, value) for value in values),
                    tuple(sorted(holders)),
                )

    def _held(self, ids: Collection[str]) -> dict[_Space, dict[str, set[str]]]:
        """The proven values of a group, and who holds each."""
        found: dict[_Space, dict[str, set[str]]] = {}
        for id_ in ids:
            for namespace, scope, value in self._proven.get(id_, ()):
                found.setdefault((namespace, scope), {}).setdefault(value, set()).add(id_)
        return found

    def _judgements(self, left: Collection[str], right: Collection[str]) -> Iterator[Conflict]:
        pairs = {
            tuple(sorted((id_, other)))
            for id_ in left
            for verdict, other in self._verdicts.get(id_, ())
            if verdict is Verdict.DIFFERENT_FROM and other in right
        }
        for pair in sorted(pairs):
            yield Conflict(Against.JUDGEMENT, profiles=pair)


def _proven(evidence: ProfileEvidence, rules: Rules) -> list[tuple[str, str, str]]:
    """Namespace, scope and value of what proves who somebody is."""
    found: list[tuple[str, str, str]] = []
    for holding in evidence.holdings:
        identifier = holding.identifier
        rule = rules.namespace(identifier.namespace)
        if rule.one_per_person and RANK[holding.grade] >= RANK[rule.proof]:
            found.append((identifier.namespace, identifier.scope, identifier.value))
    return found


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
