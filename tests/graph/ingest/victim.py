"""A writing program to be killed: `python -m tests.graph.ingest.victim`, told what to do by its standard input.

The first line is JSON: `uri`, `password`, `database`, `data_dir` (of the keyring), `seed`, `events` and `batch`:
which world is written, in which batches. Each further line is one life: a child is forked, writes the whole
world from its beginning, and dies by SIGKILL as the line says:

    random SECONDS BATCHES   so long after it has stored so many batches that were new, unless it ends before
    before                   between the keyring's answer and the commit of its first new batch
    after                    right after the commit of its first new batch, before anybody hears of it
    never                    not at all

The answer is one line: `killed` or `ended`.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import select
import signal
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from graph.db.connect import connect
from graph.db.database import Database
from graph.identity.rules import load_rules
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from graph.settings import load_settings
from tests.graph.ingest import worlds


class _Doomed(Writer):
    """A writer that kills its process at its commit."""

    when = ""

    async def _commit(self, *args: Any) -> bool:
        if self.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        committed = await super()._commit(*args)
        if self.when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return committed


async def _write(told: dict[str, Any], when: str, stored: int) -> None:
    messages = worlds.messages(worlds.events(random.Random(told["seed"]), told["events"]))
    endpoint = Endpoint(told["uri"], "neo4j", SecretStr(told["password"]), told["database"])
    driver = await connect(endpoint)
    with Keyring.open(load_settings(data_dir=Path(told["data_dir"])), create=False) as keyring:
        writer = _Doomed(
            Database(driver, name=endpoint.database),
            keyring=keyring,
            blind=BlindIndex(keyring.index_root),
            rules=load_rules(),
        )
        writer.when = when
        for start in range(0, len(messages), told["batch"]):
            written = await writer.write(messages[start : start + told["batch"]])
            if written.stored:
                os.write(stored, b".")
    await driver.close()


def _live(told: dict[str, Any], how: list[str]) -> str:
    """One life; the new batches it stores come as bytes through a pipe, which closes with it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        asyncio.run(_write(told, how[0], writing))
        os._exit(0)
    os.close(writing)
    wait, batches = (float(how[1]), int(how[2])) if how[0] == "random" else (0.0, sys.maxsize)
    while batches and os.read(reading, 1):
        batches -= 1
    if not batches:
        select.select([reading], [], [], wait)
        os.kill(child, signal.SIGKILL)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status):
        raise SystemExit("a child failed")
    return "killed" if os.WIFSIGNALED(status) else "ended"


def main() -> None:
    told = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        sys.stdout.write(_live(told, line.split()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
