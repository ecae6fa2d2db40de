"""The progress bar of the first download, on a terminal only."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as RichProgress


class Progress(Protocol):
    """Told how a download goes; called from several threads."""

    def begin(self, total: int) -> None:
        """Bytes there are to fetch."""

    def advance(self, count: int) -> None:
        """Bytes fetched since the last call; negative when some had to be thrown away."""


class _Bar:
    def __init__(self, console: Console) -> None:
        self._bar = RichProgress(
            TextColumn("Downloading Neo4j (once)"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._bar.add_task("jars", total=None, visible=False)

    def begin(self, total: int) -> None:
        self._bar.start()
        self._bar.update(self._task, total=total, visible=True)

    def advance(self, count: int) -> None:
        self._bar.advance(self._task, count)

    def stop(self) -> None:
        self._bar.stop()


@contextmanager
def bar(given: Progress | None = None) -> Generator[Progress | None]:
    """The progress given, else a bar on standard error where that is a terminal, else none.

    Nothing is drawn until there is something to fetch.
    """
    console = Console(stderr=True)
    if given is not None or not console.is_terminal:
        yield given
        return
    shown = _Bar(console)
    try:
        yield shown
    finally:
        shown.stop()


@contextmanager
def preparing(*, done: bool) -> Generator[None]:
    """Say on a terminal that the first start takes a while, unless what it prepares is done."""
    console = Console(stderr=True)
    if done or not console.is_terminal:
        yield
        return
    with console.status("Preparing Neo4j for fast starts (once, half a minute)"):
        yield
