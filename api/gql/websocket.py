"""`/graphql` over web sockets, by the protocol `graphql-transport-ws`.

Any web page can open a socket to any server, and browsers send no preflight: a browser's `Origin` must be this server's
own or one that GUANXI_GRAPHQL_ORIGINS lists. The key comes in the `Authorization` header, or in `connection_init` as
`{"authorization": "Bearer KEY"}`.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.errors import error_body
from api.gql.engine import Answer, Engine, Identified, Ready
from api.gql.request import read_request
from api.logs import trace_of
from graph.errors import AccessError, DatabaseUnavailableError, ForbiddenError, GuanxiError, RateLimitedError

PROTOCOL: Final = "graphql-transport-ws"

INIT_SECONDS: Final = 10.0
"""How long a connection may say nothing before it has said who it is."""

SEND_SECONDS: Final = 30.0
"""How long a client may not read what it is sent."""

MAX_OPERATIONS: Final = 20
"""Operations of one connection at once."""

MAX_MESSAGE: Final = 256 * 1024
"""In characters."""

_log = structlog.get_logger(__name__)


class ClosedError(Exception):
    """The connection is to be closed, by a code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class SocketEndpoint:
    """Takes connections; one for each process."""

    def __init__(self, engine: Engine, *, origins: tuple[str, ...]) -> None:
        self._engine = engine
        self._origins = frozenset(origins)

    async def __call__(self, socket: WebSocket) -> None:
        """Serve one connection to its end."""
        if not self._may_come(socket):
            await socket.close(4403)
            return
        if PROTOCOL not in socket.scope["subprotocols"]:
            await socket.accept()
            await socket.close(4406, "Subprotocol not acceptable")
            return
        await socket.accept(PROTOCOL)
        await _Connection(self._engine, socket).serve()

    def _may_come(self, socket: WebSocket) -> bool:
        origin = socket.headers.get("origin")
        return (
            origin is None or origin in self._origins or urlsplit(origin).netloc == socket.headers.get("host")
        )


class _Connection:
    """One connection: who it is, and its operations."""

    def __init__(self, engine: Engine, socket: WebSocket) -> None:
        self._engine = engine
        self._socket = socket
        self._sending = asyncio.Lock()
        self._who: Identified | None = None
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._ended: asyncio.Future[ClosedError] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        """Read messages until either side ends the connection."""
        reading = asyncio.create_task(self._read())
        try:
            await asyncio.wait((reading, self._ended), return_when=asyncio.FIRST_COMPLETED)
            closed = self._ended.result() if self._ended.done() else reading.result()
            if closed is not None:
                with suppress(RuntimeError):  # they were quicker
                    await self._socket.close(closed.code, closed.reason)
        finally:
            tasks = [reading, *self._operations.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self) -> ClosedError | None:
        try:
            async with asyncio.timeout(INIT_SECONDS):
                await self._initialise()
            while True:
                await self._take(await self._receive())
        except ClosedError as closed:
            return closed
        except TimeoutError:
            return ClosedError(4408, "Connection initialisation timeout")
        except WebSocketDisconnect:
            return None
        except Exception as error:
            _log.error("socket.failed", **trace_of(error))
            return ClosedError(1011, "Something went wrong inside")

    async def _initialise(self) -> None:
        message = await self._receive()
        while message.get("type") == "ping":
            await self._send({"type": "pong"})
            message = await self._receive()
        if message.get("type") != "connection_init":
            raise ClosedError(4401, "Unauthorized")
        payload = message.get("payload")
        given = payload.get("authorization") if isinstance(payload, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        purpose = payload.get("purpose") if isinstance(payload, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        header = self._socket.headers.get("authorization", "")
        purpose_header = self._socket.headers.get("x-purpose")
        try:
            self._who = await self._engine.guarded(
                lambda: self._engine.identify(
                    given if isinstance(given, str) else header,
                    purpose if isinstance(purpose, str) else purpose_header,
                )
            )
        except GuanxiError as error:
            raise _closed(error) from None
        await self._send({"type": "connection_ack"})

    async def _receive(self) -> dict[str, Any]:
        """The next message. Raises ClosedError for what is none, WebSocketDisconnect at the end."""
        got = await self._socket.receive()
        if got["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(got.get("code", 1000))
        text = got.get("text")
        if text is None or len(text) > MAX_MESSAGE:
            raise ClosedError(4400, "A message is text of at most 256 KiB")
        try:
            message: Any = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise ClosedError(4400, "A message is JSON") from None
        if not isinstance(message, dict):
            raise ClosedError(4400, "A message is a JSON object")
        return message  # pyright: ignore[reportUnknownVariableType]

    async def _take(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "ping":
            await self._send({"type": "pong"})
        elif kind == "subscribe":
            await self._subscribe(_id_of(message), message.get("payload"))
        elif kind == "complete":
            task = self._operations.pop(_id_of(message), None)
            if task is not None:
                task.cancel()
        elif kind == "connection_init":
            raise ClosedError(4429, "Too many initialisation requests")
        elif kind != "pong":
            raise ClosedError(4400, "There is no such type of message")

    async def _subscribe(self, id_: str, payload: Any) -> None:
        if id_ in self._operations:
            raise ClosedError(4409, f"Subscriber for {id_} already exists")
        assert self._who is not None  # noqa: S101 - nothing is taken before
        try:
            if len(self._operations) >= MAX_OPERATIONS:
                raise RateLimitedError(
                    f"A connection has {MAX_OPERATIONS} operations at most.",
                    remedy="Complete one, or connect again.",
                )
            await self._who.still_allowed()
            ready = self._engine.prepare(read_request(payload), self._who.caller)
        except AccessError as error:
            raise _closed(error) from None
        except GuanxiError as error:
            await self._send({"id": id_, "type": "error", "payload": [error_body(error)]})
            return
        if isinstance(ready, Answer):
            await self._send({"id": id_, "type": "error", "payload": ready.errors})
            return
        self._operations[id_] = asyncio.create_task(self._run(id_, ready, self._who))

    async def _run(self, id_: str, ready: Ready, who: Identified) -> None:
        """Send the answers of one operation; what ends the caller's access ends the connection."""
        try:
            async with aclosing(self._engine.answers(ready, who)) as answers:
                async for answer in answers:
                    await self._send({"id": id_, "type": "next", "payload": answer.body()})
            self._operations.pop(id_, None)  # before the last message: the id may be used again at once
            await self._send({"id": id_, "type": "complete"})
        except (AccessError, DatabaseUnavailableError) as error:
            self._end(_closed(error))
        except GuanxiError as error:
            self._operations.pop(id_, None)
            await self._send({"id": id_, "type": "error", "payload": [error_body(error)]})
        except ClosedError as closed:
            self._end(closed)
        except Exception as error:
            _log.error("socket.failed", **trace_of(error))
            self._end(ClosedError(1011, "Something went wrong inside"))

    def _end(self, closed: ClosedError) -> None:
        if not self._ended.done():
            self._ended.set_result(closed)

    async def _send(self, message: dict[str, Any]) -> None:
        """Send a message. Raises ClosedError where the client does not read."""
        try:
            async with asyncio.timeout(SEND_SECONDS), self._sending:
                await self._socket.send_text(orjson.dumps(message, default=str).decode())
        except TimeoutError:
            raise ClosedError(4008, "The client does not read") from None
        except (WebSocketDisconnect, RuntimeError):
            raise ClosedError(1001, "The client is gone") from None


def _id_of(message: dict[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= 128:
        raise ClosedError(4400, "A message has an `id`, a text of 1 to 128 characters")
    return id_


def _closed(error: GuanxiError) -> ClosedError:
    """How the protocol says it; the reason is short, and says nothing of what was sent."""
    if isinstance(error, ForbiddenError):
        return ClosedError(4403, "Forbidden")
    if isinstance(error, AccessError):
        return ClosedError(4401, "Unauthorized")
    if isinstance(error, RateLimitedError):
        return ClosedError(4429, "Too many requests")
    return ClosedError(1013, "Try again later")
