"""Rewards, balances and lines of statements as GraphQL shows them."""

from __future__ import annotations

from typing import Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import CURSOR, EDGES, NODE, PAGE_INFO, describe_enum
from api.gql.household.loaders import loader_of
from api.gql.profile.people import User
from api.gql.profile.touchpoints import PageInfo
from api.gql.scalars import Instant, MinorUnits, instant_of
from api.gql.selection import LONGEST_PAGE, Resolving, read_selection
from graph.ledger import model, reader
from graph.ledger.line import Line
from graph.ledger.model import AccountKind, EntryKind, Result, ReturnPolicy, Side
from graph.ledger.moves import State
from graph.ledger.repository import Posted

UNIT: Final = "An ISO 4217 code as `CNY`, `points`, or `status`, which is never spent."
_OF: Final = "Of the unit's smallest part."
_PROGRAMME: Final = "The programme's id."

describe_enum(
    State,
    {
        State.PROJECTED: "Due by the judgement, and not yet granted.",
        State.PENDING: "Granted, and may still be held back.",
        State.APPROVED: "Cleared, and waits to mature.",
        State.POSTED: "Matured: it can be spent, or was in part.",
        State.REDEEMED: "All of it was spent.",
        State.EXPIRED: "What was left of it expired.",
        State.REVERSED: "Taken back.",
        State.REVIEW_REQUIRED: "To be taken back, but spent: a person decides.",
    },
    name="RewardState",
    description="Where a reward is.",
    by_value=True,
)
describe_enum(
    Side,
    {Side.REFERRER: "Who brought somebody.", Side.REFEREE: "Who was brought."},
    name="ReferralSide",
    description="The two sides of a referral.",
    by_value=True,
)
describe_enum(
    ReturnPolicy,
    {
        ReturnPolicy.ONLY_PENDING: "What has matured is kept.",
        ReturnPolicy.WITHIN_BALANCE: "What is left of the reward; what was spent goes to review.",
        ReturnPolicy.UNLIMITED: "All of it: the balance may fall below zero, and later rewards fill it first.",
    },
    name="ReturnPolicy",
    description="How far taking back reaches.",
    by_value=True,
)
describe_enum(
    EntryKind,
    {
        EntryKind.FUND: "A budget was funded.",
        EntryKind.GRANT: "Rewards were granted, or were not.",
        EntryKind.APPROVE: "Rewards were cleared.",
        EntryKind.MATURE: "Rewards can be spent from here on.",
        EntryKind.REDEEM: "Something was spent.",
        EntryKind.EXPIRE: "What was left expired.",
        EntryKind.REVERSE: "Rewards were taken back.",
        EntryKind.SETTLE: "What was claimed was paid out.",
    },
    name="LedgerEntryKind",
    description="What a transaction of the ledger did.",
    by_value=True,
)
describe_enum(
    Result,
    {
        Result.GRANTED: "It was granted, and is pending.",
        Result.CAPPED: "Nothing was granted: a cap of the participant is full.",
        Result.BUDGET_EXHAUSTED: "Nothing was granted: the budget would fall below its floor.",
        Result.TOO_DEEP: "Nothing was granted: the jurisdiction pays fewer levels.",
        Result.DISQUALIFIED: "Nothing was granted, by the judgement; the reason says why.",
        Result.APPROVED: "It was cleared.",
        Result.MATURED: "It can be spent.",
        Result.REDEEMED: "It was spent.",
        Result.EXPIRED: "It expired.",
        Result.REVERSED: "It was taken back.",
        Result.REVIEW_REQUIRED: "Some of it was taken back; the rest was spent, and a person decides.",
        Result.KEPT: "The return policy leaves it.",
        Result.PAID: "What was spent of it was paid out.",
    },
    name="LedgerResult",
    description="What was decided of one reward.",
    by_value=True,
)
describe_enum(
    AccountKind,
    {
        AccountKind.FUNDING: "A programme's: where a budget comes from.",
        AccountKind.BUDGET: "A programme's: what may still be granted.",
        AccountKind.EXPENSE: "A programme's: what was claimed.",
        AccountKind.LIABILITY: "A programme's: what is owed for claims.",
        AccountKind.PAID: "A programme's: what was paid for claims.",
        AccountKind.PENDING: "A participant's: granted and not matured.",
        AccountKind.AVAILABLE: "A participant's: matured and not spent.",
        AccountKind.SPENT: "A participant's: spent.",
    },
    name="LedgerAccount",
    description="What an account of the ledger holds.",
    by_value=True,
)


@strawberry.type(
    description="A reward of one side of a referral, as it stands: `amount` = `pending` + `available` + `spent` + "
    "`expired` + `returned` + `settled`. Not for dealers."
)
class Reward:
    """A reward."""

    key: strawberry.ID = strawberry.field(description="Its key.")
    programme: str = strawberry.field(description=_PROGRAMME)
    referral: str = strawberry.field(description="Id of the referral; empty for an activity.")
    rule: str = strawberry.field(description="The programme's rule that it follows from.")
    side: Side = strawberry.field(description="Who gets it.")
    state: State = strawberry.field(description="Where it is.")
    unit: str = strawberry.field(description=UNIT)
    amount: MinorUnits = strawberry.field(description=f"What was granted. {_OF}")
    pending: MinorUnits = strawberry.field(description=f"Of it, not matured. {_OF}")
    available: MinorUnits = strawberry.field(
        description=f"Of it, can be spent; below zero where it was spent and yet taken back. {_OF}"
    )
    spent: MinorUnits = strawberry.field(description=f"Of it, spent. {_OF}")
    expired: MinorUnits = strawberry.field(description=f"Of it, expired. {_OF}")
    returned: MinorUnits = strawberry.field(description=f"Of it, taken back. {_OF}")
    settled: MinorUnits = strawberry.field(
        description=f"Of it, given to rewards that were below zero; below zero: got from others. {_OF}"
    )
    granted_at: Instant = strawberry.field(description="When the grant took effect.")
    changed_at: Instant = strawberry.field(description="When its last change took effect.")
    expires_at: Instant | None = strawberry.field(
        description="When what is left of it expires; null before it matures, and where it never does."
    )
    one_id: strawberry.ID | None = strawberry.field(
        description="OneID of who holds it now; null where they were erased."
    )

    @strawberry.field(
        description="Who holds it now, as `user` shows them; null where they were erased. All of an answer are read in "
        "one statement."
    )
    async def holder(self, info: GqlInfo) -> User | None:
        """One statement for all holders that are selected alike."""
        if self.one_id is None:
            return None
        context = info.context
        raw: Resolving = info._raw_info  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
        selection = read_selection(raw, clear=context.clear, users=LONGEST_PAGE, dealer=context.caller.dealer)
        return await loader_of(context).user(self.one_id, selection)


@strawberry.type(description="A reward and its cursor. Not for dealers.")
class RewardEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: Reward = strawberry.field(description=NODE)


@strawberry.type(description="A page of rewards. Not for dealers.")
class RewardConnection:
    """What was granted last comes first."""

    edges: list[RewardEdge] = strawberry.field(description=EDGES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(
    description="What a person has of a unit in a programme, over all profiles. Not for dealers."
)
class Balance:
    """A balance."""

    programme: str = strawberry.field(description=_PROGRAMME)
    unit: str = strawberry.field(description=UNIT)
    pending: MinorUnits = strawberry.field(description=f"Granted and not matured. {_OF}")
    available: MinorUnits = strawberry.field(
        description=f"Can be spent; below zero for what was spent and yet taken back. {_OF}"
    )
    spent: MinorUnits = strawberry.field(description=f"Was spent. {_OF}")


@strawberry.type(
    description="How a programme stands in a unit: `funded` = `budget` + `outstanding` + `claimed`, and `claimed` = "
    "`owed` + `paid`. For programme managers and admins."
)
class ProgrammeAccounts:
    """A standing."""

    unit: str = strawberry.field(description=UNIT)
    funded: MinorUnits = strawberry.field(description=f"What was put into the budget. {_OF}")
    budget: MinorUnits = strawberry.field(
        description=f"What may still be granted; of status below zero by what was granted. {_OF}"
    )
    floor: MinorUnits | None = strawberry.field(
        description="What the budget may not fall below; null where it has no floor."
    )
    outstanding: MinorUnits = strawberry.field(
        description=f"What participants have, pending and available together. {_OF}"
    )
    claimed: MinorUnits = strawberry.field(description=f"What was ever spent. {_OF}")
    owed: MinorUnits = strawberry.field(description=f"What was spent and not paid out. {_OF}")
    paid: MinorUnits = strawberry.field(description=f"What was paid out. {_OF}")


@strawberry.type(description="What was decided of one reward. Not for dealers.")
class LedgerOutcome:
    """An outcome."""

    reward: strawberry.ID = strawberry.field(
        description="The reward's key; of what was not granted, the key that it would have."
    )
    result: Result = strawberry.field(description="What was decided.")
    unit: str = strawberry.field(description=UNIT)
    asked: MinorUnits = strawberry.field(description=f"What it was about. {_OF}")
    amount: MinorUnits = strawberry.field(description=f"What was posted of it. {_OF}")
    reason: str = strawberry.field(description="Why not all, as a code; empty where all.")
    referral: str = strawberry.field(description="Id of the referral; empty for an activity.")
    rule: str = strawberry.field(description="The programme's rule.")


@strawberry.type(description="What came to an account of the person, or left it. Not for dealers.")
class LedgerChange:
    """A posting."""

    account: AccountKind = strawberry.field(description="Which of the person's accounts.")
    unit: str = strawberry.field(description=UNIT)
    amount: MinorUnits = strawberry.field(description=f"Below zero for what left it. {_OF}")


@strawberry.type(description="A line of a person's statement: why they got, or lost, this. Not for dealers.")
class StatementLine:
    """A line."""

    at: Instant = strawberry.field(description="When it took effect.")
    recorded_at: Instant = strawberry.field(description="When it was recorded, which may be later.")
    kind: EntryKind = strawberry.field(description="What was done.")
    programme: str = strawberry.field(description=_PROGRAMME)
    sentence: str = strawberry.field(description="Why, in words, in the language asked for.")
    cause: str = strawberry.field(
        description="What led to it: a word of a rule, `hand:KEY:REASON` of a key, `payout:NAME`."
    )
    outcomes: list[LedgerOutcome] = strawberry.field(description="What was decided of the person's rewards.")
    changes: list[LedgerChange] = strawberry.field(description="What it changed on the person's accounts.")
    reverses: strawberry.ID | None = strawberry.field(
        description="Key of the grant that it takes back; null where it takes none."
    )


@strawberry.type(description="A line of a statement and its cursor. Not for dealers.")
class StatementLineEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: StatementLine = strawberry.field(description=NODE)


@strawberry.type(description="A page of a statement. Not for dealers.")
class StatementLineConnection:
    """Latest recorded first."""

    edges: list[StatementLineEdge] = strawberry.field(description=EDGES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(description="What was posted to the ledger.")
class LedgerPosted:
    """Success."""

    key: strawberry.ID = strawberry.field(description="The transaction's key.")
    kind: EntryKind = strawberry.field(description="What was done.")
    effective_at: Instant = strawberry.field(
        description="When it takes effect; never before what it builds on."
    )
    repeated: bool = strawberry.field(
        description="True where this idempotency key was used before: nothing was written, this is the first result."
    )
    outcomes: list[LedgerOutcome] = strawberry.field(
        description="What was decided of each reward; none for a budget."
    )


def reward_of(reward: model.Reward, one_id: str | None) -> Reward:
    """As it is shown."""
    return Reward(
        key=strawberry.ID(reward.key),
        programme=reward.programme,
        referral=reward.referral,
        rule=reward.rule,
        side=reward.side,
        state=reward.state,
        unit=reward.unit,
        amount=MinorUnits(reward.amount),
        pending=MinorUnits(reward.pending),
        available=MinorUnits(reward.available),
        spent=MinorUnits(reward.spent),
        expired=MinorUnits(reward.expired),
        returned=MinorUnits(reward.returned),
        settled=MinorUnits(reward.settled),
        granted_at=Instant(reward.granted_at),
        changed_at=Instant(reward.changed_at),
        expires_at=instant_of(reward.expires_at),
        one_id=None if one_id is None else strawberry.ID(one_id),
    )


def balance_of(balance: reader.Balance) -> Balance:
    """As it is shown."""
    return Balance(
        programme=balance.programme,
        unit=balance.unit,
        pending=MinorUnits(balance.pending),
        available=MinorUnits(balance.available),
        spent=MinorUnits(balance.spent),
    )


def accounts_of(standing: reader.Standing) -> ProgrammeAccounts:
    """As it is shown."""
    return ProgrammeAccounts(
        unit=standing.unit,
        funded=MinorUnits(standing.funded),
        budget=MinorUnits(standing.budget),
        floor=None if standing.floor is None else MinorUnits(standing.floor),
        outstanding=MinorUnits(standing.outstanding),
        claimed=MinorUnits(standing.claimed),
        owed=MinorUnits(standing.owed),
        paid=MinorUnits(standing.paid),
    )


def outcome_of(outcome: model.Outcome) -> LedgerOutcome:
    """As it is shown."""
    return LedgerOutcome(
        reward=strawberry.ID(outcome.reward),
        result=outcome.result,
        unit=outcome.unit,
        asked=MinorUnits(outcome.asked),
        amount=MinorUnits(outcome.amount),
        reason=outcome.reason,
        referral=outcome.referral,
        rule=outcome.rule,
    )


def line_of(line: Line, sentence: str) -> StatementLine:
    """As it is shown."""
    return StatementLine(
        at=Instant(line.effective_at),
        recorded_at=Instant(line.recorded_at),
        kind=line.kind,
        programme=line.programme,
        sentence=sentence,
        cause=line.cause,
        outcomes=[outcome_of(outcome) for outcome in line.outcomes],
        changes=[
            LedgerChange(account=p.account.kind, unit=p.account.unit, amount=MinorUnits(p.amount))
            for p in line.postings
        ],
        reverses=None if line.reverses is None else strawberry.ID(line.reverses),
    )


def posted_of(posted: Posted) -> LedgerPosted:
    """As it is shown."""
    return LedgerPosted(
        key=strawberry.ID(posted.key),
        kind=posted.kind,
        effective_at=Instant(posted.effective_at),
        repeated=posted.repeated,
        outcomes=[outcome_of(outcome) for outcome in posted.outcomes],
    )
