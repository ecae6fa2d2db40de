"""Owners and whom they brought, as the measures read them; times in µs. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class Stage(StrEnum):
    """How far a friend has come."""

    OPENED = "opened"  # first heard of
    LEAD = "lead"
    TEST_DRIVEN = "testDriven"
    ORDERED = "ordered"
    DELIVERED = "delivered"


class Invitation(NamedTuple):
    """One that was sent, and when somebody came by it, None for nobody yet."""

    sent_at: int
    accepted_at: int | None


class Friend(NamedTuple):
    """Somebody whom an owner brought first; each stage is the first time that it was reached, None where it was not."""

    opened_at: int
    channel: str | None = None
    lead_at: int | None = None
    test_driven_at: int | None = None
    ordered_at: int | None = None
    delivered_at: int | None = None

    def reached(self, stage: Stage) -> int | None:
        """When this stage or a later one was reached, whichever was first: a step may have left no trace."""
        times = (self.opened_at, self.lead_at, self.test_driven_at, self.ordered_at, self.delivered_at)
        later = [at for at in times[tuple(Stage).index(stage) :] if at is not None]
        return min(later, default=None)


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody to whom a vehicle was delivered; `generation` is how many first referrers stand above them."""

    delivered_at: int
    dealer: str | None = None
    model: str | None = None
    generation: int = 0
    invitations: tuple[Invitation, ...] = ()
    friends: tuple[Friend, ...] = ()

    def came_after(self) -> tuple[int, ...]:
        """How long after the owner friends were delivered to, µs, ascending; earlier ones are left out."""
        found = [
            friend.delivered_at - self.delivered_at
            for friend in self.friends
            if friend.delivered_at is not None and friend.delivered_at >= self.delivered_at
        ]
        return tuple(sorted(found))

    def by(self, channel: str | None) -> Owner:
        """The same owner with those friends only who came by this channel."""
        friends = tuple(friend for friend in self.friends if friend.channel == channel)
        return Owner(self.delivered_at, self.dealer, self.model, self.generation, self.invitations, friends)


def owner_of(row: Mapping[str, Any]) -> Owner:
    """A row of `growth.read_owners`."""
    return Owner(
        row["deliveredAt"],
        row["dealer"],
        row["model"],
        row["generation"],
        tuple(Invitation(*each) for each in row["invitations"]),
        tuple(Friend(*each) for each in row["friends"]),
    )
