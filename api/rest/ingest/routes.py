"""Segment's HTTP API: `/v1/identify` and its like, and the browser SDK's `/v1/t` and its like.

See `docs/ingest-http.md`. Answered before the framework's router: what that costs a request (arguments, dependencies,
exit stacks) is more than all that happens to a single event.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from api.rates import Rate
from api.rest.ingest.batch import CALLS, Call
from api.rest.ingest.service import Access, IngestService, Reply, Sources
from graph.clock import Clock
from graph.db.database import Database
from graph.ingest.committer import Capacity, Committer
from graph.ingest.writer import Writer


class IngestServices(Protocol):
    """What the router needs of `api.wiring.Services`."""

    @property
    def database(self) -> Database: ...
    @property
    def writer(self) -> Writer: ...
    @property
    def access(self) -> Access: ...
    @property
    def sources(self) -> Sources: ...
    @property
    def clock(self) -> Clock: ...


def committer_of(services: IngestServices, *, capacity: Capacity | None = None) -> Committer:
    """A committer on these services; enter it before use."""
    probe = services.database.statements["ingest.find_head"].text

    async def answers() -> object:
        # Not a managed transaction: the driver would try again for seconds, and we want to know now.
        return await services.database.run_schema(probe)

    return Committer(services.writer.write, probe=answers, capacity=capacity)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address below `/v1/`; the log names it by its path."""

    path: str
    call: Call


ENDPOINTS: Final[Mapping[str, Endpoint]] = {
    f"/v1/{name}": Endpoint(f"/v1/{name}", call) for name, call in CALLS.items()
}


class IngestEndpoints:
    """ASGI middleware: answers the ingest endpoints itself, and leaves everything else to the application."""

    def __init__(
        self, app: ASGIApp, *, services: IngestServices, committer: Committer, rate: Rate | None = None
    ) -> None:
        """`committer` must have been entered before the first request comes."""
        self._app = app
        self._service = IngestService(
            committer, access=services.access, sources=services.sources, clock=services.clock, rate=rate
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        endpoint = ENDPOINTS.get(scope["path"]) if scope["type"] == "http" else None
        if endpoint is None or scope["method"] not in ("POST", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        scope["route"] = endpoint
        headers = _headers(scope)
        if scope["method"] == "OPTIONS":
            await _send(await self._service.preflight(headers.get("origin")), send)
            return
        try:
            reply = await self._service.accept(endpoint.call, headers, _chunks(receive))
        except ClientDisconnect:
            return  # nobody is there to read an answer
        await _send(reply, send)


def _headers(scope: Scope) -> dict[str, str]:
    """By lower-case name; of several the first."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}


async def _chunks(receive: Receive) -> AsyncGenerator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        more = message.get("more_body", False)
        if body := message.get("body", b""):
            yield body


async def _send(reply: Reply, send: Send) -> None:
    body = b"" if reply.body is None else orjson.dumps(reply.body)
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()
    ]
    if reply.body is not None:
        headers.append((b"content-type", b"application/json"))
    if reply.status != 204:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
