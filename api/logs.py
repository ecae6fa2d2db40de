"""Structured logs: JSON lines, for people on a terminal; every line of a request has its id.

Never logged: bodies, query strings, keys, and the texts of exceptions, which may repeat personal values. An
exception is told by its type and where it happened.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any, Final, TextIO

import structlog
from opentelemetry.trace import Span
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.types import EventDict, Processor

from api.metrics import Metrics
from api.tracing import ended, http_span
from graph.clock import new_id

_REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
_TAKEN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FRAMES: Final = 8
_HEADER: Final = b"x-request-id"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def request_id() -> str:
    """The id of the request being answered; empty outside of one."""
    return _REQUEST_ID.get()


def trace_of(error: BaseException) -> dict[str, Any]:
    """An exception without its text: its type, its cause's, and the last places of its traceback."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    told: dict[str, Any] = {
        "error": type(error).__name__,
        "at": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }
    cause = error.__cause__ or error.__context__
    if cause is not None:
        told["cause"] = type(cause).__name__
    return told


def configure(level: str, *, stream: TextIO | None = None) -> None:
    """Send all logs, the libraries' too, to `stream` (standard error): JSON unless it is a terminal."""
    out = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_texts,
        _with_request_id,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # libraries speak up only when something is wrong
    for ours in ("api", "graph"):
        logging.getLogger(ours).setLevel(level.upper())


def _with_request_id(_: Any, __: str, event: EventDict) -> EventDict:
    if current := _REQUEST_ID.get():
        event.setdefault("request_id", current)
    return event


def _without_texts(_: Any, __: str, event: EventDict) -> EventDict:
    """Replace exceptions by their type and place; `exc_info` never reaches a formatter."""
    found = event.pop("exc_info", None)
    record = event.get("_record")
    if record is not None and record.exc_info:
        found, record.exc_info, record.exc_text = record.exc_info, None, None
    if isinstance(found, tuple):
        found = found[1]  # pyright: ignore[reportUnknownVariableType]
    elif found is True:
        found = sys.exc_info()[1]
    if isinstance(found, BaseException):
        event.update(trace_of(found))
    return event


def _short(path: str) -> str:
    return "/".join(path.rsplit("/", 3)[-3:])


class RequestLog:
    """ASGI middleware, outermost but for `SecurityHeaders`: gives each request its id, logs how it ended, and answers
    what nobody caught.

    A caller's own `X-Request-Id` is taken where it is 1 to 64 letters, digits, dots, hyphens or underscores.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._log = structlog.get_logger("api.request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        own = _given_id(scope) or new_id()
        token = _REQUEST_ID.set(own)
        started = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (_HEADER, own.encode())]}
            await send(message)

        with http_span(scope["method"], scope["headers"]) as span:
            try:
                await self._app(scope, receive, sending)
            except Exception as error:
                await self._answer(error, scope, receive, sending, started=bool(status))
            finally:
                self._tell(scope, status, time.perf_counter() - started, span)
                _REQUEST_ID.reset(token)

    async def _answer(
        self, error: Exception, scope: Scope, receive: Receive, send: Send, *, started: bool
    ) -> None:
        from api.errors import masked_response  # noqa: PLC0415 - errors are told with the request id of here

        response = masked_response(error)
        if not started:
            await response(scope, receive, send)

    def _tell(self, scope: MutableMapping[str, Any], status: int, seconds: float, span: Span) -> None:
        # The route as it is declared: an unknown path may be anything, a personal value too.
        route = getattr(scope.get("route"), "path", "unknown")
        caller = scope.get("state", {}).get("caller")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._metrics.request(method, route, status, seconds)
        ended(span, method=method, route=route, status=status)
        known = {"role": str(caller.role), "key_id": caller.key_id} if caller else {}
        self._log.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            duration_ms=round(seconds * 1000, 2),
            **known,
        )


def _given_id(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == _HEADER:
            text = value.decode("latin-1")
            return text if _TAKEN.fullmatch(text) else None
    return None
