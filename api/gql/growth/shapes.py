"""What growth is told in: estimates, cohorts, steps, places of a leaderboard."""

from __future__ import annotations

import re
from typing import Final

import strawberry

from api.gql.described import CURSOR, PAGE_INFO, describe_enum
from api.gql.ids import global_id, parse_id
from api.gql.profile.touchpoints import PageInfo, page_info_of
from graph.clock import DAY
from graph.errors import InputError
from graph.growth import cohorts, funnel, intervals
from graph.growth.cohorts import Axis
from graph.growth.cycle import Median
from graph.growth.factor import Point
from graph.growth.leaders import Place
from graph.growth.owners import Stage
from graph.privacy.mask import person_name

LEADERS: Final = "leaders"
"""The kind of cursors."""

_PLACE: Final = re.compile(r"(\d{1,9})/([0-9a-f]{16})")

describe_enum(
    Stage,
    {
        Stage.OPENED: "First heard of: a click, an entered code, a claim.",
        Stage.LEAD: "An enquiry, a visit or a booked test drive.",
        Stage.TEST_DRIVEN: "A test drive took place.",
        Stage.ORDERED: "An order was placed.",
        Stage.DELIVERED: "The vehicle was delivered.",
    },
    name="ReferralStage",
    description="How far a friend has come. Who has come further has passed the stages before, traced or not.",
    by_value=True,
)
describe_enum(
    Axis,
    {
        Axis.DEALER: "The dealer who delivered to the owner first; parts the owners.",
        Axis.MODEL: "The model of the owner's first delivery; parts the owners.",
        Axis.CHANNEL: "The channel by which the friend was first heard of; parts the friends.",
    },
    name="GrowthAxis",
    description="What growth is told apart by.",
    by_value=True,
)


@strawberry.type(description="A value, and what it may be at 95 %. Not for dealers.")
class Estimate:
    """With its interval."""

    estimate: float = strawberry.field(description="The value.")
    lower: float = strawberry.field(description="The lower end of the interval.")
    upper: float = strawberry.field(description="The upper end of the interval.")
    events: int = strawberry.field(description="How many events told it, as deliveries to friends.")
    of: int = strawberry.field(
        description="Among how many; of K over owners of every age, how many have had the whole window."
    )


@strawberry.type(description="A median in days, and what it may be at 95 %. Not for dealers.")
class DaysEstimate:
    """With its interval."""

    days: float = strawberry.field(
        description="The delay by which half of those had come who come within the window."
    )
    lower: float = strawberry.field(description="The lower end of the interval.")
    upper: float = strawberry.field(description="The upper end of the interval; the window at most.")
    came: int = strawberry.field(description="How many have come within the window.")
    of: int = strawberry.field(description="Of how many who were under way.")


@strawberry.type(description="Owners by the month of their first delivery. Not for dealers.")
class GrowthCohort:
    """A month."""

    month: str = strawberry.field(description="The month, as `2026-03`.")
    owners: int = strawberry.field(description="How many.")
    referees: int = strawberry.field(
        description="New owners whom they have brought within the window so far."
    )
    k: Estimate | None = strawberry.field(
        description="Their K; null without owners, and until the last of them has had the whole window, since before "
        "it would be too low. Interval of a Poisson mean by the score (Barker 2002), times the dispersion."
    )


@strawberry.type(description="Owners above whom so many referrers stand. Not for dealers.")
class GrowthGeneration:
    """A generation."""

    generation: int = strawberry.field(description="0 for those whom nobody brought.")
    owners: int = strawberry.field(description="How many.")
    k: Estimate | None = strawberry.field(description="Their K, over owners of every age.")
    kept: float | None = strawberry.field(
        description="Their K as a part of the K of the generation above: below 1, referrals decay."
    )


@strawberry.type(description="K of one dealer, model or channel. Not for dealers.")
class GrowthGroup:
    """A part."""

    part: str | None = strawberry.field(description="Which one; null where it is not known.")
    owners: int = strawberry.field(description="How many owners it is taken over; of a channel all.")
    k: Estimate | None = strawberry.field(description="K, over owners of every age.")


@strawberry.type(description="What share goes on to a stage. Not for dealers.")
class GrowthStep:
    """A step of the funnel."""

    stage: Stage = strawberry.field(description="To which stage.")
    share: Estimate | None = strawberry.field(
        description="Of those at the step before; of the first stage of all invitations. Wilson's interval."
    )


@strawberry.type(
    description="K taken apart: participation times invitations times the shares of all steps is K, over owners who "
    "have had the whole window. Not for dealers."
)
class GrowthFunnel:
    """The factors."""

    owners: int = strawberry.field(description="How many owners have had the whole window.")
    participation: Estimate | None = strawberry.field(
        description="The share of these who invited or brought somebody. Wilson's interval."
    )
    invitations: Estimate | None = strawberry.field(
        description="Invitations of each who takes part: sent ones, and friends who came without one."
    )
    steps: list[GrowthStep] = strawberry.field(description="The five stages in order.")


@strawberry.type(description="How long a step takes. Not for dealers.")
class GrowthStageTime:
    """A stage."""

    stage: Stage = strawberry.field(description="To which stage.")
    time: DaysEstimate | None = strawberry.field(
        description="From the stage before; to the first one from the owner's own delivery. Null while it is not known."
    )


@strawberry.type(description="K up to a delay. Not for dealers.")
class GrowthPoint:
    """A point of the curve."""

    days: float = strawberry.field(description="Days after the owner's own delivery.")
    k: Estimate = strawberry.field(description="What an owner has brought by then.")


@strawberry.type(description="A place of a leaderboard; it does not say whose. Not for dealers.")
class LeaderboardPlace:
    """A row."""

    rank: int = strawberry.field(description="The place: 1, 2, 2, 4. Of equally many all have the same.")
    tied: bool = strawberry.field(description="Whether others have the same place.")
    name: str | None = strawberry.field(
        description="The name with all but a part hidden, as `张*`, for everybody who may ask; null where no source "
        "states one."
    )
    brought: int = strawberry.field(description="How many people to whom a vehicle was delivered.")


@strawberry.type(description="A place and its cursor. Not for dealers.")
class LeaderboardEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: LeaderboardPlace = strawberry.field(description="The place.")


@strawberry.type(description="A page of a leaderboard. Not for dealers.")
class LeaderboardConnection:
    """Most first."""

    edges: list[LeaderboardEdge] = strawberry.field(
        description="Who brought most people first; those of one place in an order that says nothing."
    )
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)
    complete: bool = strawberry.field(
        description="False where the span has more than 200,000 referrals, of which the newest were counted, or the "
        "board more than 1,000 people."
    )


def estimate_of(found: intervals.Estimate | None) -> Estimate | None:
    """The estimate as GraphQL shows it; None where there is none."""
    return _told(found) if found else None


def _told(found: intervals.Estimate) -> Estimate:
    value, lower, upper, events, of = found
    return Estimate(estimate=value, lower=lower, upper=upper, events=events, of=of)


def point_of(found: Point) -> GrowthPoint:
    """The point as GraphQL shows it."""
    return GrowthPoint(days=found.after / DAY, k=_told(found.k))


def days_of(found: Median | None) -> DaysEstimate | None:
    """A median in days."""
    if found is None:
        return None
    days, lower, upper = (each / DAY for each in (found.value, found.lower, found.upper))
    return DaysEstimate(days=days, lower=lower, upper=upper, came=found.came, of=found.of)


def cohort_of(found: cohorts.Cohort) -> GrowthCohort:
    """The cohort as GraphQL shows it."""
    return GrowthCohort(
        month=found.month, owners=found.owners, referees=found.referees, k=estimate_of(found.k)
    )


def generation_of(found: cohorts.Generation) -> GrowthGeneration:
    """The generation as GraphQL shows it."""
    return GrowthGeneration(
        generation=found.generation, owners=found.owners, k=estimate_of(found.k), kept=found.kept
    )


def group_of(found: cohorts.Group) -> GrowthGroup:
    """The group as GraphQL shows it."""
    return GrowthGroup(part=found.value, owners=found.owners, k=estimate_of(found.k))


def funnel_shape(found: funnel.Funnel) -> GrowthFunnel:
    """The funnel as GraphQL shows it."""
    return GrowthFunnel(
        owners=found.owners,
        participation=estimate_of(found.participation),
        invitations=estimate_of(found.invitations),
        steps=[GrowthStep(stage=stage, share=estimate_of(step)) for stage, step in found.steps],
    )


def places_of(
    places: tuple[Place, ...], names: dict[str, str | None], *, has_next: bool, complete: bool, after: bool
) -> LeaderboardConnection:
    """A page as a Relay connection; names are masked here."""
    edges = [
        LeaderboardEdge(
            cursor=global_id(LEADERS, f"{place.brought}/{place.key}"),
            node=LeaderboardPlace(
                rank=place.rank,
                tied=place.tied,
                name=person_name(name) if (name := names.get(place.one_id)) else None,
                brought=place.brought,
            ),
        )
        for place in places
    ]
    page_info = page_info_of(edges, has_next=has_next, has_previous=after)
    return LeaderboardConnection(edges=edges, page_info=page_info, complete=complete)


def read_place(text: str) -> tuple[int, str]:
    """The place in a cursor. Raises InputError for what is no cursor of a leaderboard."""
    parsed = parse_id(text)
    place = _PLACE.fullmatch(parsed[1]) if parsed and parsed[0] == LEADERS else None
    if place is None:
        raise InputError(
            f"`after` is not a cursor of {LEADERS}.",
            remedy="Pass back an `endCursor` or `cursor` of the same field as it came, or leave it out.",
        )
    return int(place[1]), place[2]
