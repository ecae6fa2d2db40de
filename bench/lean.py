"""The least HTTP/1.1 client there can be: on two cores a comfortable one would cost more than what is measured."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

IDLE_SECONDS: Final = 2.0
"""A connection that was idle for longer is opened anew: servers close such ones, ours after five seconds."""


class Connection:
    """One kept-alive connection that posts JSON, with a write key or as bearer of another."""

    def __init__(self, address: str, path: str, key: str = "", *, bearer: str = "") -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        proof = f"Bearer {bearer}" if bearer else f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nAuthorization: {proof}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        head = await self._ask(body)
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        status, answer = int(head[9:12]), await self._reader.readexactly(length)
        self._used_at = time.monotonic()
        return status, answer

    async def stream(self, body: bytes) -> AsyncGenerator[bytes]:
        """The chunks of an answer that is sent as it comes. Raises RuntimeError for any other than 200."""
        head = await self._ask(body)
        if int(head[9:12]) != 200:
            raise RuntimeError(head.decode())
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            yield await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        self._used_at = time.monotonic()

    async def _ask(self, body: bytes) -> bytes:
        """Send a request, and read the head of its answer."""
        if time.monotonic() - self._used_at > IDLE_SECONDS or self._reader.at_eof():
            await self.reopen()
        self._writer.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        return await self._reader.readuntil(b"\r\n\r\n")

    async def reopen(self) -> None:
        """Go away, from the midst of an answer too, and come back."""
        await self._close()
        await self._open()

    async def _open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        self._used_at = time.monotonic()

    async def _close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return  # the server was first
