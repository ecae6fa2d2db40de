"""What can be done to the ledger by hand. What is refused is data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import IDEMPOTENCY_KEY, MESSAGE, REMEDY
from api.gql.ledger.shapes import UNIT, LedgerPosted, posted_of
from api.gql.scalars import MinorUnits
from graph.access.roles import Permission
from graph.errors import ForbiddenError, InputError, NotFoundError
from graph.ledger.model import ReturnPolicy
from graph.ledger.repository import Posted
from graph.ledger.service import LedgerService

_REASON = (
    "Why, told to the participant and stored in the clear: at most 64 letters, digits, spaces, dots, hyphens and "
    "underscores, without five digits in a row; may be empty."
)
_PROGRAMME = "The programme's id, as `two-sided`."


@strawberry.input(description="A budget to fund.")
class FundBudgetInput:
    """A budget."""

    programme: str = strawberry.field(description=_PROGRAMME)
    unit: str = strawberry.field(description=UNIT)
    amount: MinorUnits = strawberry.field(
        description="What to put in, or below zero to take out, of the unit's smallest part; not 0."
    )
    floor: MinorUnits | None = strawberry.field(
        default=MinorUnits(0),
        description="From now on the budget may not fall below it; null for status alone, which needs no budget.",
    )
    reason: str = strawberry.field(default="", description=_REASON)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="Rewards to approve.")
class ApproveRewardsInput:
    """Rewards."""

    rewards: list[strawberry.ID] = strawberry.field(
        description="Keys of 1 to 1,000 pending rewards of one programme."
    )
    reason: str = strawberry.field(default="", description=_REASON)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What a person spends.")
class RedeemRewardsInput:
    """An amount."""

    one_id: strawberry.ID = strawberry.field(description="OneID of the person, a former one too.")
    programme: str = strawberry.field(description=_PROGRAMME)
    unit: str = strawberry.field(description=UNIT)
    amount: MinorUnits = strawberry.field(description="Of the unit's smallest part, above 0.")
    reason: str = strawberry.field(default="", description=_REASON)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="Rewards to take back.")
class ReverseRewardsInput:
    """Rewards."""

    rewards: list[strawberry.ID] = strawberry.field(
        description="Keys of rewards of one grant: one side or both."
    )
    policy: ReturnPolicy = strawberry.field(
        default=ReturnPolicy.WITHIN_BALANCE, description="How far it reaches."
    )
    reason: str = strawberry.field(default="", description=_REASON)
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.interface(name="LedgerError", description="Why nothing was posted.")
class Refused:
    """What every error says."""

    message: str = strawberry.field(description=MESSAGE)
    remedy: str = strawberry.field(description=REMEDY)


@strawberry.type(description="The key may not do this.")
class LedgerForbidden(Refused):
    """A key of another role."""


@strawberry.type(description="There is no such person, programme or reward.")
class LedgerNotFound(Refused):
    """An unknown id."""


@strawberry.type(description="It does not fit what is there.")
class LedgerConflict(Refused):
    """A state or a balance that does not allow it."""

    code: str = strawberry.field(
        description="Stable: `illegal_move`, `insufficient_balance` or `not_spendable`."
    )


@strawberry.type(description="What was sent cannot be taken.")
class LedgerInvalid(Refused):
    """A mistake of the caller."""


LedgerPayload: TypeAlias = Annotated[
    LedgerPosted | LedgerForbidden | LedgerNotFound | LedgerConflict | LedgerInvalid,
    strawberry.union("LedgerPayload", description="What was posted, or why nothing was."),
]


@strawberry.type(name="Mutation")
class LedgerMutation:
    """What can be done to the ledger."""

    @strawberry.mutation(
        description="Put an amount into a programme's budget, or take it out, and say what it may not fall below. For "
        "programme managers and admins."
    )
    async def fund_budget(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            FundBudgetInput, strawberry.argument(description="Which, and how much.")
        ],
    ) -> LedgerPayload:
        """One transaction."""
        by = info.context.caller.key_id
        return await _told(
            info,
            Permission.PAY_OUT,
            lambda ledger: ledger.fund(
                input.programme,
                input.unit,
                input.amount,
                floor=input.floor,
                by=by,
                reason=input.reason,
                idempotency_key=input.idempotency_key,
            ),
        )

    @strawberry.mutation(
        description="Clear pending rewards of one programme: all of them, or none where one cannot be. For programme "
        "managers and admins."
    )
    async def approve_rewards(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            ApproveRewardsInput, strawberry.argument(description="Which.")
        ],
    ) -> LedgerPayload:
        """One transaction."""
        by = info.context.caller.key_id
        return await _told(
            info,
            Permission.MANAGE_PROGRAMMES,
            lambda ledger: ledger.approve(
                input.rewards, by=by, reason=input.reason, idempotency_key=input.idempotency_key
            ),
        )

    @strawberry.mutation(
        description="Spend what a person has, out of the rewards that expire first. For programme managers and admins."
    )
    async def redeem_rewards(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            RedeemRewardsInput, strawberry.argument(description="Whose, and how much.")
        ],
    ) -> LedgerPayload:
        """One statement, then one transaction."""
        by = info.context.caller.key_id
        return await _told(
            info,
            Permission.PAY_OUT,
            lambda ledger: ledger.redeem(
                input.one_id,
                input.programme,
                input.unit,
                input.amount,
                by=by,
                reason=input.reason,
                idempotency_key=input.idempotency_key,
            ),
        )

    @strawberry.mutation(
        description="Take back one side of a grant or both, as far as the policy reaches; each outcome says how far "
        "that was. For programme managers and admins."
    )
    async def reverse_rewards(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            ReverseRewardsInput, strawberry.argument(description="Which, and how far.")
        ],
    ) -> LedgerPayload:
        """One transaction."""
        by = info.context.caller.key_id
        return await _told(
            info,
            Permission.MANAGE_PROGRAMMES,
            lambda ledger: ledger.reverse(
                input.rewards,
                input.policy,
                by=by,
                reason=input.reason,
                idempotency_key=input.idempotency_key,
            ),
        )


async def _told(
    info: GqlInfo, permission: Permission, work: Callable[[LedgerService], Awaitable[Posted]]
) -> LedgerPayload:
    try:
        info.context.caller.require(permission)
        return posted_of(await work(info.context.services.bookkeeping))
    except ForbiddenError as error:
        return LedgerForbidden(message=error.message, remedy=error.remedy)
    except NotFoundError as error:
        return LedgerNotFound(message=error.message, remedy=error.remedy)
    except InputError as error:
        if error.status == 409:
            return LedgerConflict(message=error.message, remedy=error.remedy, code=error.code)
        return LedgerInvalid(message=error.message, remedy=error.remedy)
