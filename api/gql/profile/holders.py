"""Who holds an identifier, in GraphQL: plain values, filled from a view."""

from __future__ import annotations

import strawberry

from api.gql.profile.people import User, user_of
from api.gql.profile.records import Profile, profile_of
from api.gql.scalars import Instant, instant_of
from api.gql.selection import Selection
from graph.profile.view import HolderView


@strawberry.type(description="A profile that holds an identifier, and its person.")
class IdentifierHolder:
    """A holder: use is event time, record is belief."""

    user: User = strawberry.field(
        description="The person whose profile it is; with `asOf`, whose it was then."
    )
    profile: Profile = strawberry.field(description="The profile that holds it.")
    role: str = strawberry.field(
        description="`trusted` (verified, or entered by staff) or `claimed`; of a `vin` `owner`, `coBuyer`, "
        "`payer` or `driver`."
    )
    scope: str = strawberry.field(description="Where the value is valid; `*` for everywhere.")
    first_at: Instant | None = strawberry.field(description="First use by the person; null where untimed.")
    last_at: Instant | None = strawberry.field(description="Last use by the person; null where untimed.")
    owner_since: Instant | None = strawberry.field(description="Of a `vin`: since when the owner.")
    recorded_at: Instant = strawberry.field(description="Since when we know it.")
    retracted_at: Instant | None = strawberry.field(
        description="Since when it is taken back; with `asOf`, a time after it."
    )


@strawberry.type(description="Holders of one identifier.")
class IdentifierHolders:
    """A bounded list: a value that thousands use is not walked to its end."""

    holders: list[IdentifierHolder] = strawberry.field(
        description="By role, then by first use. Where there are more than `first`, which of them is not said."
    )
    has_more: bool = strawberry.field(description="Whether more hold it than `first` says.")


def holders_of(views: list[HolderView], selection: Selection, *, has_more: bool) -> IdentifierHolders:
    """The views as GraphQL shows them."""
    return IdentifierHolders(holders=[_holder_of(v, selection) for v in views], has_more=has_more)


def _holder_of(view: HolderView, selection: Selection) -> IdentifierHolder:
    held = view.held
    return IdentifierHolder(
        user=user_of(view.user, selection),
        profile=profile_of(view.profile),
        role=held.role,
        scope=held.scope,
        first_at=instant_of(held.first_at),
        last_at=instant_of(held.last_at),
        owner_since=instant_of(held.owner_since),
        recorded_at=Instant(held.recorded_at),
        retracted_at=instant_of(held.retracted_at),
    )
