"""Chunks of a file: some rows read and normalised, the same in whatever process. No keys, no database.

Where a chunk ends depends on the rows alone, so that a run which goes on in the middle cuts as one that did not stop.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from graph.ingest.files.checkpoint import Progress
from graph.ingest.files.mapping import FileMapping
from graph.ingest.files.records import RowReader
from graph.ingest.files.rejects import rejected_line
from graph.ingest.files.rows import Row, Rows
from graph.ingest.files.stream import FileFormat, OpenFile, broken_gzip, open_file
from graph.ingest.message import Message
from graph.ingest.sources import SourceDeclaration

BATCH_BYTES: Final = 4 * 1_048_576


@dataclass(frozen=True, slots=True)
class Reading:
    """All that decides what the rows of a file say; `now` and `as_of` in microseconds.

    `format` and `mapping` are those found when the file was first opened: nothing is guessed twice.
    """

    path: Path
    format: FileFormat
    source: SourceDeclaration
    now: int
    batch_rows: int
    encoding: str | None = None
    delimiter: str | None = None
    mapping: FileMapping | None = None
    as_of: int | None = None


@dataclass(slots=True)
class Chunk:
    """Some rows on their way; `progress` is theirs alone until it is added up.

    `rejected` are lines for the file of rejected rows, `consumed` the bytes of the packed file read by then.
    """

    messages: list[Message] = field(default_factory=list[Message])
    rejected: list[bytes] = field(default_factory=list[bytes])
    progress: Progress = field(default_factory=Progress)
    consumed: int = 0


def read_chunks(file: OpenFile, rows: Rows, reading: Reading) -> Iterator[Chunk]:
    """The chunks from where `rows` stand; none is empty. Raises InputError where the file is broken there."""
    reader = RowReader(reading.source, reading.now, reading.mapping, reading.as_of)
    left = iter(rows)
    while (chunk := _next_chunk(left, reader, file, reading.batch_rows)).progress.rows:
        chunk.consumed = file.consumed()
        yield chunk


def read_on(reading: Reading, progress: Progress) -> Iterator[Chunk]:
    """Open the file anew and give the chunks that follow `progress`. Raises as `open_file` and `read_chunks`."""
    with open_file(reading.path, encoding=reading.encoding, format_=reading.format) as file:
        rows = Rows(file, delimiter=reading.delimiter)
        rows.skip_to(progress.place, progress.line)
        yield from read_chunks(file, rows, reading)


def _next_chunk(rows: Iterator[Row], reader: RowReader, file: OpenFile, most: int) -> Chunk:
    chunk = Chunk()
    size, before = 0, -1
    try:
        for row in rows:
            _take(row, chunk, reader, file.format)
            size += row.end - before if before >= 0 else 0
            before = row.end
            if chunk.progress.rows >= most or size >= BATCH_BYTES:
                break
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise broken_gzip(file.path) from None
    return chunk


def _take(row: Row, chunk: Chunk, reader: RowReader, format_: FileFormat) -> None:
    progress = chunk.progress
    progress.rows += 1
    progress.place, progress.line = row.end, row.line + row.lines - 1
    if row.problem:
        reason = row.problem
    else:
        read = reader.read(row.values)
        if isinstance(read, Message):
            chunk.messages.append(read)
            return
        reason = f"{read.field}: {read.message}" if read.field else read.message
    progress.rejected += 1
    chunk.rejected.append(rejected_line(row, reason, format_))
