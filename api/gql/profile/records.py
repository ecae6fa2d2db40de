"""Profiles in GraphQL."""

from __future__ import annotations

from typing import Final

import strawberry

from api.gql.ids import global_id
from api.gql.node import Node
from graph.profile.view import ProfileView

PROFILE: Final = "Profile"


@strawberry.type(description="A person as one source system knows them.")
class Profile(Node):
    """A profile."""

    source: str = strawberry.field(description="Name of the source system, as `crm`.")
    record_id: str | None = strawberry.field(
        description="Id of the record in its source; null once the person was erased."
    )


def profile_of(view: ProfileView) -> Profile:
    """The view as GraphQL shows it."""
    return Profile(
        id=strawberry.ID(global_id(PROFILE, view.id)), source=view.source, record_id=view.record_id
    )
