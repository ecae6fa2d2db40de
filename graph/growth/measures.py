"""All measures of some owners, each computed when it is asked for first. Pure; thousands of owners take a part
of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from graph.growth.cohorts import (
    Axis,
    Cohort,
    Generation,
    Group,
    cohorts_of,
    generations_of,
    groups_of,
)
from graph.growth.curve import amplification, effective_cost, owners_after
from graph.growth.cycle import Median, cycle_spans, median_within, stage_spans
from graph.growth.factor import Point, cumulative, k_of_all, k_of_mature
from graph.growth.funnel import Funnel, funnel_of
from graph.growth.intervals import Estimate
from graph.growth.months import Month
from graph.growth.owners import Owner, Stage


@dataclass(frozen=True)  # not slotted: what was computed is kept on it
class Measures:
    """Of these owners, who lie within these months; `window` in µs, as they are known at `now`."""

    owners: Sequence[Owner]
    months: Sequence[Month]
    window: int
    now: int

    @cached_property
    def k(self) -> Estimate | None:
        """K over owners of every age."""
        return k_of_all(self.owners, window=self.window, now=self.now)

    @cached_property
    def cycle(self) -> Median | None:
        """The median from an owner's delivery to that of the first friend, of those who bring one within the window."""
        return median_within(cycle_spans(self.owners, now=self.now), window=self.window)

    def mature_k(self) -> Estimate | None:
        """K over owners who have had the whole window."""
        return k_of_mature(self.owners, window=self.window, now=self.now)

    def curve(self, points: int) -> tuple[Point, ...]:
        """K up to each of so many equal parts of the window."""
        return cumulative(self.owners, window=self.window, now=self.now, points=points)

    def cohorts(self) -> tuple[Cohort, ...]:
        """K by month."""
        return cohorts_of(self.owners, self.months, window=self.window, now=self.now)

    def stages(self) -> tuple[tuple[Stage, Median | None], ...]:
        """How long each stage takes."""
        return tuple(
            (stage, median_within(stage_spans(self.owners, stage, now=self.now), window=self.window))
            for stage in Stage
        )

    def funnel(self) -> Funnel:
        """K taken apart."""
        return funnel_of(self.owners, window=self.window, now=self.now)

    def generations(self) -> tuple[Generation, ...]:
        """K by how many referrers stand above an owner."""
        return generations_of(self.owners, window=self.window, now=self.now)

    def groups(self, axis: Axis) -> tuple[Group, ...]:
        """K by dealer, model or channel."""
        return groups_of(self.owners, axis, window=self.window, now=self.now)

    def amplification(self) -> float | None:
        """How many owners one becomes in the end; None where K is not known, or not below 1."""
        return amplification(self.k.value) if self.k else None

    def effective_cost(self, cost: float) -> tuple[float, float, float] | None:
        """What a new owner costs in the end and what it may be; None where K is not known, or not below 1."""
        return effective_cost(cost, self.k) if self.k else None

    def projection(self, start: float, time: int) -> float | None:
        """How many owners some become after a time, µs; None where K or the cycle time is not known."""
        if self.k is None or self.cycle is None or self.cycle.value == 0:
            return None
        return owners_after(start, self.k.value, time=time, cycle=self.cycle.value)
