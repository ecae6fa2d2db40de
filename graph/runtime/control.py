"""What the command line does with the embedded server: start and keep it, let it go, ask for its state."""

from __future__ import annotations

import asyncio
from typing import Final

from graph.errors import ConfigurationError, RuntimeProvisionError
from graph.runtime.embedded import obtain
from graph.runtime.lease import Connection, Lease, ask
from graph.runtime.progress import Progress
from graph.runtime.protocol import Command, Report
from graph.runtime.server_settings import choose_memory
from graph.runtime.store import StoreFolder
from graph.settings import Settings

STOP_SECONDS: Final = 60.0


async def start(settings: Settings, *, progress: Progress | None = None) -> Report:
    """Start or join the embedded server and keep it up until `stop`; safe to repeat.

    Raises ConfigurationError when NEO4J_URI names another server, RuntimeProvisionError when it does not
    start.
    """
    folder = embedded_folder(settings)
    distribution = await obtain(settings, progress=progress)
    memory = choose_memory(heap_mb=settings.heap_mb, page_cache_mb=settings.page_cache_mb)
    async with Lease(folder, distribution, memory=memory):
        report = await ask(folder, Command.PIN)
    if report is None or not report.pinned:
        raise RuntimeProvisionError(
            "The database stopped while it was being started.", remedy="Start it again."
        )
    return report


async def stop(settings: Settings, *, force: bool = False) -> Report | None:
    """Let the server go: it stops with the last program that uses it, with `force` at once.

    Answers its last report, of which `leases` says how many programs still use it; None when it was not
    running. Waits for the end of the server where it ends now. Safe to repeat.
    """
    folder = embedded_folder(settings)
    connection = await Connection.open(folder)
    if connection is None:
        return None
    try:
        report = await connection.ask(Command.STOP if force else Command.UNPIN)
        if report is not None and (force or not report.leases):
            async with asyncio.timeout(STOP_SECONDS):
                while await connection.next() is not None:
                    pass
    except TimeoutError:
        raise RuntimeProvisionError(
            f"The database has not stopped after {STOP_SECONDS:.0f} s.",
            remedy=f"Look at {folder.supervisor_log}, or try again.",
        ) from None
    finally:
        connection.close()
    return report


async def status(settings: Settings) -> Report | None:
    """The server's state; None when it is not running."""
    return await ask(embedded_folder(settings), Command.STATUS)


def embedded_folder(settings: Settings) -> StoreFolder:
    """The folder of the embedded server; raises ConfigurationError when NEO4J_URI names another server."""
    if settings.neo4j_uri:
        raise ConfigurationError(
            "NEO4J_URI is set, so the database is not ours to start, stop or read the logs of.",
            remedy="Unset NEO4J_URI to use the embedded server.",
        )
    return StoreFolder.of(settings.data_dir)
