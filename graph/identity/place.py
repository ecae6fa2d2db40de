"""Who goes where: stored profiles of whole components in, what changes in the graph out. Pure.

Ingest and judgements both come here with evidence that they have changed in memory; what they answer is
written by the same rows. See docs/design.md §3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph.identity.evidence import Reason, Refusal
from graph.identity.rules import Rules
from graph.identity.stored import Key, StoredProfile, component_name, resolve_stored

ALONE = Reason(tier="", rule="alone")


@dataclass(slots=True)
class Placement:
    """Where one profile goes: its user, why, and its link component."""

    one_id: str
    reason: Reason
    component: str
    founds: bool = False


@dataclass(slots=True)
class Placed:
    """What changes for identity.

    `before` are the profiles as they were stored. `placements` has every profile that is new and every stored
    one whose user, reason or component is different now; `candidates` those whose ambiguity is different now.
    """

    before: dict[str, StoredProfile] = field(default_factory=dict[str, StoredProfile])
    placements: dict[str, Placement] = field(default_factory=dict[str, Placement])
    candidates: dict[str, tuple[tuple[str, ...], str]] = field(
        default_factory=dict[str, "tuple[tuple[str, ...], str]"]
    )
    revived: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()

    def one_id(self, profile_id: str) -> str | None:
        """Whose a profile is now."""
        placement = self.placements.get(profile_id)
        if placement is not None:
            return placement.one_id
        before = self.before.get(profile_id)
        return before.one_id if before else None


def as_stored(profiles: Sequence[StoredProfile]) -> dict[str, StoredProfile]:
    """How profiles stand, to be kept while their evidence is changed: without the evidence itself."""
    return {
        profile.id: replace(profile, traits={}, uses={}, identifiers={}, judgements=[], scores={})
        for profile in profiles
    }


def place(
    placed: Placed,
    profiles: Sequence[StoredProfile],
    *,
    degrees: Mapping[str, tuple[int, int]],
    rules: Rules,
) -> tuple[Refusal, ...]:
    """Resolve these profiles, all of their components or pieces, and add what is different from how they are stored.

    `degrees` are the holders in the graph (trusted, all) by key of identifiers that more may hold than are given.
    Answers what a size forbade to join.
    """
    by_key = {profile.key: profile for profile in profiles}
    resolution = resolve_stored(profiles, degrees, rules=rules)
    component = {
        key: name
        for members, step in resolution.pieces
        for name in (component_name([by_key[key].id for key in members], step),)
        for key in members
    }
    one_ids: dict[Key, str] = {}
    for person in resolution.people:
        one_id = by_key[person.founder].birth_id
        for key in person.members:
            one_ids[key] = one_id
            profile = by_key[key]
            placement = Placement(
                one_id=one_id,
                reason=person.reasons.get(key, ALONE),
                component=component[key],
                founds=key == person.founder,
            )
            if _differs(profile, placement):
                placed.placements[profile.id] = placement
    tied = {
        key: (tuple(sorted({one_ids[candidate] for candidate in ambiguity.candidates})), ambiguity.tier)
        for ambiguity in resolution.ambiguities
        for key in ambiguity.members
    }
    for profile in profiles:
        candidates, tier = tied.get(profile.key, ((), ""))
        if frozenset((one_id, tier) for one_id in candidates) != profile.candidates:
            placed.candidates[profile.id] = (candidates, tier)
    _lives(placed, profiles, set(one_ids.values()))
    return resolution.refusals


def _differs(profile: StoredProfile, placement: Placement) -> bool:
    return (
        profile.one_id != placement.one_id
        or profile.reason != placement.reason
        or profile.component != placement.component
    )


def _lives(placed: Placed, profiles: Sequence[StoredProfile], now: set[str]) -> None:
    """Users that come back to life, and users that nobody is any more."""
    born = {profile.birth_id for profile in profiles if profile.one_id is None}
    before = {profile.one_id for profile in profiles if profile.one_id is not None}
    placed.revived = tuple(sorted(now - before - born))
    placed.retired = tuple(sorted(before - now))
