"""Data loaders of one request: who has the vehicles of a page costs one statement, and so do their touchpoints."""

from __future__ import annotations

from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from api.gql.context import GqlContext
from graph.profile.view import TouchpointPage
from graph.vehicle.repository import HistoryRequest, HoldersRequest, VehicleHolders, VehicleRepository


class VehicleLoader:
    """People and touchpoints of vehicles, each batch in one statement."""

    def __init__(self, context: GqlContext) -> None:
        self._dealer = context.caller.dealer
        self._repository = VehicleRepository(context.services.database)
        self._holders: DataLoader[HoldersRequest, VehicleHolders] = DataLoader(load_fn=self._read_holders)
        self._history: DataLoader[HistoryRequest, TouchpointPage] = DataLoader(load_fn=self._read_history)

    async def holders(self, request: HoldersRequest) -> VehicleHolders:
        """The people of a vehicle."""
        return await self._holders.load(request)

    async def history(self, request: HistoryRequest) -> TouchpointPage:
        """A page of what happened to a vehicle."""
        return await self._history.load(request)

    async def _read_holders(self, requests: list[HoldersRequest]) -> Sequence[VehicleHolders]:
        found = await self._repository.holders(requests, dealer=self._dealer)
        return [found[request] for request in requests]

    async def _read_history(self, requests: list[HistoryRequest]) -> Sequence[TouchpointPage]:
        found = await self._repository.history(requests, dealer=self._dealer)
        return [found[request] for request in requests]


def loader_of(context: GqlContext) -> VehicleLoader:
    """The request's loader, made at first need."""
    if VehicleLoader not in context.loaders:
        context.loaders[VehicleLoader] = VehicleLoader(context)
    return context.loaders[VehicleLoader]
