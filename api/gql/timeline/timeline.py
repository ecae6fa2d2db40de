"""A person's touchpoints in groups."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfo

import strawberry

from api.gql.context import GqlInfo
from api.gql.profile.people import TouchpointFilter, User
from api.gql.scalars import Day, Instant
from api.gql.selection import page_size, read_kinds
from api.gql.timeline.loaders import loader_of
from graph.profile.rows import EARLIEST, LATEST, time_bound
from graph.timeline import groups
from graph.timeline.groups import By, TimelineRequest, day_bound, read_zone

T = TypeVar("T")

LONGEST_TIMELINE: Final = 1_000
"""Groups: more than two years of days."""


@strawberry.enum(description="What the touchpoints of a group have in common.")
class TimelineBy(Enum):
    """`By` with what each key looks like."""

    DAY = strawberry.enum_value(By.DAY, description="A day of the calendar, as `2026-01-31`.")
    WEEK = strawberry.enum_value(By.WEEK, description="A week of ISO 8601, Monday to Sunday, as `2026-W05`.")
    MONTH = strawberry.enum_value(By.MONTH, description="A month of the calendar, as `2026-01`.")
    CHANNEL = strawberry.enum_value(By.CHANNEL, description="The channel.")
    KIND = strawberry.enum_value(By.KIND, description="The kind in the catalogue of events, as `testDrive`.")
    CAMPAIGN = strawberry.enum_value(By.CAMPAIGN, description="The campaign.")
    CONTENT = strawberry.enum_value(By.CONTENT, description="The content that was shown.")
    DEALER = strawberry.enum_value(By.DEALER, description="The dealer.")


@strawberry.type(description="Touchpoints of one group of a timeline.")
class TimelineGroup:
    """A group."""

    key: str | None = strawberry.field(
        description="What they have in common, as `TimelineBy` says; null for those that name none, as without a "
        "campaign."
    )
    count: int = strawberry.field(description="How many there are, at least 1.")
    first_at: Instant = strawberry.field(description="When the first of those counted happened.")
    last_at: Instant = strawberry.field(description="When the last of them happened.")


@strawberry.type(description="A person's touchpoints in groups.")
class Timeline:
    """A timeline."""

    groups: list[TimelineGroup] = strawberry.field(
        description="The group with the newest touchpoint first; days, weeks and months without any are left out."
    )
    has_more: bool = strawberry.field(description="Whether there are more than `first` groups.")
    complete: bool = strawberry.field(
        description="False where the range has more than 5,000 touchpoints: then the newest 5,000 are counted."
    )


async def user_timeline(
    root: strawberry.Parent[User],
    info: GqlInfo,
    by: Annotated[TimelineBy, strawberry.argument(description="What to group by.")],
    since: Annotated[
        Day | None, strawberry.argument(description="From the first moment of this day in the time zone.")
    ] = strawberry.UNSET,
    until: Annotated[
        Day | None, strawberry.argument(description="Before the first moment of this day in the time zone.")
    ] = strawberry.UNSET,
    filter: Annotated[  # noqa: A002 - the argument's name in the schema
        TouchpointFilter | None,
        strawberry.argument(description="Which touchpoints; its times restrict, too."),
    ] = strawberry.UNSET,
    time_zone: Annotated[
        str, strawberry.argument(description="IANA name of the calendar's time zone, as `Asia/Shanghai`.")
    ] = "UTC",
    first: Annotated[
        int | None, strawberry.argument(description="How many groups at most, 1 to 1,000.")
    ] = 100,
) -> Timeline | None:
    """One statement for all people and timelines of a request."""
    restrict = filter or TouchpointFilter()
    place = read_zone(time_zone)
    request = TimelineRequest(
        by=By[by.name],
        first=page_size(first, longest=LONGEST_TIMELINE),
        since=max((*_days(since, place), *_times(restrict.since)), default=EARLIEST),
        before=min((*_days(until, place), *_times(restrict.until)), default=LATEST),
        kinds=read_kinds(_given(restrict.kinds)),
        channel=_given(restrict.channel),
        zone=time_zone,
    )
    if root.as_of:
        return None
    return _timeline_of(await loader_of(info.context).timeline(root.one_id, request))


def _given(argument: T | None) -> T | None:
    return None if argument is strawberry.UNSET else argument


def _days(day: Day | None, zone: ZoneInfo) -> list[str]:
    return [day_bound(day, zone)] if day else []


def _times(moment: Instant | None) -> list[str]:
    given = _given(moment)
    return [] if given is None else [time_bound(given)]


def _timeline_of(found: groups.Timeline) -> Timeline:
    return Timeline(
        groups=[
            TimelineGroup(key=g.key, count=g.count, first_at=Instant(g.first_at), last_at=Instant(g.last_at))
            for g in found.groups
        ],
        has_more=found.has_more,
        complete=found.complete,
    )


@strawberry.type(description="What timelines add to a person.")
class PersonsTimeline:
    """Fields of `User`."""

    timeline: Timeline | None = strawberry.field(
        resolver=user_timeline,
        description="The touchpoints of all profiles in groups, counted: how much when, which campaigns and contents "
        "reached the person, in which channels, with which dealers. Of at most 100 people a request; a rare kind or "
        "channel reads the history in its range, so give days with it. Null where `asOf` was given. One statement for "
        "all people.",
    )
