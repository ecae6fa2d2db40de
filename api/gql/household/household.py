"""Households, fleets, consultants' numbers and shared devices in GraphQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import CURSOR, EDGES, NODE, PAGE_INFO, After, First, describe_enum
from api.gql.household.loaders import loader_of
from api.gql.ids import global_id, read_cursor
from api.gql.profile.people import User, Vehicle, vehicle_of
from api.gql.profile.touchpoints import PageInfo, page_info_of
from api.gql.scalars import Instant
from api.gql.selection import Resolving, page_size, read_selection
from graph.household.evidence import Kind, Role
from graph.household.repository import MOST_MEMBERS, HouseholdPage, HouseholdView, MemberView

describe_enum(
    Kind,
    {
        Kind.HOUSEHOLD: "People who live together; a person is in one at most.",
        Kind.FLEET: "A company and the drivers of its cars; a person is in one at most.",
        Kind.CONSULTANT_PHONE: "A number that staff wrote into the records of several customers, who never used it.",
        Kind.SHARED_DEVICE: "A browser, tablet or kiosk on which several people were seen.",
    },
    name="HouseholdKind",
    description="What a group of people is.",
    by_value=True,
)
describe_enum(
    Role,
    {
        Role.OWNER: "Who first owned a car that nobody outside the group has taken over.",
        Role.CO_BUYER: "Who became an owner of the car within 30 days of the first, or was said to buy it, too.",
        Role.PAYER: "Who was said to pay for a car.",
        Role.CHILD: "Under 18, or under 25 where somebody is of a parent's age; told by birth dates.",
        Role.DRIVER: "Who drives a car of the group.",
        Role.MEMBER: "Who belongs to it as nothing else.",
        Role.HOLDER: "Of a consultant's number: whose own it is.",
        Role.CUSTOMER: "Of a consultant's number: whose record bears it.",
        Role.USER: "Of a shared device: who was seen on it.",
    },
    name="HouseholdRole",
    description="What a person is in a group; of several that hold, the first in this order.",
    by_value=True,
)

MEMBERS: Final = "householdMembers"
VEHICLES: Final = "householdVehicles"
"""Kinds of cursors."""


@strawberry.type(description="A person in a household.")
class HouseholdMember:
    """A present member."""

    one_id: strawberry.ID = strawberry.field(description="The person's OneID.")
    role: Role = strawberry.field(description="What the person is in the group.")
    confidence: float = strawberry.field(description="How sure it is that they belong, 0 to 1.")
    since: Instant = strawberry.field(description="Since when this is believed.")

    @strawberry.field(description="The person; all members of a request are read at once.")
    async def user(self, info: GqlInfo) -> User | None:
        """One statement for all members that are selected alike."""
        context = info.context
        raw: Resolving = info._raw_info  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
        selection = read_selection(raw, clear=context.clear, users=MOST_MEMBERS, dealer=context.caller.dealer)
        return await loader_of(info.context).user(self.one_id, selection)


@strawberry.type(description="People who live together, or share a company's cars, a number or a device.")
class Household:
    """A present group."""

    id: strawberry.ID = strawberry.field(
        description="Derived from its founder, so it outlives merges; a former id leads to the present household."
    )
    kind: Kind = strawberry.field(description="What the group is.")
    confidence: float = strawberry.field(description="That of its least sure member, 0 to 1.")
    reasons: list[str] = strawberry.field(
        description="What speaks for it: `phone`, `car`, `address`, `familyName`, `ages` …; never values."
    )
    members: list[HouseholdMember] = strawberry.field(
        description="The first 100 members by oneId; `membersConnection` has all. Not for dealers."
    )
    member_count: int = strawberry.field(description="How many are in it. Not for dealers.")

    @strawberry.field(
        description="Members by ascending oneId; one statement for all households of a request. Not for dealers."
    )
    async def members_connection(
        self, info: GqlInfo, first: First = 20, after: After = strawberry.UNSET
    ) -> HouseholdMemberConnection:
        """One statement for all households of a request."""
        page = _page(self.id, first, after, MEMBERS)
        views, has_next = await loader_of(info.context).members(page)
        edges = [
            HouseholdMemberEdge(cursor=global_id(MEMBERS, view.one_id), node=_member_of(view))
            for view in views
        ]
        return HouseholdMemberConnection(edges=edges, page_info=_page_info(edges, page, has_next=has_next))

    @strawberry.field(
        description="Vehicles that the present members have or had, each once, with the first of the members' roles, "
        "in a stable order; one statement for all households of a request. Not for dealers."
    )
    async def vehicles(
        self, info: GqlInfo, first: First = 20, after: After = strawberry.UNSET
    ) -> VehicleConnection:
        """One statement for all households of a request."""
        page = _page(self.id, first, after, VEHICLES)
        views, has_next = await loader_of(info.context).vehicles(page)
        edges = [VehicleEdge(cursor=global_id(VEHICLES, view.key), node=vehicle_of(view)) for view in views]
        return VehicleConnection(edges=edges, page_info=_page_info(edges, page, has_next=has_next))


@strawberry.type(description="A member and its cursor.")
class HouseholdMemberEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: HouseholdMember = strawberry.field(description="The member.")


@strawberry.type(description="A page of a household's members. Not for dealers.")
class HouseholdMemberConnection:
    """Members by ascending oneId."""

    edges: list[HouseholdMemberEdge] = strawberry.field(description="Members by ascending oneId.")
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(description="A vehicle and its cursor.")
class VehicleEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: Vehicle = strawberry.field(description="The vehicle.")


@strawberry.type(description="A page of vehicles.")
class VehicleConnection:
    """Vehicles in a stable order."""

    edges: list[VehicleEdge] = strawberry.field(description="Vehicles in a stable order.")
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(description="A household and its cursor.")
class HouseholdEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: Household = strawberry.field(description=NODE)


@strawberry.type(description="A page of households by ascending id.")
class HouseholdConnection:
    """A page."""

    edges: list[HouseholdEdge] = strawberry.field(description=EDGES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


def household_of(view: HouseholdView) -> Household:
    """The view as GraphQL shows it."""
    return Household(
        id=strawberry.ID(view.id),
        kind=view.kind,
        confidence=view.confidence,
        reasons=list(view.reasons),
        members=[_member_of(member) for member in view.members],
        member_count=view.size,
    )


def _page(id_: str, first: int | None, after: str | None, kind: str) -> HouseholdPage:
    start = read_cursor(after, kind) if after is not None and after is not strawberry.UNSET else ""
    return HouseholdPage(id_, page_size(first), start)


def _page_info(
    edges: Sequence[HouseholdMemberEdge | VehicleEdge], page: HouseholdPage, *, has_next: bool
) -> PageInfo:
    return page_info_of(edges, has_next=has_next, has_previous=page.after != "")


def _member_of(view: MemberView) -> HouseholdMember:
    return HouseholdMember(
        one_id=strawberry.ID(view.one_id),
        role=Role(view.role),
        confidence=view.confidence,
        since=Instant(view.since),
    )


async def user_household(root: strawberry.Parent[User], info: GqlInfo) -> Household | None:
    """Where the person lives; a page of users costs one statement."""
    groups = await _groups(root, info)
    return next((household_of(view) for view in groups if view.kind is Kind.HOUSEHOLD), None)


async def user_groups(root: strawberry.Parent[User], info: GqlInfo) -> list[Household]:
    """All groups the person is in, of every kind; read together with `household`."""
    return [household_of(view) for view in await _groups(root, info)]


async def _groups(user: User, info: GqlInfo) -> tuple[HouseholdView, ...]:
    return () if user.as_of else await loader_of(info.context).groups(user.one_id)


@strawberry.type(description="What households add to a person.")
class PersonsGroups:
    """Fields of `User`."""

    household: Household | None = strawberry.field(
        resolver=user_household,
        description="Where the person lives now; null where `asOf` was given. One statement for all people.",
    )
    shares_with: list[Household] = strawberry.field(
        resolver=user_groups,
        description="All groups the person is in now: a household, fleets, shared numbers and devices.",
    )
