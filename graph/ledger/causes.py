"""What led to a transaction, as its `cause` says it: rules by a word of their own, the rest by these. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_HAND: Final = "hand"
_PAYOUT: Final = "payout"


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody asked for it: with which key, and why, where they said so."""

    by: str
    reason: str


def by_hand(by: str, reason: str) -> str:
    """The cause of what a key asked for."""
    return ":".join((_HAND, by, reason)) if reason else f"{_HAND}:{by}"


def by_payout(batch: str) -> str:
    """The cause of what a payout claims, and of its payment."""
    return f"{_PAYOUT}:{batch}"


def read_hand(cause: str) -> Hand | None:
    """Who asked, and why; None for what a rule or a payout led to."""
    kind, _, rest = cause.partition(":")
    by, _, reason = rest.partition(":")
    return Hand(by, reason) if kind == _HAND else None


def read_payout(cause: str) -> str | None:
    """The payout's name; None for another cause."""
    kind, _, batch = cause.partition(":")
    return batch if kind == _PAYOUT else None
