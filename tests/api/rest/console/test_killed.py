"""Neo4j killed while answers of the console are on their way: each ends with an error, and the next run works."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pyarrow as pa
import pytest

from api.app import create_app
from api.client import connect as connect_client
from api.rest.console.shapes import ARROW
from api.wiring import Services, claim, compose
from graph.access.roles import Role
from graph.console.errors import ConsoleError
from graph.db.connect import connect
from graph.db.database import Database
from graph.db.migrations import migrate
from graph.identity.rules import Rules
from graph.privacy.keyring import Keyring
from graph.runtime import control
from graph.runtime import database as embedded
from graph.settings import Settings, load_settings
from tests.api.conftest import headers_of
from tests.api.rest.console.test_run import ENDLESS, GOES_ON
from tests.api.server import listening
from tests.graph.console.conftest import running

SECONDS = 60.0
"""For the supervisor to see that the server is gone, and to bring it back."""


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """A server of this test's own, and answers that no limit ends."""
    return load_settings(
        data_dir=tmp_path / "data", heap_mb=512, page_cache_mb=64, short_lived=True,
        console_rows=100_000_000, console_result_mb=4_096, console_seconds=100.0, console_running=4,
    )  # fmt: skip


@pytest.fixture
async def services(own: Settings, keyring: Keyring, rules: Rules) -> AsyncIterator[Services]:
    """The services on that server."""
    async with embedded(own) as endpoint:
        driver = await connect(endpoint)
        database = Database(driver, name=endpoint.database)
        await migrate(database)
        await claim(database, keyring)
        yield compose(own, database, keyring=keyring, rules=rules)
        await driver.close()


async def lines(client: httpx.AsyncClient, begun: asyncio.Event) -> list[object]:
    """Columns, an error and how many rows came between, read as JSON lines."""
    last, count = b"", 0
    async with client.stream("POST", "/v1/console/run", json={"statement": GOES_ON}) as answer:
        assert answer.status_code == 200
        async for chunk in answer.aiter_bytes():
            begun.set()
            count += chunk.count(b"\n")
            last = (last + chunk)[-1_000:]
    return [count > 1, json.loads(last.splitlines()[-1])["error"]["code"]]


async def arrow(client: httpx.AsyncClient, begun: asyncio.Event) -> list[object]:
    """The same, as Arrow; behind its error the connection breaks off."""
    body = bytearray()
    headers = {"Accept": ARROW}
    broke_off = False
    async with client.stream(
        "POST", "/v1/console/run", json={"statement": GOES_ON}, headers=headers
    ) as answer:
        assert answer.status_code == 200
        try:
            async for chunk in answer.aiter_bytes():
                begun.set()
                body += chunk
        except httpx.RemoteProtocolError:
            broke_off = True
    reader = pa.ipc.open_stream(bytes(body))
    while True:
        batch, metadata = reader.read_next_batch_with_custom_metadata()
        if metadata is not None and b"guanxi" in metadata:
            return [broke_off, batch.num_rows, json.loads(metadata[b"guanxi"])["error"]["code"]]


async def test_a_killed_server_ends_all_answers_with_an_error(own: Settings, services: Services) -> None:
    headers = await headers_of(services, Role.ANALYST)
    key = headers["Authorization"].removeprefix("Bearer ")
    async with (
        listening(create_app(services, follow=False)) as address,
        httpx.AsyncClient(base_url=f"http://{address}", headers=headers, timeout=SECONDS) as client,
    ):
        begun = [asyncio.Event(), asyncio.Event()]
        streamed = [
            asyncio.create_task(lines(client, begun[0])),
            asyncio.create_task(arrow(client, begun[1])),
        ]
        await asyncio.gather(*(one.wait() for one in begun))
        graph = connect_client(f"http://{address}", key)
        asked = asyncio.create_task(asyncio.to_thread(graph.run, ENDLESS))
        async with asyncio.timeout(SECONDS):
            while await running(services.database) < 3:  # noqa: ASYNC110 - the server's doing
                await asyncio.sleep(0.02)
            report = await control.status(own)
            assert report is not None
            os.kill(report.server_pid, signal.SIGKILL)
            assert await streamed[0] == [True, "database_unavailable"]
            assert await streamed[1] == [True, 0, "database_unavailable"]
            with pytest.raises(ConsoleError) as caught:
                await asked
            assert caught.value.reason == "database_unavailable"
        graph.close()
        async with asyncio.timeout(SECONDS):
            while (
                again := await client.post("/v1/console/run", json={"statement": "RETURN 1 AS x"})
            ).is_error:
                assert again.status_code == 503
                assert again.json()["error"]["code"] == "database_unavailable"
                await asyncio.sleep(0.2)  # the server needs the processor more
        assert [json.loads(line) for line in again.text.splitlines()][1] == [1]
