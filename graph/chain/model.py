"""What is told of chains: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from graph.referral.forest import Also

DEEPEST: Final = 30
"""Generations that are walked, up and down: a programme pays one or two, and a chain of 30 spans decades."""

_AFTER_ALL: Final = "~"
"""Sorts after every oneId."""


class Ancestor(NamedTuple):
    """Who brought somebody: `distance` is 1 for whoever brought the person, 2 for whoever brought that one.

    `at` is when the referral by which the one below was brought was first heard of, µs. `reason` is None in the
    chain of first referrers; else why this one is none of it.
    """

    one_id: str
    distance: int
    at: int
    reason: Also | None = None


class DescendantsPage(NamedTuple):
    """A page of whom a person brought: generations `nearest` to `deepest`, behind a place of generation and oneId."""

    one_id: str
    first: int
    nearest: int = 1
    deepest: int = DEEPEST
    after: tuple[int, str] = (0, "")

    @property
    def key(self) -> tuple[str, int, int, str]:
        """As `chain.list_descendants` asks for it: it begins behind its place, and behind all nearer generations."""
        return self.one_id, self.deepest, *max(self.after, (self.nearest - 1, _AFTER_ALL))


class Descendant(NamedTuple):
    """Somebody whom a person brought, themselves (generation 1) or by others; times in µs.

    `by` brought this one, which was first heard of `at`. `progress` and `delivered_at` are those of that referral, None
    where it has not come so far.
    """

    one_id: str
    generation: int
    by: str
    at: int
    progress: str | None
    delivered_at: int | None


class BroughtToo(NamedTuple):
    """A friend who is not counted among a person's own, since somebody else was first, or stands above them."""

    one_id: str
    at: int
    reason: Also
    progress: str | None
    delivered_at: int | None


@dataclass(frozen=True, slots=True)
class Descendants:
    """People by generation, then oneId."""

    people: tuple[Descendant, ...]
    has_more: bool


class Spreader(NamedTuple):
    """Who brought how many people that were delivered to, and when the first and the last of them was, µs."""

    one_id: str
    brought: int
    first_at: int
    last_at: int


class LineageOwner(NamedTuple):
    """Who owns or owned a vehicle, since when (µs, None where unknown), and the chain above them, nearest first."""

    one_id: str
    since: int | None
    current: bool
    up: tuple[Ancestor, ...]
