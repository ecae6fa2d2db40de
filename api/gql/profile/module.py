"""People, their profiles, cars and touchpoints in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.modules import Module
from api.gql.profile.mutations import ProfileMutation
from api.gql.profile.people import FormerUser, User, Vehicle
from api.gql.profile.queries import ProfileQuery
from api.gql.profile.records import Profile
from api.gql.profile.touchpoints import BY_KIND

MODULE: Final = Module(
    queries=(ProfileQuery,),
    mutations=(ProfileMutation,),
    types=(User, Profile, Vehicle, FormerUser, *BY_KIND.values()),
)
