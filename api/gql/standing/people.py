"""What stands of a person's history, as fields of `User`."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.profile.people import User
from api.gql.selection import page_size
from api.gql.standing.loaders import loader_of
from api.gql.standing.shapes import Consent, FollowUp, Order, consent_of, follow_up_of, order_of
from graph.ingest.subjects import Topic
from graph.standing import follow_ups
from graph.standing.consents import consents_of
from graph.standing.follow_ups import follow_ups_of, next_of
from graph.standing.orders import orders_of
from graph.standing.repository import MOST_STATEMENTS
from graph.standing.statement import Statement

_PLANS: Final = (Topic.APPOINTMENT, Topic.FOLLOW_UP, Topic.VISIT)
_READ: Final = (
    f"One statement for all people of a request. The newest {MOST_STATEMENTS} touchpoints of each profile count; a "
    "dealer is told of its own and those without a dealer. Empty where `asOf` was given."
)


async def user_orders(
    root: strawberry.Parent[User],
    info: GqlInfo,
    first: Annotated[int | None, strawberry.argument(description="How many, 1 to 100.")] = 20,
) -> list[Order]:
    """Those last spoken of first."""
    size = page_size(first)
    found = orders_of(await _said(root, info, Topic.ORDER))
    return [order_of(order) for order in found[:size]]


async def user_consents(root: strawberry.Parent[User], info: GqlInfo) -> list[Consent]:
    """By purpose, the brand's before dealers'."""
    return [consent_of(consent) for consent in consents_of(await _said(root, info, Topic.CONSENT))]


async def user_next_follow_up(root: strawberry.Parent[User], info: GqlInfo) -> FollowUp | None:
    """The open one that is due first."""
    found = next_of(await _planned(root, info))
    return follow_up_of(found) if found else None


async def user_follow_ups(
    root: strawberry.Parent[User],
    info: GqlInfo,
    open: Annotated[  # noqa: A002 - the argument's name in the schema
        bool | None, strawberry.argument(description="Only open ones, or only closed ones.")
    ] = None,
    first: Annotated[int | None, strawberry.argument(description="How many, 1 to 100.")] = 20,
) -> list[FollowUp]:
    """Open ones first."""
    size = page_size(first)
    found = [plan for plan in await _planned(root, info) if open is None or plan.open is open]
    return [follow_up_of(plan) for plan in found[:size]]


async def _planned(user: User, info: GqlInfo) -> tuple[follow_ups.FollowUp, ...]:
    return follow_ups_of(await _said(user, info, *_PLANS))


async def _said(user: User, info: GqlInfo, *topics: Topic) -> list[Statement]:
    return [] if user.as_of else await loader_of(info.context).statements(user.one_id, *topics)


@strawberry.type(description="What stands of a person's history.")
class PersonsStanding:
    """Fields of `User`."""

    orders: list[Order] = strawberry.field(
        resolver=user_orders, description=f"The person's orders, those last spoken of first. {_READ}"
    )
    consents: list[Consent] = strawberry.field(
        resolver=user_consents,
        description=f"What the person agreed to and took back, by purpose, the brand's before dealers'. {_READ}",
    )
    next_follow_up: FollowUp | None = strawberry.field(
        resolver=user_next_follow_up,
        description="The open follow-up or appointment that is due first, one that is overdue included; null where "
        "there is none. Read together with `followUps`.",
    )
    follow_ups: list[FollowUp] = strawberry.field(
        resolver=user_follow_ups,
        description="What was planned with the person: what is open, due first, then what is closed, latest due "
        f"first. {_READ}",
    )
