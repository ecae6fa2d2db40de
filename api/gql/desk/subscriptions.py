"""A desk, whenever its dealer is told something of one of its people."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import CURSOR
from api.gql.desk.queries import (
    ZONE,
    ConsultantId,
    DealerId,
    Desk,
    TimeZone,
    consultants,
    dealers,
    desk_of,
    repository,
)
from api.gql.desk.shapes import DeskPerson, person_of
from api.gql.scalars import Instant
from api.gql.selection import LONGEST_PAGE
from api.gql.subscription.following import AfterUpdate, Following
from graph.desk import model
from graph.feed.reader import cursor_of


@strawberry.type(description="A desk after something of it changed.")
class DeskUpdate:
    """The present state, not the change: what came meanwhile is in it."""

    cursor: str = strawberry.field(description=CURSOR)
    at: Instant | None = strawberry.field(
        description="When the dealer was told something last; null in the first update without `after`."
    )
    people: list[DeskPerson] = strawberry.field(
        description=f"Of whom the dealer was told something, told of last first, at most {LONGEST_PAGE}; none in the "
        "first update without `after`."
    )
    has_more: bool = strawberry.field(description="Whether there are more of them: then ask the desk anew.")
    desk: Desk = strawberry.field(description="The desk as it is now, today; read as far as it is selected.")


@strawberry.type(name="Subscription")
class DeskSubscription:
    """What changes on a desk."""

    @strawberry.subscription(
        description="A dealer's desk: first as it is now, then whenever the dealer was told something of one of its "
        "people. Several changes that came together are told once. With `after` only what came since. A dealer has its "
        "own, and is told nothing of what other dealers or the brand do; what a merge or split moves shows in the "
        "next update."
    )
    async def dealer_desk_changed(
        self,
        info: GqlInfo,
        dealer: DealerId = strawberry.UNSET,
        after: AfterUpdate = strawberry.UNSET,
        time_zone: TimeZone = ZONE,
    ) -> AsyncGenerator[DeskUpdate]:
        """One statement for each update besides those of what is selected."""
        async for update in _updates(info, dealers(info, dealer), after, time_zone):
            yield update

    @strawberry.subscription(
        description="A consultant's desk, as `dealerDeskChanged`: told of whom they are the one named last with."
    )
    async def consultant_desk_changed(
        self,
        info: GqlInfo,
        consultant: ConsultantId,
        after: AfterUpdate = strawberry.UNSET,
        time_zone: TimeZone = ZONE,
    ) -> AsyncGenerator[DeskUpdate]:
        """One statement for each update besides those of what is selected."""
        async for update in _updates(info, consultants(info, consultant), after, time_zone):
            yield update


async def _updates(
    info: GqlInfo, desk: model.Desk, after: str | None, zone: str
) -> AsyncGenerator[DeskUpdate]:
    following = Following(info, after)
    cursor = await following.cursor()
    async for entries in following.batches(at_once=True):
        at, people, has_more = None, list[model.DeskPerson](), False
        if entries:
            cursor = cursor_of(entries[-1].position)
            touched = frozenset[str]().union(*(entry.profile_ids for entry in entries))
            at, people, has_more = await repository(info).changed(
                desk, touched, since=entries[0].at, most=LONGEST_PAGE
            )
        if people or not (entries or following.resumed):
            yield DeskUpdate(
                cursor=cursor,
                at=None if at is None else Instant(at),
                people=_people(people),
                has_more=has_more,
                desk=desk_of(info, desk, None, zone),
            )


def _people(found: Sequence[model.DeskPerson]) -> list[DeskPerson]:
    return [person_of(one) for one in found]
