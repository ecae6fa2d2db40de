"""Erasing over GraphQL: each mutation is one erasure, and answers a typed error or what went."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.gql.context import GqlInfo
from api.gql.erasure.shapes import (
    ErasePayload,
    EraseProfileInput,
    EraseUserInput,
    ErasureForbidden,
    ErasureInvalid,
    ErasureTargetInput,
    PreviewOf,
    ProfileNotFound,
    preview_of,
    success_of,
)
from graph.access.roles import Permission
from graph.erasure.model import ByPerson, ByProfile, ByRecord, ProfileNotFoundError, Target
from graph.errors import ForbiddenError, InputError


@strawberry.type(name="Mutation")
class ErasureMutation:
    """What a privacy officer can do."""

    @strawberry.mutation(
        description="Erase a profile for good: its key, evidence, messages and touchpoints go, and what its source "
        "sends of it again is dropped. Its oneId leads to the next founder of its person, or to nobody."
    )
    async def erase_profile(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            EraseProfileInput, strawberry.argument(description="Which profile, and why.")
        ],
    ) -> ErasePayload:
        """One transaction, and one in the keyring."""
        return await _erase(info, ByProfile(input.profile), input)

    @strawberry.mutation(description="Erase all profiles of the person a oneId leads to now.")
    async def erase_user(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            EraseUserInput, strawberry.argument(description="Which person, and why.")
        ],
    ) -> ErasePayload:
        """One transaction, and one in the keyring."""
        return await _erase(info, ByPerson(input.one_id), input)


@strawberry.type(name="Query")
class ErasureQuery:
    """What a privacy officer can ask."""

    @strawberry.field(
        description="What an erasure would remove now, without doing it; null where nobody is meant. Only for keys "
        "that may erase."
    )
    async def what_if_erase(
        self,
        info: GqlInfo,
        target: Annotated[ErasureTargetInput, strawberry.argument(description="Whom it would be about.")],
    ) -> PreviewOf | None:
        """Five to seven statements, and one for each 500 dead letters."""
        info.context.caller.require(Permission.ERASE)
        try:
            return preview_of(await info.context.services.erasures.what_if(_target(target)))
        except ProfileNotFoundError:
            return None


async def _erase(info: GqlInfo, target: Target, given: EraseProfileInput | EraseUserInput) -> ErasePayload:
    try:
        info.context.caller.require(Permission.ERASE)
        erasure = await info.context.services.erasures.erase(
            target, by=info.context.caller.key_id, why=given.why, idempotency_key=given.idempotency_key
        )
    except ForbiddenError as error:
        return ErasureForbidden(message=error.message, remedy=error.remedy)
    except ProfileNotFoundError as error:
        return ProfileNotFound(message=error.message, remedy=error.remedy)
    except InputError as error:
        return ErasureInvalid(message=error.message, remedy=error.remedy)
    return success_of(erasure)


def _target(given: ErasureTargetInput) -> Target:
    if given.profile:
        return ByProfile(given.profile.value)
    if given.record:
        return ByRecord(given.record.value.source, given.record.value.record)
    if given.user:
        return ByPerson(given.user.value)
    raise InputError("`target` names nobody.", remedy="Give exactly one.")
