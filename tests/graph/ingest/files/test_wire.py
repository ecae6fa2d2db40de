"""What a process of ours tells us is what it said, type for type."""

from __future__ import annotations

import io
from dataclasses import fields, is_dataclass
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InputError
from graph.ingest.files.records import RowReader, as_file
from graph.ingest.files.wire import receive, send
from graph.ingest.message import Message
from graph.ingest.sources import SourceDeclaration
from tests.laws import examples

READER = RowReader(
    as_file(SourceDeclaration(name="crm", non_personal=("level",), dealer="d1")), 1_790_000_000_000_000
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PEOPLE = st.fixed_dictionaries(
    {"recordId": st.integers(1, 99)},
    optional={
        "phone": st.sampled_from(["13912345678", "+86 139 1234 5678", "12", "13800138000"]),
        "plate": st.just("沪A12345"),
        "vin": st.just("LSVAM4187C2184847"),
        "email": st.emails(),
        "name": st.just("王建国"),
        "level": st.sampled_from(["gold", "silver"]),
        "other": JSON,
    },
)
EVENTS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["track", "page", "identify", "alias"]),
        "event": st.text(min_size=1, max_size=9),
    },
    optional={
        "userId": st.just("u-17"),
        "anonymousId": st.just("a-17"),
        "previousId": st.just("u-16"),
        "timestamp": st.just("2026-03-04T05:06:07Z"),
        "properties": st.dictionaries(st.sampled_from(["campaign", "vin", "price", "x"]), JSON, max_size=3),
    },
)


def sent(value: Any) -> Any:
    stream = io.BytesIO()
    send(stream, value)
    stream.seek(0)
    return receive(stream)


def types(value: Any) -> Any:
    """The types a value is made of, all the way down."""
    if is_dataclass(value):
        return type(value), [types(getattr(value, each.name)) for each in fields(value)]
    if isinstance(value, (list, tuple)):
        return type(value), [types(each) for each in value]
    if hasattr(value, "items"):
        return type(value), [types(pair) for pair in value.items()]
    return type(value)


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(PEOPLE | EVENTS, max_size=4))
def test_messages_arrive_as_they_were(rows: list[dict[str, Any]]) -> None:
    messages = [READER.read(orjson.loads(orjson.dumps(row))) for row in rows]
    received = sent(messages)
    assert received == messages
    assert types(received) == types(messages)


def test_every_part_of_a_message_is_in_those() -> None:
    said = {
        "recordId": "7",
        "phone": "13912345678",
        "vin": "LSVAM4187C2184847",
        "email": "nobody",
        "level": "gold",
    }
    message = READER.read(said)
    assert isinstance(message, Message)
    assert message.sightings
    assert message.sightings[0].analysis
    assert message.vehicle
    assert message.refusals
    assert message.clear_traits == {"level"}
    event = READER.read({"type": "track", "event": "Order Placed", "userId": "u1"})
    assert isinstance(event, Message)
    assert event.touchpoint


def test_an_error_keeps_what_it_tells() -> None:
    received = sent(InputError("What.", remedy="Do."))
    assert (type(received), received.message, received.remedy) == (InputError, "What.", "Do.")


@pytest.mark.parametrize("left", [0, 3, 8, 20])
def test_half_a_value_is_an_end(left: int) -> None:
    stream = io.BytesIO()
    send(stream, ["a value"] * 9)
    with pytest.raises(EOFError):
        receive(io.BytesIO(stream.getvalue()[:left]))
