"""A graph of before is filled in as if its events had come after."""

from __future__ import annotations

import random

from graph.db.database import Database
from graph.db.migrations import read_migrations
from graph.ingest.writer import Writer
from tests.api.conftest import message
from tests.graph.ingest.state import relations

EVENTS = (
    "Enquiry Submitted", "Content Viewed", "Store Visited", "Test Drive Completed", "Order Placed",
    "Vehicle Delivered",
)  # fmt: skip
"""Follow-ups did not exist before."""


async def test_what_dealers_know_is_filled_in_from_touchpoints(database: Database, writer: Writer) -> None:
    random_ = random.Random(6)
    events = [
        {
            "type": "track",
            "userId": f"u{random_.randrange(5)}",
            "messageId": f"m{number}",
            "event": random_.choice(EVENTS),
            "timestamp": f"2026-02-{random_.randint(1, 20):02}T08:00:00Z",
            "properties": {
                "dealer": random_.choice(("d-1", "d-2")),
                **random_.choice(({}, {"consultant": "c-1"}, {"consultant": "c-2"})),
            },
        }
        for number in range(40)
    ]
    await writer.write([message(event) for event in events])
    written = await relations(database)
    assert {"deliveredAt", "closedAt", "consultant"} < {name for row in written for name in row["told"]}
    fill = next(m for m in read_migrations() if m.version == 6).statements[-1]
    strip = "CYPHER 5 MATCH ()-[k:KNOWN_TO]->() SET k = {since: k.since, recordedAt: k.recordedAt}"
    await database.run_schema(strip)
    assert await relations(database) != written
    for _ in range(2):  # twice is once
        await database.run_schema(fill)
        assert await relations(database) == written
