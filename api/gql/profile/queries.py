"""The relationship view's fields at the root: each costs one to three statements, whatever it selects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Final, TypeAlias

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import After, AsOf, First, OneId
from api.gql.ids import parse_id, parse_snapshot_key, parse_touchpoint_key, read_user_cursor
from api.gql.node import Node
from api.gql.past import past
from api.gql.profile.holders import IdentifierHolders, holders_of
from api.gql.profile.people import (
    FORMER_USER,
    SNAPSHOT,
    USER,
    VEHICLE,
    User,
    UserConnection,
    former_user_of,
    user_connection_of,
    user_of,
    vehicle_of,
)
from api.gql.profile.records import PROFILE, profile_of
from api.gql.profile.touchpoints import TOUCHPOINT, touchpoint_of
from api.gql.scalars import PhoneText
from api.gql.selection import LONGEST_LIST, Resolving, Selection, page_size, read_selection
from graph.ingest import normalise
from graph.profile.service import FormerUserView
from graph.profile.view import UserView

Namespace: TypeAlias = Annotated[
    str,
    strawberry.argument(description="What kind of value it is, as `phone`, `email`, `vin`, `wechatUnionId`."),
]
IdentifierValue: TypeAlias = Annotated[
    str,
    strawberry.argument(description="The whole value in the clear, spelt in any way: it is normalised."),
]


@strawberry.type(name="Query")
class ProfileQuery:
    """What can be asked about people."""

    @strawberry.field(
        description="The person a oneId leads to now; every oneId ever given leads to one. With `asOf`, the person "
        "it led to by what was believed then; null where it was not given yet."
    )
    async def user(self, info: GqlInfo, one_id: OneId, as_of: AsOf = strawberry.UNSET) -> User | None:
        """One statement."""
        selection = select_user(info, as_of=past(info, as_of))
        return _shown(await info.context.people.user(one_id, selection.want), selection)

    @strawberry.field(
        description="The person who alone holds an identifier as their own now, or held it by what was believed "
        "at `asOf`; for `vin` the owner. A value of a scoped namespace is written `scope/value`."
    )
    async def user_by_identifier(
        self,
        info: GqlInfo,
        namespace: Namespace,
        value: IdentifierValue,
        as_of: AsOf = strawberry.UNSET,
    ) -> User | None:
        """Two or three statements."""
        selection = select_user(info, as_of=past(info, as_of))
        found = await info.context.people.user_by_identifier(namespace, value, selection.want)
        return _shown(found, selection)

    @strawberry.field(
        description="For a call centre: the person who alone holds a phone number as their own now, or held it by "
        'what was believed at `asOf`; as `userByIdentifier(namespace: "phone")`.'
    )
    async def user_by_phone(
        self,
        info: GqlInfo,
        phone: Annotated[PhoneText, strawberry.argument(description="The number in E.164.")],
        as_of: AsOf = strawberry.UNSET,
    ) -> User | None:
        """Two statements."""
        selection = select_user(info, as_of=past(info, as_of))
        found = await info.context.people.user_by_identifier(normalise.Namespace.PHONE, phone, selection.want)
        return _shown(found, selection)

    @strawberry.field(
        description="All who hold an identifier now, or held it by what was believed at `asOf`, at most 100, with "
        "role and interval; for `vin` owners and drivers. A value of a scoped namespace is written `scope/value`."
    )
    async def users_by_identifier(
        self,
        info: GqlInfo,
        namespace: Namespace,
        value: IdentifierValue,
        as_of: AsOf = strawberry.UNSET,
        first: First = 20,
    ) -> IdentifierHolders | None:
        """Two or three statements."""
        size = page_size(first)
        selection = select_user(info, "holders", "user", users=size, as_of=past(info, as_of))
        views, has_more = await info.context.people.users_by_identifier(
            namespace, value, first=size, want=selection.want
        )
        return holders_of(views, selection, has_more=has_more)

    @strawberry.field(description="All people by ascending oneId, at most 1,000 a page.")
    async def users(
        self,
        info: GqlInfo,
        first: Annotated[
            int | None,
            strawberry.argument(description="The most people on this page, 1 to 1,000; null means 20."),
        ] = 20,
        after: After = strawberry.UNSET,
    ) -> UserConnection | None:
        """Two statements."""
        size = page_size(first, longest=LONGEST_LIST)
        selection = select_user(info, "edges", "node", users=size)
        start = read_user_cursor(after) if after is not None and after is not strawberry.UNSET else ""
        views, has_next = await info.context.people.users(first=size, after=start, want=selection.want)
        return user_connection_of(views, selection, has_next=has_next, after=start != "")

    @strawberry.field(description="Whatever has this id; null where there is none.")
    async def node(
        self,
        info: GqlInfo,
        id: Annotated[  # noqa: A002 - Relay's name
            strawberry.ID, strawberry.argument(description="An `id` as an earlier answer had it.")
        ],
    ) -> Node | None:
        """One statement, three for a former user."""
        parsed = parse_id(id)
        fetch = _FETCH.get(parsed[0]) if parsed else None
        return await fetch(info, parsed[1]) if parsed and fetch else None


def select_user(info: GqlInfo, *path: str, users: int = 1, as_of: int | None = None) -> Selection:
    """What the field being resolved selects of the users below it, as the caller may see them."""
    context = info.context
    raw: Resolving = info._raw_info  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
    return read_selection(
        raw, *path, clear=context.clear, users=users, as_of=as_of, dealer=context.caller.dealer
    )


def _shown(view: UserView | None, selection: Selection) -> User | None:
    return user_of(view, selection) if view else None


async def _fetch_user(info: GqlInfo, one_id: str) -> Node | None:
    # `FormerUser` ids come here too: a oneId can be borne again.
    selection, below = select_user(info), select_user(info, "currentUser")
    found = await info.context.people.node_user(one_id, selection.want, if_former=below.want)
    return former_user_of(found, below) if isinstance(found, FormerUserView) else _shown(found, selection)


async def _fetch_snapshot(info: GqlInfo, key: str) -> Node | None:
    parsed = parse_snapshot_key(key)
    if parsed is None or parsed[1] > info.context.services.clock():
        return None
    if info.context.caller.dealer is not None:
        return None  # a dealer sees what is believed now
    one_id, at = parsed
    selection = select_user(info, as_of=at)
    found = await info.context.people.user(one_id, selection.want)
    return _shown(found if found and found.one_id == one_id else None, selection)


async def _fetch_profile(info: GqlInfo, key: str) -> Node | None:
    view = await info.context.people.profile(key, dealer=info.context.caller.dealer)
    return profile_of(view) if view else None


async def _fetch_touchpoint(info: GqlInfo, key: str) -> Node | None:
    profile_id, at = parse_touchpoint_key(key)
    row = await info.context.people.touchpoint(profile_id, at, dealer=info.context.caller.dealer)
    return touchpoint_of(row) if row else None


async def _fetch_vehicle(info: GqlInfo, key: str) -> Node | None:
    context = info.context
    view = await context.people.vehicle(key, clear=context.clear, dealer=context.caller.dealer)
    return vehicle_of(view) if view else None


_FETCH: Final[Mapping[str, Callable[[GqlInfo, str], Awaitable[Node | None]]]] = {
    USER: _fetch_user,
    FORMER_USER: _fetch_user,
    SNAPSHOT: _fetch_snapshot,
    PROFILE: _fetch_profile,
    TOUCHPOINT: _fetch_touchpoint,
    VEHICLE: _fetch_vehicle,
}
