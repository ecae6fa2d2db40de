"""Data loaders of one request: the households of a page of users cost one statement, and so do their members."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from api.gql.context import GqlContext
from api.gql.profile.people import User, user_of
from api.gql.selection import Selection
from graph.household.repository import HouseholdPage, HouseholdRepository, HouseholdView, MemberView
from graph.profile.view import VehicleView

Groups = tuple[HouseholdView, ...]
Members = tuple[list[MemberView], bool]
Vehicles = tuple[list[VehicleView], bool]


class HouseholdLoader:
    """The present groups of users, members and vehicles of groups, and the users of members.

    Each batch is one statement.
    """

    def __init__(self, context: GqlContext) -> None:
        self._context = context
        self.repository = HouseholdRepository(context.services.database)
        self._groups: DataLoader[str, Groups] = DataLoader(load_fn=self._read_groups)
        self._members: DataLoader[HouseholdPage, Members] = DataLoader(load_fn=self._read_members)
        self._vehicles: DataLoader[HouseholdPage, Vehicles] = DataLoader(load_fn=self._read_vehicles)
        self._users: DataLoader[tuple[str, Selection], User | None] = DataLoader(load_fn=self._read_users)

    async def groups(self, one_id: str) -> Groups:
        """The present groups of a user."""
        return await self._groups.load(one_id)

    async def members(self, page: HouseholdPage) -> Members:
        """A page of present members, and whether more follow."""
        return await self._members.load(page)

    async def vehicles(self, page: HouseholdPage) -> Vehicles:
        """A page of the present members' vehicles, and whether more follow."""
        return await self._vehicles.load(page)

    async def user(self, one_id: str, selection: Selection) -> User | None:
        """A member; None where nobody is led to any more."""
        return await self._users.load((one_id, selection))

    async def _read_groups(self, one_ids: list[str]) -> Sequence[Groups]:
        found = await self.repository.of_users(one_ids)
        return [found[one_id] for one_id in one_ids]

    async def _read_members(self, pages: list[HouseholdPage]) -> Sequence[Members]:
        found = await self.repository.members(pages)
        return [found[page] for page in pages]

    async def _read_vehicles(self, pages: list[HouseholdPage]) -> Sequence[Vehicles]:
        found = await self.repository.vehicles(pages, clear=self._context.clear)
        people = self._context.people
        return [
            ([view for rows in held for view in people.opened_vehicles(rows)], has_next)
            for held, has_next in (found[page] for page in pages)
        ]

    async def _read_users(self, asked: list[tuple[str, Selection]]) -> Sequence[User | None]:
        by_selection: dict[Selection, list[str]] = defaultdict(list)
        for one_id, selection in asked:
            by_selection[selection].append(one_id)
        found: dict[tuple[str, Selection], User] = {}
        for selection, one_ids in by_selection.items():
            views = await self._context.people.people(one_ids, selection.want)
            found.update({(one_id, selection): user_of(view, selection) for one_id, view in views.items()})
        return [found.get(key) for key in asked]


def loader_of(context: GqlContext) -> HouseholdLoader:
    """The request's loader, made at first need."""
    if HouseholdLoader not in context.loaders:
        context.loaders[HouseholdLoader] = HouseholdLoader(context)
    return context.loaders[HouseholdLoader]
