"""A line of a statement: a transaction as a participant is shown it. A plain value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.ledger.model import EntryKind, Outcome, Posting


@dataclass(frozen=True, slots=True)
class Line:
    """A transaction as a participant's statement shows it: its outcomes and postings of these profiles alone.

    `expiries` says when the rewards that it changed expire, as they stand now, by key; what never does is not in it.
    """

    seq: int
    position: int
    key: str
    kind: EntryKind
    programme: str
    cause: str
    effective_at: int
    recorded_at: int
    outcomes: tuple[Outcome, ...]
    postings: tuple[Posting, ...]
    reverses: str | None
    expiries: Mapping[str, int] = field(default_factory=dict[str, int], hash=False)
