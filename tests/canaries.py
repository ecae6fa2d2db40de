"""Planted personal values, and a scanner that finds them in bytes, however they are written.

Each kind of canary has a marker in all its values that no mask shows; what is looked for is the marker, so half a
value is found too.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

_CHUNK = 8 * 2**20
_SHORTEST = 6
"""Bytes of the least form: shorter ones occur by chance."""


@dataclass(slots=True)
class Nest:
    """Makes canaries by kind and remembers them."""

    markers: dict[str, str] = field(default_factory=dict[str, str])
    values: set[str] = field(default_factory=set[str])

    def kind(self, name: str, marker: str) -> None:
        """Declare a kind; all its values hold the marker."""
        self.markers[name] = marker

    def lay(self, name: str, value: str) -> str:
        """Note a value of a kind and give it back."""
        assert self.markers[name] in value, name
        self.values.add(value)
        return value


def forms(text: str) -> Iterator[bytes]:
    """A text as it may lie on a disk: encodings, cases, and hexadecimal and Base64 of each."""
    for case in {text, text.lower(), text.upper(), text.title()}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1"):
            try:
                raw = case.encode(encoding)
            except UnicodeEncodeError:
                continue
            yield raw
            yield raw.hex().encode()
            yield raw.hex().upper().encode()
            for shift in range(3):
                inner = _base64_inside(raw, shift)
                yield inner
                yield inner.replace(b"+", b"-").replace(b"/", b"_")
        yield case.encode("unicode_escape")


def _base64_inside(raw: bytes, shift: int) -> bytes:
    """What Base64 of any text that holds `raw` at an offset of `shift` modulo 3 must contain."""
    first = (0, 2, 3)[shift]
    whole = (shift + len(raw)) * 8 // 6
    return base64.b64encode(bytes(shift) + raw + b"\0\0")[first:whole]


class Scanner:
    """Finds any form of any marker in bytes; a table of three-byte beginnings leaves little to compare."""

    def __init__(self, markers: Iterable[str]) -> None:
        self._table = np.zeros(2**24, dtype=bool)
        self._patterns: dict[int, set[tuple[bytes, str]]] = {}
        self._longest = 0
        for marker in markers:
            for form in forms(marker):
                assert len(form) >= _SHORTEST, marker
                start = int.from_bytes(form[:3], "big")
                self._table[start] = True
                self._patterns.setdefault(start, set()).add((form, marker))
                self._longest = max(self._longest, len(form))

    def in_bytes(self, data: bytes) -> set[str]:
        """The markers that `data` holds in any form."""
        if len(data) < _SHORTEST:
            return set()
        found: set[str] = set()
        view = np.frombuffer(data, dtype=np.uint8).astype(np.uint32)
        starts = (view[:-2] << 16) | (view[1:-1] << 8) | view[2:]
        for place in np.flatnonzero(self._table[starts]).tolist():
            for form, marker in self._patterns[int(starts[place])]:
                if data.startswith(form, place):
                    found.add(marker)
        return found

    def in_file(self, path: Path) -> set[str]:
        """The markers that a file holds, its name included."""
        found = self.in_bytes(path.name.encode() + bytes(_SHORTEST))
        tail = b""
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                found |= self.in_bytes(tail + chunk)
                tail = chunk[-self._longest :]
        return found

    def in_folder(self, folder: Path) -> tuple[dict[Path, set[str]], int]:
        """The files under a folder that hold markers, and how many bytes were read."""
        found: dict[Path, set[str]] = {}
        size = 0
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            size += path.stat().st_size
            if markers := self.in_file(path):
                found[path] = markers
        return found, size
