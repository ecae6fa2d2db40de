"""People in GraphQL: plain values, filled at once from a view. What is read when asked for, other domains add."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry
from strawberry import federation

from api.gql.context import GqlInfo
from api.gql.described import CURSOR, EDGES, NODE, PAGE_INFO, After, First
from api.gql.ids import global_id, snapshot_key, user_cursor
from api.gql.node import Node
from api.gql.profile.golden import GoldenField, golden_field_of
from api.gql.profile.records import Profile, profile_of
from api.gql.profile.touchpoints import PageInfo, TouchpointConnection, connection_of, page_info_of
from api.gql.scalars import Instant, VinText, instant_of
from api.gql.selection import Selection
from graph.profile.service import FormerUserView
from graph.profile.view import UserView, VehicleView

USER: Final = "User"
SNAPSHOT: Final = "UserSnapshot"
VEHICLE: Final = "Vehicle"
FORMER_USER: Final = "FormerUser"


@strawberry.type(description="A value that points at a person, as a phone number.")
class Identifier:
    """An identifier of a user, merged over profiles."""

    namespace: str = strawberry.field(description="What it is, as `phone`, `email`, `wechatUnionId`.")
    scope: str = strawberry.field(description="Where the value is valid; `*` for everywhere.")
    value: str = strawberry.field(description="The value, with its middle hidden unless the key may see it.")
    trusted: bool = strawberry.field(
        description="True where it was verified, entered by staff, or issued by the source itself."
    )


@strawberry.type(description="One car.")
class Vehicle(Node):
    """A vehicle, as a user has it."""

    vin: VinText = strawberry.field(description="The VIN, with its middle hidden unless the key may see it.")
    model: str | None = strawberry.field(
        description="Its model; null where nothing told it. To a dealer only what touchpoints it sees told."
    )
    role: str | None = strawberry.field(
        description="`owner`, `coBuyer`, `payer` or `driver`; null where no user is spoken of."
    )
    past: strawberry.Private[bool] = False
    """Whether it is of a person at a time in the past."""


@strawberry.input(description="Which touchpoints; what is left out does not restrict.")
class TouchpointFilter:
    """Restricts a page of touchpoints."""

    kinds: list[str] | None = strawberry.field(default=strawberry.UNSET, description="Kinds, as `testDrive`.")
    channel: str | None = strawberry.field(default=strawberry.UNSET, description="One channel.")
    since: Instant | None = strawberry.field(default=strawberry.UNSET, description="At or after this time.")
    until: Instant | None = strawberry.field(default=strawberry.UNSET, description="Before this time.")


@federation.type(
    keys=["oneId"], description="A resolved person; other graphs of a company refer to them by `oneId`."
)
class User(Node):
    """A user; its pages of touchpoints were read with it, by the response keys of the selection."""

    one_id: strawberry.ID = strawberry.field(description="The person's OneID; former ids lead here too.")
    display_name: str | None = strawberry.field(
        description="The golden record's name, in the clear for all who may ask; null where no source states one."
    )
    first_seen_at: Instant | None = strawberry.field(
        description="When the person was first seen, by event time over all profiles; null where all are "
        "untimed, at a time in the past, and for dealers."
    )
    last_seen_at: Instant | None = strawberry.field(
        description="When the person was last seen, by event time over all profiles; null where all are "
        "untimed, at a time in the past, and for dealers."
    )
    profiles: list[Profile] = strawberry.field(
        description="The person as each source knows them, in the order in which they came. A dealer does "
        "not see those of other dealers' sources; so with all below."
    )
    identifiers: list[Identifier] = strawberry.field(
        description="What points at the person, each value once over all profiles."
    )
    vehicles: list[Vehicle] = strawberry.field(
        description="Cars the person owns, pays for or drives, or did, each once, in the strongest role."
    )
    golden: list[GoldenField] = strawberry.field(
        description="The golden record: of what sources state, the value to show of each field, by name."
    )
    as_of: Instant | None = strawberry.field(
        description="The time whose belief this is, where `asOf` was given; null for now. At a time in the past, "
        "who belongs to the person, identifiers, vehicles, touchpoints and manual corrections are exactly what was "
        "believed then; names and other values of sources are those of today, and `firstSeenAt` and `lastSeenAt` "
        "are null."
    )
    pages: strawberry.Private[dict[str, TouchpointConnection]]

    @strawberry.field(
        description="Touchpoints of all profiles, newest first. In one field at the root at most 2,000, over "
        "all people."
    )
    def touchpoints(
        self,
        info: GqlInfo,
        first: First = 20,
        after: After = strawberry.UNSET,
        filter: Annotated[  # noqa: A002 - the argument's name in the schema
            TouchpointFilter | None,
            strawberry.argument(description="Which touchpoints; null or left out: all of them."),
        ] = strawberry.UNSET,
    ) -> TouchpointConnection:
        """The page read with the user: `Selection` looked at the arguments before."""
        del first, after, filter
        return self.pages[str(info.path.key)]


@strawberry.type(description="A oneId that no person bears any more.")
class FormerUser(Node):
    """A former user."""

    until: Instant = strawberry.field(description="Until when a person bore it.")
    current_user: User | None = strawberry.field(description="The person it leads to now.")


@strawberry.type(description="A person and the cursor.")
class UserEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: User = strawberry.field(description=NODE)


@strawberry.type(description="A page of people by ascending oneId.")
class UserConnection:
    """A page."""

    edges: list[UserEdge] = strawberry.field(description=EDGES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


def vehicle_of(view: VehicleView, *, past: bool = False) -> Vehicle:
    """The view as GraphQL shows it; `past` where it is of a person at a time in the past."""
    id_ = strawberry.ID(global_id(VEHICLE, view.key))
    return Vehicle(id=id_, vin=VinText(view.vin), model=view.model, role=view.role, past=past)


def user_of(view: UserView, selection: Selection) -> User:
    """The view as GraphQL shows it."""
    return User(
        id=strawberry.ID(user_id(view)),
        one_id=strawberry.ID(view.one_id),
        display_name=view.display_name,
        first_seen_at=instant_of(view.first_seen_at),
        last_seen_at=instant_of(view.last_seen_at),
        profiles=[profile_of(profile) for profile in view.profiles],
        identifiers=[
            Identifier(namespace=i.namespace, scope=i.scope, value=i.value, trusted=i.trusted)
            for i in view.identifiers
        ],
        vehicles=[vehicle_of(vehicle, past=view.as_of is not None) for vehicle in view.vehicles],
        golden=[golden_field_of(field) for field in view.golden],
        as_of=instant_of(view.as_of),
        pages={key: connection_of(page) for key, page in zip(selection.page_keys, view.pages, strict=True)},
    )


def user_id(view: UserView) -> str:
    """The global id, which of a person in the past names the time."""
    if view.as_of is None:
        return global_id(USER, view.one_id)
    return global_id(SNAPSHOT, snapshot_key(view.one_id, view.as_of))


def former_user_of(view: FormerUserView, selection: Selection) -> FormerUser:
    """The view as GraphQL shows it."""
    return FormerUser(
        id=strawberry.ID(global_id(FORMER_USER, view.one_id)),
        until=Instant(view.until),
        current_user=user_of(view.current, selection) if view.current else None,
    )


def user_connection_of(
    views: list[UserView], selection: Selection, *, has_next: bool, after: bool
) -> UserConnection:
    """A page as a Relay connection."""
    edges = [UserEdge(cursor=user_cursor(view.one_id), node=user_of(view, selection)) for view in views]
    return UserConnection(
        edges=edges,
        page_info=page_info_of(edges, has_next=has_next, has_previous=after),
    )
