"""Turns how the server ended and what it printed last into one clear message with a remedy."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph.errors import RuntimeProvisionError


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the server ended; `output` are its last lines."""

    what: str
    remedy: str
    output: tuple[str, ...]
    port_taken: bool = False

    def as_error(self, headline: str) -> RuntimeProvisionError:
        """The error for a user, with the last lines the server printed."""
        lines = "".join(f"\n    {line[:300]}" for line in self.output)
        tail = f" Its last lines:{lines}\n" if lines else ""
        return RuntimeProvisionError(f"{headline}: {self.what}.{tail}", remedy=self.remedy)


_KNOWN: Final[Sequence[tuple[str, str, str]]] = (
    (
        r"Address already in use|BindException",
        "its port is taken by another program",
        "Stop that program, or start again to get another port.",
    ),
    (
        r"No space left on device|Disk quota exceeded",
        "the disk is full",
        "Free some space on the disk of the data folder and start again; committed data is safe.",
    ),
    (
        r"store_lock|StoreLockException|FileLockException|has been locked by another process",
        "another process has the store open",
        "Stop the other Neo4j that uses this data folder.",
    ),
    (
        r"Could not reserve enough space|Cannot allocate memory|insufficient memory|Invalid maximum heap",
        "there is too little memory",
        "Lower GUANXI_HEAP_MB and GUANXI_PAGE_CACHE_MB, or free some memory.",
    ),
    (
        r"OutOfMemoryError",
        "it ran out of heap",
        "Raise GUANXI_HEAP_MB, or make the transactions smaller.",
    ),
    (
        r"Permission denied|AccessDeniedException",
        "it may not use its folder",
        "Correct the owner and the permissions of the data folder.",
    ),
    (
        r"unsupported store|StoreVersion|UpgradeNotAllowed|newer version of Neo4j",
        "the store was made by another version of Neo4j",
        "Use the guanxi that made this data folder, or another data folder.",
    ),
    (
        r"NoClassDefFoundError|ClassNotFoundException|Invalid or corrupt jarfile|zip END header",
        "its jars are damaged",
        "Remove the folder `neo4j` in the cache folder and start again to download them anew.",
    ),
)


def explain(code: int | None, output: Sequence[str]) -> Trouble:
    """The trouble behind an exit code (None: its time to start was up) and the last lines printed."""
    text = "\n".join(output)
    for number, (pattern, what, remedy) in enumerate(_KNOWN):
        if re.search(pattern, text):
            return Trouble(what, remedy, tuple(output), port_taken=number == 0)
    remedy = "The whole log: `guanxi db logs`. What else may be wrong: `guanxi doctor`."
    return Trouble(_end(code), remedy, tuple(output))


def _end(code: int | None) -> str:
    if code is None:
        return "it did not answer in time"
    if code == -signal.SIGKILL:
        return "it was killed (by someone, or by the system for want of memory)"
    if code < 0:
        return f"signal {-code} ended it"
    return f"it ended with code {code}"
