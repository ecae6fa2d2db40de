"""The ingest endpoints on hand-made wiring; as a program, a server that a test can kill."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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
from tests.api.server import listening

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
    async with listening(app) as place:
        yield f"http://{place}"


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
