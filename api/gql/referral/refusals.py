"""What a mutation of programmes and referrals answers where it refuses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import MESSAGE, REMEDY
from api.wiring import Services
from graph.access.roles import Permission
from graph.errors import ForbiddenError, InputError, NotFoundError


@strawberry.interface(name="ReferralError", description="Why nothing was done.")
class Refused:
    """What every error says."""

    message: str = strawberry.field(description=MESSAGE)
    remedy: str = strawberry.field(description=REMEDY)


@strawberry.type(description="The key may not do it.")
class ReferralForbidden(Refused):
    """A key of another role."""


@strawberry.type(description="There is none of this id.")
class ReferralNotFound(Refused):
    """An unknown id."""


@strawberry.type(description="It cannot be done as things stand.")
class ReferralConflict(Refused):
    """A state that does not allow it."""


@strawberry.type(description="What was sent cannot be taken.")
class ReferralInvalid(Refused):
    """A mistake of the caller."""


Refusal: TypeAlias = ReferralForbidden | ReferralNotFound | ReferralConflict | ReferralInvalid


Done = TypeVar("Done")
Answer = TypeVar("Answer")


async def managed(
    info: GqlInfo, work: Callable[[Services], Awaitable[Done]], shown: Callable[[Done], Answer]
) -> Answer | Refusal:
    """What a programme manager's work came to, as it is shown, or why it was refused."""
    try:
        info.context.caller.require(Permission.MANAGE_PROGRAMMES)
        done = await work(info.context.services)
    except (ForbiddenError, InputError) as error:
        return _refused(error)
    return shown(done)


def _refused(error: ForbiddenError | InputError) -> Refusal:
    """An error as it is answered: which kind, what is wrong, what to do about it."""
    kind: type[Refusal] = ReferralInvalid
    if isinstance(error, ForbiddenError):
        kind = ReferralForbidden
    elif isinstance(error, NotFoundError):
        kind = ReferralNotFound
    elif error.status == 409:
        kind = ReferralConflict
    return kind(message=error.message, remedy=error.remedy)
