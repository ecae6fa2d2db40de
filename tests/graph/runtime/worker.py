"""A program on a database, for tests to start and kill: `python -m tests.graph.runtime.worker DATA_DIR`.

It prints one JSON line when it has the database, then obeys standard input: a line `write N` commits N nodes
one by one and prints how many there are; the end of input ends the program.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from contextlib import suppress
from pathlib import Path

import structlog
from neo4j import AsyncDriver, AsyncManagedTransaction
from neo4j.exceptions import ServiceUnavailable

from graph.db.connect import connect
from graph.runtime import control, database
from graph.settings import load_settings


async def main(data_dir: str) -> None:
    logging.disable(logging.CRITICAL)
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=sys.stderr))
    settings = load_settings(data_dir=Path(data_dir), heap_mb=256, page_cache_mb=64)
    loop = asyncio.get_running_loop()
    began = time.monotonic()
    async with database(settings) as endpoint:
        driver = await connect(endpoint)
        joined = time.monotonic() - began
        report = await control.status(settings)
        assert report is not None
        say(uri=endpoint.uri, jvm=report.server_pid, supervisor=report.supervisor_pid, seconds=joined)
        while line := (await loop.run_in_executor(None, sys.stdin.readline)).split():
            if line[0] == "write":
                say(written=await write(driver, int(line[1])))
        await driver.close()


async def write(driver: AsyncDriver, count: int) -> int:
    async def create(transaction: AsyncManagedTransaction, number: int) -> None:
        await (await transaction.run("MERGE (:Worked {id: $id})", id=number)).consume()

    async with driver.session(database="neo4j") as session:
        for number in range(count):
            say(writing=number)
            while True:
                with suppress(
                    ServiceUnavailable
                ):  # a busy machine brings a server back later than the driver tries
                    await session.execute_write(create, number)
                    break
        result = await session.run("MATCH (n:Worked) RETURN count(n) AS n")
        record = await result.single(strict=True)
    return record["n"]


def say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
