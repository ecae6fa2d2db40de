"""`guanxi serve` as a process: what it prints, that it serves, that it stops cleanly."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from api.cli.serve import bind, greeting
from graph.access.roles import Role
from graph.access.service import CreatedKey
from graph.db.database import Database
from graph.errors import ConfigurationError
from graph.settings import Settings

SECONDS = 60
ASKED = {"query": "{ users { edges { cursor } } }"}


@dataclass
class Served:
    """A running `guanxi serve`."""

    process: asyncio.subprocess.Process
    address: str
    greeting: str


@asynccontextmanager
async def served(settings: Settings, **environment: str) -> AsyncIterator[Served]:
    command = [sys.executable, "-c", "from api.cli.main import run; run()", "serve", "--port", "0"]
    process = await asyncio.create_subprocess_exec(
        *command,
        "--data-dir",
        str(settings.data_dir),
        env={"PATH": "", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(SECONDS):
            shown = ""
            while not re.search(r"gx_a_|New key|GUANXI_ADMIN_KEY", shown):
                line = await process.stdout.readline()
                assert line, shown
                shown += line.decode()
        found = re.search(r"http://127\.0\.0\.1:\d+", shown)
        assert found, shown
        yield Served(process, found[0], shown)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def stop(process: asyncio.subprocess.Process, name: signal.Signals) -> tuple[int, str]:
    process.send_signal(name)
    async with asyncio.timeout(SECONDS):
        _, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, errors.decode()


async def test_a_first_start_and_a_second(settings: Settings, database: Database) -> None:
    async with served(settings) as first, httpx.AsyncClient(base_url=first.address) as client:
        [key] = re.findall(r"gx_a_\S+", first.greeting)
        assert (await client.get("/readyz")).status_code == 200
        answer = await client.post("/graphql", json=ASKED, headers={"Authorization": f"Bearer {key}"})
        assert answer.json() == {"data": {"users": {"edges": []}}}
        assert "server" not in answer.headers
        code, errors = await stop(first.process, signal.SIGTERM)
        assert code == 0, errors
        assert key not in errors
    async with served(settings) as second:
        assert "gx_" not in second.greeting
        assert "guanxi key create --role admin" in second.greeting
        code, errors = await stop(second.process, signal.SIGINT)
        assert code == 0, errors


async def test_a_preset_key(settings: Settings, database: Database) -> None:
    async with served(settings, GUANXI_ADMIN_KEY="preset-for-containers") as running:
        headers = {"Authorization": "Bearer preset-for-containers"}
        async with httpx.AsyncClient(base_url=running.address) as client:
            assert (await client.post("/graphql", json=ASKED, headers=headers)).status_code == 200
        code, errors = await stop(running.process, signal.SIGTERM)
        assert (code, "preset-for-containers" in errors) == (0, False)


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Port {port} is taken"):
            bind("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_of_another_machine(host: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(host)):
        bind(host, 0)


def test_the_greeting_shows_an_address_that_can_be_opened(settings: Settings) -> None:
    listener = bind("0.0.0.0", 0)
    try:
        shown = greeting(settings, listener, CreatedKey(id="1", key="gx_a_x", role=Role.ADMIN))
        port = listener.getsockname()[1]
    finally:
        listener.close()
    assert f"http://127.0.0.1:{port}/graphql" in shown
    assert "gx_a_x" in shown
