"""Reading reach from the graph: one statement a call, over a bounded number of touchpoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.db.database import Database
from graph.ingest.rows import time_of
from graph.profile.rows import EARLIEST, LATEST, time_bound
from graph.reach.counts import Reach, reach_of

MOST_COUNTED: Final = 50_000
"""Of the newest touchpoints of a campaign or content; more are not read."""


class Subject(StrEnum):
    """What reaches people."""

    CAMPAIGN = "campaign"
    CONTENT = "content"


_LISTS: Final = {
    Subject.CAMPAIGN: "reach.list_campaign_people",
    Subject.CONTENT: "reach.list_content_people",
}


@dataclass(frozen=True, slots=True)
class Span:
    """From when and until when, µs, the end excluded; None where it is open."""

    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A person, and the newest touchpoint that reached them: its sort key, when, and what it was."""

    one_id: str
    at: str
    occurred_at: int
    kind: str
    channel: str | None


class ReachRepository:
    """The statements of `cypher/reach`; raises DatabaseUnavailableError where the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, subject: Subject, id_: str, span: Span) -> Reach | None:
        """How far it reached, over the newest 50,000 touchpoints of the span; None where it is not known."""
        since, until = _bounds(span)
        row = await self._database.read_one(
            "reach.count_touchpoints",
            campaign=id_ if subject is Subject.CAMPAIGN else None,
            content=id_ if subject is Subject.CONTENT else None,
            since=since,
            before=until,
            most=MOST_COUNTED,
        )
        if row is None:
            return None
        found, people, counts = row
        parts = [[*part, time_of(first), time_of(last)] for *part, first, last in counts]
        return reach_of(parts, people=people, complete=found < MOST_COUNTED)

    async def recent(
        self, subject: Subject, id_: str, span: Span, *, first: int, before: str | None
    ) -> tuple[Sequence[Reached], bool]:
        """People it reached in the span, by the newest touchpoint of each, the newest first; and whether more follow.

        `before` is the sort key where a page goes on. At most 50,000 touchpoints are looked at for a page.
        """
        since, until = _bounds(span)
        row = await self._database.read_one(
            _LISTS[subject],
            id=id_,
            since=since,
            before=until if before is None else min(before, until),
            until=until,
            most=MOST_COUNTED,
            rows=first + 1,
        )
        found = [Reached(*person) for person in (row[0] if row else ())]
        return found[:first], len(found) > first


def _bounds(span: Span) -> tuple[str, str]:
    since = EARLIEST if span.since is None else time_bound(span.since)
    return since, LATEST if span.until is None else time_bound(span.until)
