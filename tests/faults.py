"""A Bolt proxy that breaks: it refuses, cuts, stalls, or loses the answer to a COMMIT."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

_COMMIT = b"\x00\x02\xb0\x12\x00\x00"
"""Bolt's COMMIT message: a chunk of two bytes, an empty structure of tag 0x12, the end mark."""


class BoltProxy:
    """Passes Bolt through to a server on loopback until it is told not to."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.lose_commit_answers = 0
        self.commits = 0

    async def __aenter__(self) -> Self:
        await self.restore()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flowing.set()
        await self.cut()

    async def restore(self) -> None:
        """Take connections, always on the same port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Close every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.close()
        while self._writers:
            writer = next(iter(self._writers))
            with suppress(OSError):
                await writer.wait_closed()
            self._writers.discard(writer)

    def stall(self) -> None:
        """Keep connections open and let nothing through."""
        self._flowing.clear()

    def flow(self) -> None:
        """Let everything through again, what was held back too."""
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.close()
            return
        pair = (writer, up_writer)
        self._writers.update(pair)
        connection = _Connection()
        try:
            await asyncio.gather(
                self._up(reader, up_writer, connection), self._down(up_reader, writer, connection)
            )
        except (OSError, _LostAnswerError):
            pass
        finally:
            for one in pair:
                one.close()
                self._writers.discard(one)

    async def _up(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: _Connection
    ) -> None:
        tail = b""
        while data := await reader.read(65_536):
            await self._flowing.wait()
            seen = (tail + data).count(_COMMIT)
            tail = (tail + data)[-len(_COMMIT) + 1 :]
            self.commits += seen
            if seen and self.lose_commit_answers:
                self.lose_commit_answers -= 1
                connection.losing = True
            writer.write(data)
            await writer.drain()
        writer.close()

    async def _down(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: _Connection
    ) -> None:
        while data := await reader.read(65_536):
            await self._flowing.wait()
            if connection.losing:  # the server has committed, since it answers; the client never learns of it
                raise _LostAnswerError
            writer.write(data)
            await writer.drain()
        writer.close()


class _Connection:
    def __init__(self) -> None:
        self.losing = False


class _LostAnswerError(Exception):
    """The connection is to be cut with an answer on its way."""
