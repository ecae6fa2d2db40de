"""The dealers of people: one statement for all people of a request."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry
from strawberry.dataloader import DataLoader

from api.gql.context import GqlContext, GqlInfo
from api.gql.desk.shapes import DealerRelation, relation_of
from api.gql.profile.people import User
from graph.desk.model import Relation
from graph.desk.repository import DeskRepository

Relations = tuple[Relation, ...]


class DealersByUserLoader:
    """The dealers who know users, each batch in one statement."""

    def __init__(self, context: GqlContext) -> None:
        self._caller = context.caller.dealer
        self._repository = DeskRepository(context.services.database)
        self._relations: DataLoader[str, Relations] = DataLoader(load_fn=self._read)

    async def load(self, one_id: str) -> Relations:
        """Of one present user."""
        return await self._relations.load(one_id)

    async def _read(self, one_ids: list[str]) -> Sequence[Relations]:
        found = await self._repository.dealers_of(one_ids, caller=self._caller)
        return [found[one_id] for one_id in one_ids]


async def user_dealers(root: strawberry.Parent[User], info: GqlInfo) -> list[DealerRelation]:
    """Present relations; a page of users costs one statement."""
    if root.as_of:
        return []
    loaders = info.context.loaders
    if DealersByUserLoader not in loaders:
        loaders[DealersByUserLoader] = DealersByUserLoader(info.context)
    loader: DealersByUserLoader = loaders[DealersByUserLoader]
    return [relation_of(found) for found in await loader.load(root.one_id)]


@strawberry.type(description="What desks add to a person.")
class PersonsDealers:
    """Fields of `User`."""

    dealers: list[DealerRelation] = strawberry.field(
        resolver=user_dealers,
        description="The dealers who know the person now, by id, each with consultant and step; a dealer's key is told "
        "of itself. Empty where `asOf` was given. One statement for all people.",
    )
