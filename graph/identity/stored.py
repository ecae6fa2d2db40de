"""Evidence as the graph holds it, opened in memory for `resolve`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graph.identity.evidence import (
    Grade,
    Holding,
    Identifier,
    Judgement,
    ProfileEvidence,
    Reason,
    Resolution,
    Score,
    SourceClass,
    Verdict,
)
from graph.identity.gather import Degrees
from graph.identity.resolve import pieces, resolve
from graph.identity.rules import Rules
from graph.privacy.seal import Sealer
from graph.profile.traits import TraitState, identity_values

CLASSES = (SourceClass.KNOWN, SourceClass.ANONYMOUS)
"""By `Profile.founderClass`."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Use:
    """A (profile, identifier) edge: grade and times of use; see `Holding` for what the times mean."""

    grade: Grade
    first: int | None = None
    last: int | None = None
    trusted_first: int | None = None
    trusted_last: int | None = None
    alias: bool = False

    def joined(self, other: Use) -> Use:
        """Both uses as one: the better grade, the wider intervals. Commutative, associative, idempotent."""
        return Use(
            grade=max(self.grade, other.grade, key=GRADE_ORDER.__getitem__),
            first=least(self.first, other.first),
            last=greatest(self.last, other.last),
            trusted_first=least(self.trusted_first, other.trusted_first),
            trusted_last=greatest(self.trusted_last, other.trusted_last),
            alias=self.alias or other.alias,
        )

    @property
    def trusted(self) -> bool:
        """True where the edge is a `HAS`."""
        return self.grade is not Grade.CLAIMED


GRADE_ORDER = {Grade.CLAIMED: 0, Grade.TRUSTED: 1, Grade.VERIFIED: 2}


def use_at(grade: Grade, at: int | None, *, alias: bool = False) -> Use:
    """The use one message shows; None for a row without a time."""
    trusted_at = at if grade is not Grade.CLAIMED else None
    return Use(grade, at, at, trusted_at, trusted_at, alias)


@dataclass(slots=True)
class StoredProfile:
    """One profile's evidence, its place in the present partition, and what it is called in the graph.

    `candidates` are the (oneId, tier) of the people it fits equally well; `shared` the keys of identifiers
    that a steward says several people use; `scores` a model's probabilities of being the profiles of these
    ids, each pair's with one of the two; `outgrown` at how many steps what it hangs together with is beyond the read
    limit (`graph.identity.reading.STEPS`).
    """

    id: str
    key: Key
    birth_id: str
    seq: int
    founder_class: int
    component: str | None
    traits: TraitState
    uses: dict[str, Use]
    identifiers: dict[str, Identifier]
    one_id: str | None = None
    reason: Reason | None = None
    candidates: frozenset[tuple[str, str]] = frozenset()
    shared: set[str] = field(default_factory=set[str])
    judgements: list[tuple[Verdict, str]] = field(default_factory=list[tuple[Verdict, str]])
    scores: dict[str, float] = field(default_factory=dict[str, float])
    outgrown: int = 0


def component_name(ids: Collection[str], step: int) -> str:
    """What profiles that are resolved together are called: the own id where one is alone, else `+` and the least id.

    A piece of a component that is beyond the read limit is called by its step, `+` and the least id.
    """
    first = min(ids)
    if step:
        return f"{step}+{first}"
    return first if len(ids) == 1 else f"+{first}"


def steps_of(component: str | None) -> int:
    """The step of which `component_name` made this name; 0 for none."""
    return int(component[0]) if component and component[1:2] == "+" else 0


def open_profile(row: Sequence[Any], sealer: Sealer) -> StoredProfile:
    """A row of `identity.read_components`, unsealed; raises UnsealError."""
    (
        id_,
        source,
        record_id,
        birth_id,
        seq,
        founder_class,
        component,
        traits,
        users,
        edges,
        judged,
        candidates,
        scored,
    ) = row
    uses: dict[str, Use] = {}
    identifiers: dict[str, Identifier] = {}
    shared: set[str] = set()
    for edge in edges:
        key, use, identifier = open_edge(edge, sealer)
        uses[key], identifiers[key] = use, identifier
        if edge[11]:
            shared.add(key)
    current = users[0] if users else None
    return StoredProfile(
        id=id_,
        key=(source, sealer.open("recordId", record_id).decode()),
        birth_id=birth_id,
        seq=seq,
        founder_class=founder_class,
        component=component,
        traits=sealer.open_json("traits", traits) if traits is not None else {},
        uses=uses,
        identifiers=identifiers,
        one_id=current[0] if current else None,
        reason=Reason(tier=current[1], rule=current[2], namespace=current[3]) if current else None,
        candidates=frozenset((one_id, tier) for one_id, tier in candidates),
        shared=shared,
        judgements=[(Verdict(type_.lower()), other) for type_, other in judged],
        scores=dict(scored),
        outgrown=steps_of(component),
    )


def open_edge(row: Sequence[Any], sealer: Sealer) -> tuple[str, Use, Identifier]:
    """One evidence edge, unsealed: the identifier's key, its use and its value; raises UnsealError."""
    key, namespace, scope, type_, grade, first, last, trusted_first, trusted_last, value, alias = row[:11]
    use = read_use(type_, grade, first, last, trusted_first, trusted_last, alias)
    return key, use, Identifier(namespace, scope, sealer.open(f"value:{key}", value).decode())


def read_use(
    type_: str,
    grade: str | None,
    first: int | None,
    last: int | None,
    trusted_first: int | None,
    trusted_last: int | None,
    alias: bool | None,
) -> Use:
    """An evidence edge as the graph stores it; a claim carries no grade and no trusted times."""
    stored = Grade(grade or "trusted") if type_ == "HAS" else Grade.CLAIMED
    return Use(stored, first, last, trusted_first, trusted_last, bool(alias))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What `resolve` reads of stored profiles: whole components, or pieces of those beyond the read limit.

    Values of one namespace that an alias declares equal are one value, the least of them: in holdings, in
    `degrees` and in `shared`. `outgrown` are the profiles of pieces, see `resolve`.
    """

    profiles: list[ProfileEvidence]
    judgements: list[Judgement]
    scores: list[Score]
    degrees: dict[Identifier, tuple[int, int]]
    shared: frozenset[Identifier]
    outgrown: dict[Key, int]

    def resolve(self, rules: Rules) -> Resolution:
        """See `resolve`."""
        return resolve(
            self.profiles, self.judgements, self.scores,
            rules=rules, degrees=self.degrees, shared=self.shared, outgrown=self.outgrown,
        )  # fmt: skip


def evidence_of(
    profiles: Iterable[StoredProfile], degrees: Mapping[str, tuple[int, int]] | None = None
) -> Evidence:
    """The evidence of some profiles; `degrees` are holders (trusted, all) by key of what more may hold."""
    members = list(profiles)
    return _evidence_of(members, degrees or {}, _aliases(members))


def _evidence_of(
    members: Sequence[StoredProfile],
    degrees: Mapping[str, tuple[int, int]],
    same: Mapping[Identifier, Identifier],
) -> Evidence:
    shared = {profile.identifiers[key] for profile in members for key in profile.shared}
    return Evidence(
        [_evidence(profile, same) for profile in members],
        _judgements(members),
        _scores(members),
        _folded(_named(members, degrees), same),
        frozenset(same.get(identifier, identifier) for identifier in shared),
        {profile.key: profile.outgrown for profile in members if profile.outgrown},
    )


def resolve_stored(
    profiles: Iterable[StoredProfile], degrees: Mapping[str, tuple[int, int]] | None = None, *, rules: Rules
) -> Resolution:
    """Who stored profiles are: of whole components, or of pieces of those beyond the read limit.

    What is read together is decided by values as they are, and only aliases of a piece make values one there: so a
    piece answers alone as among others. (Values that are one may be hot together and link nobody; whoever shows
    one of them reads the others all the same.)
    """
    members = list(profiles)
    if not any(use.alias for profile in members for use in profile.uses.values()):
        return evidence_of(members, degrees).resolve(rules)
    plain = _evidence_of(members, degrees or {}, {})
    together = pieces(
        plain.profiles, plain.judgements, plain.scores,
        rules=rules, degrees=plain.degrees, outgrown=plain.outgrown,
    )  # fmt: skip
    by_key = {profile.key: profile for profile in members}
    found: list[Resolution] = []
    for keys, step in together:
        piece = evidence_of([by_key[key] for key in sorted(keys)], degrees)
        found.append(replace(piece, outgrown=dict.fromkeys(keys, step)).resolve(rules))
    return Resolution(
        people=tuple(person for one in found for person in one.people),
        ambiguities=tuple(doubt for one in found for doubt in one.ambiguities),
        households=tuple(household for one in found for household in one.households),
        classes={identifier: kind for one in found for identifier, kind in one.classes.items()},
        refusals=tuple(refusal for one in found for refusal in one.refusals),
        components=tuple(keys for keys, _ in together),
        pieces=together,
        warnings=tuple(warning for one in found for warning in one.warnings),
    )


def _named(
    profiles: Iterable[StoredProfile], degrees: Mapping[str, tuple[int, int]]
) -> dict[Identifier, tuple[int, int]]:
    return {
        identifier: degrees[key]
        for profile in profiles
        for key, identifier in profile.identifiers.items()
        if key in degrees
    }


def _folded(degrees: Degrees, same: Mapping[Identifier, Identifier]) -> dict[Identifier, tuple[int, int]]:
    """The holders of a class are at least those of its most held value; those at hand are counted anyway."""
    found = dict(degrees)
    for value, one in same.items():
        trusted, holders = found.get(value, (0, 0))
        most = found.get(one, (0, 0))
        if holders or trusted:
            found[one] = (max(trusted, most[0]), max(holders, most[1]))
    return found


def _judgements(profiles: Sequence[StoredProfile]) -> list[Judgement]:
    """The standing judgements between profiles that are both given."""
    keys = {profile.id: profile.key for profile in profiles}
    return [
        Judgement(profile.key, keys[other], verdict)
        for profile in profiles
        for verdict, other in profile.judgements
        if other in keys
    ]


def _scores(profiles: Sequence[StoredProfile]) -> list[Score]:
    """A model's scores of pairs of which both are given."""
    keys = {profile.id: profile.key for profile in profiles}
    return [
        Score(profile.key, keys[other], probability)
        for profile in profiles
        for other, probability in profile.scores.items()
        if other in keys
    ]


def _evidence(profile: StoredProfile, same: Mapping[Identifier, Identifier]) -> ProfileEvidence:
    names, births = identity_values(profile.traits)
    return ProfileEvidence(
        key=profile.key,
        source_class=CLASSES[profile.founder_class],
        seq=profile.seq,
        names=names,
        birth_dates=births,
        holdings=tuple(
            Holding(
                identifier=same.get(profile.identifiers[key], profile.identifiers[key]),
                grade=use.grade,
                first=use.first,
                last=use.last,
                trusted_first=use.trusted_first,
                trusted_last=use.trusted_last,
            )
            for key, use in profile.uses.items()
        ),
    )


def _aliases(profiles: Sequence[StoredProfile]) -> dict[Identifier, Identifier]:
    """For each value that an alias joins to others of its namespace, the least value of its class.

    An alias says that a profile's own id is that value; it counts for nothing where the own id was disowned.
    """
    parent: dict[Identifier, Identifier] = {}

    def root(value: Identifier) -> Identifier:
        while parent.setdefault(value, value) != value:
            value = parent[value]
        return value

    for profile in profiles:
        for key, use in profile.uses.items():
            if not use.alias:
                continue
            other = profile.identifiers[key]
            own = Identifier(other.namespace, other.scope, profile.key[1])
            if own not in profile.identifiers.values():
                continue
            low, high = sorted((root(own), root(other)))
            parent[high] = low
    return {value: root(value) for value in parent}


def least(left: int | None, right: int | None) -> int | None:
    """The lesser time; None is no time."""
    return right if left is None else left if right is None else min(left, right)


def greatest(left: int | None, right: int | None) -> int | None:
    """The greater time; None is no time."""
    return right if left is None else left if right is None else max(left, right)
