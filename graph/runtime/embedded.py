"""`database()`: a Neo4j to work with, whether of one's own or the embedded one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from graph.errors import ConfigurationError
from graph.runtime.endpoint import Endpoint
from graph.runtime.jvm import Distribution
from graph.runtime.lease import Lease
from graph.runtime.progress import Progress, bar, preparing
from graph.runtime.provision import provision
from graph.runtime.server_settings import choose_memory
from graph.runtime.store import DATABASE, USERNAME, StoreFolder
from graph.runtime.warm import cache_path, warm_cache
from graph.settings import Settings


@asynccontextmanager
async def database(settings: Settings, *, progress: Progress | None = None) -> AsyncGenerator[Endpoint]:
    """A Neo4j that is up while the block runs.

    With `settings.neo4j_uri` set it is that one, taken on trust (`connect` checks it). Else the embedded
    server of `settings.data_dir`: its jars are fetched on first use (a progress bar shows on a terminal,
    unless `progress` takes its place), and it is started, or joined where another program runs it already.
    Leaving the block waits for the server's clean stop when no other program uses it; a killed program
    leaves none behind.

    Raises ConfigurationError without a password for `neo4j_uri`, RuntimeProvisionError with the reason and
    the server's last lines when there is no server to be had.
    """
    if settings.neo4j_uri:
        yield own_endpoint(settings)
        return
    distribution = await obtain(settings, progress=progress)
    folder = StoreFolder.of(settings.data_dir)
    memory = choose_memory(heap_mb=settings.heap_mb, page_cache_mb=settings.page_cache_mb)
    async with Lease(folder, distribution, memory=memory) as port:
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


async def obtain(settings: Settings, *, progress: Progress | None = None) -> Distribution:
    """The server's jars, fetched where they are missing, and the class cache, made where it is missing.

    Costs milliseconds once they are there. When cancelled it stops soon, and the next call continues.
    """
    stop = threading.Event()
    with bar(progress) as shown:
        task = asyncio.ensure_future(asyncio.to_thread(provision, settings, progress=shown, stop=stop))
        try:
            lib = await asyncio.shield(task)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([task])
            raise
    with preparing(done=cache_path(lib, cache_dir=settings.cache_dir).exists()):
        cache = await warm_cache(lib, cache_dir=settings.cache_dir)
        return Distribution(lib, cache, short_lived=settings.short_lived)
