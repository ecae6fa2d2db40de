"""What people decide about referrals. What is refused is data."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import IDEMPOTENCY_KEY, MESSAGE, REMEDY
from api.gql.referral.shapes import ReferralDetail, ReferralReview, detail_of, review_of
from graph.access.roles import Permission
from graph.errors import ForbiddenError, InputError, NotFoundError
from graph.referral.verdict import Outcome

_NOTE = "Why, 1 to 1,000 characters; stored sealed, and gone when the friend is erased."


@strawberry.input(description="A decision on a referral.")
class DecideReferralInput:
    """A decision."""

    referral: strawberry.ID = strawberry.field(description="Its id.")
    outcome: Outcome = strawberry.field(description="What is decided.")
    note: str = strawberry.field(description=_NOTE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="A decision on a review; deciding the same again changes nothing.")
class DecideReferralReviewInput:
    """A decision."""

    review: strawberry.ID = strawberry.field(description="Its key.")
    accept: bool = strawberry.field(
        description="True takes back what it is about; false leaves it with who has it."
    )
    note: str = strawberry.field(description=_NOTE)


@strawberry.interface(name="ReferralError", description="Why nothing was decided.")
class Refused:
    """What every error says."""

    message: str = strawberry.field(description=MESSAGE)
    remedy: str = strawberry.field(description=REMEDY)


@strawberry.type(description="The key may not decide.")
class ReferralForbidden(Refused):
    """A key of another role."""


@strawberry.type(description="There is no such referral or review.")
class ReferralNotFound(Refused):
    """An unknown id."""


@strawberry.type(description="It cannot be decided so as it stands.")
class ReferralConflict(Refused):
    """A state that does not allow it."""


@strawberry.type(description="What was sent cannot be taken.")
class ReferralInvalid(Refused):
    """A mistake of the caller."""


DecideReferralPayload: TypeAlias = Annotated[
    ReferralDetail | ReferralForbidden | ReferralNotFound | ReferralConflict | ReferralInvalid,
    strawberry.union(
        "DecideReferralPayload", description="The referral with the decision, or why there is none."
    ),
]
DecideReferralReviewPayload: TypeAlias = Annotated[
    ReferralReview | ReferralForbidden | ReferralNotFound | ReferralConflict | ReferralInvalid,
    strawberry.union(
        "DecideReferralReviewPayload", description="The review as it was decided, or why it was not."
    ),
]
_Refusal: TypeAlias = ReferralForbidden | ReferralNotFound | ReferralConflict | ReferralInvalid


@strawberry.type(name="Mutation")
class ReferralMutation:
    """What can be done to referrals."""

    @strawberry.mutation(
        description="Clear or reject a referral, or take the last decision back; the judgement follows within a second "
        "or so. For programme managers and admins."
    )
    async def decide_referral(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            DecideReferralInput, strawberry.argument(description="Which, what and why.")
        ],
    ) -> DecideReferralPayload:
        """Two statements and a transaction."""
        context = info.context
        try:
            context.caller.require(Permission.MANAGE_PROGRAMMES)
            found = await context.services.referrals.decide(
                input.referral,
                input.outcome,
                note=input.note,
                by=context.caller.key_id,
                idempotency_key=input.idempotency_key,
            )
        except (ForbiddenError, InputError) as error:
            return _refused(error)
        return detail_of(found)

    @strawberry.mutation(
        description="Take back what a review is about, or leave it. For programme managers and admins."
    )
    async def decide_referral_review(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            DecideReferralReviewInput, strawberry.argument(description="Which, and why.")
        ],
    ) -> DecideReferralReviewPayload:
        """Two statements and a transaction."""
        context = info.context
        try:
            context.caller.require(Permission.MANAGE_PROGRAMMES)
            found = await context.services.referrals.decide_review(
                input.review, accept=input.accept, note=input.note, by=context.caller.key_id
            )
        except (ForbiddenError, InputError) as error:
            return _refused(error)
        return review_of(found)


def _refused(error: ForbiddenError | InputError) -> _Refusal:
    kind: type[_Refusal] = ReferralInvalid
    if isinstance(error, ForbiddenError):
        kind = ReferralForbidden
    elif isinstance(error, NotFoundError):
        kind = ReferralNotFound
    elif error.status == 409:
        kind = ReferralConflict
    return kind(message=error.message, remedy=error.remedy)
