"""`/openapi.json`: what the REST doors take and answer, for who may look at the schema."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from api.bearer import bearer
from api.rest.door import services_of
from graph.access.roles import Permission

_ABOUT = (
    "Programmes, referrals, rewards and the ledger. Amounts are integers of a unit's smallest part, times are RFC 3339 "
    'in UTC. Every write takes an `Idempotency-Key`. Errors are `{"error": {"code", "message", "remedy"}}`.'
)


def describe(app: FastAPI) -> None:
    """Serve the description of an application's routes.

    As introspection by GraphQL: with any key in development, in production with one that may look at the schema.
    """

    async def openapi(request: Request) -> Response:
        services = services_of(request)
        caller = await services.access.identify(bearer(request.headers.get("authorization", "")))
        request.state.caller = caller
        if services.settings.env != "development":
            caller.require(Permission.INTROSPECT)
        return JSONResponse(description(app))

    app.add_api_route("/openapi.json", openapi, methods=["GET"], include_in_schema=False)


def description(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application's routes, made once."""
    if app.openapi_schema is None:
        made = get_openapi(title="guanxi", version=version("guanxi"), description=_ABOUT, routes=app.routes)
        for operations in made["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)  # what is wrong is answered 400, as everywhere
        for name in ("HTTPValidationError", "ValidationError"):
            made["components"]["schemas"].pop(name, None)
        app.openapi_schema = made
    return app.openapi_schema
