"""One POST to a checked address: nothing is followed, nothing of the answer is kept but its status.

A client of our own, for two reasons: the address that was checked must be the one that is connected to, under the
host's name for TLS; and what a receiver sends back must cost nothing. It is read up to the end of its headers, then the
connection is closed.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import httptools

from graph.errors import InputError
from graph.webhook.address import Target, check_addresses

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 15.0
"""For name, connection, request and answer together."""

MAX_HEAD: Final = 16 * 1024
"""Bytes of an answer that are read at most."""

_CHUNK: Final = 4_096

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""The IP addresses of a host's name; raises OSError where it has none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt ended: the status of the answer, or None and why there was none. `retry_after` in seconds."""

    status: int | None
    reason: str | None = None
    retry_after: int = 0

    @property
    def accepted(self) -> bool:
        """True for 2xx alone: a redirect is not followed, so nobody has got it."""
        return self.status is not None and 200 <= self.status < 300


async def resolve(host: str, port: int) -> list[str]:
    """All IP addresses of a host, by the system's resolver, in its order."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def post(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    *,
    resolve: Resolve = resolve,
    context: ssl.SSLContext | None = None,
    seconds: float = TOTAL_SECONDS,
) -> Answer:
    """Send a body once and answer how it went; nothing is raised for what a network or a receiver does.

    The host is looked up once, every address of it is checked, and one of them is connected to. `context` replaces the
    system's certificates.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _post(target, body, headers, resolve, context or ssl.create_default_context())
    except InputError:
        return Answer(None, "address refused")
    except TimeoutError:
        return Answer(None, "timeout")
    except ssl.SSLError:
        return Answer(None, "certificate refused")
    except socket.gaierror:
        return Answer(None, "unknown host")
    except (OSError, httptools.HttpParserError, UnicodeError):
        return Answer(None, "no answer")


async def _post(
    target: Target, body: bytes, headers: Mapping[str, str], resolve: Resolve, context: ssl.SSLContext
) -> Answer:
    address = check_addresses(target, await resolve(target.host, target.port))
    async with asyncio.timeout(CONNECT_SECONDS):
        reader, writer = await asyncio.open_connection(
            address,
            target.port,
            ssl=context if target.secure else None,
            server_hostname=target.host if target.secure else None,
        )
    try:
        writer.write(_request(target, body, headers))
        await writer.drain()
        return await _read(reader)
    finally:
        writer.transport.abort()  # whatever else the receiver would send


def _request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        "User-Agent: guanxi",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Accept: */*",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body


class _Head:
    """Notes the status of the first answer that is final (1xx are not)."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.answer: Answer | None = None
        self._retry_after = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) < 8:
            self._retry_after = int(value)

    def on_headers_complete(self) -> None:
        status = self.parser.get_status_code()
        if status >= 200 and self.answer is None:
            reason = None if status < 300 else f"status {status}"
            self.answer = Answer(status, reason, self._retry_after)


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = _Head()
    got = 0
    while head.answer is None:
        chunk = await reader.read(_CHUNK)
        got += len(chunk)
        if not chunk or got > MAX_HEAD:
            return Answer(None, "no answer")
        head.parser.feed_data(chunk)
    return head.answer
