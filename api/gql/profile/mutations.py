"""Manual corrections of the golden record, by whoever may see what they correct."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import IDEMPOTENCY_KEY, MESSAGE, REMEDY, OneId
from api.gql.ids import global_id, parse_id
from api.gql.profile.golden import CORRECTION
from api.gql.profile.records import Profile, profile_of
from api.gql.scalars import Instant
from graph.access.roles import Permission
from graph.errors import ForbiddenError, InputError, NotFoundError
from graph.profile.corrections import CorrectionService, StoredCorrection
from graph.profile.golden import text_of
from graph.profile.view import ProfileView


@strawberry.type(description="A value that was set by hand; while it stands it wins over every source.")
class Correction:
    """A manual correction, as those see it who may correct."""

    id: strawberry.ID = strawberry.field(description="Opaque; for `takeFieldBack`, not for `node`.")
    field: str = strawberry.field(description="A trait's name, or `phone` or `email`.")
    value: str = strawberry.field(
        description="The value that was set, as text, in the clear; what is no text is JSON."
    )
    why: str = strawberry.field(description="The reason given.")
    by: str = strawberry.field(description="Id of the key that corrected.")
    profile: Profile = strawberry.field(description="The profile it stands on, wherever that profile goes.")
    recorded_at: Instant = strawberry.field(description="When it was made.")
    retracted_at: Instant | None = strawberry.field(
        description="When it was taken back; null while it stands."
    )


@strawberry.input(description="A field of a person, and the value to show of it.")
class SetFieldInput:
    """A correction to make."""

    one_id: strawberry.ID = strawberry.field(
        description="The person's OneID; a former one means whoever it leads to now."
    )
    field: str = strawberry.field(description="A trait's name, or `phone` or `email`.")
    value: str = strawberry.field(description="1 to 1,000 characters, read as a source's would be.")
    why: str = strawberry.field(
        description="The reason, 1 to 1,000 characters. It is sealed, and shown to who may see personal values."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="A correction to take back.")
class TakeFieldBackInput:
    """A correction that shall not stand any more."""

    correction: strawberry.ID = strawberry.field(
        description="`id` of a `Correction`, or `correction` of a `ValueProvenance`."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="The correction as it stands now.")
class FieldCorrected:
    """Success."""

    correction: Correction = strawberry.field(
        description="The correction; it has `retractedAt` once it is taken back."
    )
    repeated: bool = strawberry.field(description="True where it was so before: nothing was written.")


@strawberry.interface(name="CorrectionError", description="Why nothing was written.")
class Refused:
    """What every error says."""

    message: str = strawberry.field(description=MESSAGE)
    remedy: str = strawberry.field(description=REMEDY)


@strawberry.type(description="The oneId leads to nobody, or there is no such correction.")
class CorrectionNotFound(Refused):
    """An unknown id."""


@strawberry.type(description="The key may not see personal values, so it may not set them.")
class CorrectionForbidden(Refused):
    """A key of another role."""


@strawberry.type(description="What was sent cannot be taken.")
class CorrectionInvalid(Refused):
    """A mistake of the caller."""


CorrectionPayload: TypeAlias = Annotated[
    FieldCorrected | CorrectionNotFound | CorrectionForbidden | CorrectionInvalid,
    strawberry.union("CorrectionPayload", description="The correction, or why nothing was written."),
]


@strawberry.type(name="Mutation")
class ProfileMutation:
    """What can be done to the golden record."""

    @strawberry.mutation(
        description="Set a field of a person by hand. The latest standing correction of a field is shown, whatever "
        "sources state; it stands on the founder's profile and goes with it through merges and splits."
    )
    async def set_field(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            SetFieldInput, strawberry.argument(description="Of whom which field, what to show, and why.")
        ],
    ) -> CorrectionPayload:
        """Three statements; needs the permission to see personal values."""
        by = info.context.caller.key_id
        return await _told(
            info,
            lambda service: service.correct(
                input.one_id,
                input.field,
                input.value,
                why=input.why,
                by=by,
                idempotency_key=input.idempotency_key,
            ),
        )

    @strawberry.mutation(description="Take a correction back; taking it back twice is harmless.")
    async def take_field_back(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            TakeFieldBackInput, strawberry.argument(description="Which correction.")
        ],
    ) -> CorrectionPayload:
        """Up to four statements; needs the permission to see personal values."""
        by = info.context.caller.key_id
        return await _told(
            info,
            lambda service: service.retract(
                _correction_id(input.correction), by=by, idempotency_key=input.idempotency_key
            ),
        )

    @strawberry.mutation(
        deprecation_reason="Use `setField`, whose errors are data.",
        description="Set a field of a person by hand. The latest standing correction of a field is shown, "
        "whatever sources state; it stands on the founder's profile and goes with it through merges and splits.",
    )
    async def correct_field(
        self,
        info: GqlInfo,
        one_id: OneId,
        field: Annotated[str, strawberry.argument(description="A trait's name, or `phone` or `email`.")],
        value: Annotated[
            str, strawberry.argument(description="1 to 1,000 characters, read as a source's would be.")
        ],
        why: Annotated[str, strawberry.argument(description="The reason, 1 to 1,000 characters.")],
    ) -> Correction:
        """Three statements; needs the permission to see personal values."""
        caller = info.context.caller
        caller.require(Permission.CLEAR_IDENTIFIERS)
        made = await info.context.services.corrections.correct(
            one_id, field, value, why=why, by=caller.key_id
        )
        return _correction_of(made)

    @strawberry.mutation(
        deprecation_reason="Use `takeFieldBack`, whose errors are data.",
        description="Take a correction back; taking it back twice is harmless.",
    )
    async def retract_correction(
        self,
        info: GqlInfo,
        id: Annotated[  # noqa: A002 - Relay's name
            strawberry.ID, strawberry.argument(description="`id` of a `Correction`.")
        ],
    ) -> Correction:
        """Up to four statements; needs the permission to see personal values."""
        caller = info.context.caller
        caller.require(Permission.CLEAR_IDENTIFIERS)
        made = await info.context.services.corrections.retract(_correction_id(id), by=caller.key_id)
        return _correction_of(made)


async def _told(
    info: GqlInfo, work: Callable[[CorrectionService], Awaitable[StoredCorrection]]
) -> CorrectionPayload:
    try:
        info.context.caller.require(Permission.CLEAR_IDENTIFIERS)
        made = await work(info.context.services.corrections)
    except ForbiddenError as error:
        return CorrectionForbidden(message=error.message, remedy=error.remedy)
    except NotFoundError as error:
        return CorrectionNotFound(message=error.message, remedy=error.remedy)
    except InputError as error:
        return CorrectionInvalid(message=error.message, remedy=error.remedy)
    return FieldCorrected(correction=_correction_of(made), repeated=made.repeated)


def _correction_id(id_: str) -> str:
    parsed = parse_id(id_)
    if parsed is None or parsed[0] != CORRECTION:
        raise NotFoundError("There is no such correction.", remedy="Give the id as it came.")
    return parsed[1]


def _correction_of(stored: StoredCorrection) -> Correction:
    made = stored.correction
    return Correction(
        id=strawberry.ID(global_id(CORRECTION, made.id)),
        field=made.field,
        value=text_of(made.field, made.value),
        why=made.why,
        by=made.by,
        profile=profile_of(ProfileView(made.profile_id, made.source, made.record_id)),
        recorded_at=Instant(made.recorded_at),
        retracted_at=None if stored.retracted_at is None else Instant(stored.retracted_at),
    )
