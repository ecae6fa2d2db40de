"""`guanxi db`: the embedded Neo4j by hand."""

from __future__ import annotations

import asyncio
from collections import deque
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import NOT_RUNNING, DataDir, JsonFlag, show
from graph.db.connect import connect
from graph.errors import ConfigurationError, DatabaseUnavailableError
from graph.runtime import control
from graph.runtime.embedded import own_endpoint
from graph.runtime.protocol import Report, State
from graph.runtime.store import StoreFolder
from graph.settings import Settings, load_settings

app = typer.Typer(no_args_is_help=True, help="Start, stop and look at the embedded Neo4j.")


class LogFile(StrEnum):
    """Which log to show."""

    SERVER = "server"
    DEBUG = "debug"
    SUPERVISOR = "supervisor"


@app.command()
def start(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Start the database and keep it up until `guanxi db stop`. Does nothing when it is up already."""
    settings = load_settings(data_dir=data_dir)
    report = asyncio.run(control.start(settings))
    facts = _facts(report, settings)
    show(facts, text=f"Neo4j is up at {facts['uri']} and stays up until `guanxi db stop`.", as_json=as_json)


@app.command()
def stop(
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
    force: Annotated[bool, typer.Option("--force", help="Stop even while programs use it.")] = False,
) -> None:
    """Let the database go. It stops with the last program that uses it, with --force at once."""
    settings = load_settings(data_dir=data_dir)
    report = asyncio.run(control.stop(settings, force=force))
    if report is None:
        show({"state": "stopped", "programs": 0}, text="Neo4j was not running.", as_json=as_json)
    elif report.leases and not force:
        text = f"{_programs(report.leases)} still; Neo4j stops with the last. To stop it now: --force."
        show(_facts(report, settings), text=text, as_json=as_json)
    else:
        show({"state": "stopped", "programs": report.leases}, text="Neo4j has stopped.", as_json=as_json)


@app.command()
def status(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Say whether the database is up: exit code 0 when it is, 3 when it is not."""
    settings = load_settings(data_dir=data_dir)
    if settings.neo4j_uri:
        _own_status(settings, as_json=as_json)
        return
    report = asyncio.run(control.status(settings))
    if report is None:
        folder = control.embedded_folder(settings)
        text = "Neo4j is not running." if folder.exists else "Neo4j is not running; it has no data yet."
        show({"state": "stopped", "folder": folder.home}, text=text, as_json=as_json)
        raise typer.Exit(NOT_RUNNING)
    kept = ", kept up until `guanxi db stop`" if report.pinned else ""
    text = f"Neo4j is {report.state} (process {report.server_pid}), {_programs(report.leases)}{kept}."
    if report.error:
        text += f"\nLast trouble: {report.error}."
    show(_facts(report, settings), text=text, as_json=as_json)
    if report.state is not State.READY:
        raise typer.Exit(NOT_RUNNING)


@app.command()
def logs(
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many lines from the end.")] = 50,
    file: Annotated[LogFile, typer.Option("--file", help="Which log.")] = LogFile.SERVER,
) -> None:
    """Show the end of a log of the database."""
    folder = control.embedded_folder(load_settings(data_dir=data_dir))
    path = _log_path(folder, file)
    shown = _tail(path, lines)
    text = "\n".join(shown) if shown else f"Nothing in {path}."
    show({"path": path, "lines": shown}, text=text, as_json=as_json)


@app.command()
def path(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Print the folder of the database: its store, configuration and logs."""
    folder = control.embedded_folder(load_settings(data_dir=data_dir))
    show({"path": folder.home, "exists": folder.exists}, text=str(folder.home), as_json=as_json)


def _own_status(settings: Settings, *, as_json: bool) -> None:
    async def check() -> None:
        driver = await connect(own_endpoint(settings), wait_seconds=5)
        await driver.close()

    try:
        asyncio.run(check())
    except (ConfigurationError, DatabaseUnavailableError) as error:
        show({"state": "unreachable", "error": error.message}, text=str(error), as_json=as_json)
        raise typer.Exit(NOT_RUNNING) from None
    show({"state": "ready"}, text="The Neo4j that NEO4J_URI names answers and takes writes.", as_json=as_json)


def _facts(report: Report, settings: Settings) -> dict[str, Any]:
    return {
        "state": report.state,
        "uri": f"bolt://127.0.0.1:{report.port}",
        "pid": report.server_pid,
        "supervisorPid": report.supervisor_pid,
        "programs": report.leases,
        "pinned": report.pinned,
        "restarts": report.restarts,
        "error": report.error,
        "folder": control.embedded_folder(settings).home,
    }


def _programs(count: int) -> str:
    return f"{count} program uses it" if count == 1 else f"{count} programs use it"


def _log_path(folder: StoreFolder, file: LogFile) -> Path:
    return {
        LogFile.SERVER: folder.output,
        LogFile.DEBUG: folder.logs / "debug.log",
        LogFile.SUPERVISOR: folder.supervisor_log,
    }[file]


def _tail(path: Path, count: int) -> list[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=count)]
    except FileNotFoundError:
        return []
