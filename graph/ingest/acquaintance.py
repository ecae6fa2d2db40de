"""What contacts with a dealer say of it and a person: a row of KNOWN_TO, the same in whatever order they come. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from graph.identity.stored import greatest, least
from graph.ingest.message import Message, TouchpointFact

STEPS: Final[Mapping[str, int]] = {
    kind: place for place, kind in enumerate(("enquiry", "storeVisit", "testDrive", "order", "delivery"))
}
"""By the kinds of touchpoints that are a step, their place in a person's way with a dealer."""

CLOSERS: Final = frozenset({"followUp", "testDrive", "storeVisit"})
"""What is done with, or instead of, all that was planned before it."""

PLAN: Final = "followUpPlan"
BOOKING: Final = "testDriveBooking"
CANCELLATION: Final = "testDriveCancellation"

_NOT_REACHED: Final = "notReached"
_T = TypeVar("_T", int, str)


@dataclass(slots=True)
class Acquaintance:
    """One profile and one dealer, over some messages; times are µs, None where there was nothing of the kind."""

    since: int
    last_at: int | None = None
    steps: list[int | None] = field(default_factory=lambda: [None] * len(STEPS))
    consultant: tuple[int, str] | None = None
    """When it was named and who, the latest; of two at one time the one whose id sorts last."""
    plan: tuple[int, int] | None = None
    """When the newest follow-up was planned and when it is due; of two planned at one time the later due."""
    booking: tuple[int, int] | None = None
    """The same of the newest test drive that was booked."""
    cancelled_at: int | None = None
    closed_at: int | None = None

    def add(self, message: Message) -> None:
        """Take a message that names the dealer into account; taking it twice is taking it once."""
        at, fact = message.occurred_at, message.touchpoint
        self.since = min(self.since, at)
        if fact is None:
            return
        if _is_contact(fact):
            self.last_at = greatest(self.last_at, at)
        place = STEPS.get(fact.kind)
        if place is not None:
            self.steps[place] = least(self.steps[place], at)
        named = fact.clear.get("consultant")
        if named is not None:
            self.consultant = _latest(self.consultant, (at, str(named)))
        if fact.kind == PLAN and fact.due_at is not None:
            self.plan = _latest(self.plan, (at, fact.due_at))
        if fact.kind == BOOKING and fact.due_at is not None:
            self.booking = _latest(self.booking, (at, fact.due_at))
        if fact.kind == CANCELLATION:
            self.cancelled_at = greatest(self.cancelled_at, at)
        if fact.kind in CLOSERS:
            self.closed_at = greatest(self.closed_at, at)

    def row(self, profile_id: str, dealer: str) -> list[Any]:
        """The row of `ingest.write_batch`."""
        named_at, named = self.consultant or (None, None)
        planned_at, due_at = self.plan or (None, None)
        booked_at, appointment_at = self.booking or (None, None)
        return [
            profile_id, dealer, self.since, self.last_at, *self.steps, named, named_at, due_at, planned_at,
            appointment_at, booked_at, self.closed_at, self.cancelled_at,
        ]  # fmt: skip


def acquaintances(messages: Iterable[Message]) -> dict[str, Acquaintance]:
    """What the messages of one profile say, by the dealers that they name."""
    found: dict[str, Acquaintance] = {}
    for message in messages:
        if message.dealer is not None:
            known = found.get(message.dealer)
            if known is None:
                known = found[message.dealer] = Acquaintance(message.occurred_at)
            known.add(message)
    return found


def _is_contact(fact: TouchpointFact) -> bool:
    """Whether the two spoke, or the person looked: not where somebody only meant to, or tried in vain."""
    return fact.kind != PLAN and fact.clear.get("outcome") != _NOT_REACHED


def _latest(before: tuple[int, _T] | None, found: tuple[int, _T]) -> tuple[int, _T]:
    return found if before is None else max(before, found)
