"""The ingest endpoints on hand-made wiring; as a program, a server that a test can kill."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from api.rates import Rate
from api.rest.ingest.routes import IngestEndpoints, committer_of
from graph.access.service import AccessService
from graph.clock import Clock, system_clock
from graph.db.connect import connect
from graph.db.database import Database
from graph.identity.rules import load_rules
from graph.ingest.committer import Capacity
from graph.ingest.registry import SourceRegistry
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from graph.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the endpoints ask of `api.wiring.Services`."""

    database: Database
    writer: Writer
    access: AccessService
    sources: SourceRegistry
    clock: Clock


def wire(database: Database, writer: Writer, *, clock: Clock = system_clock) -> Wiring:
    """Services on one database."""
    return Wiring(
        database, writer, AccessService(database, clock=clock), SourceRegistry(database, clock=clock), clock
    )


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        self.listening.set()


@asynccontextmanager
async def serving(
    wiring: Wiring, *, rate: Rate | None = None, capacity: Capacity | None = None
) -> AsyncIterator[str]:
    """A real server on loopback for these services; its address."""
    committer = committer_of(wiring, capacity=capacity)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with committer:
            yield

    app = FastAPI(lifespan=lifespan)
    app.add_middleware(IngestEndpoints, services=wiring, committer=committer, rate=rate)
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="on", ws="none", access_log=False)
    server = _Server(config)
    running = asyncio.create_task(server.serve())
    listening = asyncio.create_task(server.listening.wait())
    await asyncio.wait((running, listening), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        await running
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listening.cancel()


async def _main(uri: str, password: str, data_dir: str) -> None:
    endpoint = Endpoint(uri=uri, username="neo4j", password=SecretStr(password), database="neo4j")
    keyring = Keyring.open(load_settings(data_dir=Path(data_dir)))
    driver = await connect(endpoint)
    database = Database(driver)
    writer = Writer(database, keyring=keyring, blind=BlindIndex(keyring.index_root), rules=load_rules())
    async with serving(wire(database, writer)) as address:
        sys.stdout.write(address + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.stdin.readline().strip(), sys.argv[2]))
