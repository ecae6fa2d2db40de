"""Traces by OpenTelemetry: HTTP request, GraphQL operation, Cypher statement; names, never values.

Nothing is recorded until `configure` finds OTEL_EXPORTER_OTLP_ENDPOINT, the name that all of OpenTelemetry goes by.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Final

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from graph.errors import ConfigurationError

ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"

_tracer: Final = trace.get_tracer("guanxi")


def configure() -> None:
    """Send traces where OTEL_EXPORTER_OTLP_ENDPOINT says; nothing where it is not set.

    Raises ConfigurationError where the packages for it are missing.
    """
    if not os.environ.get(ENDPOINT):
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - optional
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(
            f"{ENDPOINT} is set, and the packages for traces are not installed.",
            remedy="Install `guanxi[traces]`, or unset it.",
        ) from None
    provider = TracerProvider(resource=Resource.create({"service.name": "guanxi"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


@contextmanager
def http_span(method: str, headers: Iterable[tuple[bytes, bytes]]) -> Generator[Span]:
    """A request's span, below the one that its `traceparent` names."""
    carrier = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in headers
        if name in (b"traceparent", b"tracestate")
    }
    with _tracer.start_as_current_span(
        method,
        context=propagate.extract(carrier),
        kind=SpanKind.SERVER,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        yield span


@contextmanager
def operation_span(name: str, kind: str) -> Generator[None]:
    """A GraphQL operation's span."""
    with _tracer.start_as_current_span(
        f"graphql {kind} {name}",
        attributes={"graphql.operation.type": kind, "graphql.operation.name": name},
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield


def ended(span: Span, *, method: str, route: str, status: int) -> None:
    """Say in a request's span how it was answered."""
    span.update_name(f"{method} {route}")
    span.set_attributes(
        {"http.request.method": method, "http.route": route, "http.response.status_code": status}
    )
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR))
