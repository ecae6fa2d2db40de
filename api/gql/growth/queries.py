"""Growth at the root: one statement reads the owners, everything else is computed of them where it is asked for."""

from __future__ import annotations

from asyncio import to_thread
from decimal import Decimal
from typing import Annotated, Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import After, First
from api.gql.growth.shapes import (
    DaysEstimate,
    Estimate,
    GrowthCohort,
    GrowthFunnel,
    GrowthGeneration,
    GrowthGroup,
    GrowthPoint,
    GrowthStageTime,
    LeaderboardConnection,
    cohort_of,
    days_of,
    estimate_of,
    funnel_shape,
    generation_of,
    group_of,
    places_of,
    point_of,
    read_place,
)
from api.gql.scalars import Day, Instant, MoneyText, price_of
from api.gql.selection import page_size
from graph.clock import DAY
from graph.errors import InputError
from graph.growth.cohorts import Axis
from graph.growth.leaders import page_of
from graph.growth.measures import Measures
from graph.growth.months import months_between
from graph.growth.repository import GrowthRepository
from graph.ingest.money import minor_units
from graph.profile.rows import Want

ZONE: Final = "Asia/Shanghai"
LONGEST_WINDOW: Final = 3_650
MOST_POINTS: Final = 100
MOST_AT_FIRST: Final = 10**9
MOST_DAYS: Final = 36_500
_BEYOND: Final = 1e300


@strawberry.type(description="What a new owner costs, and what it may be at 95 %. Not for dealers.")
class EffectiveCac:
    """With its interval."""

    cost: MoneyText = strawberry.field(description="CAC · (1 - K).")
    lower: MoneyText = strawberry.field(description="By the upper end of K.")
    upper: MoneyText = strawberry.field(description="By the lower end of K.")


@strawberry.type(
    description="How the referrals of some months' new owners grow the number of owners. An owner is of the month of "
    "their own first delivery; a friend counts who is a new owner and was delivered to within the window of it. Not "
    "for dealers."
)
class Growth:
    """The owners that were read; each field computes what it tells of them, away from the event loop."""

    owners: int = strawberry.field(description="How many owners were read.")
    complete: bool = strawberry.field(
        description="False where the months have more than 50,000 owners: then take fewer months."
    )
    window_days: int = strawberry.field(description="The window, in days, as it was asked for.")
    measures: strawberry.Private[Measures]

    @strawberry.field(
        description="K over owners of every age, each for as long as is known of them: new owners whom an owner brings "
        "within the window. Nelson's mean cumulative function, interval by the robust variance of Lawless and Nadeau "
        "(1995). Null where no owner has had the whole window."
    )
    async def k(self) -> Estimate | None:
        """Computed."""
        return estimate_of(await to_thread(lambda: self.measures.k))

    @strawberry.field(
        description="K over owners who have had the whole window: less data than `k`, and no model. Null where there "
        "are none."
    )
    async def mature_k(self) -> Estimate | None:
        """Computed."""
        return estimate_of(await to_thread(self.measures.mature_k))

    @strawberry.field(description="K up to equal parts of the window, to draw. Empty where `k` is null.")
    async def curve(
        self,
        points: Annotated[int, strawberry.argument(description="How many parts, 1 to 100.")] = 12,
    ) -> list[GrowthPoint]:
        """Computed."""
        if not 1 <= points <= MOST_POINTS:
            raise InputError("`points` is not 1 to 100.", remedy="Ask for fewer.")
        return [point_of(point) for point in await to_thread(self.measures.curve, points)]

    @strawberry.field(description="The months in order, those without owners too.")
    async def cohorts(self) -> list[GrowthCohort]:
        """Computed."""
        return [cohort_of(cohort) for cohort in await to_thread(self.measures.cohorts)]

    @strawberry.field(
        description="The viral cycle time: the median from an owner's own delivery to that of the first friend, of "
        "those who bring one within the window. Kaplan–Meier; interval by Brookmeyer and Crowley (1982). Null while it "
        "is not known."
    )
    async def cycle_time(self) -> DaysEstimate | None:
        """Computed."""
        return days_of(await to_thread(lambda: self.measures.cycle))

    @strawberry.field(description="How long each stage takes, by the same formulas, for all five in order.")
    async def stage_times(self) -> list[GrowthStageTime]:
        """Computed."""
        found = await to_thread(self.measures.stages)
        return [GrowthStageTime(stage=stage, time=days_of(median)) for stage, median in found]

    @strawberry.field(
        description="K taken apart into who takes part, invitations, and the share of each step."
    )
    async def funnel(self) -> GrowthFunnel:
        """Computed."""
        return funnel_shape(await to_thread(self.measures.funnel))

    @strawberry.field(description="K by how many referrers stand above an owner: generation decay.")
    async def generations(self) -> list[GrowthGeneration]:
        """Computed."""
        return [generation_of(each) for each in await to_thread(self.measures.generations)]

    @strawberry.field(
        description="K of each dealer or model, the most owners first, at most 100; of channels the 20 with most "
        "friends, the most deliveries first. K of all channels together is `k`."
    )
    async def groups(
        self, by: Annotated[Axis, strawberry.argument(description="What it is told apart by.")]
    ) -> list[GrowthGroup]:
        """Computed."""
        return [group_of(each) for each in await to_thread(self.measures.groups, by)]

    @strawberry.field(
        description="How many owners one becomes in the end by referrals alone, 1 / (1 - K); null where `k` is null or "
        "not below 1."
    )
    async def amplification(self) -> float | None:
        """Computed."""
        return await to_thread(self.measures.amplification)

    @strawberry.field(
        description="What a new owner costs where only the first of a chain is paid for: CAC · (1 - K). Null where `k` "
        "is null or not below 1."
    )
    async def effective_cac(
        self,
        cac: Annotated[
            MoneyText,
            strawberry.argument(
                description="What acquiring one owner costs without referrals, as `8000.00 CNY`."
            ),
        ],
    ) -> EffectiveCac | None:
        """Computed."""
        amount, _, currency = cac.partition(" ")
        try:
            minor = minor_units(Decimal(amount), currency)
        except ValueError:
            raise InputError("`cac` is too much.", remedy="Give what one owner costs.") from None
        costs = await to_thread(self.measures.effective_cost, minor)
        if costs is None:
            return None
        value, lower, upper = (price_of(round(cost), currency) for cost in costs)
        return EffectiveCac(cost=value, lower=lower, upper=upper)

    @strawberry.field(
        description="U(t): how many owners some become after days, if K and the cycle time stay: "
        "U0 · (K^(t/p+1) - 1) / (K - 1). Null where `k` or `cycleTime` is null, or it is beyond all numbers."
    )
    async def projection(
        self,
        owners: Annotated[float, strawberry.argument(description="U0: how many at first, 0 to 10^9.")],
        days: Annotated[float, strawberry.argument(description="t, in days, 0 to 36500.")],
    ) -> float | None:
        """Computed."""
        if not (0 <= owners <= MOST_AT_FIRST and 0 <= days <= MOST_DAYS):
            raise InputError("`owners` or `days` is too much, or negative.", remedy="Give less, from 0 on.")
        found = await to_thread(self.measures.projection, owners, round(days * DAY))
        return None if found is None or found >= _BEYOND else found


@strawberry.type(name="Query")
class GrowthQuery:
    """Fields at the root."""

    @strawberry.field(
        description="How referrals grow the number of owners, over whole months of first deliveries, free of the bias "
        "that young cohorts have had no time. A delivery that names no dealer makes nobody an owner here. Not for "
        "dealers. One statement, over at most 50,000 owners."
    )
    async def growth(
        self,
        info: GqlInfo,
        since: Annotated[Day, strawberry.argument(description="A day of the first month.")],
        until: Annotated[Day, strawberry.argument(description="A day of the last month; at most 60 months.")],
        programme: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Count invitations to and referrals of this programme only; all where left out."
            ),
        ] = strawberry.UNSET,
        window_days: Annotated[
            int, strawberry.argument(description="W: the days in which a referral counts, 1 to 3650.")
        ] = 180,
        time_zone: Annotated[
            str, strawberry.argument(description="The time zone of the months, as `Europe/Berlin`.")
        ] = ZONE,
    ) -> Growth:
        """One statement."""
        if not 1 <= window_days <= LONGEST_WINDOW:
            raise InputError("`windowDays` is not 1 to 3650.", remedy="Give days, as 180.")
        months = months_between(since, until, time_zone)
        services = info.context.services
        owners, complete = await GrowthRepository(services.database).owners(
            since=months[0].start,
            until=months[-1].end,
            programme=programme or None,
            models=True,
        )
        return Growth(
            owners=len(owners),
            complete=complete,
            window_days=window_days,
            measures=Measures(owners, months, window_days * DAY, services.clock()),
        )

    @strawberry.field(
        description="Who brought most people to whom a vehicle was delivered, of those who agreed to stand here (a "
        "consent of purpose `leaderboard`, to the brand), by masked names. Counted are referrals that were opened in "
        "the span. Not for dealers. Two statements, and one for the names of a page."
    )
    async def leaderboard(
        self,
        info: GqlInfo,
        programme: Annotated[strawberry.ID, strawberry.argument(description="Id of the referral programme.")],
        since: Annotated[
            Instant, strawberry.argument(description="Referrals that were opened at or after this time.")
        ],
        until: Annotated[
            Instant, strawberry.argument(description="Referrals that were opened before this time.")
        ],
        first: First = 20,
        after: After = strawberry.UNSET,
    ) -> LeaderboardConnection:
        """Three statements."""
        services, size = info.context.services, page_size(first)
        place = None if after is None or after is strawberry.UNSET else read_place(after)
        board, complete = await GrowthRepository(services.database).board(programme, since=since, until=until)
        places, has_next = page_of(board, first=size, after=place)
        people = await services.people.people([each.one_id for each in places], Want(names=True))
        names = {one_id: view.display_name for one_id, view in people.items()}
        return places_of(places, names, has_next=has_next, complete=complete, after=place is not None)
