"""Explanations in GraphQL: codes and facts, and a sentence for each."""

from __future__ import annotations

from collections.abc import Iterable

import strawberry

from api.gql.scalars import Instant
from graph.explanation import model
from graph.explanation.model import Language, Untold
from graph.identity.evidence import Grade
from graph.identity.explain_facts import Change, LinkKind, Obstacle

strawberry.enum(Language, name="Language", description="In which language sentences are.")
strawberry.enum(Untold, name="Untold", description="What cannot be told of the past, or not as it was.")
strawberry.enum(LinkKind, name="LinkKind", description="What ties two records.")
strawberry.enum(Obstacle, name="Obstacle", description="What keeps two records apart.")
strawberry.enum(Change, name="EvidenceChange", description="One change of evidence.")
strawberry.enum(Grade, name="EvidenceGrade", description="How well an identifier is known to be theirs.")


@strawberry.type(description="A record that an explanation speaks of.")
class ExplainedRecord:
    """A profile."""

    label: str = strawberry.field(description="What the sentences of this answer call it.")
    id: strawberry.ID = strawberry.field(description="Profile id.")
    source: str
    record_id: str | None = strawberry.field(description="Null where the key may see masked values only.")


@strawberry.type(description="An identifier as the key may see it.")
class ExplainedIdentifier:
    """An identifier."""

    namespace: str
    scope: str
    value: str


@strawberry.type(description="What a field said of a pair: positive bits speak for one person.")
class FieldWeight:
    """A weight."""

    field: str
    level: str
    bits: float


@strawberry.type(description="One link between two records.")
class EvidenceLink:
    """A link."""

    kind: LinkKind
    tier: str = strawberry.field(description="Code of the strength with which it joined.")
    left: ExplainedRecord
    right: ExplainedRecord
    identifier: ExplainedIdentifier | None
    left_value: str | None
    right_value: str | None
    left_grade: Grade | None
    right_grade: Grade | None
    identifier_class: str | None = strawberry.field(description="`personal`, `shared`, `generic` or `hot`.")
    people: int | None = strawberry.field(description="How many provably different people use it.")
    name: str | None = strawberry.field(description="The equal name that the link needed.")
    probability: float | None
    model: str | None = strawberry.field(description="Version of the model of a score.")
    weights: list[FieldWeight] = strawberry.field(
        description="Of a score, field by field; empty where it cannot be told any more."
    )
    sentence: str


@strawberry.type(description="By what an answer was made.")
class ExplanationBasis:
    """A basis."""

    rules: str = strawberry.field(description="Version of today's rules, by which links are told.")
    outdated: bool = strawberry.field(description="True where something was decided by other rules.")
    differs: bool = strawberry.field(description="True where today's rules would put the records otherwise.")


@strawberry.type(description="What was decided of a record, as it was stored then; never recomputed.")
class StoredDecision:
    """A decision."""

    record: ExplainedRecord
    one_id: strawberry.ID
    since: Instant
    until: Instant | None = strawberry.field(description="Null while it stands.")
    tier: str
    rule: str
    namespace: str | None
    rules: str = strawberry.field(description="Version of the rules that decided.")
    model: str | None = strawberry.field(description="Version of the model, where a score decided.")
    current: bool = strawberry.field(description="Whether `rules` are today's.")
    sentence: str


@strawberry.type(description="One thing that cannot be told of the past, or not as it was.")
class UntoldPart:
    """A gap."""

    code: Untold
    sentence: str


@strawberry.type(description="What an answer about the past says beside.")
class PastAnswer:
    """The past."""

    as_of: Instant
    decisions: list[StoredDecision] = strawberry.field(
        description="Of the records spoken of, the decisions that stood then, as they were stored."
    )
    untold: list[UntoldPart]


@strawberry.type(description="Why two records are one person.")
class Why:
    """The answer of `why`."""

    left: ExplainedRecord
    right: ExplainedRecord
    same: bool = strawberry.field(description="Whether they are one person, or were at `asOf`.")
    path: list[EvidenceLink]
    basis: ExplanationBasis
    sentence: str
    past: PastAnswer | None = strawberry.field(description="With `asOf`; else null.")


@strawberry.type(description="One thing that keeps two records apart; what does not concern it is null.")
class Hindrance:
    """An obstacle."""

    obstacle: Obstacle
    namespace: str | None
    left_values: list[str]
    right_values: list[str]
    records: list[ExplainedRecord]
    identifier: ExplainedIdentifier | None
    identifier_class: str | None
    count: int | None
    limit: int | None
    probability: float | None
    needed: float | None
    tier: str | None
    sentence: str


@strawberry.type(description="One change of evidence, which alone decides.")
class NeededChange:
    """A change."""

    change: Change
    records: list[ExplainedRecord]
    identifier: ExplainedIdentifier | None
    name: str | None
    probability: float | None
    sentence: str


@strawberry.type(description="Why two records are not one person.")
class WhyNot:
    """The answer of `whyNot`."""

    left: ExplainedRecord
    right: ExplainedRecord
    same: bool = strawberry.field(description="Whether they are one person, or were at `asOf`.")
    hindrances: list[Hindrance] = strawberry.field(description="First the one that decides.")
    needed: list[NeededChange] = strawberry.field(
        description="Changes of which each alone would make them one person."
    )
    basis: ExplanationBasis
    sentence: str
    past: PastAnswer | None = strawberry.field(description="With `asOf`; else null.")


@strawberry.type(description="Records that were or would be one person.")
class RecordGroup:
    """A part."""

    records: list[ExplainedRecord]


@strawberry.type(description="One step that built a person.")
class BuildStep:
    """A step."""

    number: int
    tier: str
    parts: list[RecordGroup]
    links: list[EvidenceLink]
    sentence: str


@strawberry.type(description="What was not joined, since a size forbids it.")
class JoinRefusal:
    """A refusal."""

    rule: str
    tier: str
    namespace: str | None
    records: list[ExplainedRecord]
    sentence: str


@strawberry.type(description="A size that is nearly reached: told before anything changes.")
class NearlyFull:
    """A size nearly reached."""

    size: str
    namespace: str | None
    count: int
    limit: int
    sentence: str


@strawberry.type(description="How a person came to be.")
class How:
    """The answer of `how`."""

    one_id: strawberry.ID
    records: list[ExplainedRecord]
    steps: list[BuildStep]
    refusals: list[JoinRefusal]
    near: list[NearlyFull]
    history: list[StoredDecision] = strawberry.field(
        description="By time; of each record at most the latest 100 decisions."
    )
    basis: ExplanationBasis
    sentence: str
    past: PastAnswer | None = strawberry.field(description="With `asOf`; else null.")


@strawberry.type(description="One removal that would split a person.")
class WeakLink:
    """A weak link."""

    removal: NeededChange
    parts: list[RecordGroup]
    sentence: str


@strawberry.type(description="What would split a person.")
class WeakestLinks:
    """The answer of `weakestLinks`."""

    one_id: strawberry.ID
    records: list[ExplainedRecord]
    links: list[WeakLink] = strawberry.field(
        description="Those that take away most first; at most 20 are tried."
    )
    basis: ExplanationBasis
    sentence: str


def why_of(view: model.WhyView) -> Why:
    """The view as GraphQL shows it."""
    return Why(
        left=_record(view.left),
        right=_record(view.right),
        same=view.same,
        path=list(map(_link, view.path)),
        basis=_basis(view.basis),
        sentence=view.sentence,
        past=_past(view.past),
    )


def why_not_of(view: model.WhyNotView) -> WhyNot:
    """The view as GraphQL shows it."""
    return WhyNot(
        left=_record(view.left),
        right=_record(view.right),
        same=view.same,
        hindrances=list(map(_hindrance, view.hindrances)),
        needed=list(map(_change, view.needed)),
        basis=_basis(view.basis),
        sentence=view.sentence,
        past=_past(view.past),
    )


def how_of(view: model.HowView) -> How:
    """The view as GraphQL shows it."""
    return How(
        one_id=strawberry.ID(view.one_id),
        records=_records(view.records),
        steps=[
            BuildStep(
                number=step.number,
                tier=step.tier,
                parts=_groups(step.parts),
                links=list(map(_link, step.links)),
                sentence=step.sentence,
            )
            for step in view.steps
        ],
        refusals=[
            JoinRefusal(
                rule=no.rule,
                tier=no.tier,
                namespace=no.namespace,
                records=_records(no.records),
                sentence=no.sentence,
            )
            for no in view.refusals
        ],
        near=[
            NearlyFull(
                size=near.size,
                namespace=near.namespace,
                count=near.count,
                limit=near.limit,
                sentence=near.sentence,
            )
            for near in view.near
        ],
        history=list(map(_decision, view.history)),
        basis=_basis(view.basis),
        sentence=view.sentence,
        past=_past(view.past),
    )


def weakest_of(view: model.WeakestLinksView) -> WeakestLinks:
    """The view as GraphQL shows it."""
    return WeakestLinks(
        one_id=strawberry.ID(view.one_id),
        records=_records(view.records),
        links=[
            WeakLink(removal=_change(link.removal), parts=_groups(link.parts), sentence=link.sentence)
            for link in view.links
        ],
        basis=_basis(view.basis),
        sentence=view.sentence,
    )


def _record(view: model.RecordView) -> ExplainedRecord:
    return ExplainedRecord(
        label=view.label, id=strawberry.ID(view.id), source=view.source, record_id=view.record_id
    )


def _records(views: Iterable[model.RecordView]) -> list[ExplainedRecord]:
    return list(map(_record, views))


def _groups(parts: Iterable[Iterable[model.RecordView]]) -> list[RecordGroup]:
    return [RecordGroup(records=_records(part)) for part in parts]


def _identifier(view: model.IdentifierView | None) -> ExplainedIdentifier | None:
    if view is None:
        return None
    return ExplainedIdentifier(namespace=view.namespace, scope=view.scope, value=view.value)


def _basis(view: model.BasisView) -> ExplanationBasis:
    return ExplanationBasis(rules=view.rules, outdated=view.outdated, differs=view.differs)


def _link(view: model.LinkView) -> EvidenceLink:
    return EvidenceLink(
        kind=view.kind,
        tier=view.tier,
        left=_record(view.left),
        right=_record(view.right),
        identifier=_identifier(view.identifier),
        left_value=view.left_value,
        right_value=view.right_value,
        left_grade=view.left_grade,
        right_grade=view.right_grade,
        identifier_class=view.identifier_class,
        people=view.people,
        name=view.name,
        probability=view.probability,
        model=view.model,
        weights=[FieldWeight(field=w.field, level=w.level, bits=w.bits) for w in view.weights],
        sentence=view.sentence,
    )


def _hindrance(view: model.HindranceView) -> Hindrance:
    return Hindrance(
        obstacle=view.obstacle,
        namespace=view.namespace,
        left_values=list(view.left_values),
        right_values=list(view.right_values),
        records=_records(view.records),
        identifier=_identifier(view.identifier),
        identifier_class=view.identifier_class,
        count=view.count,
        limit=view.limit,
        probability=view.probability,
        needed=view.needed,
        tier=view.tier,
        sentence=view.sentence,
    )


def _change(view: model.ChangeView) -> NeededChange:
    return NeededChange(
        change=view.change,
        records=_records(view.records),
        identifier=_identifier(view.identifier),
        name=view.name,
        probability=view.probability,
        sentence=view.sentence,
    )


def _past(view: model.PastView | None) -> PastAnswer | None:
    if view is None:
        return None
    return PastAnswer(
        as_of=Instant(view.as_of),
        decisions=list(map(_decision, view.decisions)),
        untold=[UntoldPart(code=one.code, sentence=one.sentence) for one in view.untold],
    )


def _decision(view: model.DecisionView) -> StoredDecision:
    return StoredDecision(
        record=_record(view.record),
        one_id=strawberry.ID(view.one_id),
        since=Instant(view.since),
        until=None if view.until is None else Instant(view.until),
        tier=view.tier,
        rule=view.rule,
        namespace=view.namespace,
        rules=view.rules,
        model=view.model,
        current=view.current,
        sentence=view.sentence,
    )
