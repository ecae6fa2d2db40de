"""Two servers on one graph, and clients of both protocols."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from api.app import create_app
from api.wiring import Services
from graph.feed.tail import FeedTail
from tests.api.server import listening

PATIENCE = 20.0


@pytest.fixture
async def place(services: Services) -> AsyncIterator[str]:
    """A server; nothing is derived behind the feed."""
    async with listening(create_app(services, follow=False)) as found:
        yield found


@pytest.fixture
async def other_place(services: Services) -> AsyncIterator[str]:
    """Another process's view of the same graph, as far as what it keeps in memory."""
    other = replace(services, tail=FeedTail(services.database))
    async with listening(create_app(other, follow=False)) as found:
        yield found


class Socket:
    """A client of `graphql-transport-ws`."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            return json.loads(await self.connection.recv())

    async def closed(self) -> int:
        """The code that the server closes with."""
        async with asyncio.timeout(PATIENCE):
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code

    async def subscribe(self, query: str, *, operation: str = "1", **variables: Any) -> None:
        await self.send(id=operation, type="subscribe", payload={"query": query, "variables": variables})

    async def next(self) -> Any:
        """The data of the next message, which must be an answer without errors."""
        message = await self.receive()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]


@asynccontextmanager
async def socket(
    place: str, headers: dict[str, str] | None = None, *, init: bool = True, **options: Any
) -> AsyncGenerator[Socket]:
    """A connection, acknowledged unless it is not to be."""
    options.setdefault("subprotocols", ["graphql-transport-ws"])
    async with connect(f"ws://{place}/graphql", additional_headers=headers, **options) as connection:
        made = Socket(connection)
        if init:
            await made.send(type="connection_init")
            assert await made.receive() == {"type": "connection_ack"}
        yield made


async def events(
    place: str, headers: dict[str, str], query: str, **variables: Any
) -> AsyncGenerator[tuple[str, Any]]:
    """Server-sent events as they come: name and data."""
    async with (
        httpx.AsyncClient(timeout=PATIENCE) as client,
        client.stream(
            "POST",
            f"http://{place}/graphql",
            json={"query": query, "variables": variables},
            headers=headers | {"Accept": "text/event-stream"},
        ) as response,
    ):
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        name = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data:"):
                text = line[5:].strip()
                yield name, json.loads(text) if text else None
