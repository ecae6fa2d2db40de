"""Reach as GraphQL shows it."""

from __future__ import annotations

import re
from typing import Annotated, Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import CURSOR, PAGE_INFO
from api.gql.household.loaders import loader_of
from api.gql.ids import global_id, parse_id
from api.gql.profile.people import User
from api.gql.profile.touchpoints import PageInfo, page_info_of
from api.gql.scalars import Instant
from api.gql.selection import LONGEST_PAGE, Resolving, page_size, read_selection
from graph.errors import InputError
from graph.reach import counts
from graph.reach.repository import ReachRepository, Span, Subject

_CURSOR: Final = "reached"
_PLACE: Final = re.compile(r"\d{18}[0-9a-f-]{36}")


@strawberry.type(description="How many of the touchpoints were of a kind. Not for dealers.")
class KindCount:
    """One kind."""

    kind: str = strawberry.field(description="Kind in the catalogue, as `contentView`.")
    touchpoints: int = strawberry.field(description="How many.")


@strawberry.type(description="How many of the touchpoints came by a channel. Not for dealers.")
class ChannelCount:
    """One channel."""

    channel: str | None = strawberry.field(description="The channel; null for those that tell none.")
    touchpoints: int = strawberry.field(description="How many.")


@strawberry.type(description="A person who was reached. Not for dealers.")
class ReachedPerson:
    """By the newest touchpoint of the span."""

    one_id: strawberry.ID = strawberry.field(description="The person's OneID.")
    at: Instant = strawberry.field(description="When they were reached last, in the span.")
    kind: str = strawberry.field(description="Kind of that touchpoint, as `contentView`.")
    channel: str | None = strawberry.field(description="Its channel, where it tells one.")

    @strawberry.field(
        description="The person, as `user` shows it; all of the answer are read in one statement."
    )
    async def user(self, info: GqlInfo) -> User | None:
        """One statement for all that are selected alike."""
        context = info.context
        raw: Resolving = info._raw_info  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
        selection = read_selection(raw, clear=context.clear, users=LONGEST_PAGE, dealer=context.caller.dealer)
        return await loader_of(context).user(self.one_id, selection)


@strawberry.type(description="A person who was reached, and the cursor. Not for dealers.")
class ReachedPersonEdge:
    """A row and its cursor."""

    cursor: str = strawberry.field(description=CURSOR)
    node: ReachedPerson = strawberry.field(description="The person.")


@strawberry.type(description="A page of the people who were reached. Not for dealers.")
class ReachedPersonConnection:
    """Newest first."""

    edges: list[ReachedPersonEdge] = strawberry.field(description="Whoever was reached last comes first.")
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(
    description="How far a campaign or a content reached, over at most its newest 50,000 touchpoints. Not for dealers."
)
class Reach:
    """Counts, and who was reached."""

    id: strawberry.ID = strawberry.field(description="Id of the campaign or content, as events name it.")
    touchpoints: int = strawberry.field(description="How many were counted, of people who are there now.")
    people: int = strawberry.field(
        description="How many people they are of; each counts once, whatever their profiles."
    )
    first_at: Instant | None = strawberry.field(
        description="When the earliest of them was; null without any."
    )
    last_at: Instant | None = strawberry.field(description="When the latest of them was; null without any.")
    complete: bool = strawberry.field(
        description="False where there may be more than were counted: give a shorter span."
    )
    by_kind: list[KindCount] = strawberry.field(description="By kind, the most frequent first.")
    by_channel: list[ChannelCount] = strawberry.field(
        description="By channel, the most frequent first, at most 100."
    )
    subject: strawberry.Private[Subject]
    span: strawberry.Private[Span]

    @strawberry.field(
        description="The people, who was reached last first. For a page at most 50,000 touchpoints are looked at. "
        "Who is reached again while pages are read moves to the front."
    )
    async def recent(
        self,
        info: GqlInfo,
        first: Annotated[int | None, strawberry.argument(description="The size of the page, 1 to 100.")] = 20,
        after: Annotated[
            str | None, strawberry.argument(description="An `endCursor` or `cursor` of this field.")
        ] = strawberry.UNSET,
    ) -> ReachedPersonConnection:
        """One statement."""
        place = None if after is strawberry.UNSET else after
        found, has_next = await ReachRepository(info.context.services.database).recent(
            self.subject,
            self.id,
            self.span,
            first=page_size(first),
            before=None if place is None else _read_cursor(place),
        )
        edges = [
            ReachedPersonEdge(
                cursor=global_id(_CURSOR, one.at),
                node=ReachedPerson(
                    one_id=strawberry.ID(one.one_id),
                    at=Instant(one.occurred_at),
                    kind=one.kind,
                    channel=one.channel,
                ),
            )
            for one in found
        ]
        return ReachedPersonConnection(
            edges=edges,
            page_info=page_info_of(edges, has_next=has_next, has_previous=place is not None),
        )


def reach_of(subject: Subject, id_: str, span: Span, found: counts.Reach) -> Reach:
    """The counts as GraphQL shows them."""
    return Reach(
        id=strawberry.ID(id_),
        touchpoints=found.touchpoints,
        people=found.people,
        first_at=None if found.first_at is None else Instant(found.first_at),
        last_at=None if found.last_at is None else Instant(found.last_at),
        complete=found.complete,
        by_kind=[KindCount(kind=kind, touchpoints=times) for kind, times in found.by_kind],
        by_channel=[ChannelCount(channel=name, touchpoints=times) for name, times in found.by_channel],
        subject=subject,
        span=span,
    )


def _read_cursor(text: str) -> str:
    """The sort key in a cursor. Raises InputError for what is no cursor of `recent`."""
    parsed = parse_id(text)
    if parsed is None or parsed[0] != _CURSOR or not _PLACE.fullmatch(parsed[1]):
        raise InputError(
            f"`after` is not a cursor of {_CURSOR}.",
            remedy="Pass back an `endCursor` or `cursor` of the same field as it came, or leave it out.",
        )
    return parsed[1]
