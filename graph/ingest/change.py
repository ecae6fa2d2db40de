"""What a batch changes on each profile, against what the graph already knows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph.errors import IntegrityError
from graph.identity.evidence import Identifier, SourceClass
from graph.identity.rules import Rules
from graph.identity.stored import Use, greatest, least, read_use, use_at
from graph.ingest.draft import Draft
from graph.ingest.message import Sighting
from graph.privacy.seal import Sealer
from graph.profile.traits import TraitState, identity_values, merge


@dataclass(frozen=True, slots=True)
class KnownProfile:
    """A profile of the batch that the graph has; `traits` still sealed.

    Of the identifiers it used it may have `disowned` some: a steward marked them wrong. What comes in of them
    is still noted, and counts for nothing.
    """

    id: str
    component: str
    founder_class: int
    traits: bytes | None
    uses: Mapping[str, Use]
    dealers: frozenset[str]
    vehicles: frozenset[str]
    disowned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KnownIdentifier:
    """How many profiles hold an identifier, and the components of those that count (none if it is hot).

    `disowned` where a steward marked it wrong of somebody, who is then not counted among the holders;
    `shared` where one says that several people use it.
    """

    trusted: int
    holders: int
    components: frozenset[str]
    disowned: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The answer of `ingest.look_up`; `position` is the feed position it is at least as new as.

    `suppressed` are the suppressions of records that were erased.
    """

    position: int
    profiles: Mapping[str, KnownProfile]
    identifiers: Mapping[str, KnownIdentifier]
    messages: Mapping[str, str]
    suppressed: frozenset[str] = frozenset()


def read_known(row: Sequence[Any]) -> Known:
    """The one row of `ingest.look_up`."""
    position, profiles, identifiers, messages, suppressed = row
    return Known(
        position=position,
        profiles={p[0]: _known_profile(p) for p in profiles},
        identifiers={
            i[0]: KnownIdentifier(i[1], i[2], frozenset(i[3]), i[4] > 0, bool(i[5])) for i in identifiers
        },
        messages=dict(messages),
        suppressed=frozenset(suppressed),
    )


def _known_profile(row: Sequence[Any]) -> KnownProfile:
    _, id_, component, founder_class, traits, edges, dealers, vehicles, disowned = row
    return KnownProfile(
        id=id_,
        component=component,
        founder_class=founder_class,
        traits=traits,
        uses={edge[0]: read_use(*edge[1:]) for edge in edges},
        dealers=frozenset(dealers),
        vehicles=frozenset(vehicles),
        disowned=frozenset(disowned),
    )


@dataclass(slots=True)
class EdgeChange:
    """A (profile, identifier) edge as it stands (None: not there) and as the batch leaves it.

    `tenured` where the identifier may go to somebody else after a silence, so that times of use matter;
    `counts` unless it was marked wrong of this profile.
    """

    sighting: Sighting
    before: Use | None
    after: Use
    tenured: bool
    messages: int = 1
    counts: bool = True

    @property
    def matters(self) -> bool:
        """True where identity may depend on the change: a new edge, a better grade, an alias, a tenure."""
        before, after = self.before, self.after
        return self.counts and (
            before is None
            or before.grade is not after.grade
            or before.alias != after.alias
            or (self.tenured and before != after)
        )


@dataclass(slots=True)
class ProfileChange:
    """All that a batch says of one profile."""

    id: str
    record_key: str
    source: str
    record_id: str
    sealer: Sealer
    known: KnownProfile | None
    founder_class: int
    traits_before: TraitState | None = None
    traits: TraitState = field(default_factory=dict[str, "list[Any]"])
    first_seen: int | None = None
    last_seen: int | None = None
    edges: dict[str, EdgeChange] = field(default_factory=dict[str, EdgeChange])
    drafts: list[Draft] = field(default_factory=list[Draft])

    @property
    def identity_changed(self) -> bool:
        """True where a name or birth date, the founder's class or an edge that matters changed."""
        return (
            self.known is None
            or self.founder_class != self.known.founder_class
            or identity_values(self.traits) != identity_values(self.traits_before or {})
            or any(edge.matters for edge in self.edges.values())
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """A batch sorted out: what is new by profile, what was known, and what contradicts what is known.

    `suppressed` messages are of records that were erased.
    """

    profiles: dict[str, ProfileChange]
    duplicates: int
    conflicts: tuple[Draft, ...]
    suppressed: int = 0


def changes_of(drafts: Iterable[Draft], known: Known, rules: Rules) -> Changes:
    """Sort a batch out. Of several messages of one id the first committed, then the first here, stands.

    Raises IntegrityError where the keyring knows a profile under another id than the graph.
    """
    seen = dict(known.messages)
    duplicates, suppressed, conflicts = 0, 0, list[Draft]()
    profiles: dict[str, ProfileChange] = {}
    for item in drafts:
        if item.suppression in known.suppressed:
            suppressed += 1
            continue
        present = seen.get(item.key)
        if present is not None:
            if present == item.content:
                duplicates += 1
            else:
                conflicts.append(item)
            continue
        seen[item.key] = item.content
        change = profiles.get(item.profile_id)
        if change is None:
            change = profiles[item.profile_id] = _open_change(item, known.profiles.get(item.record_key))
        _apply(change, item, rules)
    return Changes(
        profiles=profiles, duplicates=duplicates, conflicts=tuple(conflicts), suppressed=suppressed
    )


def _open_change(item: Draft, known: KnownProfile | None) -> ProfileChange:
    if known is not None and known.id != item.profile_id:
        raise IntegrityError(
            f"The keyring gives a record of source {item.message.source} the id {item.profile_id}, the graph"
            f" {known.id}: the keyring is older than the graph.",
            remedy="Stop every guanxi and restore the newest keyring backup; nothing was written.",
        )
    return ProfileChange(
        id=item.profile_id,
        record_key=item.record_key,
        source=item.message.source,
        record_id=item.message.record_id,
        sealer=item.sealer,
        known=known,
        founder_class=known.founder_class if known else 1,
    )


def _apply(change: ProfileChange, item: Draft, rules: Rules) -> None:
    message = item.message
    change.drafts.append(item)
    change.founder_class = min(change.founder_class, int(message.source_class is SourceClass.ANONYMOUS))
    if message.traits:
        if change.traits_before is None:
            stored = change.known.traits if change.known else None
            change.traits_before = change.traits = (
                {} if stored is None else item.sealer.open_json("traits", stored)
            )
        change.traits = merge(change.traits, message.traits, message.used_at, clear=message.clear_traits)
    if message.used_at is not None:
        change.first_seen = least(change.first_seen, message.used_at)
        change.last_seen = greatest(change.last_seen, message.used_at)
    for key, sighting in item.sightings:
        use = use_at(sighting.grade, message.used_at, alias=sighting.alias)
        edge = change.edges.get(key)
        if edge is None:
            before = change.known.uses.get(key) if change.known else None
            after = before.joined(use) if before else use
            tenured = rules.namespace(sighting.identifier.namespace).gap_days is not None
            counts = before is None or change.known is None or key not in change.known.disowned
            change.edges[key] = EdgeChange(sighting, before, after, tenured, counts=counts)
        else:
            edge.after = edge.after.joined(use)
            edge.messages += 1


def identifiers_of(drafts: Iterable[Draft]) -> dict[str, Identifier]:
    """Every identifier of a batch by its blind index."""
    return {key: sighting.identifier for item in drafts for key, sighting in item.sightings}
