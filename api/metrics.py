"""What Prometheus may know: how many, how long, how it ended. Names only, never values of people.

Labels are bounded: statements and routes are ours, operations go by the field of the schema that they ask first.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

MEDIA: Final = CONTENT_TYPE_LATEST

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one process; also the observer of its statements."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        own = self._registry
        self._requests = Histogram(
            "guanxi_http_request_seconds",
            "Time of HTTP requests.",
            ("method", "route", "status"),
            registry=own,
            buckets=_SECONDS,
        )
        self._operations = Histogram(
            "guanxi_graphql_operation_seconds",
            "Time of GraphQL operations that were run.",
            ("operation", "kind", "outcome"),
            registry=own,
            buckets=_SECONDS,
        )
        self._refused = Counter(
            "guanxi_graphql_refused", "GraphQL documents that were not run.", ("reason",), registry=own
        )
        self._answered = Counter(
            "guanxi_graphql_answered",
            "GraphQL operations by how they were answered: from a plan, or by the executor.",
            ("way",),
            registry=own,
        )
        self._streams = Gauge("guanxi_graphql_subscriptions", "Subscriptions that run now.", registry=own)
        self._statements = Histogram(
            "guanxi_statement_seconds",
            "Time of Cypher statements.",
            ("statement", "outcome"),
            registry=own,
            buckets=_SECONDS,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """An HTTP request was answered."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def operation(self, name: str, kind: str, seconds: float, *, failed: bool) -> None:
        """A GraphQL operation was run."""
        self._operations.labels(name, kind, "failed" if failed else "answered").observe(seconds)

    def refused(self, reason: str) -> None:
        """A GraphQL document was not run."""
        self._refused.labels(reason).inc()

    def answered(self, *, planned: bool) -> None:
        """A GraphQL operation was answered from a plan, or by the executor."""
        self._answered.labels("plan" if planned else "executor").inc()

    def streams(self, change: int) -> None:
        """So many subscriptions more, or less."""
        self._streams.inc(change)

    def statement(self, name: str, seconds: float, *, failed: bool) -> None:
        """A Cypher statement ended."""
        self._statements.labels(name, "failed" if failed else "done").observe(seconds)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)
