"""Tags in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.modules import Module
from api.gql.profile.people import User
from api.gql.tag.tags import PersonsTags, TagMutation

MODULE: Final = Module(mutations=(TagMutation,), fields={User: PersonsTags})
