"""Segment's protocol by table: what an event becomes, and what each mistake is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY, SECOND, to_datetime
from graph.identity.evidence import Grade, SourceClass
from graph.ingest.message import Message, MessageType, Rejected
from graph.ingest.segment import MAX_EVENT_BYTES, Arrival, read_message
from graph.ingest.sources import SourceDeclaration, default_source
from tests.laws import examples

NOW = 1_795_000_000 * SECOND
STAMP = to_datetime(NOW - 10 * SECOND).isoformat()
WEB = default_source("web")


def read(event: object, *, type_: str | None = None, **how: Any) -> Message | Rejected:
    return read_message(event, Arrival(**{"source": WEB, "received_at": NOW, **how}), type_=type_)


def kept(event: Mapping[str, Any], *, type_: str | None = None, **how: Any) -> Message:
    found = read({"userId": "u-1", "type": "track", "event": "A", **event}, type_=type_, **how)
    assert isinstance(found, Message), found
    return found


def refused(event: object, *, type_: str | None = None, **how: Any) -> Rejected:
    found = read(event, type_=type_, **how)
    assert isinstance(found, Rejected), found
    return found


def held(message: Message) -> set[tuple[str, str, str]]:
    """Namespace, value and grade of every identifier."""
    return {(s.identifier.namespace, s.identifier.value, str(s.grade)) for s in message.sightings}


class TestWhoseItIs:
    @pytest.mark.parametrize(
        ("ids", "record", "known"),
        [
            ({"userId": "u-1"}, "u-1", SourceClass.KNOWN),
            ({"userId": None, "anonymousId": "a-1"}, "a-1", SourceClass.ANONYMOUS),
            ({"userId": "", "anonymousId": "a-1"}, "a-1", SourceClass.ANONYMOUS),
            ({"userId": "undefined", "anonymousId": "a-1"}, "a-1", SourceClass.ANONYMOUS),
            ({"userId": "u-1", "anonymousId": "a-1"}, "u-1", SourceClass.KNOWN),
            ({"userId": 1001}, "1001", SourceClass.KNOWN),
        ],
    )
    def test_the_record_is_the_user_id_else_the_anonymous_id(
        self, ids: dict[str, Any], record: str, known: SourceClass
    ) -> None:
        message = kept(ids)

        assert (message.record_id, message.source_class) == (record, known)

    def test_both_ids_are_trusted_evidence_of_the_one_profile(self) -> None:
        message = kept({"anonymousId": "a-1"})

        assert held(message) == {
            ("userId", "u-1", Grade.TRUSTED),
            ("anonymousId", "a-1", Grade.TRUSTED),
        }

    @pytest.mark.parametrize("ids", [{}, {"userId": None}, {"userId": "null", "anonymousId": "00000000"}])
    def test_nobody(self, ids: dict[str, Any]) -> None:
        found = refused({"type": "track", "event": "A", **ids})

        assert (found.code, found.field) == ("no_person", "userId")

    def test_alias_says_that_two_ids_are_one_value(self) -> None:
        message = kept({"type": "alias", "previousId": "u-0"})
        aliases = {s.identifier.value for s in message.sightings if s.alias}

        assert message.type is MessageType.ALIAS
        assert message.touchpoint is None
        assert aliases == {"u-0"}

    def test_alias_without_the_former_id(self) -> None:
        assert refused({"type": "alias", "userId": "u-1"}).field == "previousId"


class TestWhatItSays:
    def test_traits_over_http_are_claimed(self) -> None:
        message = kept({"type": "identify", "traits": {"phone": "13812345678", "email": "Wang@Example.com"}})

        assert {(n, g) for n, _, g in held(message)} >= {
            ("phone", Grade.CLAIMED),
            ("email", Grade.CLAIMED),
        }
        assert message.touchpoint is None

    def test_traits_of_a_source_that_verifies_are_verified(self) -> None:
        source = SourceDeclaration.model_validate({"name": "app", "grades": {"phone": "verified"}})
        message = kept({"type": "identify", "traits": {"phone": "13812345678"}}, source=source)

        assert ("phone", Grade.VERIFIED) in {(n, g) for n, _, g in held(message)}

    def test_a_placeholder_is_refused_and_counted_and_the_event_kept(self) -> None:
        message = kept({"type": "identify", "traits": {"phone": "13800138000"}})

        assert [refusal.namespace for refusal in message.refusals] == ["phone"]
        assert not any(s.identifier.namespace == "phone" for s in message.sightings)

    def test_ids_among_the_traits_do_not_count(self) -> None:
        message = kept({"type": "identify", "traits": {"userId": "other", "anonymousId": "other", "id": "x"}})

        assert held(message) == {("userId", "u-1", Grade.TRUSTED)}

    def test_context_traits_speak_on_any_call(self) -> None:
        message = kept({"context": {"traits": {"email": "wang@example.com"}}})

        assert any(s.identifier.namespace == "email" for s in message.sightings)

    def test_the_device_is_evidence(self) -> None:
        message = kept({"context": {"device": {"id": "5F1C6B2E-8A3D-4A55-9F1E-1C2D3E4F5A6B"}}})

        assert any(s.identifier.namespace == "deviceId" for s in message.sightings)

    @pytest.mark.parametrize(
        ("event", "kind"),
        [
            ({"type": "track", "event": "Test Drive Booked"}, MessageType.TRACK),
            ({"type": "page", "name": "Models"}, MessageType.PAGE),
            ({"type": "screen"}, MessageType.SCREEN),
            ({"type": "group", "groupId": "g"}, MessageType.GROUP),
        ],
    )
    def test_contacts_are_touchpoints(self, event: dict[str, Any], kind: MessageType) -> None:
        message = kept(event)

        assert message.type is kind
        assert message.touchpoint is not None
        assert message.touchpoint.clear["channel"] == "generic"

    def test_an_unknown_event_is_a_generic_touchpoint(self) -> None:
        message = kept({"event": "Sunroof Opened", "properties": {"angle": 30}})

        assert message.touchpoint is not None
        assert (message.touchpoint.kind, message.touchpoint.event) == ("generic", "Sunroof Opened")

    def test_the_campaign_and_the_sources_dealer_are_defaults(self) -> None:
        source = SourceDeclaration(name="web", dealer="d-7")
        message = kept({"context": {"campaign": {"name": "spring"}}}, source=source)

        assert message.touchpoint is not None
        assert message.touchpoint.clear["campaign"] == "spring"
        assert message.dealer == "d-7"

    def test_a_batchs_context_is_the_default_of_its_events(self) -> None:
        context = {"campaign": {"name": "batch"}, "locale": "zh-CN"}
        message = kept({"context": {"campaign": {"name": "own"}}}, context=context)

        assert message.touchpoint is not None
        assert message.touchpoint.clear["campaign"] == "own"
        assert b"zh-CN" in message.payload

    def test_the_path_decides_the_type(self) -> None:
        assert kept({"type": "track"}, type_="page").type is MessageType.PAGE


class TestIdentity:
    """What makes two messages one."""

    def test_the_message_id_is_taken(self) -> None:
        assert kept({"messageId": "ajs-1"}).message_id == "ajs-1"
        assert kept({"messageId": 17}).message_id == "17"

    def test_without_one_it_is_derived_from_the_event(self) -> None:
        one = kept({"timestamp": STAMP, "properties": {"a": 1, "b": 2}})
        same = kept({"properties": {"b": 2, "a": 1}, "timestamp": STAMP, "sentAt": STAMP})
        other = kept({"timestamp": STAMP, "properties": {"a": 1, "b": 3}})

        assert one.message_id == same.message_id != other.message_id

    def test_with_neither_id_nor_time_it_is_always_new(self) -> None:
        assert kept({}).message_id != kept({}).message_id

    @pytest.mark.parametrize(
        "transport",
        [
            {"sentAt": STAMP},
            {"receivedAt": STAMP},
            {"_metadata": {"retryCount": 3}},
            {"writeKey": "k"},
            {"integrations": {"All": True}},
        ],
    )
    def test_transport_does_not_change_what_was_said(self, transport: dict[str, Any]) -> None:
        event = {"messageId": "m", "timestamp": STAMP}

        assert kept({**event, **transport}).content == kept(event).content


class TestTimes:
    def test_the_clients_clock_is_corrected(self) -> None:
        slow = {"timestamp": "2020-01-01T00:00:00Z", "sentAt": "2020-01-01T00:00:07Z"}

        assert kept(slow).occurred_at == NOW - 7 * SECOND
        assert kept(slow, historical=True).occurred_at == 1_577_836_800 * SECOND

    def test_the_batchs_sent_at_serves_where_the_event_has_none(self) -> None:
        message = kept({"timestamp": "2020-01-01T00:00:00Z"}, sent_at="2020-01-01T00:00:07Z")

        assert message.occurred_at == NOW - 7 * SECOND

    @pytest.mark.parametrize("sent_at", ["garbage", 12, True, "0000-00-00"])
    def test_a_bad_sent_at_costs_only_the_correction(self, sent_at: object) -> None:
        assert kept({"timestamp": STAMP, "sentAt": sent_at}).occurred_at == NOW - 10 * SECOND

    def test_without_a_time_it_happened_when_it_came(self) -> None:
        assert kept({}).occurred_at == NOW
        assert kept({"originalTimestamp": STAMP}).occurred_at == NOW - 10 * SECOND

    @pytest.mark.parametrize(
        "raw", ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "yesterday", 45_000, True, {"a": 1}, "NaN"]
    )
    def test_a_time_that_cannot_be_is_named(self, raw: object) -> None:
        found = refused({"type": "track", "event": "A", "userId": "u", "timestamp": raw})

        assert found.field == "timestamp"
        assert found.message

    @settings(max_examples=examples(60), deadline=None)
    @given(
        skew=st.integers(-400 * DAY, 400 * DAY),
        age=st.integers(0, 30 * DAY),
        travel=st.integers(0, 60 * SECOND),
    )
    def test_no_skew_moves_an_event(self, skew: int, age: int, travel: int) -> None:
        """Whatever the client's clock shows, the event lies its true age, and the travel time, back."""
        sent = NOW - travel + skew
        message = kept(
            {
                "timestamp": to_datetime(sent - age).isoformat(),
                "sentAt": to_datetime(sent).isoformat(),
            }
        )

        assert message.occurred_at == NOW - age


class TestMistakes:
    @pytest.mark.parametrize(
        ("event", "field"),
        [
            ([], ""),
            ("text", ""),
            (None, ""),
            ({"type": "dance", "userId": "u"}, "type"),
            ({"userId": "u"}, "type"),
            ({"type": "record", "userId": "u"}, "type"),
            ({"type": "track", "userId": "u"}, "event"),
            ({"type": "track", "userId": "u", "event": "  "}, "event"),
            ({"type": "track", "userId": "u", "event": 5}, "event"),
            ({"type": "track", "userId": ["u"], "event": "A"}, "userId"),
            ({"type": "track", "userId": True, "event": "A"}, "userId"),
            ({"type": "track", "userId": "u" * 257, "event": "A"}, "userId"),
            ({"type": "track", "userId": "u", "event": "A", "messageId": {}}, "messageId"),
            ({"type": "track", "userId": "u", "event": "A", "messageId": "m" * 257}, "messageId"),
            ({"type": "track", "userId": "u", "event": "A", "properties": []}, "properties"),
            ({"type": "track", "userId": "u", "event": "A", "context": "web"}, "context"),
            ({"type": "identify", "userId": "u", "traits": "none"}, "traits"),
            (
                {
                    "type": "track",
                    "userId": "u",
                    "event": "Order Placed",
                    "properties": {"amount": -5, "currency": "CNY"},
                },
                "properties.amount",
            ),
        ],
    )
    def test_each_names_its_field(self, event: object, field: str) -> None:
        found = refused(event)

        assert found.field == field
        assert found.code
        assert found.message

    def test_the_size_of_an_event(self) -> None:
        event = {"type": "track", "userId": "u", "event": "A", "properties": {"note": "注" * 11_000}}

        assert refused(event).code == "too_large"
        assert len(kept({"properties": {"note": "n" * 30_000}}).payload) <= MAX_EVENT_BYTES

    @pytest.mark.parametrize("depth", [33, 200, 900])
    def test_depth(self, depth: int) -> None:
        nested: Any = 1
        for _ in range(depth):
            nested = [nested]
        found = refused({"type": "track", "userId": "u", "event": "A", "properties": {"a": nested}})

        assert "levels" in found.message

    def test_half_a_surrogate_pair(self) -> None:
        found = refused({"type": "track", "userId": "u", "event": "A", "properties": {"note": "\ud83d"}})

        assert "Unicode" in found.message
        assert found.payload

    def test_no_value_is_repeated_in_a_message(self) -> None:
        secret = "13812345678"
        events = [
            {"type": secret, "userId": "u"},
            {"type": "track", "userId": {"phone": secret}, "event": "A"},
            {"type": "track", "userId": "u", "event": "A", "timestamp": secret + secret},
            {"type": "track", "userId": "u", "event": "Order Placed", "properties": {"amount": secret + "x"}},
        ]

        assert not any(secret in f"{refused(event).field} {refused(event).message}" for event in events)

    @settings(max_examples=examples(150), deadline=None)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(
                    st.sampled_from(
                        ["type", "userId", "event", "traits", "properties", "context", "timestamp", "phone"]
                    )
                    | st.text(max_size=8),
                    inner,
                    max_size=6,
                )
            ),
            max_leaves=15,
        )
    )
    def test_nothing_that_json_can_say_raises(self, event: Any) -> None:
        assert isinstance(read(event), (Message, Rejected))

    @settings(max_examples=examples(150), deadline=None)
    @given(
        kind=st.sampled_from(["identify", "track", "page", "screen", "group", "alias"]),
        said=st.dictionaries(
            st.sampled_from(["name", "phone", "email", "birthDate", "gender", "address", "vin", "city", "x"]),
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just({}),
            max_size=6,
        ),
    )
    def test_no_trait_or_property_raises(self, kind: str, said: dict[str, Any]) -> None:
        event = {
            "type": kind,
            "userId": "u",
            "previousId": "p",
            "event": "Order Placed",
            "traits": said,
            "properties": said,
        }

        assert isinstance(read(event), (Message, Rejected))
