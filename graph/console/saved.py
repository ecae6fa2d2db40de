"""Saved queries: kept with all their versions, sealed, since a statement may hold whatever an analyst typed.

Nobody reads them by the console itself: there they are hidden as all sealed values are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from graph.access.roles import Caller, Permission, Role
from graph.clock import Clock, isoformat, new_id, system_clock
from graph.console.kept import (
    MOST_QUERIES,
    MOST_VERSIONS,
    Content,
    Kept,
    KeptVersion,
    QueryNotFoundError,
    Sharing,
    Version,
    check_about,
    check_defaults,
)
from graph.console.results import ResultFiles
from graph.console.service import Console
from graph.db.database import Database, Transaction
from graph.errors import InputError
from graph.operation import operation_of
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

_SOURCE: Final = "console"
_ABOUT: Final = "query:about"
_CONTENT: Final = "query:content"


class SavedQueries:
    """Keeps queries for analysts.

    Methods raise ForbiddenError where the caller may not ask in the console, and QueryNotFoundError for a query that
    they may not see. A statement is judged before it is kept: what could not be run raises the same ConsoleError.
    """

    def __init__(
        self,
        database: Database,
        *,
        console: Console,
        keyring: Keyring,
        files: ResultFiles,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._console = console
        self._keyring = keyring
        self._files = files
        self._clock = clock

    async def create(
        self,
        name: str,
        content: Content,
        *,
        caller: Caller,
        description: str = "",
        sharing: Sharing = Sharing.PRIVATE,
        idempotency_key: str | None = None,
    ) -> KeptVersion:
        """Keep a query as the caller's, with its first version; sent again with its key it is answered as it is now.

        Raises InputError for a name that is not 1 to 120 printable characters, a description over 2,000, defaults over
        100,000 bytes or of a parameter that the statement has not, and where the key keeps 1,000 queries already.
        """
        caller.require(Permission.CONSOLE)
        about = check_about(name, description)
        operation = operation_of("query", by=caller.owner, idempotency_key=idempotency_key)
        await self._judge(content)
        now = self._clock()
        id_, month = new_id(now), isoformat(now)[:7]
        rows = await self._database.read("console.count_queries", owner=caller.owner)
        if rows[0]["queries"] >= MOST_QUERIES and not await self._done(operation):
            raise InputError(f"The key keeps {MOST_QUERIES} queries.", remedy="Delete some.")
        written = await self._database.write(
            "console.create_query",
            query={
                "id": id_,
                "key": f"{id_}:1",
                "owner": caller.owner,
                "by": caller.key_id,
                "sharing": str(sharing),
                "about": self.sealer(id_, month).seal_json(_ABOUT, about),
                "month": month,
                "content": self._seal(id_, 1, content, month),
                "operation": operation,
                "at": now,
            },
        )
        return await self.get(written[0]["id"], caller=caller)

    async def add_version(
        self, id_: str, content: Content, *, caller: Caller, idempotency_key: str | None = None
    ) -> KeptVersion:
        """Leave the next version of a query of the caller's; sent again with its key it answers the first one's.

        Raises ForbiddenError for another's that is shared, InputError for defaults as `create` does, and where there
        are 1,000 versions already.
        """
        caller.require(Permission.CONSOLE)
        await self._owned(id_, caller)
        operation = operation_of(f"query:{id_}", by=caller.owner, idempotency_key=idempotency_key)
        await self._judge(content)
        now = self._clock()
        month = isoformat(now)[:7]

        async def work(tx: Transaction) -> int:
            query = await self.held(tx, id_, caller)
            done = await tx.one("console.find_query_write", operation=operation)
            if done is not None:
                return done[0]
            if query.newest >= MOST_VERSIONS:
                raise InputError(f"The query has {MOST_VERSIONS} versions.", remedy="Save a new one.")
            number = query.newest + 1
            version = {
                "queryId": id_,
                "key": f"{id_}:{number}",
                "number": number,
                "content": self._seal(id_, number, content, month),
                "month": month,
                "by": caller.key_id,
                "operation": operation,
                "recordedAt": now,
            }
            await tx.rows("console.add_query_version", version=version)
            return number

        return await self.get(id_, caller=caller, number=await self._database.in_write(work))

    async def all(self, caller: Caller, *, after: str = "", limit: int = 50) -> list[Kept]:
        """The caller's queries and those that are shared, oldest first, behind the one with the id `after`."""
        caller.require(Permission.CONSOLE)
        row = await self._database.read_one(
            "console.list_queries", owner=caller.owner, after=after, limit=limit
        )
        return [self._kept(stored) for stored in row[0]] if row else []

    async def get(self, id_: str, *, caller: Caller, number: int | None = None) -> KeptVersion:
        """A query with its newest version, or the one of this number; for an admin anybody's."""
        caller.require(Permission.CONSOLE)
        query = await self.seen(id_, caller)
        wanted = query.newest if number is None else number
        row = await self._database.read_one("console.read_query_version", key=f"{id_}:{wanted}")
        if row is None:
            raise QueryNotFoundError
        stored, sealed, month, by, recorded_at = row[0]
        content = self.sealer(id_, month).open_json(f"{_CONTENT}:{stored}", sealed)
        return KeptVersion(query, Version(stored, by, recorded_at), Content(*content))

    async def versions(self, id_: str, *, caller: Caller) -> list[Version]:
        """All versions of a query, oldest first; as `get`."""
        caller.require(Permission.CONSOLE)
        await self.seen(id_, caller)
        row = await self._database.read_one("console.list_query_versions", id=id_)
        return [Version(*stored) for stored in row[0]] if row else []

    async def change(
        self,
        id_: str,
        *,
        caller: Caller,
        name: str | None = None,
        description: str | None = None,
        sharing: Sharing | None = None,
    ) -> Kept:
        """Rename, describe, share or take back a query of the caller's; None leaves it as it is.

        Raises ForbiddenError for another's that is shared, InputError for a name or description as `create` does.
        """
        caller.require(Permission.CONSOLE)

        async def work(tx: Transaction) -> None:
            query = await self.held(tx, id_, caller)
            about = check_about(
                query.name if name is None else name,
                query.description if description is None else description,
            )
            changed = {
                "id": id_,
                "about": self.sealer(id_, query.month).seal_json(_ABOUT, about),
                "sharing": str(sharing or query.sharing),
            }
            await tx.rows("console.change_query", query=changed)

        await self._database.in_write(work)
        return await self.seen(id_, caller)

    async def delete(self, id_: str, *, caller: Caller) -> None:
        """Take a query away, with its schedule and results: its owner may, and an admin. What it said stays stored.

        Raises ForbiddenError for another's.
        """
        caller.require(Permission.CONSOLE)

        async def work(tx: Transaction) -> None:
            await self.held(tx, id_, caller, admins=True)
            deleted = {"id": id_, "by": caller.key_id, "at": self._clock()}
            await tx.rows("console.delete_query", query=deleted)

        await self._database.in_write(work)
        await self._files.remove_all(id_)

    async def seen(self, id_: str, caller: Caller) -> Kept:
        """A query without what it says; as `get`."""
        return self._visible(await self._database.read_one("console.find_query", id=id_), caller)

    async def held(self, tx: Transaction, id_: str, caller: Caller, *, admins: bool = False) -> Kept:
        """A query of the caller's, which nobody else changes before this transaction ends.

        With `admins` it may be anybody's, for an admin.
        """
        await tx.rows("console.hold_query", id=id_)
        query = self._visible(await tx.one("console.find_query", id=id_), caller)
        if not (admins and caller.role is Role.ADMIN):
            query.require_owner(caller)
        return query

    def sealer(self, id_: str, month: str) -> Sealer:
        """What seals and opens values of a query in a month."""
        return Sealer(self._keyring.period_key(_SOURCE, month), f"{_SOURCE}/{id_}")

    async def _judge(self, content: Content) -> None:
        await self._console.explain(content.statement)
        check_defaults(content)

    async def _done(self, operation: str) -> bool:
        return await self._database.read_one("console.find_query_write", operation=operation) is not None

    async def _owned(self, id_: str, caller: Caller) -> None:
        (await self.seen(id_, caller)).require_owner(caller)

    def _visible(self, row: Sequence[Any] | None, caller: Caller) -> Kept:
        query = self._kept(row[0]) if row is not None else None
        if query is None or not query.is_seen_by(caller):
            raise QueryNotFoundError
        return query

    def _kept(self, stored: Sequence[Any]) -> Kept:
        id_, owner, sharing, about, month, newest, recorded_at = stored
        name, description = self.sealer(id_, month).open_json(_ABOUT, about)
        return Kept(id_, name, description, owner, Sharing(sharing), newest, recorded_at, month)

    def _seal(self, id_: str, number: int, content: Content, month: str) -> bytes:
        values = [content.statement, dict(content.parameters)]
        return self.sealer(id_, month).seal_json(f"{_CONTENT}:{number}", values)
