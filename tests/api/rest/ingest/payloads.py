"""What Segment's browser and Node SDKs post, written down from their public sources and documentation.

`analytics-next` posts each event to `/v1/<initial>` as text/plain with the write key inside, or, with its
batching strategy, several to `/v1/b` with one `sentAt`. `analytics-node` posts `/v1/batch` with Basic auth.
"""

from __future__ import annotations

from typing import Any

ANONYMOUS_ID = "0d6f3a54-7e0b-4f0e-9a43-3b7f2f8c9d10"

_BROWSER_CONTEXT: dict[str, Any] = {
    "page": {
        "path": "/models/et5",
        "referrer": "https://www.baidu.com/",
        "search": "?utm_campaign=spring&utm_source=baidu",
        "title": "ET5",
        "url": "https://shop.example/models/et5?utm_campaign=spring&utm_source=baidu",
    },
    "userAgent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/120.0 Safari/537.36",
    "userAgentData": {
        "brands": [{"brand": "Chromium", "version": "120"}],
        "mobile": False,
        "platform": "macOS",
    },
    "locale": "zh-CN",
    "library": {"name": "analytics.js", "version": "next-1.64.0"},
    "timezone": "Asia/Shanghai",
    "campaign": {"name": "spring", "source": "baidu"},
}
_METADATA = {"bundled": ["Segment.io"], "unbundled": [], "bundledIds": []}


def _browser(kind: str, number: int, **said: Any) -> dict[str, Any]:
    return {
        "timestamp": "2026-11-20T08:00:00.123Z",
        "integrations": {},
        "type": kind,
        "context": _BROWSER_CONTEXT,
        "messageId": f"ajs-next-1732089600123-{number:08x}-7d1c-4d1e-a6d0-9f3f6c2b8a11",
        "anonymousId": ANONYMOUS_ID,
        "userId": None,
        "writeKey": "WRITE_KEY",
        "sentAt": "2026-11-20T08:00:00.130Z",
        "_metadata": _METADATA,
        **said,
    }


BROWSER: dict[str, dict[str, Any]] = {
    "p": _browser(
        "page",
        1,
        name=None,
        category=None,
        properties={
            "path": "/models/et5",
            "referrer": "https://www.baidu.com/",
            "search": "?utm_campaign=spring&utm_source=baidu",
            "title": "ET5",
            "url": "https://shop.example/models/et5?utm_campaign=spring&utm_source=baidu",
        },
    ),
    "t": _browser("track", 2, event="Enquiry Submitted", properties={"model": "ET5"}),
    "i": _browser(
        "identify", 3, userId="u-1001", traits={"name": "王建国", "phone": "13812345678", "city": "上海"}
    ),
    "g": _browser("group", 4, userId="u-1001", groupId="fleet-9", traits={"name": "车队"}),
    "a": _browser("alias", 5, userId="u-1001", previousId=ANONYMOUS_ID),
    "s": _browser("screen", 6, name="Home", properties={"name": "Home"}),
}
"""By path; `WRITE_KEY` stands for the source's key."""


def browser_batch() -> dict[str, Any]:
    """The body of the batching strategy: events without `sentAt`, which the batch has once."""
    batch = [{name: value for name, value in event.items() if name != "sentAt"} for event in BROWSER.values()]
    return {"writeKey": "WRITE_KEY", "batch": batch, "sentAt": "2026-11-20T08:00:05.000Z"}


def _node(kind: str, number: int, **said: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "userId": "u-1001",
        "context": {"library": {"name": "@segment/analytics-node", "version": "2.1.2"}},
        "integrations": {},
        "timestamp": "2026-11-20T08:00:00.123Z",
        "messageId": f"node-next-1732089600123-{number:08x}-1111-4222-8333-944455556666",
        "_metadata": {"nodeVersion": "20.10.0", "jsRuntime": "node"},
        **said,
    }


def node_batch() -> dict[str, Any]:
    """What analytics-node posts; newer ones leave `writeKey` out and rely on Basic auth."""
    return {
        "batch": [
            _node("identify", 1, traits={"email": "wang@example.com"}),
            _node("track", 2, event="Test Drive Booked", properties={"model": "ET5", "dealer": "d-1"}),
            _node("page", 3, name="Finance", properties={}),
            _node("screen", 4, name="Finance", properties={}),
            _node("group", 5, groupId="fleet-9", traits={}),
            _node("alias", 6, previousId="u-0999"),
        ],
        "writeKey": "WRITE_KEY",
        "sentAt": "2026-11-20T08:00:10.000Z",
    }
