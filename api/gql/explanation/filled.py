"""Explanations from the views of `graph.explanation` to GraphQL's types."""

from __future__ import annotations

from collections.abc import Iterable

import strawberry

from api.gql.explanation.shapes import (
    BuildStep,
    EvidenceLink,
    ExplainedIdentifier,
    ExplainedRecord,
    ExplanationBasis,
    FieldWeight,
    Hindrance,
    How,
    JoinRefusal,
    NearlyFull,
    NeededChange,
    PastAnswer,
    RecordGroup,
    StoredDecision,
    UntoldPart,
    WeakestLinks,
    WeakLink,
    Why,
    WhyNot,
)
from api.gql.scalars import Instant
from graph.explanation import model


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
