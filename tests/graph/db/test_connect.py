"""What people get wrong about an address, tried on a real server and on things that are none."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from neo4j.exceptions import ClientError
from pydantic import SecretStr

from graph.db import connect as module
from graph.db.connect import connect
from graph.errors import ConfigurationError, DatabaseError, DatabaseUnavailableError, GuanxiError
from graph.runtime import Endpoint, database
from graph.runtime.server_settings import COMMON, NEWER_THAN_5
from graph.settings import Settings, load_settings

NOWHERE = Endpoint("bolt://127.0.0.1:1", "neo4j", SecretStr("a-secret"), "neo4j")


@pytest.fixture(scope="module")
async def endpoint(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Endpoint]:
    settings = load_settings(data_dir=tmp_path_factory.mktemp("connect"), heap_mb=256, page_cache_mb=64)
    async with database(settings) as given:
        yield given


async def refused(endpoint: Endpoint, *, wait_seconds: float = 0.3) -> GuanxiError:
    with pytest.raises(GuanxiError) as failure:
        await connect(endpoint, wait_seconds=wait_seconds)
    assert failure.value.remedy
    assert endpoint.password.get_secret_value() not in str(failure.value)
    return failure.value


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
async def test_connects_and_leaves_no_trace(endpoint: Endpoint, scheme: str) -> None:
    driver = await connect(replace(endpoint, uri=endpoint.uri.replace("bolt", scheme)))
    async with driver:
        counted, _, _ = await driver.execute_query("MATCH (n) RETURN count(n) AS n")
        labels, _, _ = await driver.execute_query("CALL db.labels() YIELD label RETURN count(label) AS n")
        assert (counted[0]["n"], labels[0]["n"]) == (0, 0)


async def test_server_runs_with_the_settings_of_the_table(endpoint: Endpoint, settings: Settings) -> None:
    async with await connect(endpoint) as driver:
        rows, _, _ = await driver.execute_query(
            "SHOW SETTINGS YIELD name, value WHERE name IN $names RETURN name, value", names=list(COMMON)
        )
        in_force = {row["name"]: row["value"].lower() for row in rows}
        expected = {"db.transaction.timeout": "2m", "db.memory.transaction.max": "96.00mib"}
        for name, value in COMMON.items():
            if name in in_force:  # internal settings are not shown
                assert in_force[name] == expected.get(name, value.lower()), name
        known = set(COMMON) - (NEWER_THAN_5 if settings.neo4j_version == "5.26" else set())
        assert len(in_force) >= len(known) - 1
        for source in ("'file:///etc/hostname'", "'http://127.0.0.1:1/x'"):
            with pytest.raises(ClientError, match=r"(?i)disabled|blocked|not allowed|denied|configuration"):
                await driver.execute_query(f"LOAD CSV FROM {source} AS row RETURN row")


async def test_wrong_password_is_tried_once(endpoint: Endpoint) -> None:
    began = time.monotonic()
    error = await refused(replace(endpoint, password=SecretStr("wrong-secret")), wait_seconds=20)
    assert isinstance(error, ConfigurationError)
    assert "NEO4J_PASSWORD" in error.remedy
    assert time.monotonic() - began < 10
    async with await connect(endpoint) as driver:  # a lock-out would refuse this one
        await driver.verify_connectivity()


async def test_missing_database(endpoint: Endpoint) -> None:
    error = await refused(replace(endpoint, database="nosuch"))
    assert isinstance(error, ConfigurationError)
    assert "no database named `nosuch`" in error.message


async def test_database_that_takes_no_graph_writes(endpoint: Endpoint) -> None:
    error = await refused(replace(endpoint, database="system"))
    assert isinstance(error, DatabaseError)
    assert "refuses us with Neo." in error.message


async def test_server_too_old(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLDEST_SERVER", (9999, 1))
    error = await refused(endpoint)
    assert isinstance(error, ConfigurationError)
    assert "needs 5.26 or newer" in error.message


@pytest.mark.parametrize("scheme", ["bolt+s", "neo4j+ssc"])
async def test_encryption_the_server_does_not_speak(endpoint: Endpoint, scheme: str) -> None:
    error = await refused(replace(endpoint, uri=endpoint.uri.replace("bolt", scheme)), wait_seconds=20)
    assert isinstance(error, ConfigurationError)
    assert "encryption" in error.message


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "rubbish",
        "http://127.0.0.1:7474",
        "bolt://127.0.0.1:99999",
        "bolt://u:a-secret@127.0.0.1:x",
        "file:///x",
        "bolt://",
        "bolt://127.0.0.1:7687?policy=a-secret",
        "7687",
        "bolt:127.0.0.1",
        "neo4j+x://127.0.0.1",
    ],
)
async def test_wrong_address(uri: str) -> None:
    error = await refused(replace(NOWHERE, uri=uri))
    assert isinstance(error, ConfigurationError)
    assert "bolt://HOST:7687" in error.remedy


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
async def test_refused_connection_is_waited_for_and_then_reported(scheme: str) -> None:
    began = time.monotonic()
    error = await refused(replace(NOWHERE, uri=f"{scheme}://127.0.0.1:1"), wait_seconds=0.5)
    assert isinstance(error, DatabaseUnavailableError)
    assert 0.4 < time.monotonic() - began < 5


async def test_unknown_host() -> None:
    error = await refused(replace(NOWHERE, uri="bolt://nosuch.invalid:7687"))
    assert "host name" in error.message


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n", b"\0\0\0\0"])
async def test_something_else_listens_there(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(20)
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        error = await refused(replace(NOWHERE, uri=f"bolt://127.0.0.1:{port}"))
    assert isinstance(error, ConfigurationError)
    assert "no Neo4j Bolt server" in error.message


async def test_server_that_accepts_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        error = await refused(replace(NOWHERE, uri=f"bolt://127.0.0.1:{mute.getsockname()[1]}"))
    assert isinstance(error, DatabaseUnavailableError)
    assert time.monotonic() - began < 5


async def test_waits_for_a_server_that_is_still_starting(tmp_path: Path) -> None:
    """The port opens while `connect` is trying."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    trying = asyncio.create_task(refused(replace(NOWHERE, uri=f"bolt://127.0.0.1:{port}"), wait_seconds=20))
    answered = asyncio.Event()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()
        answered.set()

    async with asyncio.timeout(10):
        async with await asyncio.start_server(serve, "127.0.0.1", port):
            await answered.wait()
            assert isinstance(await trying, ConfigurationError)
