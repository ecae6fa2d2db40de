"""Reading chains from the graph: one statement a call, whatever the number of people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from graph.chain.bridges import Member
from graph.chain.influence import Credit, Tree
from graph.chain.model import (
    Ancestor,
    BroughtToo,
    Descendant,
    Descendants,
    DescendantsPage,
    LineageOwner,
    Spreader,
)
from graph.db.database import Database
from graph.referral.forest import Also

MOST_OF_TREE: Final = 20_000
"""People of a tree that is looked through for bridges: each is answered to us."""

MOST_REFERRALS: Final = 200_000
"""Of a programme, the newest, that are counted for a ranking."""

_MANY: Final = 2**62
"""More than anybody brought."""


class ChainRepository:
    """The statements of `cypher/chain`; raises DatabaseUnavailableError where the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ancestors(
        self, one_ids: Collection[str], *, also: bool = False
    ) -> dict[str, tuple[Ancestor, ...]]:
        """Who brought each of these present users, nearest first; with `also` then those who are none of the chain."""
        asked = {"oneIds": sorted(set(one_ids))}
        row = await self._database.read_one("chain.read_ancestors", asked=asked, also=also)
        found = {one_id: _ancestors(chain) for one_id, chain in (row[0] if row else ())}
        return {one_id: found.get(one_id, ()) for one_id in one_ids}

    async def descendants(self, pages: Collection[DescendantsPage]) -> dict[DescendantsPage, Descendants]:
        """Pages of whom present users brought; of nobody there is nobody."""
        wanted = sorted({page.key for page in pages})
        row = await self._database.read_one(
            "chain.list_descendants",
            asked={"pages": [list(each) for each in wanted]},
            rows=max((page.first for page in pages), default=0) + 1,
        )
        found = {tuple(page): people for page, people in (row[0] if row else ())}
        answers: dict[DescendantsPage, Descendants] = {}
        for page in pages:
            people = found.get(page.key, ())
            told = tuple(Descendant(*person) for person in people[: page.first])
            answers[page] = Descendants(told, has_more=len(people) > page.first)
        return answers

    async def also(self, one_ids: Collection[str], *, first: int) -> dict[str, tuple[BroughtToo, ...]]:
        """The first friends of each of these users who are not counted among their own, by when it was heard of."""
        asked = {"oneIds": sorted(set(one_ids))}
        row = await self._database.read_one("chain.list_also", asked=asked, rows=first)
        found = {
            one_id: tuple(
                BroughtToo(friend, at, Also(reason), progress, delivered_at)
                for friend, at, reason, progress, delivered_at in people
            )
            for one_id, people in (row[0] if row else ())
        }
        return {one_id: found.get(one_id, ()) for one_id in one_ids}

    async def trees(self, one_ids: Collection[str]) -> dict[str, Tree]:
        """Generations and credits of each of these present users."""
        asked = {"oneIds": sorted(set(one_ids))}
        row = await self._database.read_one("chain.sum_credits", asked=asked)
        found = {
            one_id: Tree(
                tuple((generation, people) for generation, people in generations),
                tuple(Credit(*credit) for credit in credited),
            )
            for one_id, generations, credited in (row[0] if row else ())
        }
        return {one_id: found.get(one_id, Tree()) for one_id in one_ids}

    async def tree(self, one_id: str) -> tuple[list[Member], bool] | None:
        """Everybody of the tree in which a person stands, and whether that is all; None where the id leads nowhere."""
        row = await self._database.read_one("chain.read_tree", oneId=one_id, most=MOST_OF_TREE)
        people = [Member(*person) for person in (row[0] if row else ())]
        return (people, len(people) < MOST_OF_TREE) if people else None

    async def spreaders(
        self, programme: str | None, *, since: int, until: int, first: int, after: tuple[int, str] | None
    ) -> tuple[list[Spreader], bool, bool]:
        """Who brought most people that were delivered to, whether more follow, and whether all referrals were read.

        Over referrals of a programme, or of all, that were opened from `since` until before `until`, µs.
        """
        brought, one_id = after or (_MANY, "")
        row = await self._database.read_one(
            "chain.list_spreaders",
            programme=programme,
            since=since,
            until=until,
            most=MOST_REFERRALS,
            afterBrought=brought,
            afterId=one_id,
            rows=first + 1,
        )
        walked, people = row or (0, ())
        found = [Spreader(*person) for person in people]
        return found[:first], len(found) > first, walked < MOST_REFERRALS

    async def lineage(self, key: str, *, first: int) -> tuple[list[LineageOwner], bool] | None:
        """Who owns or owned a vehicle with the chains above them, and whether there are more; None without vehicle."""
        row = await self._database.read_one("chain.read_lineage", key=key, rows=first + 1)
        if row is None:
            return None
        found = [
            LineageOwner(one_id, since, current, _ancestors(up)) for one_id, since, current, up in row[0]
        ]
        return found[:first], len(found) > first


def _ancestors(chain: Iterable[Sequence[Any]]) -> tuple[Ancestor, ...]:
    return tuple(
        Ancestor(one_id, distance, at, None if reason is None else Also(reason))
        for one_id, distance, at, reason in chain
    )
