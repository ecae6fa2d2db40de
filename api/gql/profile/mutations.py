"""Manual corrections of the golden record, by whoever may see what they correct."""

from __future__ import annotations

import strawberry

from api.gql.context import GqlInfo
from api.gql.ids import global_id, parse_id
from api.gql.profile.golden import CORRECTION
from api.gql.profile.records import Profile, profile_of
from api.gql.scalars import Instant
from graph.access.roles import Permission
from graph.errors import NotFoundError
from graph.profile.corrections import StoredCorrection
from graph.profile.golden import text_of
from graph.profile.view import ProfileView


@strawberry.type(description="A value that was set by hand; while it stands it wins over every source.")
class Correction:
    """A manual correction, as those see it who may correct."""

    id: strawberry.ID
    field: str
    value: str
    why: str
    by: str = strawberry.field(description="Id of the key that corrected.")
    profile: Profile = strawberry.field(description="The profile it stands on, wherever that profile goes.")
    recorded_at: Instant
    retracted_at: Instant | None


@strawberry.type(name="Mutation")
class ProfileMutation:
    """What can be done to the golden record."""

    @strawberry.mutation(
        description="Set a field of a person by hand. The latest standing correction of a field is shown, "
        "whatever sources state; it stands on the founder's profile and goes with it through merges and splits."
    )
    async def correct_field(
        self, info: GqlInfo, one_id: strawberry.ID, field: str, value: str, why: str
    ) -> Correction:
        """Three statements; needs the permission to see personal values."""
        caller = info.context.caller
        caller.require(Permission.CLEAR_IDENTIFIERS)
        made = await info.context.services.corrections.correct(
            one_id, field, value, why=why, by=caller.key_id
        )
        return _correction_of(made)

    @strawberry.mutation(description="Take a correction back; taking it back twice is harmless.")
    async def retract_correction(self, info: GqlInfo, id: strawberry.ID) -> Correction:  # noqa: A002 - Relay's name
        """Up to four statements; needs the permission to see personal values."""
        caller = info.context.caller
        caller.require(Permission.CLEAR_IDENTIFIERS)
        parsed = parse_id(id)
        if parsed is None or parsed[0] != CORRECTION:
            raise NotFoundError("There is no such correction.", remedy="Give the id as it came.")
        return _correction_of(await info.context.services.corrections.retract(parsed[1], by=caller.key_id))


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
