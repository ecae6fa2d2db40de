"""What the domain adds to a vehicle in GraphQL: its people and what happened to it, read when asked for."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import After, First
from api.gql.household.loaders import loader_of as people_loader_of
from api.gql.ids import parse_id, read_touchpoint_cursor
from api.gql.profile.people import User, Vehicle
from api.gql.profile.touchpoints import TouchpointConnection, connection_of
from api.gql.scalars import Instant
from api.gql.selection import LONGEST_PAGE, Resolving, page_size, read_kinds, read_selection
from api.gql.vehicle.loaders import loader_of
from graph.profile.rows import LATEST
from graph.vehicle import repository
from graph.vehicle.repository import SERVICES, HistoryRequest, HoldersRequest


@strawberry.type(description="A person who has a vehicle, or had it; over all profiles of the person.")
class VehicleHolder:
    """A person of a vehicle: times are event time."""

    one_id: strawberry.ID = strawberry.field(description="The person's OneID.")
    role: str = strawberry.field(
        description="`owner`, `coBuyer`, `payer` or `driver`: the first of these that was ever said of the person."
    )
    since: Instant | None = strawberry.field(
        description="Since when: of an owner since when they own it, else when first seen with it; null where no "
        "time was told. Not for dealers."
    )
    last_at: Instant | None = strawberry.field(
        description="When last seen with it; null where no time was told. Not for dealers."
    )
    current: bool | None = strawberry.field(
        description="Of an owner whether nobody became one later (of several at one time all are); null for other "
        "roles, since nobody tells when somebody stops driving. To a dealer among those whom it sees."
    )

    @strawberry.field(
        description="The person, as `user` shows it; all people of the answer are read in one statement."
    )
    async def user(self, info: GqlInfo) -> User | None:
        """One statement for all that are selected alike."""
        context = info.context
        raw: Resolving = info._raw_info  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
        selection = read_selection(raw, clear=context.clear, users=LONGEST_PAGE, dealer=context.caller.dealer)
        return await people_loader_of(context).user(self.one_id, selection)


@strawberry.type(description="People of a vehicle.")
class VehicleHolders:
    """A bounded list: a demonstration car is not walked to its end."""

    holders: list[VehicleHolder] = strawberry.field(
        description="The newest people: owners by when they last became one, drivers by when last seen with it; to "
        "a dealer the present owner, then by oneId."
    )
    has_more: bool = strawberry.field(description="Whether there are more than `first`.")
    complete: bool = strawberry.field(
        description="False where the vehicle has more than 5,000 records of people: then some may be missing."
    )


def _holders_of(found: repository.VehicleHolders) -> VehicleHolders:
    return VehicleHolders(
        holders=[
            VehicleHolder(
                one_id=strawberry.ID(holder.one_id),
                role=holder.role,
                since=None if holder.since is None else Instant(holder.since),
                last_at=None if holder.last_at is None else Instant(holder.last_at),
                current=holder.current,
            )
            for holder in found.holders
        ],
        has_more=found.has_more,
        complete=found.complete,
    )


async def vehicle_owners(
    root: strawberry.Parent[Vehicle], info: GqlInfo, first: First = 20
) -> VehicleHolders | None:
    """One statement for all vehicles of a request, together with their drivers."""
    return await _holders(root, info, owners=True, first=first)


async def vehicle_drivers(
    root: strawberry.Parent[Vehicle], info: GqlInfo, first: First = 20
) -> VehicleHolders | None:
    """One statement for all vehicles of a request, together with their owners."""
    return await _holders(root, info, owners=False, first=first)


async def vehicle_services(
    root: strawberry.Parent[Vehicle],
    info: GqlInfo,
    first: First = 20,
    after: After = strawberry.UNSET,
) -> TouchpointConnection | None:
    """One statement for all vehicles of a request, together with their other touchpoints."""
    return await _history(root, info, first=first, after=after, kinds=SERVICES)


async def vehicle_touchpoints(
    root: strawberry.Parent[Vehicle],
    info: GqlInfo,
    first: First = 20,
    after: After = strawberry.UNSET,
    kinds: Annotated[
        list[str] | None, strawberry.argument(description="Kinds, as `testDrive`; all where left out.")
    ] = strawberry.UNSET,
) -> TouchpointConnection | None:
    """One statement for all vehicles of a request, together with their services."""
    asked = None if kinds is None or kinds is strawberry.UNSET else read_kinds(kinds)
    return await _history(root, info, first=first, after=after, kinds=asked)


async def _holders(
    vehicle: Vehicle, info: GqlInfo, *, owners: bool, first: int | None
) -> VehicleHolders | None:
    request = HoldersRequest(_key(vehicle), owners, page_size(first))
    return None if vehicle.past else _holders_of(await loader_of(info.context).holders(request))


async def _history(
    vehicle: Vehicle, info: GqlInfo, *, first: int | None, after: str | None, kinds: tuple[str, ...] | None
) -> TouchpointConnection | None:
    given = None if after is strawberry.UNSET else after
    before = LATEST if given is None else read_touchpoint_cursor(given)
    request = HistoryRequest(_key(vehicle), page_size(first), before, kinds, resumed=given is not None)
    return None if vehicle.past else connection_of(await loader_of(info.context).history(request))


def _key(vehicle: Vehicle) -> str:
    parsed = parse_id(vehicle.id)
    assert parsed is not None  # noqa: S101 - the id is ours
    return parsed[1]


@strawberry.type(description="What is known of a vehicle over time.")
class VehicleHistory:
    """Fields of `Vehicle`: of now, so null where the vehicle is of a person at a time in the past."""

    owners: VehicleHolders | None = strawberry.field(
        resolver=vehicle_owners,
        description="Who owns or owned it, at most 100; null where `asOf` was given. One statement for all vehicles.",
    )
    drivers: VehicleHolders | None = strawberry.field(
        resolver=vehicle_drivers,
        description="Who has or had it in any role, owners included, at most 100; null where `asOf` was given. Read "
        "together with `owners`.",
    )
    services: TouchpointConnection | None = strawberry.field(
        resolver=vehicle_services,
        description="Workshop services of the vehicle, whoever brought it, newest first, at most 100 a page; null "
        "where `asOf` was given. One statement for all vehicles; a page walks all touchpoints about the vehicle.",
    )
    touchpoints: TouchpointConnection | None = strawberry.field(
        resolver=vehicle_touchpoints,
        description="Touchpoints about the vehicle, of all people or of some kinds, newest first, at most 100 a page; "
        "null where `asOf` was given. Read together with `services`.",
    )
