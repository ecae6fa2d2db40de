"""With the database away: 503 at once, no memory, nothing lost or doubled, and recovery by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest

from graph.access.roles import Role
from graph.db.connect import connect
from graph.db.database import Database
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from graph.settings import load_settings
from tests.api.rest.ingest.app import Wiring, serving, wire
from tests.faults import BoltProxy
from tests.graph.ingest.support import count, reasons

MINIMAL = {"type": "track", "event": "Enquiry Submitted"}
DEADLINE = 30


@pytest.fixture
async def proxy(endpoint: Endpoint) -> AsyncIterator[BoltProxy]:
    async with BoltProxy(int(endpoint.uri.rpartition(":")[2])) as made:
        yield made


@pytest.fixture
async def wiring(
    proxy: BoltProxy,
    endpoint: Endpoint,
    database: Database,
    keyring: Keyring,
    blind: BlindIndex,
    rules: Rules,
) -> AsyncIterator[Wiring]:
    """Services that reach the database through the proxy."""
    driver = await connect(replace(endpoint, uri=f"bolt://127.0.0.1:{proxy.port}"))
    broken = Database(driver, name=endpoint.database)
    yield wire(broken, Writer(broken, keyring=keyring, blind=blind, rules=rules))
    await driver.close()


class Sender:
    """A client that does what SDKs do: it sends again on 5xx and after what Retry-After says, or sooner."""

    def __init__(self, address: str, key: str) -> None:
        self.client = httpx.AsyncClient(base_url=address, timeout=30, auth=(key, ""))
        self.answers: list[int] = []

    async def post(self, *message_ids: str) -> httpx.Response:
        batch = [{**MINIMAL, "userId": f"u-{one}", "messageId": one} for one in message_ids]
        answer = await self.client.post("/v1/batch", json={"batch": batch})
        self.answers.append(answer.status_code)
        return answer

    async def post_until_kept(self, *message_ids: str) -> None:
        deadline = time.monotonic() + DEADLINE
        while (await self.post(*message_ids)).status_code != 200:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)


@pytest.fixture
async def sender(wiring: Wiring) -> AsyncIterator[Sender]:
    key = (await wiring.access.create(Role.SOURCE, source="web")).key
    async with serving(wiring) as address:
        made = Sender(address, key)
        async with made.client:
            await made.post_until_kept("first")
            yield made


async def test_down_up_and_nothing_lost(sender: Sender, proxy: BoltProxy, database: Database) -> None:
    await proxy.cut()
    answer = await sender.post("a")
    assert answer.status_code == 503
    assert answer.json()["code"] == "database_unavailable"
    assert 0 < int(answer.headers["retry-after"]) <= 60

    began = time.monotonic()
    while_down = await asyncio.gather(*(sender.post(f"b-{n}") for n in range(100)))
    assert {one.status_code for one in while_down} == {503}
    assert time.monotonic() - began < 5  # the driver alone would try for 15 s

    await proxy.restore()
    await asyncio.gather(*(sender.post_until_kept(f"b-{n}") for n in range(100)))
    assert await count(database, "Message") == 101
    assert await reasons(database) == []


async def test_a_key_that_must_be_looked_up_is_told_soon(
    sender: Sender, proxy: BoltProxy, wiring: Wiring
) -> None:
    """With nothing to write, the look-up of a key is what finds the database away."""
    other = (await wiring.access.create(Role.SOURCE, source="web")).key
    await proxy.cut()
    began = time.monotonic()
    answer = await sender.client.post("/v1/track", json={**MINIMAL, "userId": "u"}, auth=(other, ""))

    assert answer.status_code == 503
    assert time.monotonic() - began < 5
    assert (await sender.post("next")).status_code == 503
    await proxy.restore()
    await sender.post_until_kept("next")


async def test_what_waits_when_the_database_goes_is_told(sender: Sender, proxy: BoltProxy) -> None:
    proxy.stall()
    waiting = [asyncio.create_task(sender.post(f"w-{n}")) for n in range(50)]
    answers = await asyncio.gather(*waiting)
    assert {one.status_code for one in answers} == {503}

    proxy.flow()
    await asyncio.gather(*(sender.post_until_kept(f"w-{n}") for n in range(50)))


async def test_a_commit_whose_answer_is_lost_is_not_doubled(
    sender: Sender, proxy: BoltProxy, database: Database
) -> None:
    for number in range(4):
        proxy.lose_commit_answers = 1
        await sender.post_until_kept(f"m-{number}", f"n-{number}")

    assert proxy.lose_commit_answers == 0
    assert await count(database, "Message") == 9
    assert await reasons(database) == []


async def test_memory_stays_flat_while_down(sender: Sender, proxy: BoltProxy) -> None:
    await proxy.cut()
    assert (await sender.post("warm")).status_code == 503
    event = {**MINIMAL, "userId": "u", "note": "n" * 30_000}
    before = psutil.Process().memory_info().rss
    for _ in range(40):
        await asyncio.gather(*(sender.client.post("/v1/track", json=event) for _ in range(20)))
    grown = psutil.Process().memory_info().rss - before
    await proxy.restore()
    await sender.post_until_kept("after")

    assert grown < 12_000_000  # 800 bodies of 30 KB would be 24 MB


async def test_a_server_killed_while_clients_send(
    endpoint: Endpoint, database: Database, keyring: Keyring, writer: Writer, tmp_path: Path
) -> None:
    """Every acknowledged message is in the graph exactly once, whenever the process died."""
    key = (await wire(database, writer).access.create(Role.SOURCE, source="web")).key
    kept: set[str] = set()
    for round_ in range(3):
        process, address = await _start(endpoint, tmp_path / "keys")
        async with httpx.AsyncClient(base_url=address, timeout=30, auth=(key, "")) as client:
            enough = asyncio.Event()
            workers = [
                asyncio.create_task(
                    _send_until_it_dies(client, f"{round_}-{worker}", kept, enough, after=3 + round_)
                )
                for worker in range(8)
            ]
            ready = asyncio.create_task(enough.wait())
            await asyncio.wait([*workers, ready], timeout=DEADLINE, return_when=asyncio.FIRST_COMPLETED)
            assert ready.done()
            os.kill(process.pid, signal.SIGKILL)
            await asyncio.gather(*workers)
        await process.wait()

    blind = BlindIndex(keyring.index_root)
    rows = await database.run_schema("CYPHER 5 MATCH (m:Message) RETURN m.key AS key")
    stored = [row["key"] for row in rows]
    assert len(kept) >= 8 * 5
    assert {blind.message_key("web", one) for one in kept} <= set(stored)
    assert len(stored) == len(set(stored))

    # What was under way when the server died is sent again to the next one, as SDKs do; nothing is doubled.
    async with serving(wire(database, writer)) as address, httpx.AsyncClient(base_url=address) as client:
        batch = [{**MINIMAL, "userId": f"u-{one}", "messageId": one} for one in sorted(kept)]
        answer = await client.post("/v1/batch", json={"batch": batch}, auth=(key, ""))
        assert answer.json() == {"success": True}
    assert await count(database, "Message") == len(stored)
    assert await reasons(database) == []


async def _send_until_it_dies(
    client: httpx.AsyncClient, name: str, kept: set[str], enough: asyncio.Event, *, after: int
) -> None:
    """Send batches one after the other, note what was acknowledged, and say when `after` of them were."""
    number = 0
    while True:
        ids = [f"{name}-{number}-{n}" for n in range(5)]
        batch = [{**MINIMAL, "userId": f"u-{one}", "messageId": one} for one in ids]
        try:
            answer = await client.post("/v1/batch", json={"batch": batch})
        except httpx.TransportError:
            return
        if answer.status_code == 503:  # a busy machine may answer so; an SDK sends the same batch again
            continue
        assert answer.status_code == 200
        kept.update(ids)
        number += 1
        if number == after:
            enough.set()


async def _start(endpoint: Endpoint, data_dir: Path) -> tuple[asyncio.subprocess.Process, str]:
    """The test's server as a process of its own, on the same keyring."""
    assert load_settings(data_dir=data_dir).keyring_file.exists()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.api.rest.ingest.app",
        endpoint.uri,
        str(data_dir),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(endpoint.password.get_secret_value().encode() + b"\n")
    await process.stdin.drain()
    address = (await asyncio.wait_for(process.stdout.readline(), DEADLINE)).decode().strip()
    assert address.startswith("http://")
    return process, address
