"""Desks at the root: nothing is read but what is selected of one, a statement each."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final, TypeVar

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import After, First
from api.gql.desk.shapes import (
    FOLLOW_UPS,
    PEOPLE,
    DeskFollowUpConnection,
    DeskPersonConnection,
    PipelineCount,
    follow_ups_of,
    people_of,
)
from api.gql.ids import parse_id
from api.gql.scalars import Day, Instant
from api.gql.selection import page_size
from graph.clock import to_datetime
from graph.desk import model
from graph.desk.model import Step, end_of_day
from graph.desk.repository import START, DeskRepository, Place
from graph.errors import ForbiddenError, InputError

_PLACE: Final = re.compile(r"(-?\d{1,17})/([0-9a-f-]{36}(?:/[a-zA-Z]{1,32})?)")
ZONE: Final = "Asia/Shanghai"
_T = TypeVar("_T")

DealerId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Id of the dealer; a dealer's key may leave it out, and name no other than its own."
    ),
]
ConsultantId = Annotated[
    strawberry.ID, strawberry.argument(description="Id of the consultant, as events name it.")
]
OfDay = Annotated[
    Day | None, strawberry.argument(description="The day of the desk; today where it is left out.")
]
TimeZone = Annotated[
    str, strawberry.argument(description="The time zone in which the day ends, as `Europe/Berlin`.")
]


@strawberry.type(
    description="What a dealer or a consultant has before them. Each field costs one statement, whose cost is that of "
    "the desk's own people, whatever their histories. A dealer's key sees its own people and its own rows of them."
)
class Desk:
    """A desk; `of` says whose."""

    until: Instant = strawberry.field(description="The end of the desk's day.")
    of: strawberry.Private[model.Desk]

    @strawberry.field(description="Id of the dealer whose desk it is; null for a consultant's.")
    def dealer(self) -> strawberry.ID | None:
        """As it was asked for."""
        return None if self.of.dealer is None else strawberry.ID(self.of.dealer)

    @strawberry.field(description="Id of the consultant whose desk it is; null for a dealer's.")
    def consultant(self) -> strawberry.ID | None:
        """As it was asked for."""
        return None if self.of.consultant is None else strawberry.ID(self.of.consultant)

    @strawberry.field(
        description="Follow-ups and test drives due by the end of the day and not done, overdue ones too, first due "
        "first. Of each person the newest planned follow-up and the newest booked test drive count. Both are closed "
        "by a follow-up, test drive or visit that took place after they were made, a booking by a cancellation too."
    )
    async def follow_ups(
        self, info: GqlInfo, first: First = 20, after: After = strawberry.UNSET
    ) -> DeskFollowUpConnection:
        """One statement."""
        size, place = page_size(first), _read_cursor(after, FOLLOW_UPS)
        found, has_next = await repository(info).follow_ups(
            self.of, until=self.until, first=size, after=place
        )
        return follow_ups_of(found, has_next=has_next, after=place != START)

    @strawberry.field(description="How many people are at each step, all six steps in order.")
    async def pipeline(self, info: GqlInfo) -> list[PipelineCount]:
        """One statement."""
        counted = await repository(info).pipeline(self.of)
        return [PipelineCount(step=step, people=people) for step, people in counted]

    @strawberry.field(
        description="People of the desk, who were quiet longest first. Who is lost but alive is at a step, "
        "and quiet since a while."
    )
    async def people(
        self,
        info: GqlInfo,
        step: Annotated[
            Step | None, strawberry.argument(description="At this step; at any where it is left out.")
        ] = strawberry.UNSET,
        quiet_since: Annotated[
            Instant | None,
            strawberry.argument(
                description="Without contact at or after this time; who never had one counts by `since`."
            ),
        ] = strawberry.UNSET,
        first: First = 20,
        after: After = strawberry.UNSET,
    ) -> DeskPersonConnection:
        """One statement."""
        size, place = page_size(first), _read_cursor(after, PEOPLE)
        found, has_next = await repository(info).people(
            self.of, step=step or None, quiet_since=_given(quiet_since), first=size, after=place
        )
        return people_of(found, has_next=has_next, after=place != START)


@strawberry.type(name="Query")
class DeskQuery:
    """Fields at the root."""

    @strawberry.field(
        description="A dealer's desk: what is due, how far its people have come, and who went quiet. A dealer's key "
        "has its own."
    )
    def dealer_desk(
        self,
        info: GqlInfo,
        dealer: DealerId = strawberry.UNSET,
        day: OfDay = strawberry.UNSET,
        time_zone: TimeZone = ZONE,
    ) -> Desk:
        """No statement."""
        return desk_of(info, dealers(info, dealer), day, time_zone)

    @strawberry.field(
        description="A consultant's desk, over the people with whom they are the one named last at a dealer. To a "
        "dealer's key of its own people; empty where there are none."
    )
    def consultant_desk(
        self,
        info: GqlInfo,
        consultant: ConsultantId,
        day: OfDay = strawberry.UNSET,
        time_zone: TimeZone = ZONE,
    ) -> Desk:
        """No statement."""
        return desk_of(info, consultants(info, consultant), day, time_zone)


def dealers(info: GqlInfo, dealer: str | None) -> model.Desk:
    """Whose desk is asked for. Raises ForbiddenError for another than a dealer's own, InputError for nobody's."""
    own, asked = info.context.caller.dealer, _given(dealer)
    if own is not None and asked not in (None, own):
        raise ForbiddenError("A dealer has its own desk.", remedy="Leave `dealer` out.")
    if own is None and not asked:
        raise InputError("`dealer` is missing.", remedy="Say whose desk it is; only a dealer's key has one.")
    return model.Desk(own or asked, None, own)


def consultants(info: GqlInfo, consultant: str) -> model.Desk:
    """A consultant's desk, as the caller may see it."""
    return model.Desk(None, consultant, info.context.caller.dealer)


def desk_of(info: GqlInfo, of: model.Desk, day: date | None, zone: str) -> Desk:
    """A desk on a day. Raises InputError for what is no time zone."""
    now = to_datetime(info.context.services.clock())
    return Desk(until=Instant(end_of_day(_given(day), zone, now=now)), of=of)


def repository(info: GqlInfo) -> DeskRepository:
    return DeskRepository(info.context.services.database)


def _given(value: _T | None) -> _T | None:
    return None if value is strawberry.UNSET else value


def _read_cursor(text: str | None, kind: str) -> Place:
    """The place in a cursor. Raises InputError for what is no cursor of this field."""
    if text is None or text is strawberry.UNSET:
        return START
    parsed = parse_id(text)
    place = _PLACE.fullmatch(parsed[1]) if parsed and parsed[0] == kind else None
    if place is None:
        raise InputError(
            f"`after` is not a cursor of {kind}.",
            remedy="Pass back an `endCursor` or `cursor` of the same field as it came, or leave it out.",
        )
    return Place(int(place[1]), place[2])
