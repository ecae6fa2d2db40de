"""Chains at the root: who spreads most, who holds a tree together, and where a vehicle's owners came from."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from api.gql.chain.loaders import loader_of
from api.gql.chain.people import Deepest, Nearest, page_of
from api.gql.chain.shapes import (
    SPREADERS,
    Bridges,
    ChainPerson,
    ChainReferralConnection,
    ChainReferrer,
    SpreaderConnection,
    bridge_of,
    read_place,
    referrals_of,
    referrer_of,
    spreaders_of,
)
from api.gql.context import GqlInfo
from api.gql.described import After, First, OneId
from api.gql.profile.people import Vehicle, vehicle_of
from api.gql.scalars import Instant, VinText, instant_of
from api.gql.selection import page_size
from graph.chain.bridges import bridges_of
from graph.chain.model import DEEPEST

MOST_BRIDGES: Final = 20
_LATEST: Final = 2**62

Since = Annotated[
    Instant | None,
    strawberry.argument(
        description="Referrals that were opened at or after this time; from the first on where left out."
    ),
]
Until = Annotated[
    Instant | None,
    strawberry.argument(description="Referrals that were opened before this time; all where left out."),
]


@strawberry.type(description="Somebody who owns or owned a vehicle, with their chain. Not for dealers.")
class LineageOwner(ChainPerson):
    """An owner."""

    since: Instant | None = strawberry.field(
        description="When they first became an owner; null where no time was told."
    )
    current: bool = strawberry.field(
        description="Whether nobody became an owner later; of several at one time all are."
    )
    referrers: list[ChainReferrer] = strawberry.field(
        description="Who brought the owner, and who brought that one, nearest first, at most 30."
    )

    @strawberry.field(
        description="Whom the owner brought, and whom these brought, as `User.referrals`. One statement for all owners."
    )
    async def referrals(
        self,
        info: GqlInfo,
        nearest: Nearest = 1,
        deepest: Deepest = DEEPEST,
        first: First = 20,
        after: After = strawberry.UNSET,
    ) -> ChainReferralConnection:
        """One statement for all owners that are asked for."""
        page = page_of(self.one_id, nearest, deepest, first, after)
        return referrals_of(await loader_of(info.context).descendants(page), page)


@strawberry.type(description="Where a vehicle's owners came from, and who came from them. Not for dealers.")
class VehicleLineage:
    """Of one vehicle."""

    vehicle: Vehicle = strawberry.field(description="The vehicle.")
    owners: list[LineageOwner] = strawberry.field(
        description="Who owns or owned it, whoever became an owner last first."
    )
    has_more: bool = strawberry.field(description="Whether there are more owners than `first`.")


@strawberry.type(name="Query")
class ChainQuery:
    """Fields at the root."""

    @strawberry.field(
        description="The lineage of a vehicle: its owners, the chains of those who brought them, and whom they "
        "brought; null for a VIN that nobody brought. Not for dealers. Two statements, and one for all `referrals`."
    )
    async def vehicle_lineage(
        self,
        info: GqlInfo,
        vin: Annotated[VinText, strawberry.argument(description="The whole VIN.")],
        first: First = 20,
    ) -> VehicleLineage | None:
        """Two statements."""
        context, size = info.context, page_size(first)
        view = await context.people.vehicle_by_vin(vin, clear=context.clear, dealer=context.caller.dealer)
        lineage = await loader_of(context).repository.lineage(view.key, first=size) if view else None
        if view is None or lineage is None:
            return None
        owners, has_more = lineage
        return VehicleLineage(
            vehicle=vehicle_of(view),
            owners=[
                LineageOwner(
                    one_id=strawberry.ID(owner.one_id),
                    since=instant_of(owner.since),
                    current=owner.current,
                    referrers=[referrer_of(one) for one in owner.up],
                )
                for owner in owners
            ],
            has_more=has_more,
        )

    @strawberry.field(
        description="Who brought most people to whom a vehicle was delivered: super-spreaders, at most 100 a page. "
        "Counted are the newest 200,000 referrals of each programme in the span. Not for dealers. One statement."
    )
    async def super_spreaders(
        self,
        info: GqlInfo,
        programme: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Id of a referral programme; all of them where left out."),
        ] = strawberry.UNSET,
        since: Since = strawberry.UNSET,
        until: Until = strawberry.UNSET,
        first: First = 20,
        after: After = strawberry.UNSET,
    ) -> SpreaderConnection:
        """One statement."""
        place = None if after is None or after is strawberry.UNSET else read_place(after, SPREADERS)
        found, has_next, complete = await loader_of(info.context).repository.spreaders(
            programme or None,
            since=-_LATEST if since is None or since is strawberry.UNSET else since,
            until=_LATEST if until is None or until is strawberry.UNSET else until,
            first=page_size(first),
            after=place,
        )
        return spreaders_of(found, has_next=has_next, complete=complete, after=place is not None)

    @strawberry.field(
        description="Who holds the tree of referrals together in which a person stands: a tree is walked from "
        "whoever is above all, at most 30 up and 30 down, 20,000 people. Null where the id leads nowhere. Not for "
        "dealers. One statement."
    )
    async def bridges(
        self,
        info: GqlInfo,
        one_id: OneId,
        first: Annotated[int, strawberry.argument(description="How many of them, 1 to 20.")] = 10,
    ) -> Bridges | None:
        """One statement."""
        size = page_size(first, longest=MOST_BRIDGES)
        tree = await loader_of(info.context).repository.tree(one_id)
        if tree is None:
            return None
        people, complete = tree
        return Bridges(
            people=len(people),
            complete=complete,
            bridges=[bridge_of(one) for one in bridges_of(people, first=size)],
        )
