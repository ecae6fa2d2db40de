"""Small random worlds of messages, dense with shared identifiers, for laws tested through the real database."""

from __future__ import annotations

import random
from collections.abc import Sequence

from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration

NOW = 1_795_000_000_000_000
NAMES = ("王建国", "王建军", "李敏", "王先生", "John Smith", None)
CONTACTS = (
    "Content Viewed", "Enquiry Submitted", "Store Visited", "Follow-Up Planned", "Test Drive Completed",
    "Follow-Up Completed", "Order Placed",
)  # fmt: skip
SOURCES = tuple(SourceDeclaration(name=name) for name in ("website", "app", "crm"))


def events(random_: random.Random, count: int) -> list[tuple[SourceDeclaration, dict[str, object]]]:
    """`count` events of a few people who share phones, devices and browsers more than real ones do."""
    made: list[tuple[SourceDeclaration, dict[str, object]]] = []
    for number in range(count):
        source = random_.choice(SOURCES)
        person = random_.randrange(6)
        event: dict[str, object] = {
            "messageId": f"m{number}",
            "timestamp": 1_700_000_000 + random_.randrange(10**8),
        }
        if random_.random() < 0.7:
            event["userId"] = f"user-{person}"
        if "userId" not in event or random_.random() < 0.4:
            event["anonymousId"] = f"browser-{random_.randrange(8)}"
        kind = random_.random()
        if kind < 0.55:
            traits: dict[str, object] = {}
            if random_.random() < 0.6:
                traits["phone"] = f"1391234{random_.randrange(5):04d}"
            if random_.random() < 0.3:
                traits["email"] = f"someone{random_.randrange(4)}@example.com"
            if random_.random() < 0.5:
                traits["name"] = random_.choice(NAMES)
            if random_.random() < 0.2:
                traits["birthDate"] = random_.choice(("1980-05-17", "1980-05-18", "1980"))
            if random_.random() < 0.2:
                traits["wechatUnionId"] = f"union-id-{person}"
            event |= {"type": "identify", "traits": traits}
        elif kind < 0.92:
            properties: dict[str, object] = {"model": "ET5", "dealer": f"d{number % 2}"}
            if number % 3:
                properties["consultant"] = f"c{number % 5}"
            if CONTACTS[number % len(CONTACTS)] == "Follow-Up Planned":
                properties["dueAt"] = f"2026-03-{1 + number % 28:02}T08:00:00Z"
            event |= {
                "type": "track",
                "event": CONTACTS[number % len(CONTACTS)],
                "properties": properties,
            }
        else:
            event |= {
                "type": "alias",
                "userId": f"user-{person}",
                "previousId": f"browser-{random_.randrange(8)}",
            }
        made.append((source, event))
    return made


def messages(world: Sequence[tuple[SourceDeclaration, dict[str, object]]]) -> list[Message]:
    """The events as accepted at one moment."""
    found = [read_message(event, Arrival(source, NOW)) for source, event in world]
    assert all(isinstance(message, Message) for message in found), found
    return [message for message in found if isinstance(message, Message)]
