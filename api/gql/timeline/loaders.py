"""Data loader of one request: all timelines cost one statement."""

from __future__ import annotations

from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from api.gql.context import GqlContext
from graph.timeline.groups import Timeline, TimelineRequest
from graph.timeline.repository import TimelineRepository


class TimelineLoader:
    """Timelines of people, each batch in one statement."""

    def __init__(self, context: GqlContext) -> None:
        self._dealer = context.caller.dealer
        self._repository = TimelineRepository(context.services.database)
        self._timelines: DataLoader[tuple[str, TimelineRequest], Timeline] = DataLoader(load_fn=self._read)

    async def timeline(self, one_id: str, request: TimelineRequest) -> Timeline:
        """The timeline of a present oneId."""
        return await self._timelines.load((one_id, request))

    async def _read(self, asked: list[tuple[str, TimelineRequest]]) -> Sequence[Timeline]:
        return await self._repository.timelines(asked, dealer=self._dealer)


def loader_of(context: GqlContext) -> TimelineLoader:
    """The request's loader, made at first need."""
    if TimelineLoader not in context.loaders:
        context.loaders[TimelineLoader] = TimelineLoader(context)
    return context.loaders[TimelineLoader]
