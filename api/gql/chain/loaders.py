"""The loader of one request: chains of all its people cost one statement of each kind."""

from __future__ import annotations

from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from api.gql.context import GqlContext
from graph.chain.influence import Tree
from graph.chain.model import Ancestor, BroughtToo, Descendants, DescendantsPage
from graph.chain.repository import ChainRepository

Up = tuple[Ancestor, ...]
Too = tuple[BroughtToo, ...]


class ChainLoader:
    """Who brought people, whom they brought, and what that came to."""

    def __init__(self, context: GqlContext) -> None:
        self.repository = ChainRepository(context.services.database)
        self._ancestors: DataLoader[tuple[str, bool], Up] = DataLoader(load_fn=self._read_ancestors)
        self._descendants: DataLoader[DescendantsPage, Descendants] = DataLoader(
            load_fn=self._read_descendants
        )
        self._also: DataLoader[tuple[str, int], Too] = DataLoader(load_fn=self._read_also)
        self._trees: DataLoader[str, Tree] = DataLoader(load_fn=self._read_trees)

    async def ancestors(self, one_id: str, *, also: bool) -> Up:
        """The chain above a person; with `also` who else brought them, too."""
        return await self._ancestors.load((one_id, also))

    async def descendants(self, page: DescendantsPage) -> Descendants:
        """A page of whom a person brought."""
        return await self._descendants.load(page)

    async def also(self, one_id: str, first: int) -> Too:
        """Friends who are not counted among a person's own."""
        return await self._also.load((one_id, first))

    async def tree(self, one_id: str) -> Tree:
        """Generations and credits below a person."""
        return await self._trees.load(one_id)

    async def _read_ancestors(self, asked: list[tuple[str, bool]]) -> Sequence[Up]:
        found = await self.repository.ancestors(
            [one_id for one_id, _ in asked], also=any(also for _, also in asked)
        )
        return [
            tuple(each for each in found[one_id] if also or each.reason is None) for one_id, also in asked
        ]

    async def _read_descendants(self, pages: list[DescendantsPage]) -> Sequence[Descendants]:
        found = await self.repository.descendants(pages)
        return [found[page] for page in pages]

    async def _read_also(self, asked: list[tuple[str, int]]) -> Sequence[Too]:
        found = await self.repository.also(
            [one_id for one_id, _ in asked], first=max(first for _, first in asked)
        )
        return [found[one_id][:first] for one_id, first in asked]

    async def _read_trees(self, one_ids: list[str]) -> Sequence[Tree]:
        found = await self.repository.trees(one_ids)
        return [found[one_id] for one_id in one_ids]


def loader_of(context: GqlContext) -> ChainLoader:
    """The request's loader, made at first need."""
    if ChainLoader not in context.loaders:
        context.loaders[ChainLoader] = ChainLoader(context)
    return context.loaders[ChainLoader]
