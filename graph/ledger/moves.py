"""The states of a reward and the moves between them, in one table (ADR 0030). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from graph.errors import InputError


class State(StrEnum):
    """Where a reward is."""

    PROJECTED = "projected"  # due by the judgement, not yet granted: the ledger has nothing of it
    PENDING = "pending"  # granted, and may still be held back
    APPROVED = "approved"  # cleared, and waits to mature
    POSTED = "posted"  # matured: available, or spent in part
    REDEEMED = "redeemed"  # all of it was spent
    EXPIRED = "expired"  # what was left of it expired
    REVERSED = "reversed"  # taken back
    REVIEW_REQUIRED = "reviewRequired"  # to be taken back, but spent: a person decides


ALLOWED: Final[Mapping[State, frozenset[State]]] = {
    State.PROJECTED: frozenset({State.PENDING, State.REVERSED}),
    State.PENDING: frozenset({State.APPROVED, State.REVERSED}),
    State.APPROVED: frozenset({State.POSTED, State.REVERSED}),
    State.POSTED: frozenset({State.REDEEMED, State.EXPIRED, State.REVERSED, State.REVIEW_REQUIRED}),
    State.REDEEMED: frozenset({State.REVERSED, State.REVIEW_REQUIRED}),
    State.EXPIRED: frozenset({State.REVERSED, State.REVIEW_REQUIRED}),
    State.REVERSED: frozenset(),
    State.REVIEW_REQUIRED: frozenset({State.REVERSED}),
}
"""To which states each may go. Every state but the last can be reversed; a review ends with it."""


class IllegalMoveError(InputError):
    """A reward cannot go from the state it is in to that one; nothing was posted."""

    code: ClassVar[str] = "illegal_move"
    status: ClassVar[int] = 409

    def __init__(self, before: State, after: State) -> None:
        super().__init__(
            f"A reward that is {before} cannot become {after}.", remedy="Read the state of the reward first."
        )
        self.before = before
        self.after = after


def move(before: State, after: State) -> State:
    """The state after. Raises IllegalMoveError where the table has no such move."""
    if after not in ALLOWED[before]:
        raise IllegalMoveError(before, after)
    return after
