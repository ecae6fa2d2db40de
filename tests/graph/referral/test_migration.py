"""Enquiries of a graph of before are named as if they had come after."""

from __future__ import annotations

from graph.db.database import Database
from graph.db.migrations import read_migrations
from graph.ingest.writer import Writer
from tests.graph.referral.stage import START, did

FACTS = "CYPHER 5 MATCH (t:Touchpoint) RETURN t.key AS key, t.fact AS fact ORDER BY key"


async def test_enquiries_are_named_as_if_they_had_come_after(database: Database, writer: Writer) -> None:
    events = ("Enquiry Submitted", "Enquiry Submitted", "Store Visited", "Content Viewed")
    await writer.write([did("bob", event, at=START + n) for n, event in enumerate(events)])
    written = await database.run_schema(FACTS)
    assert sum((row["fact"] or "").startswith("enquiry:") for row in written) == 2
    strip = "CYPHER 5 MATCH (t:Touchpoint {kind: 'enquiry'}) SET t.fact = null"
    await database.run_schema(strip)
    assert await database.run_schema(FACTS) != written
    fill = next(m for m in read_migrations() if m.version == 12).statements[-1]
    for _ in range(2):  # twice is once
        await database.run_schema(fill)
        assert await database.run_schema(FACTS) == written
