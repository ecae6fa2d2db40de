"""What referral tooling does: publishes programmes, hands out codes, claims orders, reports activities."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import IDEMPOTENCY_KEY
from api.gql.ledger.shapes import outcome_of
from api.gql.referral.mutations import NOTE
from api.gql.referral.refusals import (
    ReferralConflict,
    ReferralForbidden,
    ReferralInvalid,
    ReferralNotFound,
    managed,
)
from api.gql.referral.shapes import programme_of
from api.gql.referral.tooling_shapes import (
    PublishedProgramme,
    ReferralActivity,
    ReferralClaim,
    ReferralCode,
    claim_of,
    code_of,
)
from api.gql.standing.shapes import order_named
from api.wiring import Services
from graph.clock import new_id
from graph.errors import InputError
from graph.referral.difference import differences
from graph.referral.programmes import read_version

_EVIDENCE = "What is said for it, 1 to 1,000 characters; stored sealed, and gone when the friend is erased."
_PROGRAMME = "The programme's id."
_FOR = "For programme managers and admins."


@strawberry.input(description="A version of a programme.")
class PublishProgrammeInput:
    """A version."""

    toml: str = strawberry.field(
        description="What it says, as the ready programmes do; the id is in it. At most 100,000 characters."
    )


@strawberry.input(description="Who is to get a code.")
class IssueReferralCodeInput:
    """A person and a programme."""

    programme: str = strawberry.field(description=_PROGRAMME)
    one_id: strawberry.ID = strawberry.field(description="The person's OneID.")


@strawberry.input(description="A code that is to bring nobody any more.")
class DisableReferralCodeInput:
    """A code."""

    code: str = strawberry.field(description="The code: small letters, spaces and hyphens do not matter.")
    reason: str = strawberry.field(description="Why, 1 to 1,000 characters; stored sealed.")


@strawberry.input(description="A code with its weight.")
class CodeWeightInput:
    """A share."""

    code: str = strawberry.field(description="The code.")
    weight: int = strawberry.field(default=1, description="1 to 1,000: the credit is split by these.")


@strawberry.input(description="An order to claim for codes that nobody entered in time.")
class ClaimReferralInput:
    """A claim."""

    programme: str = strawberry.field(description=_PROGRAMME)
    one_id: strawberry.ID = strawberry.field(description="OneID of who ordered.")
    order: strawberry.ID = strawberry.field(description="The order's id, as `User.orders` names it.")
    codes: list[CodeWeightInput] = strawberry.field(description="Among whom the credit is split.")
    evidence: str = strawberry.field(description=_EVIDENCE)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="A decision on a claim; deciding the same again changes nothing.")
class DecideReferralClaimInput:
    """A decision."""

    claim: strawberry.ID = strawberry.field(description="Its id.")
    accept: bool = strawberry.field(description="True gives the order to the codes; false refuses the claim.")
    codes: list[CodeWeightInput] | None = strawberry.field(
        default=None, description="Other codes than were claimed; null or left out: those of the claim."
    )
    note: str = strawberry.field(description=NOTE)


@strawberry.input(description="An act of a participant.")
class ReportReferralActivityInput:
    """An act."""

    programme: str = strawberry.field(description=_PROGRAMME)
    one_id: strawberry.ID = strawberry.field(description="OneID of who did it.")
    event: str = strawberry.field(description="The act, as the programme's `activities` name it.")
    confirmed: bool = strawberry.field(
        default=False, description="Whether others have confirmed that it was useful."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


PublishProgrammePayload: TypeAlias = Annotated[
    PublishedProgramme | ReferralForbidden | ReferralNotFound | ReferralConflict | ReferralInvalid,
    strawberry.union("PublishProgrammePayload", description="The programme, or why it was not published."),
]
ReferralCodePayload: TypeAlias = Annotated[
    ReferralCode | ReferralForbidden | ReferralNotFound | ReferralConflict | ReferralInvalid,
    strawberry.union("ReferralCodePayload", description="The code, or why nothing was done."),
]
ReferralClaimPayload: TypeAlias = Annotated[
    ReferralClaim | ReferralForbidden | ReferralNotFound | ReferralConflict | ReferralInvalid,
    strawberry.union("ReferralClaimPayload", description="The claim, or why nothing was done."),
]
ReferralActivityPayload: TypeAlias = Annotated[
    ReferralActivity | ReferralForbidden | ReferralNotFound | ReferralConflict | ReferralInvalid,
    strawberry.union("ReferralActivityPayload", description="What it earned, or why nothing was done."),
]


@strawberry.type(name="Mutation")
class ToolingMutation:
    """What referral tooling changes."""

    @strawberry.mutation(
        description="Publish the next version of a programme; its budgets are funded by what they have more than those "
        f"before. Publishing the same again changes nothing. {_FOR}"
    )
    async def publish_programme(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            PublishProgrammeInput, strawberry.argument(description="What it says.")
        ],
    ) -> PublishProgrammePayload:
        """A statement and a transaction."""
        by = info.context.caller.key_id
        return await managed(
            info, lambda services: _published(services, input.toml, by=by), lambda told: told
        )

    @strawberry.mutation(
        description="The person's code in a programme: the one they have, or a new one. Refused to who may not refer "
        f"in it. {_FOR}"
    )
    async def issue_referral_code(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            IssueReferralCodeInput, strawberry.argument(description="Whose, and in which programme.")
        ],
    ) -> ReferralCodePayload:
        """A few statements and a transaction."""
        by = info.context.caller.key_id
        return await managed(
            info, lambda services: services.sharing.issue_code(input.programme, input.one_id, by=by), code_of
        )

    @strawberry.mutation(
        description="From now on the code brings nobody; what it brought before stays. Twice is harmless. "
        + _FOR
    )
    async def disable_referral_code(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            DisableReferralCodeInput, strawberry.argument(description="Which, and why.")
        ],
    ) -> ReferralCodePayload:
        """A statement and a transaction."""
        by = info.context.caller.key_id
        return await managed(
            info,
            lambda services: services.sharing.disable_code(input.code, reason=input.reason, by=by),
            code_of,
        )

    @strawberry.mutation(
        description="Claim an order for codes that nobody entered in time; a person decides on it. " + _FOR
    )
    async def claim_referral(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            ClaimReferralInput, strawberry.argument(description="Which order, for whom, and why.")
        ],
    ) -> ReferralClaimPayload:
        """Three statements and a transaction."""
        by = info.context.caller.key_id
        return await managed(
            info,
            lambda services: services.referrals.claim(
                input.programme,
                input.one_id,
                order_named(input.order),
                _weights(input.codes),
                evidence=input.evidence,
                by=by,
                idempotency_key=input.idempotency_key,
            ),
            claim_of,
        )

    @strawberry.mutation(
        description="Give an order to what was claimed, or to other codes, or refuse the claim. " + _FOR
    )
    async def decide_referral_claim(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            DecideReferralClaimInput, strawberry.argument(description="Which, and why.")
        ],
    ) -> ReferralClaimPayload:
        """Two statements and a transaction."""
        by = info.context.caller.key_id
        return await managed(
            info,
            lambda services: services.referrals.decide_claim(
                input.claim,
                accept=input.accept,
                note=input.note,
                by=by,
                codes=_weights(input.codes) if input.codes is not None else None,
            ),
            claim_of,
        )

    @strawberry.mutation(
        description="Say what a participant did for the community; what its rules give is available at once, as far as "
        f"caps let it. The same idempotency key is told the first outcome. {_FOR}"
    )
    async def report_referral_activity(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            ReportReferralActivityInput, strawberry.argument(description="Who did what.")
        ],
    ) -> ReferralActivityPayload:
        """A few statements and a transaction."""
        by = info.context.caller.key_id
        return await managed(
            info,
            lambda services: services.activities.report(
                input.programme,
                input.one_id,
                input.event,
                by=by,
                idempotency_key=input.idempotency_key or new_id(),
                confirmed=input.confirmed,
            ),
            lambda outcomes: ReferralActivity(outcomes=[outcome_of(outcome) for outcome in outcomes]),
        )


async def _published(services: Services, toml: str, *, by: str) -> PublishedProgramme:
    version = await services.programmes.publish(read_version(toml), by=by)
    found = await services.programmes.get(version.terms.id)
    before = next(
        (one for one in reversed(found.versions) if one.terms.version < version.terms.version), None
    )
    return PublishedProgramme(
        programme=programme_of(found, services.policies),
        changes=list(differences(before.terms, version.terms)) if before else [],
    )


def _weights(codes: list[CodeWeightInput]) -> dict[str, int]:
    """By code. Raises InputError for a code that is there twice: which weight would hold is not said."""
    found = {each.code: each.weight for each in codes}
    if len(found) < len(codes):
        raise InputError("A code is there twice.", remedy="Give each code once, with its weight.")
    return found
