"""Where a run stands, so that one that was cut off goes on at its last committed batch."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600


@dataclass(slots=True)
class Progress:
    """What has been committed: up to `place` and `line`, and `rejected_size` bytes of rejected rows."""

    place: int = 0
    line: int = 0
    rejected_size: int = 0
    rows: int = 0
    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    suppressed: int = 0
    rejected: int = 0
    poisoned: int = 0
    refused: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def add(self, following: Progress) -> None:
        """Go on to where `following`, which begins here, ends."""
        self.place, self.line = following.place, following.line
        self.rejected_size = following.rejected_size
        self.rows += following.rows
        self.stored += following.stored
        self.duplicates += following.duplicates
        self.conflicts += following.conflicts
        self.suppressed += following.suppressed
        self.rejected += following.rejected
        self.poisoned += following.poisoned
        self.refused.update(following.refused)


class Checkpoint:
    """A small file in the data folder, replaced whole after each batch and removed at the end.

    `identity` is all that decides what the rows mean (the file's fingerprint, mapping, source …): what was
    saved under another identity is ignored. The file holds numbers and digests, no value of a row.
    """

    def __init__(self, folder: Path, *, name: str, identity: str) -> None:
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
        self.path = folder / f"{digest[:32]}.json"
        self._identity = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()

    def load(self) -> Progress | None:
        """Where the last run of this identity stopped; None where there was none, or it ended."""
        with suppress(OSError, orjson.JSONDecodeError, TypeError, ValueError):
            held: dict[str, Any] = orjson.loads(self.path.read_bytes())
            if held.pop("identity", None) == self._identity:
                refused = Counter({(name, code): count for name, code, count in held.pop("refused")})
                return Progress(**held, refused=refused)
        return None

    def save(self, progress: Progress) -> None:
        """Remember this progress, whole or not at all."""
        self.path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        held = asdict(progress)
        held["refused"] = [[name, code, count] for (name, code), count in sorted(progress.refused.items())]
        partial = self.path.with_suffix(".partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps({"identity": self._identity, **held}))
        partial.replace(self.path)

    def remove(self) -> None:
        """Forget it: the run has ended."""
        with suppress(FileNotFoundError):
            self.path.unlink()
