"""`database()`: a Neo4j to work with, whether of one's own or the embedded one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from graph.errors import ConfigurationError
from graph.runtime.endpoint import Endpoint
from graph.runtime.lease import Lease
from graph.runtime.progress import Progress, bar
from graph.runtime.provision import provision
from graph.runtime.server_settings import choose_memory
from graph.runtime.store import DATABASE, USERNAME, StoreFolder
from graph.settings import Settings


@asynccontextmanager
async def database(settings: Settings, *, progress: Progress | None = None) -> AsyncGenerator[Endpoint]:
    """A Neo4j that is up while the block runs.

    With `settings.neo4j_uri` set it is that one, taken on trust (`connect` checks it). Else the embedded
    server of `settings.data_dir`: its jars are fetched on first use (with a progress bar on a terminal, unless
    `progress` takes its place), and it is started, or joined where another program runs it already. Leaving
    the block waits for the server's clean stop when no other program uses it; a killed program leaves none.

    Raises ConfigurationError without a password for `neo4j_uri`, RuntimeProvisionError with the reason and
    the server's last lines when there is no server to be had.
    """
    if settings.neo4j_uri:
        yield own_endpoint(settings)
        return
    lib = await fetch_jars(settings, progress=progress)
    folder = StoreFolder.of(settings.data_dir)
    memory = choose_memory(heap_mb=settings.heap_mb, page_cache_mb=settings.page_cache_mb)
    async with Lease(folder, lib=lib, memory=memory) as port:
        yield embedded_endpoint(folder, port)


def own_endpoint(settings: Settings) -> Endpoint:
    """The endpoint that NEO4J_URI and its companions name; raises ConfigurationError without a password."""
    if settings.neo4j_password is None:
        raise ConfigurationError(
            "NEO4J_URI is set but NEO4J_PASSWORD is not.", remedy="Set NEO4J_PASSWORD too."
        )
    return Endpoint(
        uri=settings.neo4j_uri or "",
        username=settings.neo4j_username,
        password=settings.neo4j_password,
        database=settings.neo4j_database,
    )


def embedded_endpoint(folder: StoreFolder, port: int) -> Endpoint:
    """The endpoint of a running embedded server."""
    return Endpoint(f"bolt://127.0.0.1:{port}", USERNAME, SecretStr(folder.password()), DATABASE)


async def fetch_jars(settings: Settings, *, progress: Progress | None = None) -> Path:
    """`provision` off the event loop; when cancelled it stops within a chunk, and the next call continues."""
    stop = threading.Event()
    with bar(progress) as shown:
        task = asyncio.ensure_future(asyncio.to_thread(provision, settings, progress=shown, stop=stop))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([task])
            raise
