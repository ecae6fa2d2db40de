"""Chains of a person, as fields of `User`."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.gql.chain.loaders import loader_of
from api.gql.chain.shapes import (
    DESCENDANTS,
    AlsoReferral,
    ChainReferralConnection,
    ChainReferrer,
    Influence,
    also_of,
    influence_of,
    read_place,
    referrals_of,
    referrer_of,
)
from api.gql.context import GqlInfo
from api.gql.described import After, First
from api.gql.profile.people import User
from api.gql.selection import page_size
from api.gql.standing.loaders import loader_of as standing_loader_of
from graph.chain.influence import HALF, own_value
from graph.chain.model import DEEPEST, Descendants, DescendantsPage
from graph.errors import InputError
from graph.ingest.subjects import Topic

Nearest = Annotated[
    int,
    strawberry.argument(description="The first generation to tell, 1 to 30; 1 is whom the person brought."),
]
Deepest = Annotated[
    int,
    strawberry.argument(description="The last generation to tell, from `nearest` to 30; fewer cost less."),
]


async def user_referrers(
    root: strawberry.Parent[User],
    info: GqlInfo,
    also: Annotated[
        bool,
        strawberry.argument(
            description="Also tell, behind the chain, who brought the person too: later, or in a circle."
        ),
    ] = False,
) -> list[ChainReferrer]:
    """One statement for all people of a request."""
    if root.as_of:
        return []
    return [referrer_of(one) for one in await loader_of(info.context).ancestors(root.one_id, also=also)]


async def user_referrals(
    root: strawberry.Parent[User],
    info: GqlInfo,
    nearest: Nearest = 1,
    deepest: Deepest = DEEPEST,
    first: First = 20,
    after: After = strawberry.UNSET,
) -> ChainReferralConnection:
    """One statement for all people of a request."""
    page = page_of(root.one_id, nearest, deepest, first, after)
    nobody = Descendants((), has_more=False)
    found = nobody if root.as_of else await loader_of(info.context).descendants(page)
    return referrals_of(found, page)


async def user_also_referred(
    root: strawberry.Parent[User],
    info: GqlInfo,
    first: Annotated[int | None, strawberry.argument(description="How many, 1 to 100.")] = 20,
) -> list[AlsoReferral]:
    """One statement for all people of a request."""
    size = page_size(first)
    found = () if root.as_of else await loader_of(info.context).also(root.one_id, size)
    return [also_of(one) for one in found]


async def user_influence(
    root: strawberry.Parent[User],
    info: GqlInfo,
    discount: Annotated[
        float,
        strawberry.argument(description="λ: what a generation counts of the one above, 0 to 1."),
    ] = HALF,
) -> Influence | None:
    """Two statements for all people of a request; orders are read together with `orders`."""
    if root.as_of:
        return None
    said = await standing_loader_of(info.context).statements(root.one_id, Topic.ORDER)
    tree = await loader_of(info.context).tree(root.one_id)
    return influence_of(own_value(said), tree, discount=discount)


def page_of(one_id: str, nearest: int, deepest: int, first: int | None, after: str | None) -> DescendantsPage:
    """The page that is asked for. Raises InputError for generations that are none, and for a wrong cursor."""
    if not 1 <= nearest <= deepest <= DEEPEST:
        raise InputError(
            "`nearest` and `deepest` are not 1 to 30, in this order.", remedy="Ask for generations in order."
        )
    place = (0, "") if after is None or after is strawberry.UNSET else read_place(after, DESCENDANTS)
    return DescendantsPage(one_id, page_size(first), nearest, deepest, place)


@strawberry.type(description="What chains of referrals add to a person.")
class PersonsChains:
    """Fields of `User`."""

    referrers: list[ChainReferrer] = strawberry.field(
        resolver=user_referrers,
        description="Who brought the person, and who brought that one, nearest first, at most 30; empty where nobody "
        "did or `asOf` was given. One statement for all people. Not for dealers.",
    )
    referrals: ChainReferralConnection = strawberry.field(
        resolver=user_referrals,
        description="Whom the person brought first, and whom these brought, by generation, at most 100 a page; empty "
        "where `asOf` was given. One statement for all people; a page walks the generations up to its "
        "own. Not for dealers.",
    )
    also_referred: list[AlsoReferral] = strawberry.field(
        resolver=user_also_referred,
        description="Friends whom the person brought too, but who are not counted among their own, by when that was "
        "heard of; empty where `asOf` was given. One statement for all people. Not for dealers.",
    )
    influence: Influence | None = strawberry.field(
        resolver=user_influence,
        description="What the person is worth by their own orders, and what by those whom they brought; null where "
        "`asOf` was given. Two statements for all people, `orders` included. Not for dealers.",
    )
