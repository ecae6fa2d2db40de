"""The loader of one request: what is asked of all its people costs one statement, whichever fields ask."""

from __future__ import annotations

from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from api.gql.context import GqlContext
from graph.ingest.subjects import Topic
from graph.standing.repository import StandingRepository
from graph.standing.statement import Statement

Asked = tuple[str, frozenset[Topic]]


class StandingLoader:
    """Statements by oneId and topics, as the caller may see them."""

    def __init__(self, context: GqlContext) -> None:
        self.repository = StandingRepository(context.services.database)
        self._dealer = context.caller.dealer
        self._statements: DataLoader[Asked, list[Statement]] = DataLoader(load_fn=self._read)

    async def statements(self, one_id: str, *topics: Topic) -> list[Statement]:
        """What was said on at least these topics: others that the request asks for lie among them."""
        return await self._statements.load((one_id, frozenset(topics)))

    async def _read(self, asked: list[Asked]) -> Sequence[list[Statement]]:
        topics = frozenset[Topic]().union(*(wanted for _, wanted in asked))
        found = await self.repository.statements([one_id for one_id, _ in asked], topics, dealer=self._dealer)
        return [found[one_id] for one_id, _ in asked]


def loader_of(context: GqlContext) -> StandingLoader:
    """The request's loader, made at first need."""
    if StandingLoader not in context.loaders:
        context.loaders[StandingLoader] = StandingLoader(context)
    return context.loaders[StandingLoader]
