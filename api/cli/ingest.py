"""`guanxi ingest`: files of people and events in, and dead letters once more."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from typer.core import TyperGroup

from api.cli.follow import follow_feed
from api.cli.output import FAILED, DataDir, JsonFlag, show
from api.cli.progress import counting
from api.wiring import services
from graph.clock import system_clock
from graph.errors import InputError
from graph.ingest.deadletters import Replay, Replayed
from graph.ingest.files.load import FileLoader, FileOptions, Loaded
from graph.ingest.files.mapping import FileMapping, load_mapping
from graph.ingest.files.stream import FileFormat
from graph.ingest.sources import SourceDeclaration, default_source
from graph.ingest.times import parse_time
from graph.settings import load_settings

_FILES = "files"
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


class _FilesByDefault(TyperGroup):
    """`guanxi ingest FILE` means `guanxi ingest files FILE`; a file called `replay` is `./replay`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help", "-h"):
            args = [_FILES, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="ingest",
    cls=_FilesByDefault,
    no_args_is_help=True,
    help="Take in files: `guanxi ingest FILE… --source NAME` (see `guanxi ingest files --help`).",
)


@app.command(_FILES)
def ingest_files(
    *,
    files: Annotated[list[Path], typer.Argument(help="CSV or JSON Lines, also .gz; - is standard input.")],
    source: Annotated[str, typer.Option("--source", help="Name of the system the rows come from.")],
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", help="TOML that says which column is what; docs/ingest-files.md."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Time of rows without one of their own, as 2026-11-22.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="Encoding where it is not UTF-8, as gb18030.")
    ] = None,
    file_format: Annotated[
        FileFormat | None, typer.Option("--format", help="Where the file's suffix does not tell.")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="Column delimiter of CSV: one character, or tab.")
    ] = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Take in files of people (one record a row) or of events.

    The same file twice changes nothing; a run that was cut off goes on where it was when it is repeated. Rows
    that cannot be taken go to FILE.rejected.csv (or .jsonl) with the reason. Exit code 1 where those are all
    rows of a file, else 0.
    """
    settings = load_settings(data_dir=data_dir)
    default_source(source)  # a wrong name is told before the database is started
    read = load_mapping(mapping) if mapping else None

    async def run() -> list[Loaded]:
        async with services(settings) as found:
            declared = await found.sources.get(source)
            options = FileOptions(
                mapping=read,
                as_of=_as_of(as_of, declared),
                encoding=encoding,
                format=file_format,
                delimiter=_DELIMITERS.get(delimiter or "", delimiter),
                state_dir=settings.data_dir / "ingest",
            )
            loader = FileLoader(found.writer, declared, keyring=found.keyring, blind=found.blind)
            with _bar() as bar:
                loaded = [await loader.load(file, options, watcher=bar) for file in files]
            await follow_feed(found)
            return loaded

    _check_files(files, read)
    loaded = asyncio.run(run())
    _report(loaded, source, as_json=as_json)
    if any(
        it.progress.rows and it.progress.rows == it.progress.rejected + it.progress.poisoned for it in loaded
    ):
        raise typer.Exit(FAILED)


@app.command()
def replay(
    source: Annotated[str | None, typer.Option("--source", help="Only letters of this source.")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Only letters with this reason's code.")
    ] = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Run dead letters again: what can be stored now is stored, the rest stays as it is."""

    async def run() -> Replayed:
        async with services(load_settings(data_dir=data_dir)) as found:
            again = Replay(found.database, found.writer, keyring=found.keyring, declare=found.sources.get)
            with counting("Replaying", unit="letters") as advance:
                return await again.run(source=source, reason=reason, advance=advance)

    replayed = asyncio.run(run())
    left = ", ".join(f"{count} {code}" for code, count in sorted(replayed.remaining.items()))
    text = f"Stored {replayed.stored:,}; {replayed.duplicates:,} were stored already."
    if replayed.suppressed:
        text += f" {replayed.suppressed:,} were of erased records and are dropped."
    show(replayed.to_dict(), text=f"{text} Left: {left}." if left else text, as_json=as_json)


def _check_files(files: list[Path], mapping: FileMapping | None) -> None:
    """Most mistakes are in a name: told before the database is started."""
    for file in files:
        if str(file) != "-" and not file.exists():
            raise InputError(f"There is no file {file}.", remedy="Check the path.")
        if mapping is not None and str(file) == mapping.where:
            raise InputError(f"{file} is the mapping.", remedy="Name the file of rows first.")


def _as_of(given: str | None, source: SourceDeclaration) -> int | None:
    if given is None:
        return None
    try:
        return parse_time(given, now=system_clock(), tz=source.zone)
    except InputError as error:
        raise InputError(f"--as-of: {error.message}", remedy=error.remedy) from None


class _Bar:
    """Shows how far a file has been read, on a terminal."""

    def __init__(self, progress: Progress, console: Console) -> None:
        self._progress = progress
        self._console = console
        self._task = progress.add_task("", total=None, rows="", visible=False)
        self._waiting = ""

    def begin(self, name: str, size: int | None) -> None:
        self._progress.reset(self._task, total=size, description=name, rows="", visible=True)

    def advance(self, consumed: int, rows: int) -> None:
        self._waiting = ""
        self._progress.update(self._task, completed=consumed, rows=f"{rows:,} rows")

    def waiting(self, reason: str) -> None:
        if reason != self._waiting:
            self._waiting = reason
            self._console.print(f"Waiting for the database: {reason}", highlight=False, markup=False)


@contextmanager
def _bar() -> Generator[_Bar]:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        yield _Bar(progress, console)


def _report(loaded: list[Loaded], source: str, *, as_json: bool) -> None:
    names = ("rows", "stored", "duplicates", "conflicts", "suppressed", "rejected", "poisoned")
    files = [it.to_dict() for it in loaded]
    total: dict[str, Any] = {name: sum(file[name] for file in files) for name in names}
    refused: dict[str, dict[str, int]] = {}
    for file in files:
        for namespace, codes in file["refusedIdentifiers"].items():
            for code, count in codes.items():
                held = refused.setdefault(namespace, {})
                held[code] = held.get(code, 0) + count
    values = {"source": source, **total, "refusedIdentifiers": refused, "files": files}
    show(values, text="\n".join(_lines(it) for it in loaded), as_json=as_json)


def _lines(loaded: Loaded) -> str:
    done = loaded.progress
    parts = [f"{done.stored:,} stored", f"{done.duplicates:,} known already"]
    parts += [
        f"{count:,} {word}" for word, count in (("in conflict", done.conflicts), ("rejected", done.rejected))
    ]
    if done.suppressed:
        parts.append(f"{done.suppressed:,} of erased records dropped")
    lines = [f"{loaded.file}: {done.rows:,} rows: {', '.join(parts)}."]
    if loaded.resumed_at is not None:
        lines.append(f"  Went on after line {loaded.resumed_at:,}, where an earlier run had stopped.")
    if loaded.rejected_file:
        lines.append(f"  Rejected rows and why: {loaded.rejected_file}")
    if done.poisoned:
        lines.append(f"  {done.poisoned:,} rows are kept as dead letters; see `guanxi ingest replay`.")
    if done.refused:
        counts = ", ".join(f"{name} {code} {count:,}" for (name, code), count in sorted(done.refused.items()))
        lines.append(f"  Values not taken as identifiers: {counts}.")
    return "\n".join(lines)
