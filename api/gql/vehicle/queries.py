"""A vehicle at the root."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.gql.context import GqlInfo
from api.gql.profile.people import Vehicle, vehicle_of
from api.gql.scalars import VinText


@strawberry.type(name="Query")
class VehicleQuery:
    """What can be asked about vehicles."""

    @strawberry.field(
        description="The vehicle of a whole VIN; null for one that nobody brought, to a dealer also for one that none "
        "of its people has."
    )
    async def vehicle(
        self,
        info: GqlInfo,
        vin: Annotated[VinText, strawberry.argument(description="The whole VIN.")],
    ) -> Vehicle | None:
        """One statement."""
        context = info.context
        view = await context.people.vehicle_by_vin(vin, clear=context.clear, dealer=context.caller.dealer)
        return vehicle_of(view) if view else None
