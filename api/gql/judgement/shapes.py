"""Judgements in GraphQL: inputs, what comes of them, and the typed errors a client must handle."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, TypeAlias

import strawberry

from api.gql.profile.touchpoints import PageInfo
from api.gql.scalars import Instant
from graph.feed.reader import FedChange
from graph.identity.changes import ChangeKind, IdentityChange
from graph.judgement import model
from graph.judgement.model import Against, Judged, Kind, Outcome, Preview

strawberry.enum(Kind, name="JudgementKind", description="What a judgement says.")
strawberry.enum(
    ChangeKind, name="IdentityChangeKind", description="How profiles went from one user to another."
)
strawberry.enum(Against, name="ConflictKind", description="What forbids that two are one person.")


@strawberry.enum(description="What is wrong with an identifier.")
class IdentifierVerdict(Enum):
    """What is wrong with an identifier."""

    WRONG = "wrong"
    SHARED = "shared"


@strawberry.input(description="Two people or profiles, each by oneId or profile id.")
class PairInput:
    """Two that are judged."""

    a: strawberry.ID
    b: strawberry.ID


@strawberry.input(description="A person, and those of its profiles that are somebody else.")
class SplitInput:
    """A split."""

    one_id: strawberry.ID
    profiles: list[strawberry.ID]


@strawberry.input(description="A profile, and the person it is.")
class MoveInput:
    """A move."""

    profile: strawberry.ID
    to: strawberry.ID = strawberry.field(description="oneId or profile id.")


@strawberry.input(description="An identifier, and what is wrong with it.")
class MarkInput:
    """A mark."""

    of: strawberry.ID | None = strawberry.field(
        default=None, description="Of which profile or person it is WRONG; none for SHARED."
    )
    namespace: str
    value: str = strawberry.field(description="Of a scoped namespace perhaps as `scope/value`.")
    verdict: IdentifierVerdict


@strawberry.input(description="Why, and a key that makes it safe to send the judgement again.")
class ReasonInput:
    """What goes with every judgement."""

    why: str = ""
    idempotency_key: str | None = None


@strawberry.input(description="Exactly one change.", one_of=True)
class ChangeInput:
    """A change to preview."""

    same: strawberry.Maybe[PairInput]
    different: strawberry.Maybe[PairInput]
    split: strawberry.Maybe[SplitInput]
    move: strawberry.Maybe[MoveInput]
    mark: strawberry.Maybe[MarkInput]
    retract: strawberry.Maybe[strawberry.ID]


@strawberry.type(name="IdentityChange", description="Profiles that went together from one user to another.")
class Changed:
    """One change."""

    kind: ChangeKind
    one_id: strawberry.ID
    other: strawberry.ID
    profiles: list[strawberry.ID]


@strawberry.type(name="MarkedIdentifier", description="An identifier that a judgement marks.")
class Marked:
    """A marked identifier."""

    namespace: str
    value: str = strawberry.field(description="With its middle hidden.")


@strawberry.type(description="What a steward decided; it stands until it is retracted.")
class Judgement:
    """A judgement."""

    id: strawberry.ID
    kind: Kind
    by: str = strawberry.field(description="Id of the key that judged.")
    why: str | None
    recorded_at: Instant
    retracted_at: Instant | None
    retracted_by: str | None
    profiles: list[strawberry.ID]
    identifiers: list[Marked]


@strawberry.type(description="The judgement stands.")
class JudgementRecorded:
    """Success."""

    judgement: Judgement
    changes: list[Changed]
    repeated: bool = strawberry.field(description="True where it stood before: nothing was written.")


@strawberry.type(description="One thing that would have to change first.")
class MergeObstacle:
    """Evidence against."""

    kind: Against
    namespace: str | None
    values: list[str] = strawberry.field(description="With their middles hidden.")
    profiles: list[strawberry.ID]


@strawberry.interface(name="JudgementError", description="Why nothing was written.")
class Refused:
    """What every error says."""

    message: str
    remedy: str


@strawberry.type(description="An id leads to no profile and no user.")
class UserNotFound(Refused):
    """An unknown id."""

    ref: strawberry.ID


@strawberry.type(description="The two cannot be one person while the evidence is as it is.")
class MergeConflict(Refused):
    """A refused merge."""

    obstacles: list[MergeObstacle]


@strawberry.type(description="The key may not judge.")
class Forbidden(Refused):
    """A good key of another role."""


@strawberry.type(description="There is no such judgement, or nobody holds the identifier.")
class NotFound(Refused):
    """Something else that is not there."""


@strawberry.type(description="What was sent cannot be judged.")
class InvalidInput(Refused):
    """A mistake of the caller."""


JudgementPayload: TypeAlias = Annotated[
    JudgementRecorded | UserNotFound | MergeConflict | Forbidden | NotFound | InvalidInput,
    strawberry.union("JudgementPayload"),
]


@strawberry.type(description="How many things of a kind hang on profiles that would move.")
class AttachedCount:
    """A count."""

    type: str
    label: str
    count: int


@strawberry.type(name="ChangePreview", description="What a change would do now; nothing was written.")
class PreviewOf:
    """A preview."""

    changes: list[Changed]
    appearing: list[strawberry.ID] = strawberry.field(description="oneIds that would be borne.")
    vanishing: list[strawberry.ID] = strawberry.field(description="oneIds that nobody would bear.")
    profiles: int = strawberry.field(description="Profiles that would change user.")
    attached: list[AttachedCount]
    obstacles: list[MergeObstacle] = strawberry.field(description="Why it would be refused; else empty.")
    repeated: bool = strawberry.field(description="True where the same judgement stands.")


@strawberry.type
class IdentityChangeEdge:
    """A change with when and by what it came."""

    cursor: str
    at: Instant
    by: str = strawberry.field(description="The kind of write: `ingest`, `judgement` or `match`.")
    node: Changed


@strawberry.type
class IdentityChangeConnection:
    """A page of changes in commit order; pass `endCursor` back even where the page is empty."""

    edges: list[IdentityChangeEdge]
    page_info: PageInfo


def ids(values: tuple[str, ...]) -> list[strawberry.ID]:
    """Ids as GraphQL has them."""
    return [strawberry.ID(value) for value in values]


def changed_of(change: IdentityChange) -> Changed:
    """The change as GraphQL shows it."""
    return Changed(
        kind=change.kind,
        one_id=strawberry.ID(change.one_id),
        other=strawberry.ID(change.other),
        profiles=ids(change.profiles),
    )


def judgement_of(judged: Judged) -> Judgement:
    """The judgement as GraphQL shows it."""
    return Judgement(
        id=strawberry.ID(judged.id),
        kind=judged.kind,
        by=judged.by,
        why=judged.why,
        recorded_at=Instant(judged.recorded_at),
        retracted_at=None if judged.retracted_at is None else Instant(judged.retracted_at),
        retracted_by=judged.retracted_by,
        profiles=ids(judged.profiles),
        identifiers=[Marked(namespace=i.namespace, value=i.mask) for i in judged.identifiers],
    )


def recorded_of(outcome: Outcome) -> JudgementRecorded:
    """The outcome as GraphQL shows it."""
    return JudgementRecorded(
        judgement=judgement_of(outcome.judgement),
        changes=[changed_of(change) for change in outcome.changes],
        repeated=outcome.repeated,
    )


def obstacles_of(conflicts: tuple[model.Conflict, ...]) -> list[MergeObstacle]:
    """Conflicts as GraphQL shows them."""
    return [
        MergeObstacle(
            kind=conflict.against,
            namespace=conflict.namespace or None,
            values=list(conflict.values),
            profiles=ids(conflict.profiles),
        )
        for conflict in conflicts
    ]


def preview_of(preview: Preview) -> PreviewOf:
    """The preview as GraphQL shows it."""
    return PreviewOf(
        changes=[changed_of(change) for change in preview.changes],
        appearing=ids(preview.appearing),
        vanishing=ids(preview.vanishing),
        profiles=preview.profiles,
        attached=[AttachedCount(type=a.type, label=a.label, count=a.count) for a in preview.attached],
        obstacles=obstacles_of(preview.conflicts),
        repeated=preview.repeated,
    )


def fed_of(fed: FedChange) -> IdentityChangeEdge:
    """One of the feed as GraphQL shows it."""
    return IdentityChangeEdge(cursor=fed.cursor, at=Instant(fed.at), by=fed.kind, node=changed_of(fed.change))
