"""What can be asked about households: one statement, and one more for the members' users where they are selected."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import After, First
from api.gql.household.household import (
    Household,
    HouseholdConnection,
    HouseholdEdge,
    household_of,
)
from api.gql.household.loaders import loader_of
from api.gql.ids import global_id, parse_id
from api.gql.profile.touchpoints import page_info_of
from api.gql.selection import page_size
from graph.errors import InputError
from graph.household.evidence import Kind
from graph.household.rows import parse_household_id

CURSOR = "households"


@strawberry.type(name="Query")
class HouseholdQuery:
    """Fields at the root."""

    @strawberry.field(
        description="A present household, fleet, consultant's number or shared device; a former id of a household or "
        "fleet leads to that of its founder now."
    )
    async def household(
        self,
        info: GqlInfo,
        id: Annotated[  # noqa: A002 - the schema's name
            strawberry.ID, strawberry.argument(description="`id` of a `Household`, a former one too.")
        ],
    ) -> Household | None:
        """One statement."""
        view = await loader_of(info.context).repository.household(id)
        return household_of(view) if view else None

    @strawberry.field(description="Present households of one kind by ascending id, at most 100 a page.")
    async def households(
        self,
        info: GqlInfo,
        kind: Annotated[
            Kind, strawberry.argument(description="Of which kind; of one at a time.")
        ] = Kind.HOUSEHOLD,
        first: First = 20,
        after: After = strawberry.UNSET,
    ) -> HouseholdConnection:
        """One statement."""
        size = page_size(first)
        start = _read_cursor(after, kind) if after is not None and after is not strawberry.UNSET else ""
        views, has_next = await loader_of(info.context).repository.households(kind, first=size, after=start)
        edges = [HouseholdEdge(cursor=global_id(CURSOR, view.id), node=household_of(view)) for view in views]
        return HouseholdConnection(
            edges=edges,
            page_info=page_info_of(edges, has_next=has_next, has_previous=start != ""),
        )


def _read_cursor(text: str, kind: Kind) -> str:
    """The id in a cursor. Raises InputError for what is no cursor of this kind of households."""
    parsed = parse_id(text)
    read = parse_household_id(parsed[1]) if parsed and parsed[0] == CURSOR else None
    if parsed is None or read is None or read[0] is not kind:
        raise InputError(
            f"`after` is not a cursor of {CURSOR} of kind {kind}.",
            remedy="Pass back an `endCursor` or `cursor` of the same field as it came, or leave it out.",
        )
    return parsed[1]
