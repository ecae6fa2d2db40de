"""Programs to start and kill, on folders of their own."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[3]


class Program:
    """A `worker` process and what it said of the database it has."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.uri = ""
        self.jvm = 0
        self.supervisor = 0
        self.seconds = 0.0

    async def heard(self, key: str) -> object:
        """The value of the next line that tells `key`."""
        assert self.process.stdout is not None
        async with asyncio.timeout(120):
            async for line in self.process.stdout:
                values = json.loads(line)
                if key in values:
                    vars(self).update({k: v for k, v in values.items() if k in vars(self)})
                    return values[key]
        raise AssertionError(f"the program ended before it told {key}")

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def leave(self) -> int:
        """End it as a program ends by itself; its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        async with asyncio.timeout(60):
            return await self.process.wait()


Spawn = Callable[[Path], Awaitable[Program]]


@pytest.fixture
async def spawn() -> AsyncIterator[Spawn]:
    """Starts programs, and kills at the end those that still live."""
    programs: list[Program] = []

    async def start(data_dir: Path) -> Program:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.graph.runtime.worker", str(data_dir)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        programs.append(Program(process))
        return programs[-1]

    yield start
    for program in programs:
        if program.process.returncode is None:
            await program.kill()
    supervisors = {program.supervisor for program in programs} - {0}
    assert await gone(*supervisors), "a supervisor outlived every program"


async def gone(*pids: int) -> bool:
    """True once none of these processes lives; False when one still does after 40 seconds."""

    def wait() -> bool:
        alive = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
        return not psutil.wait_procs(alive, timeout=40)[1]

    try:
        return await asyncio.to_thread(wait)
    except psutil.NoSuchProcess:
        return True
