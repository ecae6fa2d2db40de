"""The GraphQL peer and the load, as processes of their own; both are Node programs in bench/graphql."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.node import NODE, installed
from bench.node import environment as node_environment
from graph.runtime import Endpoint

FOLDER: Final = Path(__file__).parent / "graphql"
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_LONGEST_LINE: Final = 2**20


@dataclass(frozen=True, slots=True)
class Server:
    """A server under load: where it listens, what its callers send, and its process."""

    address: str
    path: str
    pid: int
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def cpu_seconds(self) -> float:
        """Processor time it has taken so far, its threads' included."""
        return cpu_seconds(self.pid)


def cpu_seconds(pid: int) -> float:
    """Processor time a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def java_of(data_dir: Path) -> int:
    """The process of the embedded Neo4j in this folder."""
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            command = (process / "cmdline").read_bytes().split(b"\0") if process.name.isdigit() else []
            if command[:1] and command[0].endswith(b"java") and str(data_dir).encode() in b" ".join(command):
                return int(process.name)
    raise RuntimeError(f"No Neo4j runs in {data_dir}.")


@asynccontextmanager
async def peer(endpoint: Endpoint) -> AsyncGenerator[Server]:
    """`@neo4j/graphql` with Apollo Server on this database."""
    process = await _start(
        "peer.mjs",
        NEO4J_URI=endpoint.uri,
        NEO4J_USERNAME=endpoint.username,
        NEO4J_PASSWORD=endpoint.password.get_secret_value(),
        NEO4J_DATABASE=endpoint.database,
    )
    assert process.stdout is not None
    async with _ended(process):
        line = (await process.stdout.readline()).decode()
        found = re.search(r"ready at (\S+)", line)
        if found is None:
            raise RuntimeError("The peer ended before it was ready.")
        yield Server(found[1], "/", process.pid)


class Load:
    """The load generator."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def __call__(
        self,
        server: Server,
        bodies: Sequence[str],
        *,
        seconds: float,
        connections: int = 8,
        rate: float | None = None,
        bearers: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Post these bodies in turn, in a closed loop or at a rate, keys in turn, too; what load.mjs tells."""
        plan = {
            "address": server.address,
            "path": server.path,
            "headers": server.headers,
            "bearers": bearers,
            "bodies": bodies,
            "connections": connections,
            "seconds": seconds,
            "rate": rate,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(plan).encode() + b"\n")
        await self._process.stdin.drain()
        result: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return result


@asynccontextmanager
async def load() -> AsyncGenerator[Load]:
    """The load generator, ready."""
    process = await _start("load.mjs")
    async with _ended(process):
        yield Load(process)


async def _start(script: str, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        NODE,
        script,
        cwd=await asyncio.to_thread(installed, FOLDER),
        env=node_environment(NODE_ENV="production", **environment),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )


@asynccontextmanager
async def _ended(process: asyncio.subprocess.Process) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
