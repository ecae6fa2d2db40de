"""The argument `asOf`: a time in the past."""

from __future__ import annotations

import strawberry

from api.gql.context import GqlInfo
from api.gql.scalars import Instant
from graph.errors import InputError


def past(info: GqlInfo, as_of: Instant | None) -> int | None:
    """The time asked for; raises InputError for one to come: what will be believed then is not known."""
    if as_of is None or as_of is strawberry.UNSET:
        return None
    if as_of > info.context.services.clock():
        raise InputError("`asOf` lies in the future.", remedy="Leave it out for what is believed now.")
    return as_of
