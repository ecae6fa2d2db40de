"""Joining a company's graph: a gateway (Apollo Federation 2) asks for people whom other graphs refer to.

`_service` tells a gateway the schema, and so follows the rule of introspection (`limits.py`).
"""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias, cast

import strawberry
from strawberry.federation.schema import FederationAny

from api.gql.context import GqlInfo
from api.gql.profile.people import User, user_of
from api.gql.profile.queries import select_user
from api.gql.selection import LONGEST_LIST
from graph.errors import InputError

_KIND: Final = "User"
_KEY: Final = "oneId"
_LONGEST_KEY: Final = 64

Entity: TypeAlias = Annotated[User, strawberry.union("_Entity")]


@strawberry.type(name="Query")
class FederationQuery:
    """What a gateway asks."""

    @strawberry.field(
        name="_entities",
        description='For a federation\'s gateway: people by references as `{__typename: "User", oneId: …}`, in the '
        "order given, at most 1,000; null where a oneId leads to nobody. Former ids lead to whom they lead now.",
    )
    async def entities(
        self,
        info: GqlInfo,
        representations: Annotated[
            list[FederationAny], strawberry.argument(description="References to people, at most 1,000.")
        ],
    ) -> list[Entity | None]:
        """One statement, however many are asked for."""
        one_ids = read_representations(representations)
        selection = select_user(info, users=len(one_ids))
        distinct = list(dict.fromkeys(one_ids))
        found = await info.context.people.people(distinct, selection.want)
        shown = {one_id: user_of(view, selection) for one_id, view in found.items()}
        return [shown.get(one_id) for one_id in one_ids]


def read_representations(given: list[Any]) -> list[str]:
    """The oneIds that references name. Raises InputError for too many, and for what is no reference to a user."""
    if len(given) > LONGEST_LIST:
        raise InputError(
            f"`representations` has {len(given)} entries; {LONGEST_LIST} is the most.",
            remedy="Ask for them in parts.",
        )
    return [_one_id(representation) for representation in given]


def _one_id(representation: Any) -> str:
    if isinstance(representation, dict):
        fields = cast("dict[str, Any]", representation)
        one_id = fields.get(_KEY)
        if fields.get("__typename") == _KIND and isinstance(one_id, str) and len(one_id) <= _LONGEST_KEY:
            return one_id
    raise InputError(
        "A representation refers to no entity of this graph.",
        remedy=f"Give `__typename: {_KIND}` and its `{_KEY}`.",
    )
