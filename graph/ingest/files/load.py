"""A file through the writer: while one chunk is written the next is read (by `process.py`) and prepared.

One writer, in the order of the file: rows of one file speak of the same people, so a second writer finds what
it read changed and decides again (measured: two writers are slower on Febrl, and no faster on events). Memory
is bounded by the rows of two chunks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from neo4j.exceptions import DriverError, Neo4jError
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_delay,
    wait_exponential_jitter,
)

from graph.clock import Clock, system_clock
from graph.collector import collecting_seldom
from graph.errors import DatabaseError, DatabaseUnavailableError, GuanxiError
from graph.ingest.draft import Draft, draft
from graph.ingest.files.checkpoint import Checkpoint, Progress
from graph.ingest.files.chunks import Chunk, Reading
from graph.ingest.files.mapping import FileMapping, default_mapping
from graph.ingest.files.process import LARGE_BYTES, open_chunks
from graph.ingest.files.records import as_file
from graph.ingest.files.rejects import RejectedFile, rejected_path
from graph.ingest.files.rows import Rows
from graph.ingest.files.stream import STDIN, FileFormat, OpenFile, fingerprint, open_file
from graph.ingest.message import Message, Rejected
from graph.ingest.poison import write_around_poison
from graph.ingest.sources import SourceDeclaration
from graph.ingest.writer import Writer, Written
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring

BATCH_ROWS: Final = 2_000
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
    """How a file is read; `as_of` in microseconds. Without a `state_dir` for checkpoints none is resumed.

    From `large` bytes on it is read by a process of its own; that changes how long it takes and nothing else.
    """

    mapping: FileMapping | None = None
    as_of: int | None = None
    encoding: str | None = None
    format: FileFormat | None = None
    delimiter: str | None = None
    state_dir: Path | None = None
    batch_rows: int = BATCH_ROWS
    patience: float = PATIENCE_SECONDS
    large: int = LARGE_BYTES


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


@dataclass(frozen=True, slots=True)
class _Ready:
    """A chunk and the drafts of its messages."""

    chunk: Chunk
    drafts: dict[int, Draft]


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
            reading = Reading(
                path=path,
                format=file.format,
                source=_declaring(self._source, mapping),
                now=self._clock(),
                batch_rows=options.batch_rows,
                encoding=options.encoding,
                delimiter=options.delimiter,
                mapping=mapping,
                as_of=options.as_of,
            )
            checkpoint = _checkpoint(path, self._source, mapping, options)
            done = checkpoint.load() if checkpoint else None
            rejects = RejectedFile(rejected_path(path, file.format), file.format, rows.columns)
            rejects.begin(done.rejected_size if done else 0)
            if done:
                rows.skip_to(done.place, done.line)
            resumed_at = done.line if done else None
            with (
                open_chunks(file, rows, reading, large=options.large) as chunks,
                closing(rejects),
                collecting_seldom(),
            ):
                run = _Run(
                    loader=self,
                    file=file,
                    chunks=chunks,
                    rejects=rejects,
                    checkpoint=checkpoint,
                    done=done or Progress(),
                    options=options,
                    watcher=watcher,
                )
                await run.all()
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
    chunks: Iterator[Chunk]
    rejects: RejectedFile
    checkpoint: Checkpoint | None
    done: Progress
    options: FileOptions
    watcher: Watcher

    async def all(self) -> None:
        """Read and write everything; what was read before an error is written before it is raised."""
        self.watcher.begin(self.file.label, self.file.size)
        ready = await asyncio.to_thread(self._next)
        while ready is not None:
            written, following = await asyncio.gather(
                self._write(ready), asyncio.to_thread(self._next), return_exceptions=True
            )
            if isinstance(written, BaseException):
                raise written
            if isinstance(following, BaseException):
                raise following
            ready = following

    def _next(self) -> _Ready | None:
        """The next chunk, prepared off the event loop; None at the end."""
        chunk = next(self.chunks, None)
        return _Ready(chunk, self.loader.prepare(chunk.messages)) if chunk else None

    async def _write(self, ready: _Ready) -> None:
        """Commit a chunk and remember it."""
        chunk, progress = ready.chunk, ready.chunk.progress
        self.rejects.add(chunk.rejected)
        progress.rejected_size = self.rejects.size
        if chunk.messages:
            written, progress.poisoned = await self._patiently(ready)
            progress.stored = written.stored
            progress.duplicates = written.duplicates
            progress.conflicts = written.conflicts
            progress.suppressed = written.suppressed
            progress.refused = written.refused
        self.done.add(progress)
        if self.checkpoint:
            self.checkpoint.save(self.done)
        self.watcher.advance(chunk.consumed, self.done.rows)
        if self.done.poisoned > max(TOO_MANY_POISONED, self.done.rows // 10):
            done = self.done
            raise DatabaseError(
                f"Of the first {done.rows} rows of {self.file.label} {done.poisoned} cannot be stored.",
                remedy="They are kept: see the log, then run `guanxi ingest replay` and this command again.",
            )

    async def _patiently(self, ready: _Ready) -> tuple[Written, int]:
        attempts = AsyncRetrying(
            retry=retry_if_exception(_may_pass),
            wait=wait_exponential_jitter(multiplier=0.2, max=10, jitter=0.2),
            stop=stop_after_delay(self.options.patience),
            before_sleep=self._tell_waiting,
            reraise=True,
        )
        try:
            return await attempts(self.loader.write, ready.chunk.messages, ready.drafts)
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
