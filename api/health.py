"""Whether requests will succeed: the database answers and takes writes, its schema and keyring are ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from api.wiring import Services
from graph.db.database import Transaction
from graph.db.migrations import pending, read_migrations
from graph.db.shelf import Statement
from graph.errors import GuanxiError, MigrationError

CHECK_SECONDS: Final = 2.0
"""How long a check may take before the answer is no."""


class _RollBack(Exception):  # noqa: N818 - not an error
    """Ends a write transaction that was only tried."""


class Readiness:
    """Answers `/readyz`; one for each process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._migrations = read_migrations()
        self._warm = False

    async def prepare(self) -> None:
        """Preset GUANXI_ADMIN_KEY, and run each statement of a request once, so that the server has its plan.

        Does nothing the second time. Raises what the access service and the database raise.
        """
        if self._warm:
            return
        preset = self._services.settings.admin_key
        if preset is not None:
            await self._services.access.preset(preset.get_secret_value())
        for name in _READS:
            await self._services.database.read_one(name, **_nothing(self._statement(name)))
        await self._rolled_back(self._write_nothing)
        self._warm = True

    def close(self) -> None:
        """Answer no from now on: the program is ending."""
        self._warm = False

    async def trouble(self) -> str | None:
        """Why requests would not succeed now, in a word or two; None where they will."""
        if not self._warm:
            return "starting or stopping"
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._rolled_back(self._check)
        except TimeoutError:
            return "the database does not answer"
        except GuanxiError as error:
            return error.code
        return None

    async def _check(self, tx: Transaction) -> None:
        applied = {row["version"]: row["checksum"] for row in await tx.rows("schema.list_migrations")}
        if pending(self._migrations, applied):
            raise MigrationError("Migrations are pending.", remedy="Run `guanxi migrate`.")
        keyring = await tx.one("access.probe_write")
        self._services.keyring.check_same(keyring[0] if keyring else "")

    async def _rolled_back(self, work: Callable[[Transaction], Awaitable[Any]]) -> None:
        async def tried(tx: Transaction) -> None:
            await work(tx)
            raise _RollBack

        with suppress(_RollBack):
            await self._services.database.in_write(tried)

    async def _write_nothing(self, tx: Transaction) -> None:
        for name in _WRITES:
            await tx.one(name, **_nothing(self._statement(name)))

    def _statement(self, name: str) -> Statement:
        return self._services.database.statements[name]


def _nothing(statement: Statement) -> dict[str, Any]:
    """Parameters of the declared types that ask for nothing."""
    return {
        name: None if name == "dealer" else _EMPTY[declared.partition("<")[0]]
        for name, declared in statement.params.items()
    }


_EMPTY: Final[dict[str, Any]] = {"LIST": [], "STRING": "", "INTEGER": 0, "BOOLEAN": False, "MAP": {}}
_READS: Final = (
    "access.find_key",
    "profile.read_users",
    "profile.list_users",
    "profile.find_holders",
    "profile.find_owners",
    "profile.list_sources",
    "ingest.look_up",
    "identity.read_components",
)
_WRITES: Final = ("ingest.write_batch",)
