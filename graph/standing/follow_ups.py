"""Follow-ups: what was planned with a person, and whether it is still open. Pure.

A dealer's desk reads the same rules over the rows of many people. Laws: `tests/graph/standing/test_follow_ups.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Final

from graph.standing.statement import Statement

_APPOINTED: Final = "testDriveBooking"
_PLANNED: Final = "followUpPlan"
_CALLED_OFF: Final = "testDriveCancellation"
_MET: Final = ("testDrive", "storeVisit")
_FOLLOWED_UP: Final = "followUp"
_CLOSING: Final = (*_MET, _FOLLOWED_UP, _CALLED_OFF)


class FollowUpKind(StrEnum):
    """What is planned."""

    APPOINTMENT = "appointment"
    FOLLOW_UP = "followUp"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One plan or appointment; times in µs. `closed_at` and `outcome` are None while it is open.

    `outcome` is what a completion says, the kind of the touchpoint that closed it where it was none.
    """

    key: str
    kind: FollowUpKind
    due_at: int
    planned_at: int
    topic: str | None
    dealer: str | None
    consultant: str | None
    model: str | None
    closed_at: int | None
    outcome: str | None

    @property
    def open(self) -> bool:
        """Whether it is still to be done, however long it is overdue."""
        return self.closed_at is None


def follow_ups_of(statements: Iterable[Statement]) -> tuple[FollowUp, ...]:
    """All that was planned with one person: what is open by when it is due, then what is closed, the latest due first.

    Of what is planned again under one key the newest plan counts. It is closed by the first thing that happens after
    it was made: a test drive or a visit at the same dealer (without a dealer: with the same consultant); for a
    follow-up its completion; for an appointment its cancellation. What speaks of the same key closes it also at the
    moment it was made. A plan that does not say when is none.
    """
    plans: dict[str, Statement] = {}
    closing: dict[str, Statement] = {}
    for each in statements:
        if each.kind in (_APPOINTED, _PLANNED) and each.due_at is not None:
            plans[each.fact] = max(plans.get(each.fact, each), each, key=attrgetter("order"))
        elif each.kind in _CLOSING:
            closing[each.key] = each
    events = sorted(closing.values(), key=attrgetter("order"))
    found = [_follow_up(plan, plan.due_at, events) for plan in plans.values() if plan.due_at is not None]
    return tuple(sorted(found, key=_place))


def next_of(follow_ups: Iterable[FollowUp]) -> FollowUp | None:
    """The open one that is due first, one that is overdue included."""
    return min((each for each in follow_ups if each.open), key=_place, default=None)


def _place(each: FollowUp) -> tuple[bool, int, str]:
    return not each.open, each.due_at if each.open else -each.due_at, each.key


def _follow_up(plan: Statement, due_at: int, events: list[Statement]) -> FollowUp:
    appointment = plan.kind == _APPOINTED
    closed = next((event for event in events if _closes(event, plan)), None)
    return FollowUp(
        key=plan.fact,
        kind=FollowUpKind.APPOINTMENT if appointment else FollowUpKind.FOLLOW_UP,
        due_at=due_at,
        planned_at=plan.occurred_at,
        topic=plan.text("topic"),
        dealer=plan.dealer,
        consultant=plan.consultant,
        model=plan.model,
        closed_at=closed.occurred_at if closed else None,
        outcome=(closed.text("outcome") or closed.kind) if closed else None,
    )


def _closes(event: Statement, plan: Statement) -> bool:
    if event.kind not in (*_MET, _CALLED_OFF if plan.kind == _APPOINTED else _FOLLOWED_UP):
        return False
    if event.fact == plan.fact:
        return event.occurred_at >= plan.occurred_at
    return event.occurred_at > plan.occurred_at and _same_desk(event, plan)


def _same_desk(event: Statement, plan: Statement) -> bool:
    if plan.dealer is not None:
        return event.dealer == plan.dealer
    return event.dealer is None and event.consultant == plan.consultant
