"""Who holds which blocking keys while profiles change theirs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Holders:
    """Who holds which blocking keys, as they will be once some profiles have changed theirs."""

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        self.counts: dict[str, int] = {}
        self.of: dict[str, set[str]] = {}
        self.add(rows)

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """More keys as the graph holds them."""
        for key, count, ids in rows:
            self.counts[key] = count
            self.of[key] = set(ids)

    def move(
        self, before: Mapping[str, frozenset[str]], now: Mapping[str, frozenset[str]], *, cap: int
    ) -> set[str]:
        """Let profiles change their keys; answers the holders of keys that went over the cap by it, or under."""
        held = dict(self.counts)
        for id_, keys in now.items():
            for key in before[id_] - keys:
                self.counts[key] -= 1
                self.of[key].discard(id_)
            for key in keys - before[id_]:
                self.counts[key] = self.counts.get(key, 0) + 1
                self.of.setdefault(key, set()).add(id_)
        crossed = [key for key, count in self.counts.items() if (count > cap) != (held.get(key, 0) > cap)]
        return {id_ for key in crossed for id_ in self.of[key]}
