"""What people decide about referrals. What is refused is data."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import IDEMPOTENCY_KEY
from api.gql.referral.refusals import (
    ReferralConflict,
    ReferralForbidden,
    ReferralInvalid,
    ReferralNotFound,
    managed,
)
from api.gql.referral.shapes import ReferralDetail, ReferralReview, detail_of, review_of
from graph.referral.verdict import Outcome

NOTE: Final = "Why, 1 to 1,000 characters; stored sealed, and gone when the friend is erased."


@strawberry.input(description="A decision on a referral.")
class DecideReferralInput:
    """A decision."""

    referral: strawberry.ID = strawberry.field(description="Its id.")
    outcome: Outcome = strawberry.field(description="What is decided.")
    note: str = strawberry.field(description=NOTE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="A decision on a review; deciding the same again changes nothing.")
class DecideReferralReviewInput:
    """A decision."""

    review: strawberry.ID = strawberry.field(description="Its key.")
    accept: bool = strawberry.field(
        description="True takes back what it is about; false leaves it with who has it."
    )
    note: str = strawberry.field(description=NOTE)


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
        by = info.context.caller.key_id
        return await managed(
            info,
            lambda services: services.referrals.decide(
                input.referral,
                input.outcome,
                note=input.note,
                by=by,
                idempotency_key=input.idempotency_key,
            ),
            detail_of,
        )

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
        by = info.context.caller.key_id
        return await managed(
            info,
            lambda services: services.referrals.decide_review(
                input.review, accept=input.accept, note=input.note, by=by
            ),
            review_of,
        )
