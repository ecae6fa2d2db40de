"""Judgements in GraphQL: inputs, what comes of them, and the typed errors a client must handle."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, TypeAlias

import strawberry

from api.gql.described import (
    CURSOR,
    EDGES,
    IDEMPOTENCY_KEY,
    MESSAGE,
    NODE,
    PAGE_INFO,
    REMEDY,
    describe_enum,
)
from api.gql.profile.touchpoints import PageInfo
from api.gql.scalars import Instant
from graph.feed.reader import FedChange
from graph.identity.changes import ChangeKind, IdentityChange
from graph.judgement import model
from graph.judgement.model import Against, Judged, Kind, Outcome, Preview

describe_enum(
    Kind,
    {
        Kind.SAME: "Two are one person.",
        Kind.DIFFERENT: "Two are never one person.",
        Kind.SPLIT: "Some profiles of a person are somebody else.",
        Kind.MOVE: "A profile is another person than the one it was with.",
        Kind.WRONG: "An identifier is not whose evidence says it is.",
        Kind.SHARED: "Several people use an identifier.",
    },
    name="JudgementKind",
    description="What a judgement says.",
)
describe_enum(
    ChangeKind,
    {
        ChangeKind.MERGED: "`other` is nobody now; the profiles joined `oneId`, who was there before.",
        ChangeKind.SPLIT: "`oneId` lives on; the profiles left it and are `other`, who was not there before.",
        ChangeKind.MOVED: "The profiles went from `other` to `oneId`; both were there before and are now.",
        ChangeKind.REFOUNDED: "`other` is nobody now; its profiles are `oneId`, who was not there before.",
    },
    name="IdentityChangeKind",
    description="How profiles went from one user to another.",
)
describe_enum(
    Against,
    {
        Against.IDENTIFIER: "Proven values of a namespace of which a person has one, as a government id.",
        Against.JUDGEMENT: "A judgement in force says that they differ.",
        Against.LIMIT: "Together they would have more values of the namespace than a person may have.",
        Against.CAP: "Together they would have more profiles than a person may have.",
        Against.CONTESTED: "Others fit as well.",
    },
    name="ConflictKind",
    description="What forbids that two are one person.",
)


@strawberry.enum(description="What is wrong with an identifier.")
class IdentifierVerdict(Enum):
    """What is wrong with an identifier."""

    WRONG = strawberry.enum_value(
        "wrong", description="It is not whose evidence says it is: there it counts no longer."
    )
    SHARED = strawberry.enum_value(
        "shared", description="Several people use it: it joins only those whose full names agree."
    )


@strawberry.input(description="Two people or profiles, each by oneId or profile id.")
class PairInput:
    """Two that are judged."""

    a: strawberry.ID = strawberry.field(description="A profile id, or a oneId, a former one too.")
    b: strawberry.ID = strawberry.field(description="A profile id, or a oneId, a former one too.")


@strawberry.input(description="A person, and those of its profiles that are somebody else.")
class SplitInput:
    """A split."""

    one_id: strawberry.ID = strawberry.field(description="The person's OneID, a former one too.")
    profiles: list[strawberry.ID] = strawberry.field(
        description="Profile ids of the person, some and not all; not the opaque `Profile.id`."
    )


@strawberry.input(description="A profile, and the person it is.")
class MoveInput:
    """A move."""

    profile: strawberry.ID = strawberry.field(description="A profile id, not the opaque `Profile.id`.")
    to: strawberry.ID = strawberry.field(
        description="The person: any oneId of theirs, or the id of one of their profiles."
    )


@strawberry.input(description="An identifier, and what is wrong with it.")
class MarkInput:
    """A mark."""

    of: strawberry.ID | None = strawberry.field(
        default=None,
        description="The profile or person of whom it is WRONG, by profile id or oneId; null for SHARED.",
    )
    namespace: str = strawberry.field(description="What the identifier is, as `phone`, `email`.")
    value: str = strawberry.field(
        description="The value in the clear, as a source would write it; of a scoped namespace `scope/value`."
    )
    verdict: IdentifierVerdict = strawberry.field(description="What is wrong with it.")


@strawberry.input(description="Why, and a key that makes it safe to send the judgement again.")
class ReasonInput:
    """What goes with every judgement."""

    why: str = strawberry.field(
        default="",
        description="The reason, at most 2,000 characters; it may name people, for it is sealed. "
        "Empty where none is given.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="Exactly one change.", one_of=True)
class ChangeInput:
    """A change to preview."""

    same: strawberry.Maybe[PairInput] = strawberry.field(description="As `confirmSame`.")
    different: strawberry.Maybe[PairInput] = strawberry.field(description="As `confirmDifferent`.")
    split: strawberry.Maybe[SplitInput] = strawberry.field(description="As `splitUser`.")
    move: strawberry.Maybe[MoveInput] = strawberry.field(description="As `moveProfile`.")
    mark: strawberry.Maybe[MarkInput] = strawberry.field(description="As `markIdentifier`.")
    retract: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description="As `retractJudgement`: the id of a judgement."
    )


@strawberry.type(name="IdentityChange", description="Profiles that went together from one user to another.")
class Changed:
    """One change."""

    kind: ChangeKind = strawberry.field(description="What became of them.")
    one_id: strawberry.ID = strawberry.field(description="Of a split whom they left, else who they are now.")
    other: strawberry.ID = strawberry.field(description="Of a split who they are now, else who they were.")
    profiles: list[strawberry.ID] = strawberry.field(description="Profile ids of those that went.")


@strawberry.type(name="MarkedIdentifier", description="An identifier that a judgement marks.")
class Marked:
    """A marked identifier."""

    namespace: str = strawberry.field(description="What it is, as `phone`, `email`.")
    value: str = strawberry.field(description="With its middle hidden, for everybody.")


@strawberry.type(description="What a steward decided; it stands until it is retracted.")
class Judgement:
    """A judgement."""

    id: strawberry.ID = strawberry.field(description="For `retractJudgement`; not for `node`.")
    kind: Kind = strawberry.field(description="What it says.")
    by: str = strawberry.field(description="Id of the key that judged.")
    why: str | None = strawberry.field(
        description="The reason given; null where it went with somebody who was erased."
    )
    recorded_at: Instant = strawberry.field(description="When it was made.")
    retracted_at: Instant | None = strawberry.field(
        description="When it was taken back; null while it stands."
    )
    retracted_by: str | None = strawberry.field(
        description="Id of the key that took it back; null while it stands."
    )
    profiles: list[strawberry.ID] = strawberry.field(description="Ids of the profiles it speaks of.")
    identifiers: list[Marked] = strawberry.field(
        description="The identifiers it marks; empty of other kinds."
    )


@strawberry.type(description="The judgement stands.")
class JudgementRecorded:
    """Success."""

    judgement: Judgement = strawberry.field(description="The judgement, as it is now.")
    changes: list[Changed] = strawberry.field(
        description="Who became who by it; empty where it moved nobody."
    )
    repeated: bool = strawberry.field(description="True where it stood before: nothing was written.")


@strawberry.type(description="One thing that would have to change first.")
class MergeObstacle:
    """Evidence against."""

    kind: Against = strawberry.field(description="What it is.")
    namespace: str | None = strawberry.field(description="Of which identifiers; null where it is about none.")
    values: list[str] = strawberry.field(description="With their middles hidden.")
    profiles: list[strawberry.ID] = strawberry.field(
        description="Ids of the profiles that hold them, or are concerned."
    )


@strawberry.interface(name="JudgementError", description="Why nothing was written.")
class Refused:
    """What every error says."""

    message: str = strawberry.field(description=MESSAGE)
    remedy: str = strawberry.field(description=REMEDY)


@strawberry.type(description="An id leads to no profile and no user.")
class UserNotFound(Refused):
    """An unknown id."""

    ref: strawberry.ID = strawberry.field(description="The id that leads to nobody, as it was sent.")


@strawberry.type(description="The two cannot be one person while the evidence is as it is.")
class MergeConflict(Refused):
    """A refused merge."""

    obstacles: list[MergeObstacle] = strawberry.field(description="All that forbids it.")


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
    strawberry.union("JudgementPayload", description="The judgement, or why nothing was written."),
]


@strawberry.type(description="How many things of a kind hang on profiles that would move.")
class AttachedCount:
    """A count."""

    type: str = strawberry.field(description="Type of the relationship, as `BROUGHT`.")
    label: str = strawberry.field(description="Label of what hangs there, as `Touchpoint`.")
    count: int = strawberry.field(description="How many such things.")


@strawberry.type(name="ChangePreview", description="What a change would do now; nothing was written.")
class PreviewOf:
    """A preview."""

    changes: list[Changed] = strawberry.field(description="Who would become who.")
    appearing: list[strawberry.ID] = strawberry.field(description="oneIds that would be borne.")
    vanishing: list[strawberry.ID] = strawberry.field(description="oneIds that nobody would bear.")
    profiles: int = strawberry.field(description="Profiles that would change user.")
    attached: list[AttachedCount] = strawberry.field(
        description="What hangs on those profiles and would go with them, by type and label."
    )
    obstacles: list[MergeObstacle] = strawberry.field(description="Why it would be refused; else empty.")
    repeated: bool = strawberry.field(description="True where the same judgement stands.")


@strawberry.type(description="A change, with when and by what it came.")
class IdentityChangeEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    at: Instant = strawberry.field(description="When it was committed.")
    by: str = strawberry.field(description="The kind of write: `ingest`, `judgement` or `match`.")
    node: Changed = strawberry.field(description=NODE)


@strawberry.type(
    description="A page of changes in commit order; pass `endCursor` back even where the page is empty."
)
class IdentityChangeConnection:
    """A page."""

    edges: list[IdentityChangeEdge] = strawberry.field(description=EDGES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


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
