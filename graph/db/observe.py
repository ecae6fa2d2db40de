"""Watching statements: how long each took, by its name; never its values.

Spans go to OpenTelemetry's API, which does nothing until a program configures its SDK.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, Protocol

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

_tracer: Final = trace.get_tracer("guanxi")


class Observer(Protocol):
    """Is told of each statement once it ended."""

    def statement(self, name: str, seconds: float, *, failed: bool) -> None:
        """A statement of the shelf took so long."""
        ...


class Unobserved:
    """Nobody looks."""

    def statement(self, name: str, seconds: float, *, failed: bool) -> None:
        """Nothing."""


@contextmanager
def watching(observer: Observer, name: str) -> Generator[None]:
    """Tell the observer, and a span, of the statement that the block runs."""
    started, failed = time.perf_counter(), True
    with _tracer.start_as_current_span(
        name,
        kind=SpanKind.CLIENT,
        attributes={"db.system.name": "neo4j", "db.operation.name": name},
        record_exception=False,  # an exception's text may hold values
        set_status_on_exception=False,
    ) as span:
        try:
            yield
            failed = False
        finally:
            if failed:
                span.set_status(Status(StatusCode.ERROR))
            observer.statement(name, time.perf_counter() - started, failed=failed)
