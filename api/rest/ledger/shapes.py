"""What `/v1/ledger` and `/v1/rewards` take and answer."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from api.rest.shapes import AMOUNT, REASON, UNIT, Instant, Shape
from graph.ledger import model
from graph.ledger.line import Line
from graph.ledger.model import AccountKind, EntryKind, Result, ReturnPolicy, Side
from graph.ledger.moves import State
from graph.ledger.reader import Balance, Held, Standing
from graph.ledger.repository import Posted
from graph.ledger.units import LARGEST

_RewardKey = Annotated[str, Field(min_length=1, max_length=100)]


class OutcomeShape(Shape):
    """What was decided of one reward."""

    reward: str = Field(description="The reward's key; of what was not granted, the key that it would have.")
    result: Result = Field(
        description="What was decided. capped, budgetExhausted, tooDeep and disqualified: nothing was granted. "
        "reviewRequired: some of it was spent, so a person decides. kept: the return policy leaves it."
    )
    unit: str = Field(description=UNIT)
    asked: int = Field(description=f"What it was about. {AMOUNT}")
    amount: int = Field(description=f"What was posted of it. {AMOUNT}")
    reason: str = Field(description="Why not all, as a code; empty where all.")
    referral: str = Field(description="Id of the referral; empty for an activity.")
    rule: str = Field(description="The programme's rule, which may be several joined by `+`.")

    @classmethod
    def of(cls, outcome: model.Outcome) -> Self:
        """As it is shown."""
        return cls(
            reward=outcome.reward,
            result=outcome.result,
            unit=outcome.unit,
            asked=outcome.asked,
            amount=outcome.amount,
            reason=outcome.reason,
            referral=outcome.referral,
            rule=outcome.rule,
        )


class PostedShape(Shape):
    """What a request came to."""

    key: str = Field(description="The transaction's key.")
    kind: EntryKind = Field(description="What was done.")
    effective_at: Instant = Field(description="When it takes effect; never before what it builds on.")
    repeated: bool = Field(
        description="True where this idempotency key was used before: nothing was written, this is the first result."
    )
    outcomes: list[OutcomeShape] = Field(description="What was decided of each reward; none for a budget.")

    @classmethod
    def of(cls, posted: Posted) -> Self:
        """As it is shown."""
        return cls(
            key=posted.key,
            kind=posted.kind,
            effective_at=posted.effective_at,
            repeated=posted.repeated,
            outcomes=[OutcomeShape.of(outcome) for outcome in posted.outcomes],
        )


class StandingShape(Shape):
    """How a programme stands in one unit. funded = budget + outstanding + claimed, and claimed = owed + paid."""

    unit: str = Field(description=UNIT)
    funded: int = Field(description=f"What was put into the budget. {AMOUNT}")
    budget: int = Field(description="What may still be granted; of status below zero by what was granted.")
    floor: int | None = Field(description="What the budget may not fall below; null where it has no floor.")
    outstanding: int = Field(description="What participants have, pending and available together.")
    claimed: int = Field(description="What was ever spent.")
    owed: int = Field(description="What was spent and not paid out.")
    paid: int = Field(description="What was paid out.")

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """As it is shown."""
        return cls(
            unit=standing.unit,
            funded=standing.funded,
            budget=standing.budget,
            floor=standing.floor,
            outstanding=standing.outstanding,
            claimed=standing.claimed,
            owed=standing.owed,
            paid=standing.paid,
        )


class AccountsShape(Shape):
    """A programme's accounts."""

    programme: str = Field(description="The programme's id.")
    units: list[StandingShape] = Field(description="One for each unit that it ever had, by name.")


class BalanceShape(Shape):
    """What a person has of a unit in a programme."""

    programme: str = Field(description="The programme's id.")
    unit: str = Field(description=UNIT)
    pending: int = Field(description=f"Granted and not matured. {AMOUNT}")
    available: int = Field(description="Can be spent; below zero for what was spent and yet taken back.")
    spent: int = Field(description="Was spent.")

    @classmethod
    def of(cls, balance: Balance) -> Self:
        """As it is shown."""
        return cls(
            programme=balance.programme,
            unit=balance.unit,
            pending=balance.pending,
            available=balance.available,
            spent=balance.spent,
        )


class BalancesShape(Shape):
    """What a person has."""

    one_id: str = Field(description="The person's present OneID.")
    balances: list[BalanceShape] = Field(description="By programme and unit.")


class ChangeShape(Shape):
    """What came to an account of the person, or left it."""

    account: AccountKind = Field(description="pending, available or spent.")
    unit: str = Field(description=UNIT)
    amount: int = Field(description=f"Below zero for what left it. {AMOUNT}")


class LineShape(Shape):
    """A line of a statement."""

    at: Instant = Field(description="When it took effect.")
    recorded_at: Instant = Field(description="When it was recorded, which may be later.")
    kind: EntryKind = Field(description="What was done.")
    programme: str = Field(description="The programme's id.")
    sentence: str = Field(
        description="Why the participant got or lost this, in words, in the language asked for.",
        examples=["500 points for a friend you referred can be used now."],
    )
    cause: str = Field(
        description="What led to it: a word of a rule, `hand:KEY:REASON` of a key, `payout:NAME`."
    )
    outcomes: list[OutcomeShape] = Field(description="What was decided of the person's rewards.")
    changes: list[ChangeShape] = Field(description="What it changed on the person's accounts.")
    reverses: str | None = Field(description="Key of the grant that it takes back; null where it takes none.")

    @classmethod
    def of(cls, line: Line, sentence: str) -> Self:
        """As it is shown."""
        return cls(
            at=line.effective_at,
            recorded_at=line.recorded_at,
            kind=line.kind,
            programme=line.programme,
            sentence=sentence,
            cause=line.cause,
            outcomes=[OutcomeShape.of(outcome) for outcome in line.outcomes],
            changes=[
                ChangeShape(account=p.account.kind, unit=p.account.unit, amount=p.amount)
                for p in line.postings
            ],
            reverses=line.reverses,
        )


class RewardShape(Shape):
    """A reward as it stands. amount = pending + available + spent + expired + returned + settled."""

    key: str = Field(description="Its key: that of its grant, and the side.")
    programme: str = Field(description="The programme's id.")
    referral: str = Field(description="Id of the referral; empty for an activity.")
    rule: str = Field(description="The programme's rule.")
    side: Side = Field(description="Who gets it: who referred, or who was referred.")
    one_id: str | None = Field(
        description="OneID of who holds it now; null where they were erased, and in lists of one person."
    )
    state: State = Field(description="Where it is.")
    unit: str = Field(description=UNIT)
    amount: int = Field(description=f"What was granted. {AMOUNT}")
    pending: int = Field(description="Of it, not matured.")
    available: int = Field(description="Of it, can be spent; below zero where it was spent and taken back.")
    spent: int = Field(description="Of it, spent.")
    expired: int = Field(description="Of it, expired.")
    returned: int = Field(description="Of it, taken back.")
    settled: int = Field(
        description="Of it, given to rewards that were below zero; below zero, got from others."
    )
    granted_at: Instant = Field(description="When the grant took effect.")
    changed_at: Instant = Field(description="When its last change took effect.")
    expires_at: Instant | None = Field(
        description="When what is left of it expires; null before it matures, and where it never does."
    )

    @classmethod
    def of(cls, held: Held) -> Self:
        """As it is shown."""
        reward = held.reward
        return cls(
            key=reward.key,
            programme=reward.programme,
            referral=reward.referral,
            rule=reward.rule,
            side=reward.side,
            one_id=held.one_id,
            state=reward.state,
            unit=reward.unit,
            amount=reward.amount,
            pending=reward.pending,
            available=reward.available,
            spent=reward.spent,
            expired=reward.expired,
            returned=reward.returned,
            settled=reward.settled,
            granted_at=reward.granted_at,
            changed_at=reward.changed_at,
            expires_at=reward.expires_at,
        )


class FundInput(Shape):
    """A budget to fund."""

    programme: str = Field(description="The programme's id.", examples=["two-sided"])
    unit: str = Field(description=UNIT, examples=["CNY"])
    amount: int = Field(
        ge=-LARGEST,
        le=LARGEST,
        description=f"What to put in; below zero: to take out. {AMOUNT}",
        examples=[3500000],
    )
    floor: int | None = Field(
        0,
        description="From now on the budget may not fall below it; null for status alone, which needs no budget.",
    )
    reason: str = Field("", description=REASON, examples=["Winter campaign"])


class ApproveInput(Shape):
    """Rewards to approve."""

    rewards: list[_RewardKey] = Field(
        min_length=1, max_length=1_000, description="Keys of pending rewards of one programme."
    )
    reason: str = Field("", description=REASON)


class ReverseInput(Shape):
    """Rewards to take back."""

    rewards: list[_RewardKey] = Field(
        min_length=1, max_length=2, description="Keys of rewards of one grant: one side or both."
    )
    policy: ReturnPolicy = Field(
        ReturnPolicy.WITHIN_BALANCE,
        description="onlyPending keeps what has matured; withinBalance takes what is left, and leaves the rest to a "
        "person; unlimited takes all, so the balance may fall below zero.",
    )
    reason: str = Field("", description=REASON, examples=["Agreed by phone"])


class RedeemInput(Shape):
    """What to spend."""

    one_id: str = Field(
        max_length=64,
        description="The person's OneID; a former one leads to whoever it is now.",
        examples=["0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f"],
    )
    programme: str = Field(description="The programme's id.", examples=["two-sided"])
    unit: str = Field(description=UNIT, examples=["points"])
    amount: int = Field(ge=1, le=LARGEST, description=AMOUNT, examples=[1200])
    reason: str = Field("", description=REASON, examples=["Winter tyres"])
