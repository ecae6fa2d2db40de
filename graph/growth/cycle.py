"""How long a cycle takes: the median delay of what happens within a window, of whom not all is known yet. Pure.

Most owners bring nobody, so the median over all of them is never reached. Asked is the median of those who do
within the window: the delay by which half of that share has come. The shares are the Kaplan–Meier estimate
(JASA 53, 1958), so who is still under way counts for as long as is known of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from graph.growth.intervals import Z
from graph.growth.owners import Owner, Stage


class Span(NamedTuple):
    """How long somebody could be seen, µs, and after how long they came, None where they have not within that time."""

    seen: int
    came: int | None

    @property
    def under_way(self) -> int:
        """How long they were under way, as far as is known."""
        return self.seen if self.came is None else self.came


@dataclass(frozen=True, slots=True)
class Median:
    """A median delay in µs and what it may be at 95 %; of `of` who were under way `came` did so within the window."""

    value: int
    lower: int
    upper: int
    came: int
    of: int


class _Step(NamedTuple):
    after: int
    stays: float
    greenwood: float


def median_within(spans: Iterable[Span], *, window: int) -> Median | None:
    """The delay by which half of those had come who come within the window; None where that is not known yet.

    It is not known where nobody could be seen for the whole window, or nobody has come. The interval are the
    delays t at which F(t) - F(window)/2 is not told from 0 by Greenwood's variance: the interval of Brookmeyer
    and Crowley (Biometrics 38, 1982), here of a share of a share. It ends with the window at the latest.
    """
    known = list(spans)
    steps = _survival(known, window)
    if not steps or max(span.seen for span in known) < window:
        return None
    _, stays, greenwood = steps[-1]
    half, spread = (1 - stays) / 2, stays * stays * greenwood

    def off(step: _Step) -> float:
        """How far a delay is from the median, in standard errors; below it negative."""
        variance = step.greenwood * step.stays * (step.stays - stays) + spread / 4
        apart = 1 - step.stays - half
        return apart / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, apart) if apart else 0

    return Median(
        value=next(step.after for step in steps if 1 - step.stays >= half - 1e-12),
        lower=next(step.after for step in steps if off(step) >= -Z),
        upper=next((step.after for step in steps if off(step) > Z), window),
        came=sum(span.came is not None and span.came < window for span in known),
        of=len(known),
    )


def _survival(known: Iterable[Span], window: int) -> list[_Step]:
    """Kaplan–Meier at each delay at which somebody came, with Greenwood's sum."""
    steps: list[_Step] = []
    ordered = sorted(known, key=_under_way)
    at_risk, stays, greenwood = len(ordered), 1.0, 0.0
    for delay, same in groupby(ordered, key=_under_way):
        if delay >= window:
            break
        together = list(same)
        came = sum(span.came is not None for span in together)
        if came:
            stays *= 1 - came / at_risk
            greenwood += came / (at_risk * (at_risk - came)) if came < at_risk else 0.0
            steps.append(_Step(delay, stays, greenwood))
        at_risk -= len(together)
    return steps


_under_way: Final = attrgetter("under_way")


def cycle_spans(owners: Iterable[Owner], *, now: int) -> list[Span]:
    """From each owner's own delivery to that of the first friend whom they brought."""
    spans: list[Span] = []
    for owner in owners:
        until = now - owner.delivered_at
        came = [delay for delay in owner.came_after()[:1] if delay <= until]
        if until >= 0:
            spans.append(Span(until, came[0] if came else None))
    return spans


def stage_spans(owners: Iterable[Owner], stage: Stage, *, now: int) -> list[Span]:
    """From each friend's stage before to this one; for the first stage from the owner's delivery, if earlier."""
    before = tuple(Stage)[max(0, tuple(Stage).index(stage) - 1)]
    spans: list[Span] = []
    for owner in owners:
        for friend in owner.friends:
            begun = owner.delivered_at if stage is Stage.OPENED else friend.reached(before)
            ended = friend.reached(stage)
            if begun is None or begun > now or (ended is not None and ended < begun):
                continue
            spans.append(Span(now - begun, ended - begun if ended is not None and ended <= now else None))
    return spans
