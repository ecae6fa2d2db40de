"""Messages for tests of writing, and counts of what the graph holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graph.clock import system_clock
from graph.db.database import Database
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import default_source

UNSTORABLE = "x" * 40_000
"""A campaign id that no index of Neo4j can hold."""


def track(number: int, *, person: int | None = None, source: str = "web") -> Message:
    """A track event; by default each number is another person's."""
    event: dict[str, Any] = {
        "type": "track",
        "event": "Enquiry Submitted",
        "messageId": f"m-{number}",
        "anonymousId": f"visitor-{number if person is None else person}",
        "properties": {"model": "ET5"},
    }
    message = read_message(event, Arrival(default_source(source), system_clock()))
    assert isinstance(message, Message)
    return message


def poisoned(number: int) -> Message:
    """A message that reads well and that Neo4j cannot store."""
    message = track(number)
    assert message.touchpoint is not None
    clear = {**message.touchpoint.clear, "campaign": UNSTORABLE}
    return replace(message, touchpoint=replace(message.touchpoint, clear=clear))


async def count(database: Database, label: str) -> int:
    """How many nodes have this label."""
    texts = {
        "Message": "CYPHER 5 MATCH (n:Message) RETURN count(n) AS found",
        "DeadLetter": "CYPHER 5 MATCH (n:DeadLetter) RETURN count(n) AS found",
        "FeedEntry": "CYPHER 5 MATCH (n:FeedEntry) RETURN count(n) AS found",
        "Profile": "CYPHER 5 MATCH (n:Profile) RETURN count(n) AS found",
    }
    return (await database.run_schema(texts[label]))[0]["found"]


async def reasons(database: Database) -> list[str]:
    """The reasons of all dead letters, sorted."""
    rows = await database.run_schema(
        "CYPHER 5 MATCH (d:DeadLetter) RETURN d.reason AS reason ORDER BY reason"
    )
    return [row["reason"] for row in rows]
