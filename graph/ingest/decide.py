"""The decision on a batch: from what it changes and what the graph knows to the rows that are written. Pure.

Most batches change nobody's identity, or only of profiles that share evidence with none: they are decided from
the look-up alone. For the rest `affected_components` names the link components to read, and `decide` resolves
them with the batch's changes applied. See docs/design.md §3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph.identity.place import ALONE, Placed, Placement, as_stored, place
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile
from graph.ingest.change import Changes, Known, ProfileChange


@dataclass(slots=True)
class Decision(Placed):
    """What a batch means for identity.

    `birth_ids` are those of its new profiles. `guards` stand beside the components in the feed: identifiers
    that this batch gives their first holder who counts, or a holder where others were marked wrong.
    """

    birth_ids: dict[str, str] = field(default_factory=dict[str, str])
    guards: frozenset[str] = frozenset()


def unresolved(changes: Changes, known: Known, rules: Rules) -> list[ProfileChange]:
    """The profiles whose change may move somebody: they share evidence, or may do so now."""
    holders: dict[str, set[str]] = defaultdict(set)
    for change in changes.profiles.values():
        for key, edge in change.edges.items():
            if edge.counts:
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
        if not edge.counts:
            continue
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
        for key, edge in change.edges.items():
            stored = known.identifiers.get(key)
            if stored is not None and edge.counts:
                found |= stored.components
    return sorted(found)


def heated(changes: Changes, known: Known, rules: Rules) -> dict[str, tuple[int, int]]:
    """The stored identifiers that link fewer profiles with the holders this batch gives them; with those holders."""
    found: dict[str, tuple[int, int]] = {}
    for key, (trusted, holders) in _all_degrees(changes, known, {}).items():
        before = known.identifiers.get(key)
        if before is None or (trusted, holders) == (before.trusted, before.holders):
            continue
        edges = (change.edges[key] for change in changes.profiles.values() if key in change.edges)
        hot = rules.namespace(next(edges).sighting.identifier.namespace).hot
        if _linking(trusted, holders, hot) < _linking(before.trusted, before.holders, hot):
            found[key] = trusted, holders
    return found


def _linking(trusted: int, holders: int, hot: int) -> int:
    """Whom an identifier links: 2 for all its holders, 1 for the trusted ones, 0 for nobody."""
    return 2 if holders <= hot else 1 if trusted <= hot else 0


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
    decision.before = as_stored(stored)
    sharing = {change.id for change in unresolved_changes}
    for order, change in enumerate(changes.profiles.values()):
        if change.id in together:
            _amend(together[change.id], change, known)
        elif change.known is None and change.id in sharing:
            together[change.id] = _newborn(change, birth_ids[change.id], order, known)
        elif change.known is None:
            decision.placements[change.id] = place_alone(change, birth_ids[change.id])
    if together:
        holders = _all_degrees(changes, known, degrees)
        place(decision, list(together.values()), degrees=holders, rules=rules)
    return decision


def _guards(changes: Changes, known: Known) -> frozenset[str]:
    """Stored identifiers that name no component to read, and that the batch gives a holder who counts; and
    those that were marked wrong of somebody, which may come back.

    Two batches that do so at once read nothing in common and would not see each other, as they do by the
    component of a holder, or by the constraint on an identifier that neither finds.
    """
    return frozenset(
        key
        for change in changes.profiles.values()
        for key, edge in change.edges.items()
        if edge.counts
        and (stored := known.identifiers.get(key)) is not None
        and (edge.before is None or not edge.before.trusted)
        and (
            stored.disowned
            or (stored.trusted == 0 and not stored.components and (edge.after.trusted or stored.holders == 0))
        )
    )


def _amend(profile: StoredProfile, change: ProfileChange, known: Known) -> None:
    profile.founder_class = change.founder_class
    if change.traits_before is not None:
        profile.traits = change.traits
    for key, edge in change.edges.items():
        if edge.counts:
            profile.uses[key] = edge.after
            profile.identifiers[key] = edge.sighting.identifier
            if (stored := known.identifiers.get(key)) is not None and stored.shared:
                profile.shared.add(key)


def _newborn(change: ProfileChange, birth_id: str, order: int, known: Known) -> StoredProfile:
    born = StoredProfile(
        id=change.id,
        key=(change.source, change.record_id),
        birth_id=birth_id,
        # Whatever is committed is older; among the newborn their place in the batch is their order of commit.
        seq=(1 << 62) + order,
        founder_class=change.founder_class,
        component=None,
        traits={},
        uses={},
        identifiers={},
    )
    _amend(born, change, known)
    return born


def _all_degrees(
    changes: Changes,
    known: Known,
    degrees: Mapping[str, tuple[int, int]],
) -> dict[str, tuple[int, int]]:
    """Holders (trusted, all) in the graph after the batch by identifier key, where they may exceed those at hand."""
    counts = {key: (stored.trusted, stored.holders) for key, stored in known.identifiers.items()}
    counts.update(degrees)
    for change in changes.profiles.values():
        for key, edge in change.edges.items():
            if not edge.counts:
                continue
            trusted, holders = counts.get(key, (0, 0))
            was_trusted = edge.before is not None and edge.before.trusted
            counts[key] = (
                trusted + (edge.after.trusted and not was_trusted),
                holders + (edge.before is None),
            )
    return counts
