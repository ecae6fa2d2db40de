"""Programs in Node that talk to a server of ours."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from bench.node import NODE, environment, installed

FOLDER = Path(__file__).parent / "npm"
PATIENCE = 120.0


async def run(program: str, *arguments: str, key: str) -> list[Any]:
    """What a program of `tests/npm` prints, a JSON value a line; it must end well."""
    folder = await asyncio.to_thread(installed, FOLDER)
    process = await asyncio.create_subprocess_exec(
        NODE,
        program,
        *arguments,
        cwd=folder,
        env=environment(KEY=key),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return [json.loads(line) for line in out.decode().splitlines()]
