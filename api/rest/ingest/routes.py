"""Segment's HTTP API: `/v1/identify` and its like, and the browser SDK's `/v1/t` and its like.

See `docs/ingest-http.md`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol

import orjson
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from api.rest.ingest.batch import CALLS, Call
from api.rest.ingest.limits import Rate
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


def router(
    services: IngestServices, *, rate: Rate | None = None, capacity: Capacity | None = None
) -> APIRouter:
    """The ingest endpoints; they start and drain their committer with the application that includes them."""
    committer = committer_of(services, capacity=capacity)
    service = IngestService(
        committer, access=services.access, sources=services.sources, clock=services.clock, rate=rate
    )

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncGenerator[None]:
        async with committer:
            yield

    routes = APIRouter(lifespan=lifespan, tags=["ingest"])
    for name, call in CALLS.items():
        _add(routes, service, name, call)
    return routes


def _add(routes: APIRouter, service: IngestService, name: str, call: Call) -> None:
    async def post(request: Request) -> Response:
        try:
            reply = await service.accept(call, request.headers, request.stream())
        except ClientDisconnect:
            return Response(status_code=499)  # nobody is there to read it
        return _response(reply)

    async def options(request: Request) -> Response:
        return _response(await service.preflight(request.headers.get("origin")))

    path = f"/v1/{name}"
    what = f"Take one {call.type_} event." if call.type_ else "Take a batch of events."
    routes.add_api_route(path, post, methods=["POST"], name=f"ingest_{name}", summary=what)
    routes.add_api_route(path, options, methods=["OPTIONS"], include_in_schema=False)


def _response(reply: Reply) -> Response:
    return Response(
        content=b"" if reply.body is None else orjson.dumps(reply.body),
        status_code=reply.status,
        media_type=None if reply.body is None else "application/json",
        headers=dict(reply.headers),
    )
