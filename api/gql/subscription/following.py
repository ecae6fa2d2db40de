"""How a subscription follows the feed: from its cursor, with its access checked again and again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Final, TypeAlias

import strawberry

from api.gql.context import GqlInfo
from graph.errors import DatabaseUnavailableError
from graph.feed.reader import cursor_of, read_cursor
from graph.feed.tail import Entry

AfterUpdate: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="`cursor` of an earlier update, of any server: then only what came since is told. Null "
        "or left out begins now."
    ),
]

CHECK_SECONDS: Final = 1.0
"""How often, where nothing happens, it is checked whether the caller may still ask: within 5 s of a revocation."""


class Following:
    """One subscription's place in the feed."""

    def __init__(self, info: GqlInfo, after: str | None) -> None:
        """Raises InputError for what is no cursor."""
        self._context = info.context
        self._given = after if after is not None and after is not strawberry.UNSET else None
        self._after: int | None = None
        if self._given is not None:
            position, place = read_cursor(self._given)
            self._after = position - 1 if place else position

    @property
    def resumed(self) -> bool:
        """Whether it goes on from a cursor."""
        return self._given is not None

    async def cursor(self) -> str:
        """The cursor it begins at: the one given, else the feed's end now."""
        return self._given or cursor_of(await self._position())

    async def batches(self, *, at_once: bool = False) -> AsyncGenerator[tuple[Entry, ...]]:
        """Entries as they come, in commit order; an outage is waited out. With `at_once` an empty batch comes first.

        Raises AccessError and its like as soon as the caller may not ask any more.
        """
        tail = self._context.services.tail
        position = await self._position()
        if at_once:
            yield ()
        while True:
            await self._context.still_allowed()
            try:
                entries = await tail.after(position, patience=CHECK_SECONDS)
            except DatabaseUnavailableError:
                continue
            if entries:
                self._context.loaders.clear()  # what was read for the update before is old
                position = entries[-1].position
                yield entries

    async def _position(self) -> int:
        if self._after is None:
            self._after = await self._context.services.tail.position()
        return self._after
