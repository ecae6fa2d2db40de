"""Answers of the console as they are sent: lines of JSON or an Arrow stream, and errors in their one form."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import Any, Final, TypeVar

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.requests import ClientDisconnect

from api.errors import error_response, masked_message
from api.rest.door import DoorRoute
from graph.console.errors import ConsoleError, error_object
from graph.console.model import Part, Rows
from graph.console.waves import Wave
from graph.errors import DatabaseUnavailableError, GuanxiError, InputError

T = TypeVar("T")

_GONE: Final = 499
"""Who asked went away before there was anything to answer."""
_RETRY: Final = {429: "1", 503: "5"}


class ConsoleRoute(DoorRoute):
    """A route whose errors have the console's form, wherever they arise."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that FastAPI calls."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await answer(request)
            except GuanxiError as error:
                return refusal(error)
            except ClientDisconnect:
                return Response(status_code=_GONE)  # nobody reads it; it is no fault of ours for the log
            except RequestValidationError as error:
                return refusal(InputError(f"The request is wrong{_places(error)}.", remedy="Correct it."))

        return handler


def refusal(error: GuanxiError) -> Response:
    """The answer to an error before anything was sent."""
    if error.status >= 500:
        response = error_response(error)
        told = orjson.loads(response.body)["error"]
        body = {
            "code": told["code"],
            "message": told["message"],
            "line": None,
            "column": None,
            "hint": told["remedy"],
        }
        headers = {name: value for name, value in response.headers.items() if name == "retry-after"}
        return _json(response.status_code, body, headers)
    headers: dict[str, str] = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="guanxi"'
    if error.status in _RETRY:
        headers["Retry-After"] = str(getattr(error, "retry_after", _RETRY[error.status]))
    return _json(error.status, error_object(error), headers)


def error_line(error: BaseException) -> bytes:
    """The last line of an answer that failed after it had begun."""
    if isinstance(error, ConsoleError) or (isinstance(error, GuanxiError) and error.status < 500):
        told = error_object(error)
    elif isinstance(error, DatabaseUnavailableError):
        told = {
            "code": error.code,
            "message": "The database was lost on the way.",
            "line": None,
            "column": None,
            "hint": "Run it again in some seconds.",
        }
    else:
        message, hint = masked_message()
        told = {"code": "internal", "message": message, "line": None, "column": None, "hint": hint}
    return orjson.dumps({"error": told}) + b"\n"


async def ndjson(waves: AsyncGenerator[Wave]) -> AsyncGenerator[bytes]:
    """First the columns, then a line for each row, last the summary, or the error."""
    try:
        async with aclosing(waves):
            async for wave in waves:
                yield lines_of(wave)
    except Exception as error:
        yield error_line(error)


def lines_of(wave: Wave) -> bytes:
    """Parts as lines of JSON."""
    lines = list[bytes]()
    for part in wave:
        if isinstance(part, Rows):
            lines += part.lines
        else:
            lines.append(orjson.dumps(part.body()))
    return b"\n".join(lines) + b"\n"


async def from_first(first: Wave, waves: AsyncGenerator[Wave]) -> AsyncGenerator[Wave]:
    """All waves, of which the first was read before."""
    yield first
    async with aclosing(waves):
        async for wave in waves:
            yield wave


async def one_by_one(waves: AsyncGenerator[Wave]) -> AsyncGenerator[Part]:
    """The parts of waves."""
    async with aclosing(waves):
        async for wave in waves:
            for part in wave:
                yield part


async def unless_gone(request: Request, work: Awaitable[T]) -> T:
    """What work answers; where who asks is gone before, it is cancelled. Raises ClientDisconnect then."""
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, gone):
            if not task.done():
                task.cancel()
        await asyncio.gather(working, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            return


def _places(error: RequestValidationError) -> str:
    places = dict.fromkeys(
        ".".join(str(part) for part in each["loc"][:2] if str(part).isidentifier()) for each in error.errors()
    )
    return f": {', '.join(filter(None, places))}" if any(places) else ""


def _json(status: int, body: dict[str, Any], headers: dict[str, str]) -> Response:
    return Response(orjson.dumps({"error": body}), status, headers, media_type="application/json")
