"""Growth at the root: one statement reads the owners, everything else is computed of them where it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
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
    read_place,
)
from api.gql.scalars import Day, Instant, MoneyText, price_of
from api.gql.selection import page_size
from graph.clock import DAY
from graph.errors import InputError
from graph.growth import intervals
from graph.growth.cohorts import Axis, cohorts_of, generations_of, groups_of
from graph.growth.curve import amplification, effective_cost, owners_after
from graph.growth.cycle import Median, cycle_spans, median_within, stage_spans
from graph.growth.factor import cumulative, k_of_all, k_of_mature
from graph.growth.funnel import funnel_of
from graph.growth.leaders import page_of
from graph.growth.months import Month, months_between
from graph.growth.owners import Owner, Stage
from graph.growth.repository import GrowthRepository
from graph.ingest.money import minor_units
from graph.profile.rows import Want

ZONE: Final = "Asia/Shanghai"
LONGEST_WINDOW: Final = 3_650
MOST_POINTS: Final = 100
_BEYOND: Final = 1e300


@strawberry.type(description="What a new owner costs, and what it may be at 95 %. Not for dealers.")
class EffectiveCac:
    """With its interval."""

    value: MoneyText = strawberry.field(description="CAC · (1 - K).")
    lower: MoneyText = strawberry.field(description="By the upper end of K.")
    upper: MoneyText = strawberry.field(description="By the lower end of K.")


@strawberry.type(
    description="How the referrals of some months' new owners grow the number of owners. An owner is of the month of "
    "their own first delivery; a friend counts who is a new owner and was delivered to within the window of it. Not "
    "for dealers."
)
class Growth:
    """The owners that were read; each field computes what it tells of them."""

    owners: int = strawberry.field(description="How many owners were read.")
    complete: bool = strawberry.field(
        description="False where the months have more than 50,000 owners: then take fewer months."
    )
    window_days: int = strawberry.field(description="The window, in days, as it was asked for.")
    read: strawberry.Private[Sequence[Owner]]
    months: strawberry.Private[Sequence[Month]]
    now: strawberry.Private[int]

    @strawberry.field(
        description="K over owners of every age, each for as long as is known of them: new owners whom an owner brings "
        "within the window. Nelson's mean cumulative function, interval by the robust variance of Lawless and Nadeau "
        "(1995). Null where no owner has had the whole window."
    )
    def k(self) -> Estimate | None:
        """Computed."""
        return estimate_of(self.k_now())

    @strawberry.field(
        description="K over owners who have had the whole window: less data than `k`, and no model. Null where there "
        "are none."
    )
    def mature_k(self) -> Estimate | None:
        """Computed."""
        return estimate_of(k_of_mature(self.read, window=self.window(), now=self.now))

    @strawberry.field(description="K up to equal parts of the window, to draw. Empty where `k` is null.")
    def curve(
        self,
        points: Annotated[int, strawberry.argument(description="How many parts, 1 to 100.")] = 12,
    ) -> list[GrowthPoint]:
        """Computed."""
        if not 1 <= points <= MOST_POINTS:
            raise InputError("`points` is not 1 to 100.", remedy="Ask for fewer.")
        found = cumulative(self.read, window=self.window(), now=self.now, points=points)
        return [
            GrowthPoint(days=point.after / DAY, k=k)
            for point in found
            if (k := estimate_of(point.k)) is not None
        ]

    @strawberry.field(description="The months in order, those without owners too.")
    def cohorts(self) -> list[GrowthCohort]:
        """Computed."""
        found = cohorts_of(self.read, self.months, window=self.window(), now=self.now)
        return [cohort_of(cohort) for cohort in found]

    @strawberry.field(
        description="The viral cycle time: the median from an owner's own delivery to that of the first friend, of "
        "those who bring one within the window. Kaplan–Meier; interval by Brookmeyer and Crowley (1982). Null while it "
        "is not known."
    )
    def cycle_time(self) -> DaysEstimate | None:
        """Computed."""
        return days_of(self.cycle_now())

    @strawberry.field(description="How long each stage takes, by the same formulas, for all five in order.")
    def stage_times(self) -> list[GrowthStageTime]:
        """Computed."""
        return [
            GrowthStageTime(
                stage=stage,
                time=days_of(
                    median_within(stage_spans(self.read, stage, now=self.now), window=self.window())
                ),
            )
            for stage in Stage
        ]

    @strawberry.field(
        description="K taken apart into who takes part, invitations, and the share of each step."
    )
    def funnel(self) -> GrowthFunnel:
        """Computed."""
        return funnel_shape(funnel_of(self.read, window=self.window(), now=self.now))

    @strawberry.field(description="K by how many referrers stand above an owner: generation decay.")
    def generations(self) -> list[GrowthGeneration]:
        """Computed."""
        return [generation_of(each) for each in generations_of(self.read, window=self.window(), now=self.now)]

    @strawberry.field(
        description="K of each dealer, model or channel, the most owners first, of channels the most deliveries; at "
        "most 100. K of all channels together is `k`."
    )
    def groups(
        self, by: Annotated[Axis, strawberry.argument(description="What it is told apart by.")]
    ) -> list[GrowthGroup]:
        """Computed."""
        return [group_of(each) for each in groups_of(self.read, by, window=self.window(), now=self.now)]

    @strawberry.field(
        description="How many owners one becomes in the end by referrals alone, 1 / (1 - K); null where `k` is null or "
        "not below 1."
    )
    def amplification(self) -> float | None:
        """Computed."""
        k = self.k_now()
        return amplification(k.value) if k else None

    @strawberry.field(
        description="What a new owner costs where only the first of a chain is paid for: CAC · (1 - K). Null where `k` "
        "is null or not below 1."
    )
    def effective_cac(
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
        k = self.k_now()
        costs = effective_cost(minor, k) if k else None
        if costs is None:
            return None
        value, lower, upper = (price_of(round(cost), currency) for cost in costs)
        return EffectiveCac(value=value, lower=lower, upper=upper)

    @strawberry.field(
        description="U(t): how many owners some become after days, if K and the cycle time stay: "
        "U0 · (K^(t/p+1) - 1) / (K - 1). Null where `k` or `cycleTime` is null, or it is beyond all numbers."
    )
    def projection(
        self,
        owners: Annotated[float, strawberry.argument(description="U0: how many at first, not negative.")],
        days: Annotated[float, strawberry.argument(description="t, in days, not negative.")],
    ) -> float | None:
        """Computed."""
        k, cycle = self.k_now(), self.cycle_now()
        if k is None or cycle is None or cycle.value == 0:
            return None
        if not (owners >= 0 and days >= 0):
            raise InputError("`owners` or `days` is negative.", remedy="Give 0 or more.")
        found = owners_after(owners, k.value, time=days * DAY, cycle=cycle.value)
        return found if found < _BEYOND else None

    def k_now(self) -> intervals.Estimate | None:
        """K over all owners."""
        return k_of_all(self.read, window=self.window(), now=self.now)

    def cycle_now(self) -> Median | None:
        """The cycle time over all owners."""
        return median_within(cycle_spans(self.read, now=self.now), window=self.window())

    def window(self) -> int:
        """The window in µs."""
        return self.window_days * DAY


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
            read=owners,
            months=months,
            now=services.clock(),
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
