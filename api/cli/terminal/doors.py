"""Who is asked: the graph of the data folder, or a running server by its key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol

from api.client import Connection
from api.rest.console.shapes import SchemaShape
from api.wiring import services
from graph.access.purpose import read_purpose
from graph.access.roles import Caller, Role
from graph.clock import new_id
from graph.console.model import Ask, Asker, Rows
from graph.console.service import Console
from graph.errors import AccessError, GuanxiError
from graph.settings import load_settings

_LOCAL: Final = "local"


class Door(Protocol):
    """Answers statements. Raises ConsoleError for what is wrong with one, and what its way raises."""

    def lines(self, ask: Ask) -> AsyncGenerator[list[Any]]:
        """The answer as the JSON values of its lines, some at a time; closed or cancelled, the run ends."""
        ...

    async def schema(self) -> SchemaShape:
        """What can be named in a statement."""
        ...


@asynccontextmanager
async def door(
    *, url: str | None, key: str | None, purpose: str | None, data_dir: Path | None
) -> AsyncGenerator[Door]:
    """The server at `url`, else the graph here: who may open the data folder is an admin."""
    async with AsyncExitStack() as stack:
        if url is not None:
            if not key:
                raise AccessError("There is no key.", remedy="Set GUANXI_KEY, or give --key.")
            yield RemoteDoor(stack.enter_context(Connection(url, key, purpose=purpose)))
        else:
            found = await stack.enter_async_context(services(load_settings(data_dir=data_dir)))
            yield LocalDoor(found.console, purpose)


class LocalDoor:
    """The graph of this process's console, as an admin."""

    def __init__(self, console: Console, purpose: str | None) -> None:
        self._console = console
        self._purpose = purpose
        self._caller = Caller(Role.ADMIN, _LOCAL)

    async def lines(self, ask: Ask) -> AsyncGenerator[list[Any]]:
        """See Door."""
        purpose = read_purpose(self._purpose, self._caller.role) if ask.reveal else None
        async with aclosing(self._console.run(ask, Asker(self._caller, purpose))) as parts:
            async for part in parts:
                yield list(part.values) if isinstance(part, Rows) else [part.body()]

    async def schema(self) -> SchemaShape:
        """See Door."""
        return SchemaShape.of(await self._console.schema(self._caller))


class RemoteDoor:
    """The console of a server."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lines(self, ask: Ask) -> AsyncGenerator[list[Any]]:
        """See Door."""
        run = ask.run or new_id()
        answer = self._connection.lines(replace(ask, run=run))
        reading: asyncio.Task[list[Any] | None] | None = None
        ended = False
        try:
            while True:
                reading = asyncio.create_task(asyncio.to_thread(next, answer, None))
                lines = await asyncio.shield(reading)
                if lines is None:
                    ended = True
                    return
                yield lines
        except GuanxiError:
            ended = True
            raise
        finally:
            if not ended:
                await self._end(run, reading)
            await asyncio.to_thread(answer.close)

    async def _end(self, run: str, reading: asyncio.Task[list[Any] | None] | None) -> None:
        """Cancel a run; its reader, which may be waiting in a thread, is told and returns."""
        with suppress(GuanxiError):
            await asyncio.to_thread(self._connection.cancel, run)
        with suppress(GuanxiError):
            if reading is not None:
                await reading

    async def schema(self) -> SchemaShape:
        """See Door."""
        return SchemaShape.model_validate(await asyncio.to_thread(self._connection.schema))
