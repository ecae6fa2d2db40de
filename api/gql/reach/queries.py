"""Campaigns and contents at the root: one statement for the counts, one for a page of people, one for their users."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.gql.context import GqlInfo
from api.gql.reach.shapes import Reach, reach_of
from api.gql.scalars import Instant
from graph.reach.repository import ReachRepository, Span, Subject

Id = Annotated[strawberry.ID, strawberry.argument(description="Its id, as events name it.")]
Since = Annotated[
    Instant | None, strawberry.argument(description="Touchpoints at or after this time; all where left out.")
]
Until = Annotated[
    Instant | None, strawberry.argument(description="Touchpoints before this time; all where left out.")
]
_TOLD = (
    "counted over at most its newest 50,000 touchpoints of the span. Null where no event ever named it. Not for "
    "dealers: its touchpoints are those of all dealers together."
)


@strawberry.type(name="Query")
class ReachQuery:
    """Fields at the root."""

    @strawberry.field(description=f"How far a campaign reached, {_TOLD}")
    async def campaign(
        self,
        info: GqlInfo,
        id: Id,  # noqa: A002 - the schema's name
        since: Since = strawberry.UNSET,
        until: Until = strawberry.UNSET,
    ) -> Reach | None:
        """One statement."""
        return await _reach(info, Subject.CAMPAIGN, id, since, until)

    @strawberry.field(description=f"How far a content reached, {_TOLD}")
    async def content(
        self,
        info: GqlInfo,
        id: Id,  # noqa: A002 - the schema's name
        since: Since = strawberry.UNSET,
        until: Until = strawberry.UNSET,
    ) -> Reach | None:
        """One statement."""
        return await _reach(info, Subject.CONTENT, id, since, until)


async def _reach(
    info: GqlInfo, subject: Subject, id_: str, since: Instant | None, until: Instant | None
) -> Reach | None:
    span = Span(
        None if since is strawberry.UNSET else since,
        None if until is strawberry.UNSET else until,
    )
    found = await ReachRepository(info.context.services.database).count(subject, id_, span)
    return reach_of(subject, id_, span, found) if found else None
