"""The file of rejected rows: the user's own rows beside their file, with line and reason, for correction.

It can be corrected and ingested as it is: our two columns are passed over. Only its owner may read it, since
it repeats what the rows say.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from graph.errors import InputError
from graph.ingest.files.rows import LINE_COLUMN, REASON_COLUMN, ROW_KEY, Row
from graph.ingest.files.stream import STDIN, FileFormat

_MODE: Final = 0o600


def rejected_path(path: Path, format_: FileFormat) -> Path:
    """Where the rejected rows of a file go: `people.csv` to `people.csv.rejected.csv`."""
    name = "stdin" if path == STDIN else path.name
    folder = Path() if path == STDIN else path.parent
    suffix = FileFormat.CSV if format_ is FileFormat.CSV else FileFormat.JSONL
    return folder / f"{name}.rejected.{suffix}"


class RejectedFile:
    """Written as rows are rejected; there is no file where none are."""

    def __init__(self, path: Path, format_: FileFormat, columns: list[str] | None) -> None:
        self.path = path
        self._format = format_
        self._columns = columns or []
        self._file: BinaryIO | None = None

    @property
    def size(self) -> int:
        """Bytes written so far; 0 without a file."""
        if self._file is None:
            return 0
        self._file.flush()
        return self._file.tell()

    def begin(self, size: int = 0) -> None:
        """Start anew, or go on after the first `size` bytes of an earlier run."""
        if not size:
            with suppress(FileNotFoundError):
                self.path.unlink()
            return
        self._file = self._opened()
        self._file.truncate(size)
        self._file.seek(0, os.SEEK_END)

    def add(self, lines: Sequence[bytes]) -> None:
        """Keep rows, as `rejected_line` gives them. Raises InputError where the file cannot be written."""
        if not lines:
            return
        try:
            if self._file is None:
                self._file = self._opened()
                if self._format is FileFormat.CSV:
                    self._file.write(_csv([LINE_COLUMN, REASON_COLUMN, *self._columns]))
            self._file.writelines(lines)
        except OSError as error:
            raise InputError(
                f"Rejected rows cannot be written to {self.path}: {error.strerror}.",
                remedy="Make its folder writable, or copy the file elsewhere; run the same command to go on.",
            ) from None

    def close(self) -> None:
        """Close the file; calling twice is harmless."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _opened(self) -> BinaryIO:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, _MODE)
        os.fchmod(descriptor, _MODE)
        return os.fdopen(descriptor, "r+b")


def rejected_line(row: Row, reason: str, format_: FileFormat) -> bytes:
    """A row as it stands in the file of rejected rows, with its end of line."""
    if format_ is FileFormat.CSV:
        fields = [_text(row.raw)] if isinstance(row.raw, bytes) else row.raw
        return _csv([str(row.line), reason, *fields])
    text = _text(row.raw) if isinstance(row.raw, bytes) else ""
    told = {LINE_COLUMN: row.line, REASON_COLUMN: reason}
    try:
        return orjson.dumps({**told, ROW_KEY: row.values or text}) + b"\n"
    except TypeError:  # nested deeper than JSON is written, though it could be read
        return orjson.dumps({**told, ROW_KEY: text}) + b"\n"


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace").rstrip("\r\n")


def _csv(fields: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(fields)
    return text.getvalue().encode("utf-8", "backslashreplace")
