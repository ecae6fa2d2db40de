"""Statements that were explained, and what came of it: kept by their text for a moment, and never longer than the
server that explained them.

A verdict is believed for seconds. A server of another version drops all of them, as does a lost connection: the lists
of what is allowed differ.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from graph.console.errors import ConsoleError
from graph.console.model import Json

MOST: Final = 512
SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be run, by which server's lists; or why nothing is."""

    text: str
    dialect: str
    agent: str
    plan: Json = None
    columns: tuple[str, ...] = ()
    refusal: ConsoleError | None = None


class Verdicts:
    """The last verdicts, by statement."""

    def __init__(self, *, most: int = MOST, seconds: float = SECONDS) -> None:
        self._most = most
        self._seconds = seconds
        self._kept: OrderedDict[str, tuple[float, Verdict]] = OrderedDict()
        self.agent: str | None = None
        """The server that the last verdict was of."""

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, statement: str) -> Verdict | None:
        """The verdict on this text, if it is still to be believed."""
        found = self._kept.get(statement)
        if found is None:
            return None
        until, verdict = found
        if until < time.monotonic():
            del self._kept[statement]
            return None
        self._kept.move_to_end(statement)
        return verdict

    def put(self, statement: str, verdict: Verdict) -> None:
        """Keep it; of another server than those before, it is the only one then."""
        self.seen(verdict.agent)
        self._kept[statement] = (time.monotonic() + self._seconds, verdict)
        self._kept.move_to_end(statement)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def seen(self, agent: str) -> None:
        """This server answers now."""
        if agent != self.agent:
            self._kept.clear()
            self.agent = agent

    def forget(self) -> None:
        """The connection was lost: whoever answers next may be another."""
        self._kept.clear()
        self.agent = None
