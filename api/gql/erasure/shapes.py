"""Erasures in GraphQL: inputs, what comes of them, and the typed errors a client must handle."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from api.gql.described import IDEMPOTENCY_KEY, MESSAGE, REMEDY
from api.gql.judgement.shapes import Changed, changed_of, ids
from api.gql.scalars import Instant
from graph.erasure.model import Erasure, ErasurePreview, Removed, Tombstone


@strawberry.input(description="A profile as its source knows it.")
class RecordInput:
    """A record."""

    source: str = strawberry.field(description="Name of the source.")
    record: str = strawberry.field(
        description="Id of the record in the source, in the clear; it is not logged."
    )


@strawberry.input(description="Exactly one profile or person.", one_of=True)
class ErasureTargetInput:
    """Whom an erasure is about."""

    profile: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description="A profile id, not the opaque `Profile.id`."
    )
    record: strawberry.Maybe[RecordInput] = strawberry.field(
        description="A profile, by source and record id."
    )
    user: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description="A oneId: all profiles of the person it leads to now."
    )


@strawberry.input(
    description="A profile that is to be erased, why, and a key that makes it safe to ask again."
)
class EraseProfileInput:
    """An erasure of one profile."""

    profile: strawberry.ID = strawberry.field(
        description="A profile id, as `likelyPairs` and `identityChanges` tell it; not the opaque `Profile.id`."
    )
    why: str = strawberry.field(
        default="",
        description="The reason, at most 2,000 characters; it is sealed. Empty where none is given.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="A person who is to be erased, why, and a key that makes it safe to ask again.")
class EraseUserInput:
    """An erasure of all profiles of a person."""

    one_id: strawberry.ID = strawberry.field(
        description="The person's OneID; a former one means whoever it leads to now."
    )
    why: str = strawberry.field(
        default="",
        description="The reason, at most 2,000 characters; it is sealed. Empty where none is given.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(name="Tombstone", description="What is left of an erased profile.")
class TombstoneOf:
    """A tombstone."""

    profile: strawberry.ID = strawberry.field(description="Id of the profile that is gone.")
    birth_id: strawberry.ID = strawberry.field(description="The oneId it was born with.")
    successor: strawberry.ID | None = strawberry.field(
        description="Birth id of the next founder, to whose person `birthId` leads; null where nobody was left."
    )
    at: Instant = strawberry.field(description="When it was erased.")


@strawberry.type(
    name="ErasedCounts", description="How much goes; what others have, too, stays and is not counted."
)
class Counts:
    """Counts."""

    profiles: int = strawberry.field(description="Profiles.")
    messages: int = strawberry.field(description="Messages that were kept of them, contacts among them.")
    touchpoints: int = strawberry.field(description="Messages that were contacts.")
    evidence: int = strawberry.field(description="Relations to identifiers.")
    identifiers: int = strawberry.field(description="Identifiers that nobody else has.")
    vehicles: int = strawberry.field(description="Vehicles that nobody else has.")
    corrections: int = strawberry.field(description="Manual corrections that stood on them.")
    judgements: int = strawberry.field(description="Judgements that spoke of nobody else.")
    dead_letters: int = strawberry.field(description="Messages of theirs that could not be stored.")


@strawberry.type(description="The profiles are gone, and their keys shredded.")
class EraseSuccess:
    """Success."""

    tombstones: list[TombstoneOf] = strawberry.field(description="One for each profile that is gone.")
    removed: Counts = strawberry.field(description="How much went.")
    changes: list[Changed] = strawberry.field(description="Who is who among the others.")
    repeated: bool = strawberry.field(description="True where it was done before: nothing was written.")


@strawberry.type(name="ErasurePreview", description="What an erasure would do now; nothing was written.")
class PreviewOf:
    """A preview."""

    profiles: list[strawberry.ID] = strawberry.field(description="Ids of the profiles that would go.")
    removed: Counts = strawberry.field(description="How much would go.")
    changes: list[Changed] = strawberry.field(description="Who would be who among the others.")
    repeated: bool = strawberry.field(description="True where it was done before.")


@strawberry.interface(name="ErasureError", description="Why nothing was erased.")
class Refused:
    """What every error says."""

    message: str = strawberry.field(description=MESSAGE)
    remedy: str = strawberry.field(description=REMEDY)


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
    EraseSuccess | ProfileNotFound | ErasureForbidden | ErasureInvalid,
    strawberry.union("ErasePayload", description="What went, or why nothing was erased."),
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
