"""Segment's SDKs work unchanged: those of Python and Node are run, what a browser's posts is replayed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from segment.analytics.client import Client

from graph.db.database import Database
from tests import node
from tests.api.rest.ingest.conftest import ORIGIN, Service
from tests.api.rest.ingest.payloads import BROWSER, browser_batch, node_batch
from tests.graph.ingest.support import count, reasons


async def run_sdk(service: Service, use: Callable[[Client], None], **settings: Any) -> None:
    """Run Segment's own client in a thread; every error it reports fails the test."""
    errors: list[Exception] = []

    def work() -> None:
        client = Client(
            service.key,
            host=service.address,
            on_error=lambda error, _batch: errors.append(error),
            max_retries=2,
            **settings,
        )
        use(client)
        if not client.sync_mode:
            client.shutdown()

    await asyncio.to_thread(work)
    assert errors == []


async def occurred_at(database: Database) -> list[int]:
    rows = await database.run_schema("CYPHER 5 MATCH (t:Touchpoint) RETURN t.occurredAt AS at")
    return sorted(row["at"] for row in rows)


def _journey(client: Client) -> None:
    client.identify("u-1", {"name": "王建国", "phone": "13812345678"}, message_id="m-1")
    client.track("u-1", "Test Drive Booked", {"model": "ET5", "dealer": "d-1"}, message_id="m-2")
    client.page("u-1", "Models", "ET5", {"path": "/models/et5"}, message_id="m-3")
    client.screen("u-1", "App", "Home", message_id="m-4")
    client.group("u-1", "fleet-9", {"name": "车队"}, message_id="m-5")
    client.alias("u-0", "u-1", message_id="m-6")


@pytest.mark.parametrize(
    "how",
    [{"sync_mode": True}, {"sync_mode": True, "gzip": True}, {"gzip": True}],
    ids=["sync", "sync packed", "queued packed"],
)
async def test_the_python_sdk(service: Service, how: dict[str, Any]) -> None:
    await run_sdk(service, _journey, **how)

    assert await count(service.database, "Message") == 6
    assert await reasons(service.database) == []


async def test_a_python_batch_sent_twice_is_stored_once(service: Service) -> None:
    when = datetime(2026, 11, 20, 8, tzinfo=UTC)

    def send(client: Client) -> None:
        for number in range(150):
            client.track("u-1", "Enquiry Submitted", message_id=f"m-{number}", timestamp=when)

    await run_sdk(service, send, gzip=True)
    await run_sdk(service, send, gzip=True)

    assert await count(service.database, "Message") == 150
    assert await reasons(service.database) == []


async def test_nan_from_the_python_sdk_costs_only_its_own_event(service: Service) -> None:
    def send(client: Client) -> None:
        client.track("u-1", "Order Placed", {"amount": float("nan")}, message_id="nan")
        client.track("u-1", "Order Placed", {"amount": 1.5, "currency": "CNY"}, message_id="good")

    await run_sdk(service, send)

    assert await count(service.database, "Message") == 1
    assert await reasons(service.database) == ["bad_field"]


def _with_key(body: dict[str, Any], service: Service) -> bytes:
    return json.dumps(body, ensure_ascii=False).replace("WRITE_KEY", service.key).encode()


async def _from_page(service: Service, path: str, body: dict[str, Any]) -> Any:
    """As fetch in a browser posts it: a simple request, the key inside."""
    headers = {"Content-Type": "text/plain", "Origin": ORIGIN, "Referer": f"{ORIGIN}/models/et5"}
    answer = await service.client.post(f"/v1/{path}", content=_with_key(body, service), headers=headers)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    return answer.json()


@pytest.mark.parametrize("path", list(BROWSER))
async def test_each_event_of_the_browser_sdk(service: Service, path: str) -> None:
    assert await _from_page(service, path, BROWSER[path]) == {"success": True}
    assert await _from_page(service, path, BROWSER[path]) == {"success": True}

    assert await count(service.database, "Message") == 1
    assert await reasons(service.database) == []


async def test_the_browser_sdks_batch_holds_the_same_events(service: Service) -> None:
    for path, body in BROWSER.items():
        assert await _from_page(service, path, body) == {"success": True}
    assert await _from_page(service, "b", browser_batch()) == {"success": True}
    retried = browser_batch() | {"sentAt": "2026-11-20T08:00:11.000Z"}
    retried["batch"] = [e | {"_metadata": {**e["_metadata"], "retryCount": 1}} for e in retried["batch"]]
    assert await _from_page(service, "b", retried) == {"success": True}

    assert await count(service.database, "Message") == 6
    assert await reasons(service.database) == []


async def test_a_beacon_needs_no_header_at_all(service: Service) -> None:
    answer = await service.client.post("/v1/t", content=_with_key(BROWSER["t"], service))

    assert answer.json() == {"success": True}
    assert await count(service.database, "Message") == 1


async def test_the_node_sdk(service: Service) -> None:
    assert await node.run("segment.mjs", service.address, key=service.key) == [{"failures": []}]

    assert await count(service.database, "Message") == 5
    assert await reasons(service.database) == []


@pytest.mark.parametrize("drop_key", [False, True], ids=["with writeKey", "by Basic auth alone"])
async def test_the_node_sdks_batch(service: Service, drop_key: bool) -> None:
    body = node_batch()
    if drop_key:
        del body["writeKey"]
    for _ in range(2):
        answer = await service.send("batch", _with_key(body, service), **{"Content-Type": "application/json"})
        assert answer.json() == {"success": True}

    assert await count(service.database, "Message") == 6
    assert await reasons(service.database) == []


class TestTimes:
    async def test_a_client_clock_an_hour_slow_is_corrected(self, service: Service) -> None:
        now = datetime.now(UTC)
        event = {
            "userId": "u",
            "event": "A",
            "timestamp": (now - timedelta(hours=1, seconds=5)).isoformat(),
            "sentAt": (now - timedelta(hours=1)).isoformat(),
        }
        await service.post("track", event)
        found = (await occurred_at(service.database))[0] / 1e6

        assert found == pytest.approx((now - timedelta(seconds=5)).timestamp(), abs=3)

    async def test_the_batchs_sent_at_corrects_too(self, service: Service) -> None:
        now = datetime.now(UTC)
        stamp = (now + timedelta(days=1)).isoformat()
        batch = [{"type": "track", "userId": "u", "event": "A", "timestamp": stamp}]
        await service.post("batch", {"batch": batch, "sentAt": stamp})
        found = (await occurred_at(service.database))[0] / 1e6

        assert found == pytest.approx(now.timestamp(), abs=3)

    async def test_an_import_is_taken_at_its_word(self, service: Service) -> None:
        batch = [{"type": "track", "userId": "u", "event": "A", "timestamp": "2024-01-02T03:04:05Z"}]
        await service.post("import", {"batch": batch, "sentAt": "2030-01-01T00:00:00Z"})

        at = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert await occurred_at(service.database) == [int(at.timestamp()) * 1_000_000]

    async def test_the_first_commit_fixes_the_time(self, service: Service) -> None:
        """A retry arrives with another `sentAt`; what was stored stays."""
        now = datetime.now(UTC)
        event = {"userId": "u", "event": "A", "messageId": "m", "timestamp": now.isoformat()}
        await service.post("track", {**event, "sentAt": now.isoformat()})
        before = await occurred_at(service.database)
        await service.post("track", {**event, "sentAt": (now - timedelta(hours=3)).isoformat()})

        assert await occurred_at(service.database) == before
        assert await reasons(service.database) == []

    async def test_late_doubled_and_out_of_order_are_normal(self, service: Service) -> None:
        days = [30, 1, 15, 30, 2]
        start = datetime(2026, 10, 1, tzinfo=UTC)
        batch = [
            {
                "type": "track",
                "userId": "u",
                "event": "A",
                "messageId": f"day-{day}",
                "timestamp": (start + timedelta(days=day)).isoformat(),
            }
            for day in days
        ]
        assert (await service.post("batch", {"batch": batch})).json() == {"success": True}

        stored = await occurred_at(service.database)
        assert [datetime.fromtimestamp(at / 1e6, UTC) for at in stored] == [
            start + timedelta(days=day) for day in (1, 2, 15, 30)
        ]
