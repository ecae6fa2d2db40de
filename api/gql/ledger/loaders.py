"""Data loaders of one request: balances, rewards and statements of a page of users cost one statement each."""

from __future__ import annotations

from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from api.gql.context import GqlContext
from graph.ledger.line import Line
from graph.ledger.model import Reward
from graph.ledger.reader import Balance, LedgerReader, LinePage, RewardPage

Rewards = tuple[list[Reward], bool]
Lines = tuple[list[Line], bool]


class LedgerLoader:
    """What the ledger has of users; each batch is one statement."""

    def __init__(self, context: GqlContext) -> None:
        self.reader = LedgerReader(context.services.database)
        self._balances: DataLoader[str, tuple[Balance, ...]] = DataLoader(load_fn=self._read_balances)
        self._rewards: DataLoader[RewardPage, Rewards] = DataLoader(load_fn=self._read_rewards)
        self._lines: DataLoader[LinePage, Lines] = DataLoader(load_fn=self._read_lines)

    async def balances(self, one_id: str) -> tuple[Balance, ...]:
        """What a user has, by programme and unit."""
        return await self._balances.load(one_id)

    async def rewards(self, page: RewardPage) -> Rewards:
        """A page of a user's rewards, and whether more follow."""
        return await self._rewards.load(page)

    async def lines(self, page: LinePage) -> Lines:
        """A page of a user's statement, and whether more follows."""
        return await self._lines.load(page)

    async def _read_balances(self, one_ids: list[str]) -> Sequence[tuple[Balance, ...]]:
        found = await self.reader.balances(one_ids)
        return [found[one_id] for one_id in one_ids]

    async def _read_rewards(self, pages: list[RewardPage]) -> Sequence[Rewards]:
        found = await self.reader.of_people(pages)
        return [found[page] for page in pages]

    async def _read_lines(self, pages: list[LinePage]) -> Sequence[Lines]:
        found = await self.reader.lines(pages)
        return [found[page] for page in pages]


def loader_of(context: GqlContext) -> LedgerLoader:
    """The request's loader, made at first need."""
    if LedgerLoader not in context.loaders:
        context.loaders[LedgerLoader] = LedgerLoader(context)
    return context.loaders[LedgerLoader]
