"""A file through the writer: while one chunk is written the next is read and prepared.

One writer, in the order of the file: rows of one file speak of the same people, so a second writer finds what
it read changed and decides again (measured: two writers are slower on Febrl, and no faster on events). Memory
is bounded by the rows of two chunks.
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, cast

from neo4j.exceptions import DriverError, Neo4jError
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_delay,
    wait_exponential_jitter,
)

from graph.clock import Clock, system_clock
from graph.errors import DatabaseError, DatabaseUnavailableError, GuanxiError
from graph.ingest.draft import Draft, draft
from graph.ingest.files.checkpoint import Checkpoint, Progress
from graph.ingest.files.mapping import FileMapping, default_mapping
from graph.ingest.files.records import RowReader, as_file
from graph.ingest.files.rejects import RejectedFile, rejected_path
from graph.ingest.files.rows import Row, Rows
from graph.ingest.files.stream import STDIN, FileFormat, OpenFile, broken_gzip, fingerprint, open_file
from graph.ingest.message import Message, Rejected
from graph.ingest.poison import write_around_poison
from graph.ingest.sources import SourceDeclaration
from graph.ingest.writer import Writer, Written
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring

BATCH_ROWS: Final = 2_000
BATCH_BYTES: Final = 4 * 1_048_576
PATIENCE_SECONDS: Final = 300.0
TOO_MANY_POISONED: Final = 100
"""Poisoned rows after which a run stops, where they are more than a tenth: the fault is not theirs."""


class Watcher(Protocol):
    """Told how a file goes."""

    def begin(self, name: str, size: int | None) -> None:
        """A file of so many bytes begins; None where its size is unknown."""

    def advance(self, consumed: int, rows: int) -> None:
        """So many of its bytes have been read, so many rows committed."""

    def waiting(self, reason: str) -> None:
        """The database is away; the run goes on when it comes back."""


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How a file is read; `as_of` in microseconds. Without a `state_dir` for checkpoints none is resumed."""

    mapping: FileMapping | None = None
    as_of: int | None = None
    encoding: str | None = None
    format: FileFormat | None = None
    delimiter: str | None = None
    state_dir: Path | None = None
    batch_rows: int = BATCH_ROWS
    patience: float = PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file, in rows; `rejected_file` is None where no row was rejected.

    `poisoned` rows are those that the database could not store; they and `conflicts` are dead letters now.
    """

    file: str
    progress: Progress
    rejected_file: Path | None
    resumed_at: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The counts under their names, for JSON."""
        done = self.progress
        refused: dict[str, dict[str, int]] = {}
        for (namespace, code), count in sorted(done.refused.items()):
            refused.setdefault(namespace, {})[code] = count
        return {
            "file": self.file,
            "rows": done.rows,
            "stored": done.stored,
            "duplicates": done.duplicates,
            "conflicts": done.conflicts,
            "suppressed": done.suppressed,
            "rejected": done.rejected,
            "poisoned": done.poisoned,
            "refusedIdentifiers": refused,
            "rejectedFile": str(self.rejected_file) if self.rejected_file else None,
            "resumedAtLine": self.resumed_at,
        }


@dataclass(slots=True)
class _Chunk:
    """Some rows on their way; `progress` is theirs alone until it is added up."""

    messages: list[Message] = field(default_factory=list[Message])
    drafts: dict[int, Draft] = field(default_factory=dict[int, Draft])
    progress: Progress = field(default_factory=Progress)


class FileLoader:
    """Loads files of one source, one after the other.

    The same file twice changes nothing. A run that was cut off, or whose database went away for longer than
    `patience` seconds, goes on at its last committed batch when it is started again with the same file,
    mapping and source.
    """

    def __init__(
        self,
        writer: Writer,
        source: SourceDeclaration,
        *,
        keyring: Keyring,
        blind: BlindIndex,
        clock: Clock = system_clock,
    ) -> None:
        self._writer = writer
        self._source = as_file(source)
        self._keyring = keyring
        self._blind = blind
        self._clock = clock

    async def load(self, path: Path, options: FileOptions, *, watcher: Watcher) -> Loaded:
        """Load one file (`-` is standard input) and return its counts when everything is committed.

        Raises InputError and ConfigurationError for a file or mapping that cannot be read (nothing is stored
        then, or all up to the place named), DatabaseUnavailableError where the database stays away.
        """
        with open_file(path, encoding=options.encoding, format_=options.format) as file:
            rows = Rows(file, delimiter=options.delimiter)
            mapping = _mapping(rows, options.mapping, file)
            reader = RowReader(_declaring(self._source, mapping), self._clock(), mapping, options.as_of)
            checkpoint = _checkpoint(path, self._source, mapping, options)
            done = checkpoint.load() if checkpoint else None
            rejects = RejectedFile(rejected_path(path, file.format), file.format, rows.columns)
            rejects.begin(done.rejected_size if done else 0)
            if done:
                rows.skip_to(done.place, done.line)
            run = _Run(
                loader=self,
                file=file,
                rows=iter(rows),
                reader=reader,
                rejects=rejects,
                checkpoint=checkpoint,
                done=done or Progress(),
                options=options,
                watcher=watcher,
            )
            resumed_at = done.line if done else None
            try:
                await run.all()
            except BaseExceptionGroup as group:
                raise _first(group) from None
            finally:
                rejects.close()
            if checkpoint:
                checkpoint.remove()
            kept = rejects.path if run.done.rejected else None
            return Loaded(file.label, run.done, kept, resumed_at)

    def prepare(self, messages: Sequence[Message]) -> dict[int, Draft]:
        """Drafts of messages by the message's identity; none where one of them cannot be prepared."""
        try:
            drafts = draft(messages, keyring=self._keyring, blind=self._blind)
        except (ValueError, OverflowError):
            return {}  # the search for the poisoned one prepares them one by one
        return {id(item.message): item for item in drafts}

    async def write(self, messages: Sequence[Message], drafts: dict[int, Draft]) -> tuple[Written, int]:
        """Write messages around those the database cannot store; what was written, and how many those are."""
        written = Written()

        async def attempt(messages: Sequence[Message], *, rejected: Sequence[Rejected] = ()) -> None:
            if drafts:
                ready = [drafts[id(message)] for message in messages]
                written.add(await self._writer.write_drafts(ready, rejected=rejected))
            else:
                written.add(await self._writer.write(messages, rejected=rejected))

        return written, len(await write_around_poison(attempt, messages))


@dataclass(slots=True, kw_only=True)
class _Run:
    """One file on its way; `done` is what has been committed."""

    loader: FileLoader
    file: OpenFile
    rows: Iterator[Row]
    reader: RowReader
    rejects: RejectedFile
    checkpoint: Checkpoint | None
    done: Progress
    options: FileOptions
    watcher: Watcher

    async def all(self) -> None:
        """Read and write everything."""
        self.watcher.begin(self.file.label, self.file.size)
        chunk = await asyncio.to_thread(self._next_chunk)
        while chunk is not None:
            async with asyncio.TaskGroup() as tasks:
                following = tasks.create_task(asyncio.to_thread(self._next_chunk))
                writing = tasks.create_task(self._write(chunk))
            writing.result()  # a task that was cancelled alone ends its group without an error
            chunk = following.result()

    def _next_chunk(self) -> _Chunk | None:
        """Read, normalise and prepare the next rows, off the event loop."""
        chunk = _Chunk()
        size, before = 0, -1
        try:
            for row in self.rows:
                self._take(row, chunk)
                size += row.end - before if before >= 0 else 0
                before = row.end
                if chunk.progress.rows >= self.options.batch_rows or size >= BATCH_BYTES:
                    break
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise broken_gzip(self.file.path) from None
        if not chunk.progress.rows:
            return None
        chunk.progress.rejected_size = self.rejects.size
        chunk.drafts = self.loader.prepare(chunk.messages)
        return chunk

    def _take(self, row: Row, chunk: _Chunk) -> None:
        progress = chunk.progress
        progress.rows += 1
        progress.place, progress.line = row.end, row.line + row.lines - 1
        if row.problem:
            reason = row.problem
        else:
            read = self.reader.read(row.values)
            if isinstance(read, Message):
                chunk.messages.append(read)
                return
            reason = f"{read.field}: {read.message}" if read.field else read.message
        progress.rejected += 1
        self.rejects.add(row, reason)

    async def _write(self, chunk: _Chunk) -> None:
        """Commit a chunk and remember it."""
        progress = chunk.progress
        if chunk.messages:
            written, progress.poisoned = await self._patiently(chunk)
            progress.stored = written.stored
            progress.duplicates = written.duplicates
            progress.conflicts = written.conflicts
            progress.suppressed = written.suppressed
            progress.refused = written.refused
        self.done.add(progress)
        if self.checkpoint:
            self.checkpoint.save(self.done)
        self.watcher.advance(self.file.consumed(), self.done.rows)
        if self.done.poisoned > max(TOO_MANY_POISONED, self.done.rows // 10):
            done = self.done
            raise DatabaseError(
                f"Of the first {done.rows} rows of {self.file.label} {done.poisoned} cannot be stored.",
                remedy="They are kept: see the log, then run `guanxi ingest replay` and this command again.",
            )

    async def _patiently(self, chunk: _Chunk) -> tuple[Written, int]:
        attempts = AsyncRetrying(
            retry=retry_if_exception(_may_pass),
            wait=wait_exponential_jitter(multiplier=0.2, max=10, jitter=0.2),
            stop=stop_after_delay(self.options.patience),
            before_sleep=self._tell_waiting,
            reraise=True,
        )
        try:
            return await attempts(self.loader.write, chunk.messages, chunk.drafts)
        except DatabaseUnavailableError as error:
            if isinstance(error.__cause__, GuanxiError) and not _may_pass(error):
                raise error.__cause__ from None
            raise DatabaseUnavailableError(
                f"{error.message} Rows up to line {self.done.line} of {self.file.label} are stored.",
                remedy="See `guanxi doctor`; then run the same command again: it goes on there.",
            ) from error

    def _tell_waiting(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        self.watcher.waiting(error.message if isinstance(error, GuanxiError) else "Neo4j does not answer.")


def _may_pass(error: BaseException) -> bool:
    """True where the database may come back by itself."""
    cause = error.__cause__
    outside = cause is None or isinstance(cause, (DriverError, Neo4jError, OSError, DatabaseUnavailableError))
    return isinstance(error, DatabaseUnavailableError) and outside


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that ended the tasks; the others were only cancelled."""
    error = group.exceptions[0]
    return (
        _first(cast("BaseExceptionGroup[BaseException]", error))
        if isinstance(error, BaseExceptionGroup)
        else error
    )


def _mapping(rows: Rows, given: FileMapping | None, file: OpenFile) -> FileMapping | None:
    if rows.columns is None:
        return given
    columns = [rows.columns[place] for place in rows.places]
    if given is None:
        return default_mapping(columns, file=file.label)
    given.check_columns(columns, file=file.label)
    return given


def _declaring(source: SourceDeclaration, mapping: FileMapping | None) -> SourceDeclaration:
    """The source with the traits that the mapping declares non-personal too."""
    if mapping is None or not mapping.non_personal:
        return source
    return source.model_copy(update={"non_personal": (*source.non_personal, *mapping.non_personal)})


def _checkpoint(
    path: Path, source: SourceDeclaration, mapping: FileMapping | None, options: FileOptions
) -> Checkpoint | None:
    if options.state_dir is None or path == STDIN or not path.is_file():
        return None
    identity = (
        fingerprint(path), source.to_json(), mapping.digest if mapping else "", options.as_of,
        options.encoding, options.format, options.delimiter,
    )  # fmt: skip
    return Checkpoint(options.state_dir, name=f"{path.resolve()}\n{source.name}", identity=repr(identity))
