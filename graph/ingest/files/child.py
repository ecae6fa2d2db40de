"""The process that reads a file for us: `python -m graph.ingest.files.child`, started by `process.py` alone.

It is told over standard input what to read and answers chunk by chunk over standard output; a pipe that is full makes
it wait. It holds no key and opens no connection. It ends when standard input does, so it cannot outlive who started it.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import suppress

from graph.errors import GuanxiError
from graph.ingest.files.checkpoint import Progress
from graph.ingest.files.chunks import Chunk, Reading, read_on
from graph.ingest.files.wire import receive, send


def main() -> None:
    """Read what we are told to and answer with chunks, then None; or with the error that ended them."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints is no answer
    # Rows make many objects and hardly a cycle: the collector finds nothing, and took 40 % of the time.
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)
    with suppress(EOFError, BrokenPipeError):  # who started us is gone
        with open(0, "rb", closefd=False) as orders:
            reading, progress = receive(orders)
        threading.Thread(target=_end_with_our_parent, daemon=True).start()
        for answer in _answers(reading, progress):
            send(answers, answer)


def _answers(reading: Reading, progress: Progress) -> Iterator[Chunk | Exception | None]:
    try:
        yield from read_on(reading, progress)
    except (GuanxiError, OSError) as error:
        yield error
    else:
        yield None


def _end_with_our_parent() -> None:
    os.read(0, 1)  # nothing more is ever sent: this waits for the end
    os._exit(1)


if __name__ == "__main__":
    main()
