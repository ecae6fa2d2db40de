"""How errors leave the API: one JSON form, one status each, nothing of the inside in it."""

from __future__ import annotations

import re
from typing import Any, Final

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.logs import request_id, trace_of
from graph.errors import (
    AccessError,
    DatabaseUnavailableError,
    ForbiddenError,
    GuanxiError,
    IssuerUnavailableError,
    OverloadedError,
    RateLimitedError,
)

RETRY_SECONDS: Final = 5
"""What a client is told to wait while the database is away; never above 60."""

_ISSUER_SECONDS: Final = 10
"""What it is told to wait while an issuer's keys cannot be fetched: it is not asked more often."""

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z-]{0,39}")
"""Of a parameter, as we name them."""

_log = structlog.get_logger(__name__)

_HTTP: Final = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
}


def error_response(error: GuanxiError) -> Response:
    """The answer to an error: `{"error": {"code", "message", "remedy"}}`.

    What the caller can mend is told; what went wrong inside is logged and answered with the request id only.
    """
    headers: dict[str, str] = {}
    if isinstance(error, RateLimitedError):
        headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, AccessError) and not isinstance(error, ForbiddenError):
        headers["WWW-Authenticate"] = 'Bearer realm="guanxi"'
    elif isinstance(error, OverloadedError):
        return _json(503, error.code, error.message, error.remedy, {"Retry-After": "1"})
    elif isinstance(error, IssuerUnavailableError):  # not the database, which the next branch says and logs
        return _json(503, error.code, error.message, error.remedy, {"Retry-After": str(_ISSUER_SECONDS)})
    elif error.status == 503:
        _log.warning("database.unavailable", error=error.message)
        headers["Retry-After"] = str(RETRY_SECONDS)
        return _json(
            503,
            error.code,
            "The database cannot be reached now.",
            f"Send the request again after {RETRY_SECONDS} seconds.",
            headers,
        )
    elif error.status == 405:
        headers["Allow"] = "POST"
    if error.status >= 500:
        return masked_response(error)
    return _json(error.status, error.code, error.message, error.remedy, headers)


def error_body(error: GuanxiError) -> dict[str, Any]:
    """The same as an error of a GraphQL answer: what ends a stream."""
    if isinstance(error, DatabaseUnavailableError):
        return _told(
            error.code, "The database cannot be reached now.", "Subscribe again, after your last cursor."
        )
    if error.status >= 500 and not isinstance(error, OverloadedError | IssuerUnavailableError):
        _log.error("stream.failed", **trace_of(error))
        return _told("internal", *masked_message())
    return _told(error.code, error.message, error.remedy)


def masked_response(error: BaseException) -> Response:
    """The answer to what nobody foresaw; the log has where it happened, under the same request id."""
    _log.error("request.failed", **trace_of(error))
    return _json(500, "internal", "Something went wrong inside.", _masked_remedy(), {})


def masked_message() -> tuple[str, str]:
    """The same answer for one field of a GraphQL response: message and remedy."""
    return "Something went wrong inside.", _masked_remedy()


def install(app: FastAPI) -> None:
    """Answer all of the application's errors in this form."""

    async def known(_: Request, error: Exception) -> Response:
        return error_response(error) if isinstance(error, GuanxiError) else masked_response(error)

    async def http(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code, message = _HTTP.get(status, ("http", "The request cannot be taken."))
        headers = dict(getattr(error, "headers", None) or {})
        return _json(status, code, message, "See docs/graphql.md for the addresses there are.", headers)

    async def invalid(_: Request, error: Exception) -> Response:
        told = _places(error) if isinstance(error, RequestValidationError) else ""
        return _json(400, "bad_input", f"The request's parameters are wrong{told}.", "Correct them.", {})

    app.add_exception_handler(GuanxiError, known)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)


def _places(error: RequestValidationError) -> str:
    """Where it is wrong, without what was sent; a name that we do not know is sent, too."""
    places: list[str] = []
    for each in error.errors():
        named = each["loc"][:-1] if each["type"] == "extra_forbidden" else each["loc"]
        place = ".".join(str(part) for part in named if isinstance(part, int) or _NAME.fullmatch(part))
        places.append(f"unknown field in {place}" if each["type"] == "extra_forbidden" else place)
    return f": {', '.join(dict.fromkeys(places))}" if places else ""


def _masked_remedy() -> str:
    return f"Tell your operator this request id: {request_id()}."


def _told(code: str, message: str, remedy: str) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code, "remedy": remedy}}


def _json(status: int, code: str, message: str, remedy: str, headers: dict[str, str]) -> Response:
    body: dict[str, Any] = {"error": {"code": code, "message": message, "remedy": remedy}}
    return Response(orjson.dumps(body), status, headers, media_type="application/json")
