from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import psutil
import pytest

from graph.runtime import guard
from tests.graph.runtime.conftest import gone

# A parent that starts the guard around a long sleep, tells both process ids, and waits to be killed.
PARENT = """
import os, subprocess, sys
guard, *flags = sys.argv[1:]
command = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
child = subprocess.Popen([sys.executable, "-I", "-S", guard, *flags, str(os.getpid()), *command])
print(child.pid, flush=True)
child.wait()
"""


@pytest.mark.parametrize("flags", [[], ["--watch"]])
async def test_command_dies_with_its_killed_parent(flags: list[str]) -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(Path(guard.__file__)), *flags), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pids = [int(await parent.stdout.readline()), int(await parent.stdout.readline())]
    assert all(psutil.pid_exists(pid) for pid in pids)
    parent.kill()
    await parent.wait()
    assert await gone(*pids)


async def test_watched_command_gets_the_stop_signal_and_its_exit_code_is_ours() -> None:
    code = "import signal as s, sys; s.signal(15, lambda *_: sys.exit(7)); print('up', flush=True); s.pause()"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S"),
        *(str(Path(guard.__file__)), "--watch", str(psutil.Process().pid), sys.executable, "-c", code),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"up\n"
    process.terminate()
    assert await process.wait() == 7
