"""The catalogue of domain events: every kind and field, what stays clear, what is refused, and its page."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.ingest import catalogue, catalogue_docs
from graph.ingest.catalogue import FieldErrors, GenericEvent, TypedEvent, read_event, read_page
from graph.ingest.money import EXPONENTS
from tests.graph.ingest.normalise.strategies import JSON_VALUE, TEXT
from tests.laws import examples

KINDS = {
    "Enquiry Submitted": "enquiry",
    "Content Viewed": "contentView",
    "Store Visited": "storeVisit",
    "Negotiation Noted": "negotiation",
    "Test Drive Booked": "testDriveBooking",
    "Test Drive Completed": "testDrive",
    "Test Drive Cancelled": "testDriveCancellation",
    "Follow-Up Planned": "followUpPlan",
    "Follow-Up Completed": "followUp",
    "Order Placed": "order",
    "Payment Received": "payment",
    "Order Cancelled": "orderCancellation",
    "Vehicle Delivered": "delivery",
    "Vehicle Returned": "vehicleReturn",
    "Service Completed": "service",
    "Referral Link Clicked": "referralClick",
    "Referral Code Entered": "referralCode",
    "Consent Given": "consent",
    "Consent Withdrawn": "consentWithdrawal",
}
COMMON = {
    "channel", "campaign", "content", "dealer", "consultant", "model", "durationSeconds", "amount",
    "currency", "vin", "plate", "note", "url",
}  # fmt: skip
PERSONAL = {"vin", "plate", "note", "url", "orderId", "bookingId", "workOrderId", "followUpId", "paymentId"}
PROPERTIES = sorted(
    {prop for entry in catalogue.EVENT_TYPES for prop in entry.property_of} | {"unknown", "$event", "path"}
)


def wrong(name: str, **properties: object) -> dict[str, str]:
    """The refused fields of an event and why."""
    with pytest.raises(FieldErrors) as caught:
        read_event(name, properties)
    return {error.field: error.message for error in caught.value.errors}


class TestRegistry:
    def test_names_and_kinds(self) -> None:
        assert {entry.name: entry.kind for entry in catalogue.EVENT_TYPES} == KINDS

    @pytest.mark.parametrize(("name", "kind"), KINDS.items())
    def test_every_spelling_of_a_name_is_found(self, name: str, kind: str) -> None:
        snake = name.lower().replace(" ", "_")
        for spelling in (
            name,
            name.upper(),
            snake,
            snake.replace("_", "-"),
            name.replace(" ", ""),
            kind,
            f" {name} ",
        ):
            found = read_event(spelling, {})
            assert (found.kind, found.name) == (kind, name)

    @pytest.mark.parametrize("entry", catalogue.EVENT_TYPES, ids=lambda entry: entry.kind)
    def test_every_event_has_the_common_fields_and_each_field_says_whether_it_is_personal(
        self, entry: catalogue.EventType
    ) -> None:
        fields = entry.model.model_fields
        properties = {catalogue.alias_of(name, field): field for name, field in fields.items()}
        assert properties.keys() >= COMMON
        for prop, field in properties.items():
            assert field.json_schema_extra == {"personal": prop in PERSONAL}
            assert field.description


class TestTyped:
    def test_an_order(self) -> None:
        found = read_event(
            "Order Placed",
            {
                "orderId": "O-1",
                "amount": 249_999.99,
                "dealer": 101,
                "consultant": "c7",
                "model": "ET5",
                "colour": "red",
                "duration_seconds": "30",
                "vin": "LSVAM4187C2184847",
                "note": "wants it before the holidays",
                "nickname": {"any": "thing"},
                "campaign": None,
                "content": "",
            },
        )
        assert found == TypedEvent(
            "order",
            "Order Placed",
            {
                "amountMinor": 24_999_999,
                "currency": "CNY",
                "dealer": "101",
                "consultant": "c7",
                "model": "ET5",
                "colour": "red",
                "durationSeconds": 30.0,
            },
            {
                "nickname": {"any": "thing"},
                "orderId": "O-1",
                "vin": "LSVAM4187C2184847",
                "note": "wants it before the holidays",
            },
        )

    def test_an_appointment_is_read_in_the_sources_zone(self) -> None:
        from zoneinfo import ZoneInfo

        found = read_event(
            "Test Drive Booked", {"appointmentAt": "2026-11-23 10:00"}, tz=ZoneInfo("Asia/Shanghai")
        )
        assert found.clear == {"appointmentAt": 1_795_399_200_000_000}

    def test_a_second_spelling_of_a_field_is_kept_as_an_undeclared_property(self) -> None:
        found = read_event("Order Placed", {"durationSeconds": 1, "duration_seconds": 2})
        assert (found.clear, found.personal) == ({"durationSeconds": 1.0}, {"duration_seconds": 2})

    @pytest.mark.parametrize(
        "text",
        [
            "13812345678",
            "call 138 1234 5678",
            "+86-138-1234-5678",
            "a@b.com",
            "a%40b.com",
            "https://x/y",
            "11010519491231002X",
        ],
    )
    @pytest.mark.parametrize("field", ["channel", "campaign", "content", "dealer", "consultant", "model"])
    def test_what_looks_personal_is_sealed_whatever_its_field_declares(self, field: str, text: str) -> None:
        for name in ("Order Placed", "Something Else"):
            found = read_event(name, {field: text})
            assert (found.clear, found.personal) == ({}, {field: text})

    @pytest.mark.parametrize("text", ["spring-2026", "20261122", "D-1024", "ET5 Touring", "小红书"])
    def test_ordinary_ids_stay_clear(self, text: str) -> None:
        assert read_event("Order Placed", {"campaign": text}).clear == {"campaign": text}


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "currency", "minor"),
        [
            (199, None, 19_900),
            ("199.90", "cny", 19_990),
            (0, "CNY", 0),
            (0.1 + 0.2, "EUR", 30),
            (1234, "JPY", 1234),
            ("1.234", "KWD", 1234),
            ("1.50", "RMB", 150),
            (1e3, "USD", 100_000),
        ],
    )
    def test_amounts_are_exact_minor_units(self, amount: object, currency: str | None, minor: int) -> None:
        clear = read_event("Order Placed", {"amount": amount, "currency": currency}).clear
        assert clear["amountMinor"] == minor
        assert clear["currency"] == {None: "CNY", "cny": "CNY", "RMB": "CNY"}.get(currency, currency)

    @settings(max_examples=examples(150), deadline=None)
    @given(minor=st.integers(min_value=0, max_value=10**15), currency=st.sampled_from(sorted(EXPONENTS)))
    def test_every_amount_of_every_currency_comes_back(self, minor: int, currency: str) -> None:
        digits = EXPONENTS[currency]
        text = f"{minor // 10**digits}.{minor % 10**digits:0{digits}d}" if digits else str(minor)
        assert read_event("order", {"amount": text, "currency": currency}).clear["amountMinor"] == minor

    def test_a_currency_alone_is_kept(self) -> None:
        assert read_event("order", {"currency": "EUR"}).clear == {"currency": "EUR"}


class TestRefused:
    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("amount", -1, "greater than or equal to 0"),
            ("amount", "-0.01", "greater than or equal to 0"),
            ("amount", "NaN", "finite"),
            ("amount", float("nan"), "finite"),
            ("amount", float("inf"), "finite"),
            ("amount", "1e99999999", "22 digits"),
            ("amount", 10**400, "too large"),
            ("amount", 10**15, "too large"),
            ("amount", 1.234, "more decimals than CNY"),
            ("amount", "12,50", "valid decimal"),
            ("amount", True, "must be a number"),
            ("currency", "XXX", "ISO 4217"),
            ("currency", 156, "ISO 4217"),
            ("durationSeconds", -1, "greater than or equal to 0"),
            ("durationSeconds", float("nan"), "finite"),
            ("durationSeconds", True, "must be a number"),
            ("durationSeconds", 10**400, "too large"),
            ("durationSeconds", "long", "valid number"),
            ("channel", {"a": 1}, "valid string"),
            ("channel", True, "must be text"),
            ("channel", 1.5, "must be text"),
            ("channel", "  ", "at least 1 character"),
            ("model", "x" * 201, "at most 200 characters"),
            ("note", "x" * 10_001, "at most 10000 characters"),
            ("dealer", "\ud800", "lone surrogate"),
            ("role", "uncle", "one of owner, coBuyer, payer, driver"),
        ],
    )
    def test_a_bad_value_names_its_field_and_never_itself(self, field: str, value: object, told: str) -> None:
        found = wrong("Order Placed", **{field: value})
        assert set(found) == {field}
        assert told in found[field]
        assert found[field].startswith(f"{field} ")
        assert "x" * 50 not in found[field]

    def test_every_bad_field_is_told_under_its_property_name(self) -> None:
        assert set(wrong("Service Completed", odometer_km=-1, durationSeconds=-1, amount="x")) == {
            "odometerKm",
            "durationSeconds",
            "amount",
        }

    @pytest.mark.parametrize("moment", ["soon", "01/02/2026", 45291.5, "9999-01-01", "0000-01-01"])
    def test_an_appointment_must_be_a_time(self, moment: object) -> None:
        assert set(wrong("Test Drive Booked", appointmentAt=moment)) == {"appointmentAt"}

    @pytest.mark.parametrize("name", ["", "  ", "x" * 501])
    def test_a_name_that_is_none(self, name: str) -> None:
        assert set(wrong(name)) == {"event"}


class TestGeneric:
    @pytest.mark.parametrize(
        "name", ["Product Added", "step_2.done", "预约直播", "Video-Played 25", "x" * 64]
    )
    def test_a_harmless_name_stays_clear(self, name: str) -> None:
        found = read_event(name, {"channel": " app ", "content": "c1", "dealer": 7, "price": 3})
        assert found == GenericEvent(name, {"channel": "app"}, {"content": "c1", "dealer": 7, "price": 3})

    @pytest.mark.parametrize(
        "name",
        [
            "Called 13812345678",
            "Called 138-1234-5678",
            "Called 1 3 8 1 2",
            "mail a@b.com",
            "x" * 65,
            "a/b",
            "order:12",
            "１３８１２ called",
        ],
    )
    def test_a_name_that_may_hold_personal_data_is_sealed(self, name: str) -> None:
        found = read_event(name, {})
        assert (found.name, found.clear, found.personal) == ("Other", {}, {"$event": name})

    def test_clear_fields_that_are_no_short_text_are_sealed(self) -> None:
        properties = {"channel": ["a"], "campaign": "x" * 201, "dealer": "a\x00b", "model": ""}
        found = read_event("Something Else", properties)
        assert (found.clear, found.personal) == ({}, properties)


class TestPages:
    def test_a_page(self) -> None:
        properties = {
            "url": "https://shop.example/models/et5?phone=13812345678#a",
            "title": "ET5",
            "referrer": "https://r",
        }
        found = read_page(properties, "Model Page")
        assert found == TypedEvent(
            "page", "Page Viewed", {"path": "/models/et5", "page": "Model Page"}, properties
        )

    def test_a_screen(self) -> None:
        found = read_page({"channel": "app"}, "Garage", screen=True)
        assert found == TypedEvent("screen", "Screen Viewed", {"channel": "app", "page": "Garage"}, {})

    @pytest.mark.parametrize(
        ("path", "clear"),
        [
            ("/", "/"),
            ("/models/et5?x=1", "/models/et5"),
            ("/2026/11/22/news", "/2026/11/22/news"),
            ("/u/13812345678", None),
            ("/u/138-1234-5678", None),
            ("/u/%31%33%38%31%32", None),
            ("/u/a@b.com", None),
            ("/u/a%40b.com", None),
            ("/u/%E7%8E%8B%E5%B0%8F%E6%98%8E", None),
            ("/reset/" + "aB" * 21, None),
            ("/" + "a/" * 64, None),
            ("javascript:alert(1)", None),
            ("", None),
        ],
    )
    def test_paths(self, path: str, clear: str | None) -> None:
        found = read_page({"path": path})
        assert found.clear.get("path") == clear
        assert found.personal == {"path": path}

    def test_a_name_with_personal_data_is_sealed(self) -> None:
        found = read_page({}, "Profile of 13812345678")
        assert (found.clear, found.personal) == ({}, {"$event": "Profile of 13812345678"})

    @pytest.mark.parametrize("url", ["http://[", 7, None, "x", "\ud800"])
    def test_a_url_that_is_none(self, url: object) -> None:
        found = read_page({"url": url})
        assert (found.clear, found.personal) == ({}, {"url": url})


@settings(max_examples=examples(200), deadline=None)
@given(
    name=st.sampled_from(sorted(KINDS)) | TEXT,
    properties=st.dictionaries(st.sampled_from(PROPERTIES), JSON_VALUE, max_size=6),
)
def test_no_value_is_lost_and_clear_values_are_storable(name: str, properties: dict[str, object]) -> None:
    try:
        found = read_event(name, properties)
    except FieldErrors as error:
        assert error.errors  # noqa: PT017
        return
    for value in found.clear.values():
        assert isinstance(value, (str, int, float))
        str(value).encode()
    entry = catalogue.find_type(name)
    for prop, value in properties.items():
        if value is None or value == "":
            continue
        alias = entry.property_of.get(prop, prop) if entry else prop
        stored = {"amount": "amountMinor"}.get(alias, alias) if entry else alias
        assert stored in found.clear or stored in found.personal or prop in found.personal


@settings(max_examples=examples(200), deadline=None)
@given(
    properties=st.dictionaries(st.sampled_from(["path", "url", "channel", "x"]), JSON_VALUE),
    name=st.none() | TEXT,
)
def test_a_page_is_never_refused(properties: dict[str, object], name: str | None) -> None:
    found = read_page(properties, name)
    assert all(prop in found.clear or prop in found.personal for prop in properties)
    for value in found.clear.values():
        str(value).encode()


def test_the_page_in_docs_is_current() -> None:
    assert catalogue_docs.TARGET.read_text(encoding="utf-8") == catalogue_docs.render(), (
        "run: python -m graph.ingest.catalogue_docs"
    )


def test_the_page_tells_every_field() -> None:
    page = catalogue_docs.render()
    for entry in catalogue.EVENT_TYPES:
        assert f"## {entry.name} (`{entry.kind}`)" in page
        for name, field in entry.model.model_fields.items():
            assert f"| `{catalogue.alias_of(name, field)}` |" in page
