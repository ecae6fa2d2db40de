"""The application: routes, errors, logs, and what must be true before a request may come."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import orjson
from fastapi import FastAPI, Request, Response

from api import errors
from api.bearer import bearer
from api.gql.engine import Engine
from api.gql.view import GraphQLView
from api.gql.websocket import SocketEndpoint
from api.headers import SecurityHeaders
from api.health import Readiness
from api.logs import RequestLog
from api.metrics import MEDIA
from api.rates import Rate
from api.rest.door import Door
from api.rest.ingest.routes import IngestEndpoints, committer_of
from api.rest.openapi import describe
from api.rest.routers import ROUTERS
from api.wiring import Services
from graph.access.roles import Permission
from graph.feed.follow import following


def create_app(services: Services, *, follow: bool = True) -> FastAPI:
    """The whole API on services that are open.

    Run it with its lifespan: that prepares `app.state.readiness`, unless somebody did so before, so that
    `/readyz` answers 200 only when requests will succeed, at full speed. Without `follow` nothing is derived behind the
    change feed here: another process does it.
    """
    readiness = Readiness(services)
    engine = Engine(services)
    committer = committer_of(services)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        await readiness.prepare()
        async with following(services.background if follow else ()), committer:
            yield
        readiness.close()
        await services.tail.aclose()
        await engine.aclose()
        await services.console.aclose()
        await services.access.aclose()

    app = FastAPI(
        title="guanxi",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # FastAPI's own records paths, queries and texts of exceptions: any of them may hold a personal value.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.readiness = readiness
    app.state.door = Door.of(services)
    errors.install(app)
    settings = services.settings
    app.add_middleware(
        IngestEndpoints,
        services=services,
        committer=committer,
        rate=Rate(per_second=settings.ingest_rate, burst=settings.ingest_burst),
    )
    app.add_middleware(GraphQLView, engine=engine)
    app.add_middleware(RequestLog, metrics=services.metrics)
    app.add_middleware(SecurityHeaders)  # around it: what nobody caught is answered there
    app.add_api_websocket_route("/graphql", SocketEndpoint(engine, origins=settings.graphql_origins))

    async def healthz() -> Response:
        """The process is alive."""
        return _plain(200, {"status": "alive"})

    async def readyz(_: Request) -> Response:
        """Requests will succeed."""
        reason = await readiness.trouble()
        if reason is None:
            return _plain(200, {"status": "ready"})
        return _plain(503, {"status": "not ready", "reason": reason}, {"Retry-After": "1"})

    async def metrics(request: Request) -> Response:
        """What Prometheus reads; for keys that may see metrics."""
        caller = await services.access.identify(bearer(request.headers.get("authorization", "")))
        request.state.caller = caller
        caller.require(Permission.OBSERVE)
        return Response(services.metrics.text(), headers={"Cache-Control": "no-store"}, media_type=MEDIA)

    for path, answer in (("/metrics", metrics), ("/healthz", healthz), ("/readyz", readyz)):
        app.add_api_route(path, answer, methods=["GET"], response_class=Response, include_in_schema=False)
    for router in ROUTERS:
        app.include_router(router)
    describe(app)
    return app


def _plain(status: int, body: dict[str, str], headers: dict[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(body),
        status,
        {"Cache-Control": "no-store"} | (headers or {}),
        media_type="application/json",
    )
