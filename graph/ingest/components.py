"""Reading whole link components, opened in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile, open_profile
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

ReadOne = Callable[..., Awaitable["list[Any] | None"]]
"""Runs a named statement and answers its one row: `Database.read_one` or `Transaction.one`."""


class ComponentReader:
    """Reads components with one statement; profiles whose keys were shredded are left out."""

    def __init__(self, keyring: Keyring, rules: Rules) -> None:
        self._keyring = keyring
        self._busy = min(namespace.hot for namespace in rules.namespaces.values())

    async def read(
        self, read: ReadOne, components: Sequence[str]
    ) -> tuple[list[StoredProfile], dict[str, tuple[int, int]]]:
        """All profiles of these components, and the holders (trusted, all) of their busiest identifiers by key."""
        if not components:
            return [], {}
        row = await read("identity.read_components", read={"components": list(components)}, busy=self._busy)
        if row is None:
            return [], {}
        busy: list[tuple[str, int, int]] = row[1]
        stored = await asyncio.to_thread(self._open, row[0])
        return stored, {key: (trusted, holders) for key, trusted, holders in busy}

    def _open(self, rows: Sequence[Sequence[Any]]) -> list[StoredProfile]:
        keys = self._keyring.keys_for([row[0] for row in rows])
        return [open_profile(row, Sealer(keys[row[0]].data_key, row[0])) for row in rows if row[0] in keys]
