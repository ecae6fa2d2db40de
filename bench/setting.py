"""The bench's own server, keyring and writers; nothing of it touches a data folder in use."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from neo4j import AsyncDriver

from api.wiring import Services, compose, services
from graph.db.connect import connect
from graph.ingest.sources import SourceDeclaration
from graph.runtime import Endpoint
from graph.runtime import database as embedded
from graph.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Bench:
    """What every bench gets."""

    settings: Settings
    endpoint: Endpoint
    driver: AsyncDriver
    services: Services
    source: SourceDeclaration
    folder: Path

    @property
    def database(self) -> str:
        """The name of the database."""
        return self.endpoint.database

    def fresh(self) -> Services:
        """Services that remember nothing of a graph that was wiped."""
        opened = self.services
        return compose(self.settings, opened.database, keyring=opened.keyring, rules=opened.rules)


@asynccontextmanager
async def bench(*, heap_mb: int = 2048) -> AsyncGenerator[Bench]:
    """An empty, migrated Neo4j in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="guanxi-bench-") as folder:
        settings = load_settings(data_dir=Path(folder) / "data", heap_mb=heap_mb, page_cache_mb=1024)
        async with embedded(settings) as endpoint, services(settings) as opened:
            driver = await connect(endpoint)
            try:
                yield Bench(settings, endpoint, driver, opened, SourceDeclaration(name="bench"), Path(folder))
            finally:
                await driver.close()


@asynccontextmanager
async def server(bench: Bench, **environment: str) -> AsyncGenerator[tuple[str, int]]:
    """`guanxi serve` in a process of its own on the bench's database; gives its address and process id."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("guanxi")),
        "serve",
        "--port",
        "0",
        "--data-dir",
        str(bench.settings.data_dir),
        env={**os.environ, "GUANXI_LOG_LEVEL": "warning", **environment},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        while line := (await process.stdout.readline()).decode():
            if found := re.search(r"ready at (http://\S+)", line):
                yield found.group(1), process.pid
                break
        else:
            raise RuntimeError("guanxi serve ended before it was ready")
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
