"""What touchpoints are about: one thing, one text, whoever says it; and what the graph holds of it."""

from __future__ import annotations

from typing import Any

import pytest

from graph.db.database import Database
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration
from graph.ingest.subjects import Subject, Topic, due_at, fact_key, subject_of
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.referral.codes import check_symbol

BLIND = BlindIndex(b"k" * 32)
RECEIVED = 1_795_000_000_000_000


def told(event: str, properties: dict[str, Any], *, source: SourceDeclaration | None = None) -> Message:
    """A track of one person."""
    body = {
        "type": "track",
        "event": event,
        "messageId": f"{event}{sorted(properties.items())}",
        "userId": "u1",
        "timestamp": "2026-10-01T08:00:00Z",
        "properties": properties,
    }
    read = read_message(body, Arrival(source or SourceDeclaration(name="dms"), RECEIVED))
    assert isinstance(read, Message), read
    return read


def key_of(event: str, properties: dict[str, Any], *, source: str = "dms", space: str | None = None) -> str:
    """The text the graph would keep."""
    message = told(event, properties, source=SourceDeclaration(name=source, id_space=space))
    assert message.touchpoint is not None
    assert message.touchpoint.subject is not None
    return fact_key(message.touchpoint.subject, message_key=message.message_id, blind=BLIND)


def test_all_that_is_said_of_one_order_has_one_key() -> None:
    placed = key_of("Order Placed", {"orderId": "SO-1", "dealer": "d1"})
    assert placed.startswith("order:")
    assert "SO-1" not in placed
    assert placed == key_of("Vehicle Delivered", {"order_id": "SO-1"})
    assert placed == key_of("Order Cancelled", {"orderId": "SO-1", "reason": "price"})
    assert placed == key_of("Payment Received", {"orderId": "SO-1", "amount": 5000, "stage": "deposit"})
    assert placed == key_of("Vehicle Returned", {"orderId": "SO-1", "reason": "returnPolicy"})
    assert placed != key_of("Order Placed", {"orderId": "SO-2", "dealer": "d1"})


def test_an_id_is_counted_in_its_sources_space() -> None:
    assert key_of("Order Placed", {"orderId": "1"}) != key_of("Order Placed", {"orderId": "1"}, source="crm")
    assert key_of("Order Placed", {"orderId": "1"}, space="erp") == key_of(
        "Order Placed", {"orderId": "1"}, source="crm", space="erp"
    )


def test_who_names_no_id_is_known_by_the_message() -> None:
    assert key_of("Order Placed", {"amount": 1}) != key_of("Order Placed", {"amount": 2})
    assert key_of("Store Visited", {}).startswith("visit:")
    assert key_of("Follow-Up Planned", {"dueAt": "2026-11-01"}).startswith("followUp:")
    assert key_of("Enquiry Submitted", {}).startswith("enquiry:")


@pytest.mark.parametrize("event", ["Referral Link Clicked", "Referral Code Entered"])
def test_a_touch_is_known_by_the_code_as_it_is_issued(event: str) -> None:
    code = "2222222" + check_symbol("2222222")
    for typed in (code, f" {code[:4].lower()}-{code[4:]}"):
        assert key_of(event, {"code": typed}) == f"referral:{code}"
    for wrong in ({"code": "22222222X"}, {"code": "+8613812345678"}, {}):
        fact = key_of(event, wrong)
        assert fact.startswith("referral:")
        assert len(fact) > len("referral:22222222"), "a code of nobody is known by the message"


def test_a_booking_and_its_drive_are_one_appointment() -> None:
    booked = key_of("Test Drive Booked", {"bookingId": "B1", "appointmentAt": "2026-11-01"})
    assert booked == key_of("Test Drive Completed", {"bookingId": "B1"})
    assert booked == key_of("Test Drive Cancelled", {"bookingId": "B1"})
    assert booked.partition(":")[0] == "appointment"


@pytest.mark.parametrize("event", ["Consent Given", "Consent Withdrawn"])
def test_a_consent_is_known_by_its_purpose(event: str) -> None:
    assert key_of(event, {"purpose": "marketing"}) == "consent:marketing"
    assert key_of(event, {}) == "consent:unspecified"
    assert key_of(event, {"purpose": "call me on 138 1234 5678"}) == "consent:unspecified"


@pytest.mark.parametrize("kind", ["contentView", "negotiation", "service", "generic", "page"])
def test_other_kinds_state_nothing_lasting(kind: str) -> None:
    assert subject_of(kind, {"purpose": "x", "dueAt": 1}, {"orderId": "1"}, scope="s") is None
    assert due_at(kind, {"appointmentAt": 1, "dueAt": 2}) is None


def test_only_what_plans_is_due() -> None:
    at = 1_793_491_200_000_000
    for event, field in (("Test Drive Booked", "appointmentAt"), ("Follow-Up Planned", "dueAt")):
        touchpoint = told(event, {field: "2026-11-01"}).touchpoint
        assert touchpoint is not None
        assert touchpoint.due_at == at
    done = told("Test Drive Completed", {"appointmentAt": "2026-11-01"}).touchpoint
    assert done is not None
    assert done.due_at is None
    assert done.subject == Subject(Topic.APPOINTMENT, scope="dms")


async def test_the_graph_holds_both_and_no_id(database: Database, writer: Writer) -> None:
    said = [
        told("Order Placed", {"orderId": "SO-77", "dealer": "d1"}),
        told("Vehicle Delivered", {"orderId": "SO-77", "dealer": "d1"}),
        told("Follow-Up Planned", {"dueAt": "2026-11-01", "dealer": "d1", "consultant": "c1"}),
        told("Content Viewed", {"content": "c"}),
    ]
    await writer.write(said)
    await writer.write(said)
    rows = await database.run_schema(
        "CYPHER 5 MATCH (t:Touchpoint) RETURN t.kind AS kind, t.fact AS fact, t.dueAt AS due, "
        "t.fact = 'followUp:' + t.key AS own ORDER BY kind"
    )
    by_kind = {row["kind"]: row for row in rows}
    assert by_kind["order"]["fact"] == by_kind["delivery"]["fact"]
    assert "SO-77" not in by_kind["order"]["fact"]
    assert by_kind["followUpPlan"]["own"]
    assert [row["due"] for row in rows] == [None, None, 1_793_491_200_000_000, None]
    assert by_kind["contentView"]["fact"] is None
