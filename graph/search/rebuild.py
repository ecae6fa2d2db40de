"""Search tokens for what was stored before there were any, and anew where they are made otherwise than before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from graph.clock import Clock, new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.identity.evidence import Identifier
from graph.ingest.sources import GLOBAL
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer
from graph.search.tokens import SEARCHED, SearchTokens

PAGE: Final = 1_000


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild looked at, and how many profiles, identifiers and corrections got other tokens."""

    profiles: int = 0
    written: int = 0


@dataclass(slots=True)
class _Difference:
    profiles: list[list[Any]] = field(default_factory=list[list[Any]])
    identifiers: dict[str, str] = field(default_factory=dict[str, str])
    corrections: list[list[Any]] = field(default_factory=list[list[Any]])


class SearchRebuild:
    """Goes through all profiles by id and writes what differs; others may write meanwhile.

    Doing it twice writes nothing more. What was killed in the middle is begun again: what is done costs only reading.
    """

    def __init__(
        self, database: Database, *, keyring: Keyring, blind: BlindIndex, clock: Clock = system_clock
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._tokens = SearchTokens(blind)
        self._clock = clock

    async def run(self, *, advance: Callable[[int], None] = lambda _: None, page: int = PAGE) -> Rebuilt:
        """Every profile once, in pages; `advance` is told how many profiles each page had."""
        done, after = Rebuilt(), ""
        while rows := await self._page(after, page):
            after = rows[-1][0]
            difference = await asyncio.to_thread(self._difference, rows)
            if difference.profiles or difference.identifiers or difference.corrections:
                done.written += await self._write(difference)
            done.profiles += len(rows)
            advance(len(rows))
        return done

    async def _page(self, after: str, limit: int) -> list[Any]:
        row = await self._database.read_one(
            "search.list_tokens", after=after, limit=limit, asked={"namespaces": list(SEARCHED)}
        )
        return row[0] if row else []

    def _difference(self, rows: Sequence[Sequence[Any]]) -> _Difference:
        keys = self._keyring.keys_for([row[0] for row in rows])
        found = _Difference()
        for id_, traits, present, held, corrected in rows:
            if id_ not in keys:
                continue  # erased meanwhile
            sealer = Sealer(keys[id_].data_key, id_)
            if traits is not None:
                tokens = self._tokens.of_traits(sealer.open_json("traits", traits))
                if tokens != present:
                    found.profiles.append([id_, traits, tokens])
            for key, namespace, value, stored in held:
                said = Identifier(namespace, GLOBAL, sealer.open(f"value:{key}", value).decode())
                tokens = self._tokens.of_identifier(said)
                if tokens is not None and tokens != stored:
                    found.identifiers[key] = tokens
            for correction, value, stored in corrected:
                tokens = self._tokens.of_trait(sealer.open_json(f"correction:{correction}:value", value))
                if tokens != stored:
                    found.corrections.append([correction, tokens])
        return found

    async def _write(self, difference: _Difference) -> int:
        operation_id, written = new_id(), 0

        async def work(tx: Transaction) -> None:
            nonlocal written
            begun = await feed.begin(tx, operation_id=operation_id, now=self._clock())
            row = await tx.one(
                "search.write_tokens",
                rows={
                    "profiles": difference.profiles,
                    "corrections": difference.corrections,
                    "identifiers": sorted(map(list, difference.identifiers.items())),
                },
            )
            written = row[0] if row else 0
            await feed.append(tx, begun, kind="search")

        with suppress(feed.AlreadyCommittedError):  # its answer was lost
            await self._database.in_write(work)
        return written
