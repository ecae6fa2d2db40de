"""Erasures in GraphQL: inputs, what comes of them, and the typed errors a client must handle."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from api.gql.judgement.shapes import Changed, changed_of, ids
from api.gql.scalars import Instant
from graph.erasure.model import Erasure, ErasurePreview, Removed, Tombstone


@strawberry.input(description="A profile as its source knows it.")
class RecordInput:
    """A record."""

    source: str
    record: str


@strawberry.input(description="Exactly one profile or person.", one_of=True)
class ErasureTargetInput:
    """Whom an erasure is about."""

    profile: strawberry.Maybe[strawberry.ID] = strawberry.field(description="The id of a profile.")
    record: strawberry.Maybe[RecordInput]
    user: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description="A oneId: all profiles of the person it leads to now."
    )


@strawberry.input(
    description="A profile that is to be erased, why, and a key that makes it safe to ask again."
)
class EraseProfileInput:
    """An erasure of one profile."""

    profile: strawberry.ID
    why: str = ""
    idempotency_key: str | None = None


@strawberry.input(description="A person who is to be erased, why, and a key that makes it safe to ask again.")
class EraseUserInput:
    """An erasure of all profiles of a person."""

    one_id: strawberry.ID
    why: str = ""
    idempotency_key: str | None = None


@strawberry.type(name="Tombstone", description="What is left of an erased profile.")
class TombstoneOf:
    """A tombstone."""

    profile: strawberry.ID
    birth_id: strawberry.ID = strawberry.field(description="The oneId it was born with.")
    successor: strawberry.ID | None = strawberry.field(
        description="Birth id of the next founder, to whose person `birthId` leads; null where nobody was left."
    )
    at: Instant


@strawberry.type(
    name="ErasedCounts", description="How much goes; what others have, too, stays and is not counted."
)
class Counts:
    """Counts."""

    profiles: int
    messages: int
    touchpoints: int
    evidence: int = strawberry.field(description="Relations to identifiers.")
    identifiers: int
    vehicles: int
    corrections: int
    judgements: int
    dead_letters: int


@strawberry.type(description="The profiles are gone, and their keys shredded.")
class EraseSuccess:
    """Success."""

    tombstones: list[TombstoneOf]
    removed: Counts
    changes: list[Changed] = strawberry.field(description="Who is who among the others.")
    repeated: bool = strawberry.field(description="True where it was done before: nothing was written.")


@strawberry.type(name="ErasurePreview", description="What an erasure would do now; nothing was written.")
class PreviewOf:
    """A preview."""

    profiles: list[strawberry.ID]
    removed: Counts
    changes: list[Changed]
    repeated: bool = strawberry.field(description="True where it was done before.")


@strawberry.interface(name="ErasureError", description="Why nothing was erased.")
class Refused:
    """What every error says."""

    message: str
    remedy: str


@strawberry.type(description="There is no such profile or person, and none was erased.")
class ProfileNotFound(Refused):
    """An unknown id."""


@strawberry.type(description="The key may not erase.")
class ErasureForbidden(Refused):
    """A key of another role."""


@strawberry.type(description="What was sent cannot be taken.")
class ErasureInvalid(Refused):
    """A mistake of the caller."""


ErasePayload: TypeAlias = Annotated[
    EraseSuccess | ProfileNotFound | ErasureForbidden | ErasureInvalid, strawberry.union("ErasePayload")
]


def counts_of(removed: Removed) -> Counts:
    """Counts as GraphQL shows them."""
    return Counts(
        profiles=removed.profiles,
        messages=removed.messages,
        touchpoints=removed.touchpoints,
        evidence=removed.evidence,
        identifiers=removed.identifiers,
        vehicles=removed.vehicles,
        corrections=removed.corrections,
        judgements=removed.judgements,
        dead_letters=removed.dead_letters,
    )


def tombstone_of(tombstone: Tombstone) -> TombstoneOf:
    """A tombstone as GraphQL shows it."""
    return TombstoneOf(
        profile=strawberry.ID(tombstone.profile_id),
        birth_id=strawberry.ID(tombstone.birth_id),
        successor=None if tombstone.successor is None else strawberry.ID(tombstone.successor),
        at=Instant(tombstone.at),
    )


def success_of(erasure: Erasure) -> EraseSuccess:
    """An erasure as GraphQL shows it."""
    return EraseSuccess(
        tombstones=[tombstone_of(one) for one in erasure.tombstones],
        removed=counts_of(erasure.removed),
        changes=[changed_of(change) for change in erasure.changes],
        repeated=erasure.repeated,
    )


def preview_of(preview: ErasurePreview) -> PreviewOf:
    """A preview as GraphQL shows it."""
    return PreviewOf(
        profiles=ids(preview.profiles),
        removed=counts_of(preview.removed),
        changes=[changed_of(change) for change in preview.changes],
        repeated=preview.repeated,
    )
