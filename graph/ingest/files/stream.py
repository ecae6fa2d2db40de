"""A file as a stream of UTF-8 lines with places; gzip and other encodings are taken off here.

Places are bytes of the UTF-8 stream, so that a run can go on at a place whatever the file is packed in.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import os
import sys
import zlib
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

from graph.errors import InputError

MAX_ROW_BYTES: Final = 1_048_576
STDIN: Final = Path("-")

_PARQUET_MAGIC: Final = b"PAR1"
_HEAD_BYTES: Final = 65_536
_BLOCK_BYTES: Final = 65_536
_JSON_SUFFIXES: Final = frozenset({".jsonl", ".ndjson", ".json"})
_CSV_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt", ".psv"})
_UNREADABLE: Final = "\udcff"
"""Stands for bytes that an encoding does not know: not valid UTF-8, so its row is refused, not the file."""


class FileFormat(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its end of line; `end` is the place after it. A `cut` one was longer than a row."""

    number: int
    data: bytes
    end: int
    cut: bool = False


class Lines:
    """Lines of a UTF-8 stream, read in bounded memory; lines can be put back."""

    def __init__(self, stream: IO[bytes], *, start: int = 0, number: int = 0) -> None:
        """Reads from the stream's present place, which is `start` and follows line `number`."""
        self._stream = stream
        self._place = start
        self._number = number
        self._returned: deque[Line] = deque()

    def next(self) -> Line | None:
        """The next line, or None at the end. Of a line over MAX_ROW_BYTES only the beginning is kept."""
        if self._returned:
            return self._returned.popleft()
        data = self._stream.readline(MAX_ROW_BYTES + 2)
        if not data:
            return None
        size, cut = len(data), False
        while not data.endswith(b"\n") and (more := self._stream.readline(_BLOCK_BYTES)):
            cut = True
            size += len(more)
            if more.endswith(b"\n"):
                break
        self._place += size
        self._number += 1
        return Line(self._number, data, self._place, cut)

    @property
    def place(self) -> int:
        """The place in the stream up to which it has been read."""
        return self._place

    def put_back(self, lines: list[Line]) -> None:
        """Give these lines again, before all others."""
        self._returned.extendleft(reversed(lines))


@dataclass(slots=True)
class OpenFile:
    """An opened file: its UTF-8 stream, its format, and how far the packed file has been read.

    `size` is that of the packed file, None where unknown. `columns` are those of a Parquet file, whose rows come as
    lines of JSON.
    """

    path: Path
    stream: IO[bytes]
    format: FileFormat
    size: int | None
    packed: IO[bytes]
    seekable: bool
    columns: list[str] | None = None

    @property
    def label(self) -> str:
        """How messages name the file."""
        return label(self.path)

    def consumed(self) -> int:
        """Bytes of the packed file read so far; 0 where that cannot be told."""
        try:
            return self.packed.tell()
        except (OSError, ValueError):
            return 0

    def skip_to(self, place: int) -> None:
        """Go to a place of the UTF-8 stream."""
        if self.seekable:
            self.stream.seek(place)
            return
        left = place
        while left and (block := self.stream.read(min(left, _BLOCK_BYTES))):
            left -= len(block)


def label(path: Path) -> str:
    """How messages name a file."""
    return "standard input" if path == STDIN else str(path)


@contextmanager
def open_file(
    path: Path, *, encoding: str | None = None, format_: FileFormat | None = None
) -> Generator[OpenFile]:
    """Open a file (`-` is standard input; `.gz` is unpacked) as UTF-8.

    A byte order mark decides the encoding, else `encoding`, else UTF-8. Raises InputError for a file that
    cannot be read, is empty, or whose beginning is not in its encoding, naming the byte.
    """
    packed = _open_packed(path)
    try:
        with _explained(path):
            gzipped = path.suffix == ".gz"
            unpacked = io.BufferedReader(gzip.GzipFile(fileobj=packed), _HEAD_BYTES) if gzipped else packed  # pyright: ignore[reportArgumentType]
            head = unpacked.peek(_HEAD_BYTES)
        if format_ is FileFormat.PARQUET or head.startswith(_PARQUET_MAGIC):
            with _open_parquet(path, packed) as opened:
                yield opened
            return
        chosen = _encoding(head, encoding, path)
        plain = chosen in ("utf-8", "utf-8-sig")
        stream = unpacked if plain else io.BufferedReader(_Transcoded(unpacked, chosen), _HEAD_BYTES)
        with _explained(path):
            head = stream.peek(_HEAD_BYTES)
        _check_head(head, path, chosen)
        regular = path != STDIN and path.is_file()
        yield OpenFile(
            path=path,
            stream=stream,
            format=format_ or _format(path, head),
            size=path.stat().st_size if regular else None,
            packed=packed,
            seekable=plain and not gzipped and regular,
        )
    finally:
        packed.close()


@contextmanager
def _open_parquet(path: Path, packed: IO[bytes]) -> Generator[OpenFile]:
    from graph.ingest.files.parquet import ParquetLines  # noqa: PLC0415 - few files are Parquet, and pyarrow is big

    if path == STDIN or path.suffix == ".gz":
        raise InputError(
            f"{label(path)} is Parquet, which is read from the end.",
            remedy="Give an unpacked file by its path.",
        )
    with _explained(path), ParquetLines(path) as lines:
        yield OpenFile(
            path=path,
            stream=io.BufferedReader(lines, _HEAD_BYTES),
            format=FileFormat.PARQUET,
            size=path.stat().st_size,
            packed=packed,
            seekable=False,
            columns=lines.columns,
        )


def _open_packed(path: Path) -> io.BufferedReader:
    if path == STDIN:
        return io.BufferedReader(_Unclosed(sys.stdin.buffer), _HEAD_BYTES)
    if path.is_dir():
        raise InputError(f"{path} is a folder.", remedy="Name the files in it.")
    with _explained(path):
        return io.BufferedReader(path.open("rb", buffering=0), _HEAD_BYTES)


@contextmanager
def _explained(path: Path) -> Generator[None]:
    try:
        yield
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise broken_gzip(path) from None
    except OSError as error:
        raise InputError(
            f"{label(path)} cannot be read: {error.strerror}.", remedy="Check the path and its rights."
        ) from None


def broken_gzip(path: Path) -> InputError:
    """The error for a gzip file that is none, or is cut off."""
    return InputError(
        f"{label(path)} is not a whole gzip file.", remedy="Copy it again, or drop the suffix .gz."
    )


def _encoding(head: bytes, given: str | None, path: Path) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if given is None:
        return "utf-8"
    try:
        found = codecs.lookup(given)
    except LookupError:
        raise InputError(
            f"There is no encoding {given!r}.", remedy="Use utf-8, gb18030, utf-16 or another of Python's."
        ) from None
    if not found._is_text_encoding:  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        raise InputError(f"{given!r} is no encoding of text.", remedy="Use utf-8, gb18030 or utf-16.")
    return found.name


def _check_head(head: bytes, path: Path, encoding: str) -> None:
    if not head.strip(b"\r\n \t\x00" + codecs.BOM_UTF8):
        raise InputError(f"{label(path)} is empty.", remedy="Check the path.")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(f"{label(path)} is a spreadsheet or archive.", remedy="Export it as CSV UTF-8.")
    if head.count(b"\x00") > len(head) // 4:
        raise InputError(
            f"{label(path)} looks like UTF-16 without a byte order mark.",
            remedy="Save it as UTF-8, or give --encoding utf-16-le.",
        )
    if (place := _wrong_encoding(head)) is None:
        return
    if encoding in ("utf-8", "utf-8-sig"):
        raise InputError(
            f"{label(path)} is not UTF-8 (byte {place}).",
            remedy="Save it as UTF-8, or give --encoding, such as --encoding gb18030.",
        )
    raise InputError(
        f"{label(path)} is not {encoding}.", remedy="Give the file's own encoding with --encoding."
    )


def _wrong_encoding(head: bytes) -> int | None:
    """The first byte that is not UTF-8, where the header or more than a few lines are not; else None.

    A few bad lines are refused one by one; a whole file of them is in another encoding.
    """
    lines = head.split(b"\n")
    bad = [number for number, line in enumerate(lines[:-1]) if not _is_utf8(line)]
    if not bad and len(lines) > 1 and len(head) >= _HEAD_BYTES:
        return None  # the last line may be cut inside a character
    if not _is_utf8(lines[-1]) and len(head) < _HEAD_BYTES:
        bad.append(len(lines) - 1)
    if not bad or (bad[0] > 0 and len(bad) * 4 <= len(lines)):
        return None
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _format(path: Path, head: bytes) -> FileFormat:
    name = path.with_suffix("") if path.suffix == ".gz" else path
    if name.suffix.lower() in _JSON_SUFFIXES:
        return FileFormat.JSONL
    if name.suffix.lower() in _CSV_SUFFIXES:
        return FileFormat.CSV
    return FileFormat.JSONL if head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in b"{[" else FileFormat.CSV


class _Unclosed(io.RawIOBase):
    """Standard input as a raw stream that can be buffered anew, and is left open."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Transcoded(io.RawIOBase):
    """A stream in another encoding as UTF-8; what cannot be decoded becomes bytes that are not UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("guanxi.mark")
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        while not self._ready and not self._ended:
            data = self._stream.read(_BLOCK_BYTES)
            self._ended = not data
            text = self._decoder.decode(data, final=self._ended)
            self._ready = text.encode("utf-8", "surrogatepass")
        taken = self._ready[: len(buffer)]
        self._ready = self._ready[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _UNREADABLE, error.end


codecs.register_error("guanxi.mark", _mark)


def fingerprint(path: Path) -> str:
    """What tells a file from another: its size, its time, and its first and last MiB."""
    status = path.stat()
    digest = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns}".encode())
    with path.open("rb") as file:
        digest.update(file.read(MAX_ROW_BYTES))
        if status.st_size > MAX_ROW_BYTES:
            file.seek(-MAX_ROW_BYTES, os.SEEK_END)
            digest.update(file.read(MAX_ROW_BYTES))
    return digest.hexdigest()
