"""What the ledger adds to a person: rewards, balances, a statement."""

from __future__ import annotations

import re
from typing import Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import After, First
from api.gql.explanation.queries import InLanguage
from api.gql.ids import global_id, read_cursor
from api.gql.ledger.loaders import loader_of
from api.gql.ledger.shapes import (
    Balance,
    RewardConnection,
    RewardEdge,
    StatementLineConnection,
    StatementLineEdge,
    balance_of,
    line_of,
    reward_of,
)
from api.gql.profile.people import User
from api.gql.profile.touchpoints import page_info_of
from api.gql.selection import page_size
from graph.errors import InputError
from graph.explanation.model import Language
from graph.ledger.reader import LinePage, RewardPage
from graph.ledger.words import tell

_REWARDS: Final = "personsRewards"
_LINES: Final = "statement"
"""Kinds of cursors."""
_PLACE: Final = re.compile(r"(\d{1,18})/(.+)")


async def user_balances(root: strawberry.Parent[User], info: GqlInfo) -> list[Balance]:
    """One statement for all people of a request."""
    if root.as_of:
        return []
    return [balance_of(one) for one in await loader_of(info.context).balances(root.one_id)]


async def user_rewards(
    root: strawberry.Parent[User], info: GqlInfo, first: First = 20, after: After = strawberry.UNSET
) -> RewardConnection:
    """One statement for all people of a request."""
    page = _rewards_page(root.one_id, first, after)
    rewards, has_next = ([], False) if root.as_of else await loader_of(info.context).rewards(page)
    edges = [
        RewardEdge(
            cursor=global_id(_REWARDS, f"{one.granted_at}/{one.key}"), node=reward_of(one, root.one_id)
        )
        for one in rewards
    ]
    return RewardConnection(
        edges=edges, page_info=page_info_of(edges, has_next=has_next, has_previous=page.key != "")
    )


async def user_statement(
    root: strawberry.Parent[User],
    info: GqlInfo,
    language: InLanguage = Language.EN,
    first: First = 20,
    after: After = strawberry.UNSET,
) -> StatementLineConnection:
    """One statement for all people of a request."""
    page, begun = LinePage(root.one_id, page_size(first)), _given(after)
    if begun is not None:
        page = page._replace(before=_number(begun))
    lines, has_next = ([], False) if root.as_of else await loader_of(info.context).lines(page)
    edges = [
        StatementLineEdge(cursor=global_id(_LINES, str(line.seq)), node=line_of(line, tell(line, language)))
        for line in lines
    ]
    return StatementLineConnection(
        edges=edges, page_info=page_info_of(edges, has_next=has_next, has_previous=begun is not None)
    )


@strawberry.type(description="What the ledger adds to a person.")
class PersonsRewards:
    """Fields of `User`."""

    balances: list[Balance] = strawberry.field(
        resolver=user_balances,
        description="What the person has now, by programme and unit; empty where `asOf` was given. One statement for "
        "all people. Not for dealers.",
    )
    rewards: RewardConnection = strawberry.field(
        resolver=user_rewards,
        description="The person's rewards, what was granted last first; empty where `asOf` was given. One statement "
        "for all people, which reads all of theirs. Not for dealers.",
    )
    statement: StatementLineConnection = strawberry.field(
        resolver=user_statement,
        description="Why the person got or lost what, latest recorded first, in words; empty where `asOf` was given. "
        "One statement for all people, which reads all of theirs. Not for dealers.",
    )


def _rewards_page(one_id: str, first: int | None, after: str | None) -> RewardPage:
    page, begun = RewardPage(one_id, page_size(first)), _given(after)
    if begun is None:
        return page
    place = _PLACE.fullmatch(read_cursor(begun, _REWARDS))
    if place is None:
        raise _no_cursor()
    return page._replace(before=int(place[1]), key=place[2])


def _number(cursor: str) -> int:
    key = read_cursor(cursor, _LINES)
    if not key.isdecimal() or len(key) > 18:
        raise _no_cursor()
    return int(key)


def _given(after: str | None) -> str | None:
    return None if after is strawberry.UNSET else after


def _no_cursor() -> InputError:
    return InputError(
        "`after` is not a cursor of this field.", remedy="Pass back an `endCursor` or `cursor` as it came."
    )
