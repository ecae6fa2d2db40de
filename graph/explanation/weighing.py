"""What each field said of a scored pair, by comparing the two records once more with the model of the score."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from graph.db.database import Database
from graph.matching.explain import Weight, explain
from graph.matching.pool import Pool
from graph.matching.score import score_new
from graph.matching.service import Matching
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring

Pair = tuple[str, str]

MOST_PAIRS: Final = 5
"""Pairs of one answer that are compared again."""

_SAME: Final = 1e-6


class Weighing:
    """Compares scored pairs again; one that comes out otherwise than it is stored has no weights to show."""

    def __init__(
        self, database: Database, *, keyring: Keyring, blind: BlindIndex, matching: Matching
    ) -> None:
        self._read = database.read_one
        self._pool = Pool(database, keyring)
        self._blind = blind
        self._matching = matching

    async def weights(
        self, scores: Mapping[Pair, float], models: Mapping[Pair, str]
    ) -> dict[Pair, tuple[Weight, ...]]:
        """The fields' weights of the first `MOST_PAIRS` of some pairs with their stored probabilities."""
        pairs = sorted(pair for pair in scores if pair in models)[:MOST_PAIRS]
        if not pairs:
            return {}
        known = {one.version: one.model for one in await self._matching.models()}
        read = await self._pool.read(self._read, {id_ for pair in pairs for id_ in pair})
        records = {one.record.id: one.record for one in read}
        found: dict[Pair, tuple[Weight, ...]] = {}
        for left, right in pairs:
            model = known.get(models[left, right])
            if model is None or left not in records or right not in records:
                continue
            again = await asyncio.to_thread(
                score_new, [records[left]], [records[right]], model, digest=self._digest, floor=0.0
            )
            if again and abs(again[0].probability - scores[left, right]) < _SAME:
                found[left, right] = explain(again[0], model)
        return found

    def _digest(self, text: str) -> str:
        return self._blind.digest("frequency", text.encode())
