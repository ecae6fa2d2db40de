"""Reading timelines from the graph: one statement, whatever the number of people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph.db.database import Database
from graph.errors import InputError
from graph.timeline.groups import MOST_COUNTED, MOST_PEOPLE, Group, Timeline, TimelineRequest, key_of


class TimelineRepository:
    """The statements of `cypher/timeline`; raises DatabaseUnavailableError where the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def timelines(
        self, asked: Sequence[tuple[str, TimelineRequest]], *, dealer: str | None
    ) -> list[Timeline]:
        """The timelines of people, given by present oneId, in the order asked; nothing of who is no person now.

        Of each, at most the newest 5,000 touchpoints that fit are counted. A `dealer` is told of those it may see.
        Raises InputError for more than 100.
        """
        if len(asked) > MOST_PEOPLE:
            raise InputError(
                f"The request asks for {len(asked)} timelines; {MOST_PEOPLE} is the most.",
                remedy="Ask for fewer people at once.",
            )
        row = await self._database.read_one(
            "timeline.count_touchpoints",
            asked={
                "timelines": [[one_id, *_as_row(request)] for one_id, request in asked],
            },
            rows=MOST_COUNTED + 1,
            dealer=dealer,
        )
        found = {number: (groups, whole) for number, groups, whole in (row[0] if row else ())}
        return [_timeline(*found.get(n, ((), True)), request=it) for n, (_, it) in enumerate(asked)]


def _as_row(request: TimelineRequest) -> list[Any]:
    kinds = None if request.kinds is None else list(request.kinds)
    return [
        request.by.value,
        request.since,
        request.before,
        kinds,
        request.channel,
        request.zone,
        request.first,
    ]


def _timeline(groups: Sequence[Sequence[Any]], whole: bool, *, request: TimelineRequest) -> Timeline:
    made = (Group(key_of(request.by, key), *rest) for key, *rest in groups)
    told = tuple(made)
    return Timeline(told[: request.first], has_more=len(told) > request.first, complete=whole)
