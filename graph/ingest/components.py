"""Reading whole link components, or pieces of those beyond the read limit, opened in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Final

from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile, open_profile
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

ReadOne = Callable[..., Awaitable["list[Any] | None"]]
"""Runs a named statement and answers its one row: `Database.read_one` or `Transaction.one`."""


_COMPONENTS: Final = 400
"""Components read by one statement."""


class ComponentReader:
    """Reads components by their names; profiles whose keys were shredded are left out."""

    def __init__(self, keyring: Keyring, rules: Rules) -> None:
        self.rules = rules
        self._keyring = keyring
        self._busy = min(namespace.hot for namespace in rules.namespaces.values())

    async def read(
        self, read: ReadOne, components: Collection[str]
    ) -> tuple[list[StoredProfile], dict[str, tuple[int, int]]]:
        """All profiles of these components, and the holders (trusted, all) of their busiest identifiers by key.

        One statement for 400 components; none costs nothing.
        """
        stored: list[StoredProfile] = []
        degrees: dict[str, tuple[int, int]] = {}
        wanted = sorted(set(components))
        for start in range(0, len(wanted), _COMPONENTS):
            asked = {"components": wanted[start : start + _COMPONENTS]}
            row = await read("identity.read_components", read=asked, busy=self._busy)
            if row is not None:
                stored += await asyncio.to_thread(self._open, row[0])
                degrees |= {key: (trusted, holders) for key, trusted, holders in row[1]}
        return stored, degrees

    def _open(self, rows: Sequence[Sequence[Any]]) -> list[StoredProfile]:
        keys = self._keyring.keys_for([row[0] for row in rows])
        return [open_profile(row, Sealer(keys[row[0]].data_key, row[0])) for row in rows if row[0] in keys]
