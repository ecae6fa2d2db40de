"""Households, fleets, consultants' numbers and shared devices in GraphQL."""

from __future__ import annotations

from typing import Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.household.loaders import loader_of
from api.gql.profile.people import User
from api.gql.profile.touchpoints import PageInfo
from api.gql.scalars import Instant
from api.gql.selection import Resolving, read_selection
from graph.household.evidence import Kind, Role
from graph.household.repository import HouseholdView, MemberView

strawberry.enum(
    Kind, name="HouseholdKind", description="What a group of people is.", graphql_name_from="value"
)
strawberry.enum(
    Role, name="HouseholdRole", description="What a person is in a group.", graphql_name_from="value"
)

_MOST_MEMBERS: Final = 100


@strawberry.type(description="A person in a household.")
class HouseholdMember:
    """A present member."""

    one_id: strawberry.ID = strawberry.field(description="The person's OneID.")
    role: Role
    confidence: float = strawberry.field(description="How sure it is that they belong, 0 to 1.")
    since: Instant = strawberry.field(description="Since when this is believed.")

    @strawberry.field(description="The person; all members of a request are read at once.")
    async def user(self, info: GqlInfo) -> User | None:
        """One statement for all members that are selected alike."""
        context = info.context
        raw: Resolving = info._raw_info  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
        selection = read_selection(
            raw, clear=context.clear, users=_MOST_MEMBERS, dealer=context.caller.dealer
        )
        return await loader_of(info.context).user(self.one_id, selection)


@strawberry.type(description="People who live together, or share a company's cars, a number or a device.")
class Household:
    """A present group."""

    id: strawberry.ID = strawberry.field(
        description="Derived from its founder, so it outlives merges; a former id leads to the present household."
    )
    kind: Kind
    confidence: float = strawberry.field(description="That of its least sure member, 0 to 1.")
    reasons: list[str] = strawberry.field(
        description="What speaks for it: `phone`, `car`, `address`, `familyName`, `ages` …; never values."
    )
    members: list[HouseholdMember]


@strawberry.type
class HouseholdEdge:
    """A household and its cursor."""

    cursor: str
    node: Household


@strawberry.type
class HouseholdConnection:
    """A page of households by ascending id."""

    edges: list[HouseholdEdge]
    page_info: PageInfo


def household_of(view: HouseholdView) -> Household:
    """The view as GraphQL shows it."""
    return Household(
        id=strawberry.ID(view.id),
        kind=view.kind,
        confidence=view.confidence,
        reasons=list(view.reasons),
        members=[_member_of(member) for member in view.members],
    )


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
