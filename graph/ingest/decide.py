"""The decision on a batch: from what it changes and what the graph knows to the rows that are written. Pure.

Most batches change nobody's identity, or only of profiles that share evidence with none: they are decided from
the look-up alone. For the rest `affected_components` names the link components to read, and `decide` resolves
them with the batch's changes applied. See docs/design.md §3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph.identity.evidence import Identifier, ProfileEvidence, Reason
from graph.identity.gather import components
from graph.identity.resolve import resolve
from graph.identity.rules import Rules
from graph.identity.stored import (
    Key,
    StoredProfile,
    judgements_of,
    to_evidence,
)
from graph.ingest.change import Changes, Known, ProfileChange

ALONE = Reason(tier="", rule="alone")


@dataclass(slots=True)
class Placement:
    """Where one profile goes: its user, why, and its link component."""

    one_id: str
    reason: Reason
    component: str
    founds: bool = False


@dataclass(slots=True)
class Decision:
    """What a batch means for identity.

    `placements` has every profile of the batch that is new and every stored profile whose user, reason or
    component is different now; `candidates` those whose ambiguity is different now. `guards` stand beside the
    components in the feed: identifiers that this batch gives their first holder who counts.
    """

    placements: dict[str, Placement] = field(default_factory=dict[str, Placement])
    birth_ids: dict[str, str] = field(default_factory=dict[str, str])
    before: dict[str, StoredProfile] = field(default_factory=dict[str, StoredProfile])
    candidates: dict[str, tuple[tuple[str, ...], str]] = field(
        default_factory=dict[str, "tuple[tuple[str, ...], str]"]
    )
    revived: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    guards: frozenset[str] = frozenset()


def unresolved(changes: Changes, known: Known, rules: Rules) -> list[ProfileChange]:
    """The profiles whose change may move somebody: they share evidence, or may do so now."""
    holders: dict[str, set[str]] = defaultdict(set)
    for change in changes.profiles.values():
        for key in change.edges:
            holders[key].add(change.id)
    return [
        change
        for change in changes.profiles.values()
        if change.identity_changed and _shares(change, known, holders, rules)
    ]


def _shares(change: ProfileChange, known: Known, holders: Mapping[str, set[str]], rules: Rules) -> bool:
    if change.known is not None and change.known.component != change.id:
        return True
    for key, edge in change.edges.items():
        stored = known.identifiers.get(key)
        others = len(holders[key]) > 1 or (stored is not None and stored.holders > (edge.before is not None))
        if others and (
            stored is None
            or stored.components
            or stored.trusted <= rules.namespace(edge.sighting.identifier.namespace).hot
        ):
            return True
    return False


def affected_components(unresolved_changes: Iterable[ProfileChange], known: Known) -> list[str]:
    """The stored link components that must be read before these changes can be resolved, sorted."""
    found: set[str] = set()
    for change in unresolved_changes:
        if change.known is not None:
            found.add(change.known.component)
        for key in change.edges:
            stored = known.identifiers.get(key)
            if stored is not None:
                found |= stored.components
    return sorted(found)


def place_alone(change: ProfileChange, birth_id: str) -> Placement:
    """A new profile that shares nothing: it founds a user of its own."""
    return Placement(one_id=birth_id, reason=ALONE, component=change.id, founds=True)


def decide(
    changes: Changes,
    known: Known,
    *,
    unresolved_changes: Sequence[ProfileChange],
    stored: Sequence[StoredProfile],
    degrees: Mapping[str, tuple[int, int]],
    birth_ids: Mapping[str, str],
    rules: Rules,
) -> Decision:
    """Resolve what must be resolved and say who goes where.

    `stored` are all profiles of the affected components, `degrees` the holders in the graph (trusted, all) of
    their busy identifiers, `birth_ids` an id for each new profile. The answer depends on the evidence only,
    not on how it was batched.
    """
    decision = Decision(birth_ids=dict(birth_ids), guards=_guards(changes, known))
    together = {profile.id: profile for profile in stored}
    decision.before = {profile.id: _copy(profile) for profile in stored}
    shared = {change.id for change in unresolved_changes}
    for place, change in enumerate(changes.profiles.values()):
        if change.id in together:
            _amend(together[change.id], change)
        elif change.known is None and change.id in shared:
            together[change.id] = _newborn(change, birth_ids[change.id], place)
        elif change.known is None:
            decision.placements[change.id] = place_alone(change, birth_ids[change.id])
    if together:
        _resolve(decision, list(together.values()), _all_degrees(changes, known, degrees, together), rules)
    return decision


def _guards(changes: Changes, known: Known) -> frozenset[str]:
    """Stored identifiers that name no component to read, and that the batch gives a holder who counts.

    Two batches that do so at once read nothing in common and would not see each other, as they do by the
    component of a holder, or by the constraint on an identifier that neither finds.
    """
    return frozenset(
        key
        for change in changes.profiles.values()
        for key, edge in change.edges.items()
        if (stored := known.identifiers.get(key)) is not None
        and stored.trusted == 0
        and not stored.components
        and (edge.before is None or not edge.before.trusted)
        and (edge.after.trusted or stored.holders == 0)
    )


def _copy(profile: StoredProfile) -> StoredProfile:
    return StoredProfile(
        id=profile.id,
        key=profile.key,
        birth_id=profile.birth_id,
        seq=profile.seq,
        founder_class=profile.founder_class,
        component=profile.component,
        traits={},
        uses={},
        identifiers={},
        one_id=profile.one_id,
        reason=profile.reason,
        candidates=profile.candidates,
    )


def _amend(profile: StoredProfile, change: ProfileChange) -> None:
    profile.founder_class = change.founder_class
    if change.traits_before is not None:
        profile.traits = change.traits
    for key, edge in change.edges.items():
        profile.uses[key] = edge.after
        profile.identifiers[key] = edge.sighting.identifier


def _newborn(change: ProfileChange, birth_id: str, place: int) -> StoredProfile:
    born = StoredProfile(
        id=change.id,
        key=(change.source, change.record_id),
        birth_id=birth_id,
        # Whatever is committed is older; among the newborn their place in the batch is their order of commit.
        seq=(1 << 62) + place,
        founder_class=change.founder_class,
        component=None,
        traits={},
        uses={},
        identifiers={},
    )
    _amend(born, change)
    return born


def _all_degrees(
    changes: Changes,
    known: Known,
    degrees: Mapping[str, tuple[int, int]],
    together: Mapping[str, StoredProfile],
) -> dict[Identifier, tuple[int, int]]:
    """Holders of each identifier in the graph after the batch, where they may exceed those at hand."""
    counts = {key: (stored.trusted, stored.holders) for key, stored in known.identifiers.items()}
    counts.update(degrees)
    for change in changes.profiles.values():
        for key, edge in change.edges.items():
            trusted, holders = counts.get(key, (0, 0))
            was_trusted = edge.before is not None and edge.before.trusted
            counts[key] = (
                trusted + (edge.after.trusted and not was_trusted),
                holders + (edge.before is None),
            )
    found: dict[Identifier, tuple[int, int]] = {}
    for profile in together.values():
        for key, identifier in profile.identifiers.items():
            if key in counts:
                found[identifier] = counts[key]
    return found


def _resolve(
    decision: Decision,
    profiles: list[StoredProfile],
    degrees: Mapping[Identifier, tuple[int, int]],
    rules: Rules,
) -> None:
    evidence = to_evidence(profiles)
    by_key = {profile.key: profile for profile in profiles}
    resolution = resolve(evidence, judgements_of(profiles), rules=rules, degrees=degrees)
    component = _components(profiles, evidence, degrees, rules)
    one_ids: dict[Key, str] = {}
    for person in resolution.people:
        one_id = by_key[person.founder].birth_id
        for key in person.members:
            one_ids[key] = one_id
            profile = by_key[key]
            placement = Placement(
                one_id=one_id,
                reason=person.reasons.get(key, ALONE),
                component=component[profile.id],
                founds=key == person.founder,
            )
            if _differs(profile, placement):
                decision.placements[profile.id] = placement
    tied = {
        key: (tuple(sorted({one_ids[candidate] for candidate in ambiguity.candidates})), ambiguity.tier)
        for ambiguity in resolution.ambiguities
        for key in ambiguity.members
    }
    for profile in profiles:
        candidates, tier = tied.get(profile.key, ((), ""))
        if frozenset((one_id, tier) for one_id in candidates) != profile.candidates:
            decision.candidates[profile.id] = (candidates, tier)
    _lives(decision, profiles, set(one_ids.values()))


def _differs(profile: StoredProfile, placement: Placement) -> bool:
    return (
        profile.one_id != placement.one_id
        or profile.reason != placement.reason
        or profile.component != placement.component
    )


def _components(
    profiles: Sequence[StoredProfile],
    evidence: Sequence[ProfileEvidence],
    degrees: Mapping[Identifier, tuple[int, int]],
    rules: Rules,
) -> dict[str, str]:
    """A name for each profile's link component: its own id where it is alone, else `+` and the least id."""
    by_key = {profile.key: profile.id for profile in profiles}
    named: dict[str, str] = {}
    for members in components(evidence, rules=rules, degrees=degrees, judgements=judgements_of(profiles)):
        ids = sorted(by_key[key] for key in members)
        name = ids[0] if len(ids) == 1 else f"+{ids[0]}"
        named.update(dict.fromkeys(ids, name))
    return named


def _lives(decision: Decision, profiles: Sequence[StoredProfile], now: set[str]) -> None:
    """Users that come back to life, and users that nobody is any more."""
    born = {profile.birth_id for profile in profiles if profile.one_id is None}
    before = {profile.one_id for profile in profiles if profile.one_id is not None}
    decision.revived = tuple(sorted(now - before - born))
    decision.retired = tuple(sorted(before - now))
