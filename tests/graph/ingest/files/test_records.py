"""Rows to messages: grades, times, ids, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import from_datetime, to_datetime
from graph.identity.evidence import Grade, SourceClass
from graph.ingest.files.mapping import FileMapping, default_mapping, parse_mapping
from graph.ingest.files.records import RowReader, as_file, is_record, read_record
from graph.ingest.message import Message, MessageType, Rejected
from graph.ingest.normalise import Namespace
from graph.ingest.sources import SourceDeclaration, default_source
from tests.laws import examples

NOW = 1_795_000_000_000_000
PEOPLE = parse_mapping(
    b"""
    [people]
    recordId = "no"
    name = "who"
    phone = ["mobile", "home"]
    address = ["street", "house"]
    vin = "car"
    updatedAt = "changed"
    ignore = ["secret"]
    """,
    where="m.toml",
)


def message(values: dict[str, Any], mapping: FileMapping | None = PEOPLE, **more: Any) -> Message:
    read = RowReader(as_file(more.pop("source", default_source("crm"))), NOW, mapping, **more).read(values)
    assert isinstance(read, Message), read
    return read


def refused(values: dict[str, Any], mapping: FileMapping | None = PEOPLE) -> Rejected:
    read = RowReader(as_file(default_source("crm")), NOW, mapping).read(values)
    assert isinstance(read, Rejected), read
    return read


def test_a_row_is_a_record() -> None:
    source = SourceDeclaration(name="crm", dealer="d7")
    row = {"no": "C1", "who": "王建国", "mobile": "13812345678", "home": "021 6234 5678", "level": "gold",
           "street": "Nanjing Road", "house": "12", "car": "1M8GDM9AXKP042788", "secret": "x",
           "changed": "2026-01-02"}  # fmt: skip
    read = message(row, source=source)
    assert read.type is MessageType.RECORD
    assert (read.source, read.record_id, read.dealer) == ("crm", "C1", "d7")
    assert read.source_class is SourceClass.KNOWN
    assert to_datetime(read.used_at or 0).date().isoformat() == "2026-01-02"
    assert read.touchpoint is None
    phones = sorted(s.identifier.value for s in read.sightings if s.identifier.namespace == "phone")
    assert phones == ["+8613812345678", "+862162345678"]
    assert {s.grade for s in read.sightings} == {Grade.TRUSTED}
    assert "C1" not in {s.identifier.value for s in read.sightings}
    assert read.traits["level"] == "gold"
    assert read.traits["address"] == "Nanjing Road 12"
    assert read.traits["name"]["display"] == "王建国"
    assert read.vehicle is not None
    assert read.vehicle.role == "owner"
    assert b"secret" not in read.payload


def test_times_come_from_the_row_then_the_file_then_nowhere() -> None:
    as_of = from_datetime(to_datetime(NOW).replace(month=1))
    timed = {"no": "C1", "changed": "2026-01-02"}
    assert message(timed, as_of=as_of).used_at != as_of
    assert message({"no": "C1", "changed": ""}, as_of=as_of).used_at == as_of
    untimed = message({"no": "C1"})
    assert untimed.used_at is None
    assert untimed.occurred_at == NOW


def test_the_id_follows_source_record_time_and_content() -> None:
    row = {"no": "C1", "who": "Wang"}
    ids = {
        message(row).message_id,
        message(row, as_of=1).message_id,
        message({**row, "no": "C2"}).message_id,
        message({**row, "who": "Li"}).message_id,
        message(row, source=default_source("dms")).message_id,
    }
    assert len(ids) == 5
    assert message(row).message_id == message(dict(reversed(row.items()))).message_id


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"who": "Wang"}, "no_record_id", "no"),
        ({"no": ""}, "no_record_id", "no"),
        ({"no": "  "}, "no_record_id", "no"),
        ({"no": None}, "no_record_id", "no"),
        ({"no": "null"}, "no_record_id", "no"),
        ({"no": "N/A"}, "no_record_id", "no"),
        ({"no": "00000000"}, "no_record_id", "no"),
        ({"no": "x" * 257}, "bad_field", "no"),
        ({"no": "a\x00b"}, "bad_field", "no"),
        ({"no": 1.5}, "bad_field", "no"),
        ({"no": True}, "bad_field", "no"),
        ({"no": ["a"]}, "bad_field", "no"),
        ({"no": "C1", "changed": "45678"}, "bad_field", "changed"),
        ({"no": "C1", "changed": "01/02/2024"}, "bad_field", "changed"),
        ({"no": "C1", "changed": "0000-01-01"}, "bad_field", "changed"),
        ({"no": "C1", "changed": "9999-01-01"}, "bad_field", "changed"),
        ({"no": "C1", "changed": "NaN"}, "bad_field", "changed"),
    ],
)
def test_what_is_wrong_names_the_column_and_no_value(values: dict[str, Any], code: str, field: str) -> None:
    found = refused(values)
    assert (found.code, found.field) == (code, field)
    assert "45678" not in found.message


def test_deep_json_is_refused() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    assert "nests deeper" in refused({"no": "C1", "more": deep}).message


@pytest.mark.parametrize("number", ["0", "1", "111111", "123456", "12345678"])
def test_counted_record_ids_are_taken(number: str) -> None:
    assert message({"no": number}).record_id == number
    assert message({"no": int(number)}).record_id == number


def test_placeholders_are_counted_and_kept_as_traits() -> None:
    read = message({"no": "C1", "mobile": "13800138000"})
    assert [(refusal.namespace, str(refusal.code)) for refusal in read.refusals] == [("phone", "placeholder")]
    assert not read.sightings


def test_a_column_called_as_a_mapped_key_is_no_identifier() -> None:
    read = message({"no": "C1", "mobile": "13812345678", "phone": "13987654321"})
    assert [s.identifier.value for s in read.sightings] == ["+8613812345678"]
    assert read.traits["phone (column)"] == "13987654321"


def test_the_envelope_reads_the_same_again() -> None:
    import orjson

    read = message({"no": "C1", "who": "Wang", "mobile": "13812345678", "changed": "2026-01-02"})
    envelope = orjson.loads(read.payload)
    assert is_record(envelope)
    assert read_record(envelope, default_source("crm"), received_at=NOW) == read


def test_files_grade_as_files_whatever_reads_them() -> None:
    source = SourceDeclaration(name="app", grades={Namespace.EMAIL: Grade.VERIFIED})
    filed = as_file(source)
    for namespace in Namespace:
        assert filed.grade(namespace, via="http") == source.grade(namespace, via="file")
    event = {
        "type": "identify",
        "userId": "u1",
        "traits": {"phone": "13812345678"},
        "timestamp": "2026-01-02",
    }
    grades = {s.identifier.namespace: s.grade for s in message(event, None).sightings}
    assert grades == {"userId": Grade.TRUSTED, "phone": Grade.TRUSTED}


def test_json_lines_tell_events_from_people() -> None:
    event = message({"type": "track", "event": "Store Visit", "userId": "u1", "messageId": "m1"}, None)
    assert event.type is MessageType.TRACK
    person = message({"recordId": "C1", "type": "track"}, None)
    assert person.type is MessageType.RECORD
    assert person.traits["type"] == "track"
    assert refused({"type": ["track"], "name": "x"}, None).code == "no_record_id"


def test_an_event_without_id_and_time_is_known_again() -> None:
    event = {"type": "track", "event": "Store Visit", "userId": "u1"}
    first, later = (RowReader(default_source("web"), now, None).read(event) for now in (NOW, NOW + 10**9))
    assert isinstance(first, Message)
    assert isinstance(later, Message)
    assert first.message_id == later.message_id
    assert first.content == later.content
    assert first.used_at is None
    assert message(event, None, as_of=7).occurred_at == 7


def test_csv_events_have_properties() -> None:
    text = b'[events]\nuserId = "no"\ntimestamp = "day"\n[events.constants]\nevent = "Order Placed"\n'
    mapping = parse_mapping(text, where="m.toml")
    read = message({"no": "u1", "day": "2026-01-02", "amount": "1000.50", "currency": "CNY"}, mapping)
    assert read.touchpoint is not None
    assert read.touchpoint.event == "Order Placed"
    assert read.touchpoint.clear["amountMinor"] == 100_050
    by_name = default_mapping(["type", "userId", "city"], file="e.csv")
    assert message({"type": "identify", "userId": "u1", "city": "上海"}, by_name).traits["city"] == "上海"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_COLUMNS = st.sampled_from(
    ["recordId", "type", "name", "phone", "address", "updatedAt", "userId", "event", "x"]
)


@settings(max_examples=examples(150), deadline=None)
@given(values=st.dictionaries(_COLUMNS, _JSON, max_size=6))
def test_any_row_is_a_message_or_a_reason(values: dict[str, Any]) -> None:
    read = RowReader(as_file(default_source("crm")), NOW, None).read(values)
    assert isinstance(read, Message) or read.message
