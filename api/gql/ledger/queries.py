"""Rewards and programmes' accounts at the root: for programme managers, a statement or two each."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import After, First
from api.gql.ids import global_id, read_cursor
from api.gql.ledger.loaders import loader_of
from api.gql.ledger.shapes import (
    ProgrammeAccounts,
    Reward,
    RewardConnection,
    RewardEdge,
    accounts_of,
    reward_of,
)
from api.gql.profile.touchpoints import page_info_of
from api.gql.scalars import Instant
from api.gql.selection import page_size
from graph.access.roles import Permission
from graph.errors import InputError
from graph.ledger.moves import State
from graph.ledger.reader import LedgerReader, Moment
from graph.ledger.service import check_programme

_REWARDS: Final = "rewards"
_FOR: Final = "For programme managers and admins."


@strawberry.type(name="Query")
class LedgerQuery:
    """Fields at the root."""

    @strawberry.field(description=f"A reward as it stands; null where none has this key. {_FOR}")
    async def reward(
        self, info: GqlInfo, key: Annotated[strawberry.ID, strawberry.argument(description="Its key.")]
    ) -> Reward | None:
        """One statement."""
        held = await _reader(info).reward(key)
        return reward_of(held.reward, held.one_id) if held else None

    @strawberry.field(
        description="Rewards, what was granted last first. A page looks at 20,000 transactions at most: it may have "
        f"fewer than `first`, even none, and yet have a next page. {_FOR}"
    )
    async def rewards(
        self,
        info: GqlInfo,
        programme: Annotated[
            str | None, strawberry.argument(description="Of this programme; null or left out: of all.")
        ] = strawberry.UNSET,
        states: Annotated[
            list[State] | None,
            strawberry.argument(description="In one of these states; null or left out: in any."),
        ] = strawberry.UNSET,
        first: First = 20,
        after: After = strawberry.UNSET,
    ) -> RewardConnection:
        """Two statements at most."""
        begun = None if after is strawberry.UNSET else after
        held, place = await _reader(info).rewards(
            programme=check_programme(programme) if programme else None,
            states=states or (),
            before=None if begun is None else _number(begun),
            limit=page_size(first),
        )
        edges = [
            RewardEdge(cursor=global_id(_REWARDS, str(one.place)), node=reward_of(one.reward, one.one_id))
            for one in held
        ]
        page = page_info_of(edges, has_next=place is not None, has_previous=begun is not None)
        if place is not None:  # perhaps further than the last of few
            page.end_cursor = global_id(_REWARDS, str(place))
        return RewardConnection(edges=edges, page_info=page)

    @strawberry.field(
        description="How a programme stands in each unit: what was funded, may still be granted, is outstanding, owed, "
        f"paid; empty for a programme that the ledger has nothing of. {_FOR}"
    )
    async def programme_accounts(
        self,
        info: GqlInfo,
        programme: Annotated[str, strawberry.argument(description="The programme's id.")],
        at: Annotated[
            Instant | None,
            strawberry.argument(
                description="As it was at this time, with it; null or left out: as it is now."
            ),
        ] = strawberry.UNSET,
    ) -> list[ProgrammeAccounts]:
        """One statement, of the past two."""
        moment = Moment(None if at is strawberry.UNSET else at)
        found = await _reader(info).standings(check_programme(programme), moment=moment)
        return [accounts_of(one) for one in found]


def _reader(info: GqlInfo) -> LedgerReader:
    """Raises ForbiddenError for a key that was made for less than its role."""
    info.context.caller.require(Permission.READ_LEDGER)
    return loader_of(info.context).reader


def _number(cursor: str) -> int:
    key = read_cursor(cursor, _REWARDS)
    if not key.isdecimal() or len(key) > 18:
        raise InputError(
            "`after` is not a cursor of rewards.", remedy="Pass back an `endCursor` or `cursor` as it came."
        )
    return int(key)
