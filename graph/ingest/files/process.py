"""Where the chunks of a file come from: this process, or for large files one of our own beside it.

Python runs one thread at a time: a thread that reads rows takes its time from the writer's planning, a process does not
(docs/adr/0015). Both run `read_chunks`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import graph
from graph.errors import GuanxiError
from graph.ingest.files.checkpoint import Progress
from graph.ingest.files.chunks import Chunk, Reading, read_chunks
from graph.ingest.files.rows import Rows
from graph.ingest.files.stream import FileFormat, OpenFile, label
from graph.ingest.files.wire import receive, send
from graph.runtime.jvm import clean_environment

LARGE_BYTES: Final = 2 * 1_048_576
"""From this size on (of the rows, unpacked) a process is worth its start, about 0.3 s of another core."""

_UNPACKED: Final = 8  # a packed file holds about so many times its size


@contextmanager
def open_chunks(file: OpenFile, rows: Rows, reading: Reading, *, large: int) -> Generator[Iterator[Chunk]]:
    """The chunks of an opened file from where `rows` stand, read beside us where it has `large` bytes or more.

    Raises as `read_chunks`, and GuanxiError where the process that reads ends before it should. On leaving, that
    process is gone, whoever still waits for it.
    """
    here = read_chunks(file, rows, reading)
    beside = _Process.start() if _unpacked_size(file) >= large else None
    if beside is None:
        yield here
        return
    try:
        yield _handed_over(here, beside, reading)
    finally:
        beside.end()


def _handed_over(here: Iterator[Chunk], beside: _Process, reading: Reading) -> Iterator[Chunk]:
    """The first chunk is read here while the process starts; it goes on after that."""
    first = next(here, None)
    if first is None:
        return
    progress = Progress(place=first.progress.place, line=first.progress.line)
    yield first
    yield from beside.chunks(reading, progress)


def _unpacked_size(file: OpenFile) -> int:
    """About how much there is to read; -1 where another process cannot open it (a pipe, one of our descriptors)."""
    if file.size is None or str(file.path.absolute()).startswith(("/dev/", "/proc/")):
        return -1
    packed = file.path.suffix == ".gz" or file.format is FileFormat.PARQUET
    return file.size * _UNPACKED if packed else file.size


@dataclass(frozen=True, slots=True)
class _Process:
    """`child.py`, which waits for its orders."""

    process: subprocess.Popen[bytes]
    orders: IO[bytes]
    answers: IO[bytes]

    @classmethod
    def start(cls) -> _Process | None:
        """None where no process can be had: then we read ourselves."""
        environment = clean_environment()
        environment["PYTHONPATH"] = str(Path(graph.__file__).parents[1])
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "graph.ingest.files.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                process_group=0,  # Ctrl-C is ours to hear; it ends when we do
            )
        except OSError:
            return None
        return cls(process, cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout))

    def chunks(self, reading: Reading, progress: Progress) -> Iterator[Chunk]:
        """What follows `progress`. Raises the error that ended the reading, or GuanxiError where it just ended."""
        with suppress(BrokenPipeError):
            send(self.orders, (reading, progress))
        while (answer := self._answer(reading.path)) is not None:
            if isinstance(answer, Exception):
                raise answer
            yield answer

    def end(self) -> None:
        """Nothing of it is left; who waits for an answer is told that it ended."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.orders, self.answers):
            with suppress(BrokenPipeError):
                pipe.close()

    def _answer(self, path: Path) -> Chunk | Exception | None:
        try:
            return receive(self.answers)
        except EOFError:
            status = self.process.wait()
            how = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
            raise GuanxiError(
                f"The process that read {label(path)} ended before the file did ({how}).",
                remedy="Perhaps memory ran out. What is committed is kept; the same command goes on there.",
            ) from None
