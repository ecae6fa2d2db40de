"""`/v1/ledger` and `/v1/rewards`: each route one call of the ledger's service."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query

from api.rest.door import BEARER, DoorRoute, Here, IdempotencyKey, Manages, PaysOut, Reads
from api.rest.ledger.shapes import (
    AccountsShape,
    ApproveInput,
    BalanceShape,
    BalancesShape,
    FundInput,
    LineShape,
    PostedShape,
    RedeemInput,
    ReverseInput,
    RewardShape,
    StandingShape,
)
from api.rest.pages import Cursors
from api.rest.shapes import After, First, Page, errors
from graph.errors import InputError
from graph.explanation.model import Language
from graph.ingest.times import parse_time
from graph.ledger.book import RewardNotFoundError
from graph.ledger.moves import State
from graph.ledger.reader import Held, Moment, RewardPage
from graph.ledger.service import check_programme
from graph.ledger.words import tell

router: Final = APIRouter(prefix="/v1", route_class=DoorRoute, dependencies=[Depends(BEARER)])

_LINES: Final = Cursors("lines")
_REWARDS: Final = Cursors("rewards")
"""Kinds of cursors."""

OneId = Annotated[
    str,
    Query(alias="oneId", max_length=64, description="The person's OneID; a former one leads to them, too."),
]
Programme = Annotated[str, Query(max_length=64, description="The programme's id.")]
At = Annotated[
    str | None,
    Query(description="As it was at this time, with it (RFC 3339); left out: as it is now.", max_length=64),
]
Position = Annotated[
    int | None,
    Query(
        ge=0, description="As far as it was recorded up to this position of the change feed; left out: all."
    ),
]


@router.get(
    "/ledger/accounts",
    tags=["ledger"],
    summary="A programme's accounts",
    response_model=AccountsShape,
    responses=errors(),
)
async def accounts(
    _: Reads, here: Here, programme: Programme, at: At = None, position: Position = None
) -> AccountsShape:
    """What was funded, may still be granted, is outstanding, was claimed, is owed and was paid, in each unit.

    Now, at a time in the past, or as far as it was known at a position; the two are apart, since what is recorded late
    takes effect early. A programme that the ledger has nothing of has no units.
    """
    standings = await here.bookkeeping.reader.standings(
        check_programme(programme), moment=_moment(at, position)
    )
    return AccountsShape(programme=programme, units=[StandingShape.of(one) for one in standings])


@router.get(
    "/ledger/balances",
    tags=["ledger"],
    summary="What a person has",
    response_model=BalancesShape,
    responses=errors(404),
)
async def balances(
    _: Reads, here: Here, one_id: OneId, at: At = None, position: Position = None
) -> BalancesShape:
    """Pending, available and spent in each programme and unit, over all present profiles of the person.

    Now or at a time in the past; whose profiles count is of now.
    """
    present, _profiles = await here.bookkeeping.reader.person(one_id)
    found = await here.bookkeeping.reader.balances([present], moment=_moment(at, position))
    return BalancesShape(one_id=present, balances=[BalanceShape.of(one) for one in found[present]])


@router.get(
    "/ledger/statement",
    tags=["ledger"],
    summary="Why somebody got or lost this",
    response_model=Page[LineShape],
    responses=errors(404),
)
async def statement(
    _: Reads,
    here: Here,
    one_id: OneId,
    language: Annotated[Language, Query(description="Of the sentences.")] = Language.EN,
    first: First = 20,
    after: After = None,
) -> Page[LineShape]:
    """All that was posted and decided about a person's rewards, latest recorded first, each line with a sentence.

    What was not granted is a line, too, with what stopped it.
    """
    lines, more = await here.bookkeeping.statement(one_id, before=_LINES.number(after), limit=first)
    return Page(
        items=[LineShape.of(line, tell(line, language)) for line in lines],
        next=_LINES.of(lines[-1].seq) if more else None,
    )


@router.post(
    "/ledger/fund",
    tags=["ledger"],
    summary="Fund a budget",
    response_model=PostedShape,
    responses=errors(404, 409),
)
async def fund(caller: PaysOut, here: Here, key: IdempotencyKey, body: FundInput) -> PostedShape:
    """Put an amount into a programme's budget, or take it out, and say what the budget may not fall below.

    What the budget does not hold is not granted: such rewards are recorded as `budgetExhausted`.
    """
    posted = await here.bookkeeping.fund(
        body.programme,
        body.unit,
        body.amount,
        floor=body.floor,
        by=caller.key_id,
        reason=body.reason,
        idempotency_key=key,
    )
    return PostedShape.of(posted)


@router.get(
    "/rewards",
    tags=["rewards"],
    summary="Rewards",
    response_model=Page[RewardShape],
    responses=errors(404),
)
async def rewards(
    _: Reads,
    here: Here,
    programme: Annotated[
        str | None, Query(max_length=64, description="Of this programme; left out: of all.")
    ] = None,
    state: Annotated[
        list[State] | None, Query(description="In one of these states; left out: in any. May be repeated.")
    ] = None,
    one_id: Annotated[
        str | None,
        Query(
            alias="oneId", max_length=64, description="Of this person alone, without the other two filters."
        ),
    ] = None,
    first: First = 20,
    after: After = None,
) -> Page[RewardShape]:
    """Rewards, what was granted last first.

    A page looks at 20,000 transactions at most: it may have fewer than `first`, and yet not be the last. `next` says.
    """
    if one_id is None:
        held, place = await here.bookkeeping.reader.rewards(
            programme=None if programme is None else check_programme(programme),
            states=state or (),
            before=_REWARDS.number(after),
            limit=first,
        )
        following = None if place is None else _REWARDS.of(place)
        return Page(items=[RewardShape.of(one) for one in held], next=following)
    if programme is not None or state:
        raise InputError("`oneId` goes with no other filter.", remedy="Leave `programme` and `state` out.")
    present, _profiles = await here.bookkeeping.reader.person(one_id)
    before, key = _REWARDS.place(after) or (0, "")
    asked = RewardPage(present, first, before, key) if key else RewardPage(present, first)
    found, more = (await here.bookkeeping.reader.of_people([asked]))[asked]
    last = _REWARDS.of(found[-1].granted_at, found[-1].key) if more else None
    return Page(items=[RewardShape.of(Held(one, present)) for one in found], next=last)


@router.get(
    "/rewards/{key}",
    tags=["rewards"],
    summary="A reward",
    response_model=RewardShape,
    responses=errors(404),
)
async def reward(
    _: Reads, here: Here, key: Annotated[str, Path(max_length=100, description="The reward's key.")]
) -> RewardShape:
    """A reward as it stands."""
    found = await here.bookkeeping.reader.reward(key)
    if found is None:
        raise RewardNotFoundError
    return RewardShape.of(found)


@router.post(
    "/rewards/approve",
    tags=["rewards"],
    summary="Approve rewards by hand",
    response_model=PostedShape,
    responses=errors(404, 409),
)
async def approve(caller: Manages, here: Here, key: IdempotencyKey, body: ApproveInput) -> PostedShape:
    """Clear pending rewards of one programme; all of them, or none where one cannot be approved."""
    posted = await here.bookkeeping.approve(
        body.rewards, by=caller.key_id, reason=body.reason, idempotency_key=key
    )
    return PostedShape.of(posted)


@router.post(
    "/rewards/redeem",
    tags=["rewards"],
    summary="Spend what a person has",
    response_model=PostedShape,
    responses=errors(404, 409),
)
async def redeem(caller: PaysOut, here: Here, key: IdempotencyKey, body: RedeemInput) -> PostedShape:
    """Spend an amount, out of the rewards that expire first, whichever of the person's profiles has them."""
    posted = await here.bookkeeping.redeem(
        body.one_id,
        body.programme,
        body.unit,
        body.amount,
        by=caller.key_id,
        reason=body.reason,
        idempotency_key=key,
    )
    return PostedShape.of(posted)


@router.post(
    "/rewards/reverse",
    tags=["rewards"],
    summary="Take rewards back",
    response_model=PostedShape,
    responses=errors(404, 409),
)
async def reverse(caller: Manages, here: Here, key: IdempotencyKey, body: ReverseInput) -> PostedShape:
    """Take back one side of a grant or both, as far as the policy reaches; each outcome says how far that was."""
    posted = await here.bookkeeping.reverse(
        body.rewards, body.policy, by=caller.key_id, reason=body.reason, idempotency_key=key
    )
    return PostedShape.of(posted)


def _moment(at: str | None, position: int | None) -> Moment:
    return Moment(None if at is None else parse_time(at, now=_FAR), position)


_FAR: Final = 10**16  # any time that an event may have
