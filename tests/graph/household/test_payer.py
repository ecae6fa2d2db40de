"""Who paid for a car, from events to the household's role, in any order."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from graph.db.database import Database
from graph.feed.follow import catch_up
from graph.household.evidence import Kind
from graph.household.repository import HouseholdRepository
from graph.household.service import Households
from graph.identity.rules import Rules
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from tests.graph.judgement.people import NOW, said, source

VIN = "LSVAM4187C2184847"
ROLE = "CYPHER 5 MATCH (:Profile {source: $source})-[d:DRIVES]->(:Vehicle) RETURN d.role AS role, d.ownerSince AS since"


def about(user: str, event: str, **properties: Any) -> Message:
    body = {
        "type": "track", "event": event, "userId": user, "messageId": f"{user}-{event}-{properties}",
        "properties": {"vin": VIN, **properties},
    }  # fmt: skip
    made = read_message(body, Arrival(source(user), NOW))
    assert isinstance(made, Message), made
    return made


async def test_the_best_that_was_said_counts_in_any_order(database: Database, writer: Writer) -> None:
    roles = ("driver", "payer", "coBuyer")
    for number, order in enumerate(permutations(roles)):
        user = f"p{number}"
        for role in order:
            await writer.write([about(user, "Service Completed", role=role)])
        assert await database.run_schema(ROLE, source=f"of-{user}") == [{"role": "coBuyer", "since": None}]
    await writer.write([about("p0", "Vehicle Delivered"), about("o", "Order Placed")])
    assert [row["role"] for row in await database.run_schema(ROLE, source="of-p0")] == ["owner"]
    assert await database.run_schema(ROLE, source="of-o") == []  # an order alone makes nobody anything


async def test_a_payer_is_told_in_the_household(
    database: Database, writer: Writer, keyring: Keyring, rules: Rules
) -> None:
    await writer.write(
        [
            said("wang", name="王建国", phone="13912340001", birthDate="1980-01-01"),
            said("li", name="李敏", phone="13912340001", birthDate="1982-01-01"),
            about("wang", "Vehicle Delivered"),
            about("li", "Order Placed", role="payer"),
        ]
    )
    await catch_up(Households(database, keyring=keyring, rules=rules))
    (home,), more = await HouseholdRepository(database).households(Kind.HOUSEHOLD, first=10, after="")
    assert not more
    assert sorted(member.role for member in home.members) == ["owner", "payer"]
