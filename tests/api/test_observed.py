"""What is seen from outside: metrics, traces, the log of slow statements; names, never values."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

from api import logs, tracing
from api.metrics import Metrics
from api.slow import SlowStatements, operators
from api.wiring import Services, compose
from graph.access.roles import Role
from graph.db.database import Database
from graph.errors import DatabaseError
from graph.identity.rules import Rules
from graph.privacy.keyring import Keyring
from graph.settings import Settings
from tests.api.conftest import headers_of, message

PHONE = "13812345678"
ASKED = 'query Q { userByIdentifier(namespace: "phone", value: "13812345678") { oneId } }'


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def services(
    settings: Settings,
    database: Database,
    keyring: Keyring,
    rules: Rules,
    metrics: Metrics,
    services: Services,
) -> Services:
    """The services on a database that is observed."""
    watched = Database(database._driver, name=database._name, observer=metrics)  # pyright: ignore[reportPrivateUsage]
    return compose(settings, watched, keyring=keyring, rules=rules, metrics=metrics)


class Kept(SpanProcessor):
    """Keeps what ended while it is asked to."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []
        self.keeping = False

    def on_end(self, span: ReadableSpan) -> None:
        if self.keeping:
            self.spans.append(span)


@pytest.fixture(scope="module")
def keeper() -> Kept:
    """A provider can be set once a process: this one stays, and keeps nothing after these tests."""
    kept = Kept()
    provider = TracerProvider()
    provider.add_span_processor(kept)
    trace.set_tracer_provider(provider)
    return kept


@pytest.fixture
def spans(keeper: Kept) -> Iterator[list[ReadableSpan]]:
    """The spans that end while the test runs."""
    keeper.spans, keeper.keeping = [], True
    yield keeper.spans
    keeper.keeping = False


class TestMetrics:
    async def test_each_request_operation_and_statement_is_counted_by_name(
        self, services: Services, client: httpx.AsyncClient, frontend: dict[str, str]
    ) -> None:
        await services.writer.write(
            [message({"type": "identify", "userId": "u", "messageId": "m", "traits": {"phone": PHONE}})]
        )
        for query in (ASKED, ASKED, "{ nonsense }"):
            await client.post("/graphql", json={"query": query}, headers=frontend)
        answer = await client.get("/metrics", headers=await headers_of(services, Role.MONITOR))
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")
        for line in (
            'guanxi_http_request_seconds_count{method="POST",route="/graphql",status="200"} 3.0',
            'guanxi_graphql_operation_seconds_count{kind="query",operation="userByIdentifier",outcome="answered"} 2.0',
            'guanxi_graphql_refused_total{reason="wrong"} 1.0',
            'guanxi_statement_seconds_count{outcome="done",statement="profile.find_holders"} 3.0',  # one to warm up
            "guanxi_graphql_subscriptions 0.0",
        ):
            assert line in answer.text
        assert PHONE not in answer.text
        assert frontend["Authorization"].split()[1] not in answer.text

    async def test_who_may_see_them(
        self, services: Services, client: httpx.AsyncClient, admin: dict[str, str], frontend: dict[str, str]
    ) -> None:
        monitor = await headers_of(services, Role.MONITOR)
        expected: list[tuple[dict[str, str], int]] = [
            ({}, 401),
            (frontend, 403),
            (admin, 200),
            (monitor, 200),
        ]
        for headers, status in expected:
            assert (await client.get("/metrics", headers=headers)).status_code == status
        assert (await client.post("/graphql", json={"query": ASKED}, headers=monitor)).status_code == 403

    async def test_unknown_addresses_and_methods_are_one_name_each(
        self, services: Services, client: httpx.AsyncClient, admin: dict[str, str]
    ) -> None:
        for number in range(5):
            await client.request(f"X{number}", f"/{PHONE}/{number}")
        text = (await client.get("/metrics", headers=admin)).text
        assert 'method="OTHER",route="unknown"' in text
        assert PHONE not in text
        assert "X1" not in text


class TestTraces:
    async def test_a_request_an_operation_and_its_statements(
        self, client: httpx.AsyncClient, frontend: dict[str, str], spans: list[ReadableSpan]
    ) -> None:
        parent = "0af7651916cd43dd8448eb211c80319c"
        headers = frontend | {"traceparent": f"00-{parent}-b7ad6b7169203331-01"}
        await client.post("/graphql", json={"query": ASKED}, headers=headers)
        found = {span.name: span for span in spans}
        request, operation = found["POST /graphql"], found["graphql query userByIdentifier"]
        statement = found["profile.find_holders"]
        assert f"{_context(request).trace_id:032x}" == parent
        assert _parent(operation) == _context(request).span_id
        assert _parent(statement) == _context(operation).span_id
        assert request.attributes is not None
        assert request.attributes["http.response.status_code"] == 200
        assert PHONE not in " ".join(span.to_json() for span in found.values())

    async def test_what_failed_is_told_without_its_text(
        self, services: Services, spans: list[ReadableSpan]
    ) -> None:
        with pytest.raises(DatabaseError):
            await services.database.read("profile.read_users", asked=PHONE)
        [span] = [span for span in spans if span.name == "profile.read_users"][:1]
        assert span.status.status_code is trace.StatusCode.ERROR
        assert PHONE not in span.to_json()

    def test_they_are_sent_where_the_environment_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In a process of its own, since a provider can be set once."""
        got: list[str] = []

        class Collector(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                got.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        server = HTTPServer(("127.0.0.1", 0), Collector)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv(tracing.ENDPOINT, f"http://127.0.0.1:{server.server_port}")
        code = (
            "from api import tracing; from opentelemetry import trace; tracing.configure()\n"
            "with tracing.operation_span('user', 'query'): pass\n"
            "trace.get_tracer_provider().shutdown()"
        )
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
        server.shutdown()
        server.server_close()
        assert got == ["/v1/traces"]


class TestSlowStatements:
    async def test_what_took_long_is_logged_with_its_plan_once_a_minute(self, services: Services) -> None:
        out = io.StringIO()
        logs.configure("info", stream=out)
        slow = SlowStatements(Metrics(), seconds=0.5)
        slow.explain_by(services.database)
        for seconds in (0.1, 0.7, 0.8):
            slow.statement("profile.list_users", seconds, failed=False)
        await slow.aclose()
        told = [json.loads(line) for line in out.getvalue().splitlines()]
        told = [line for line in told if line["event"] == "statement.slow"]
        assert sorted(line["seconds"] for line in told) == [0.7, 0.8]
        [plan] = [line["plan"] for line in told if "plan" in line]
        assert plan[0].startswith("ProduceResults")
        assert any("NodeUniqueIndexSeek" in step or "NodeIndexSeek" in step for step in plan)

    def test_a_plan_is_told_from_the_result_down(self) -> None:
        plan = {
            "operatorType": "ProduceResults@neo4j",
            "children": [{"operatorType": "Argument@neo4j", "args": {"Details": "a"}}],
        }
        assert list(operators(plan)) == ["ProduceResults", "Argument a"]


def _context(span: ReadableSpan) -> trace.SpanContext:
    found = span.get_span_context()
    assert found is not None
    return found


def _parent(span: ReadableSpan) -> int:
    assert span.parent is not None
    return span.parent.span_id
