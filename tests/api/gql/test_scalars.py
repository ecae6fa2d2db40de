"""Scalars: what is read, and that what is none is refused with what to write."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLScalarType
from hypothesis import given
from hypothesis import strategies as st

from api.gql.scalars import money_of
from api.gql.schema import build_schema
from api.wiring import Services
from graph.ingest.money import EXPONENTS
from tests.api.conftest import Ask, message, serving

SCHEMA = build_schema().core
VIN = "LSVAM4187C2184847"


def scalar(name: str) -> GraphQLScalarType:
    """A scalar of the schema."""
    found = SCHEMA.type_map[name]
    assert isinstance(found, GraphQLScalarType)
    return found


@pytest.mark.parametrize("name", ["DateTime", "Date", "Vin", "PhoneNumber", "Money"])
def test_the_schema_says_where_a_scalar_is_specified(name: str) -> None:
    assert (scalar(name).specified_by_url or "").startswith("https://")
    assert scalar(name).description


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("Vin", VIN, VIN),
        ("Vin", " lsvam4187c2184847", VIN),
        ("PhoneNumber", "+8613812345678", "+8613812345678"),
        ("Date", "2026-02-28", date(2026, 2, 28)),
        ("Money", "249900 CNY", "249900.00 CNY"),
        ("Money", "0.5 KWD", "0.500 KWD"),
    ],
)
def test_what_is_one_is_read(name: str, given: str, read: Any) -> None:
    assert scalar(name).coerce_input_value(given) == read


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("Vin", "", "VIN"),
        ("Vin", VIN[:-1], "17 letters and digits"),
        ("Vin", f"{VIN[:-1]}8", "wrong check digit"),
        ("Vin", "LSV********4847", "masked"),
        ("Vin", 17, "text of 17 characters"),
        ("PhoneNumber", "13812345678", "E.164"),
        ("PhoneNumber", "+86 138 1234 5678", "E.164"),
        ("PhoneNumber", "+864008123123", "hotline"),
        ("PhoneNumber", "+8613800000000", "placeholder"),
        ("PhoneNumber", 8613812345678, "E.164"),
        ("Date", "2026-02-29", "2026-11-22"),
        ("Date", "20260228", "2026-11-22"),
        ("Date", "2026-W05-1", "2026-11-22"),
        ("Date", "2026-02-28T00:00:00Z", "2026-11-22"),
        ("Date", True, "2026-11-22"),
        ("Money", "249900", "249900.00 CNY"),
        ("Money", "1.5 JPY", "249900.00 CNY"),
        ("Money", "-1 CNY", "249900.00 CNY"),
        ("Money", "1 XXX", "249900.00 CNY"),
        ("Money", 7.5, "249900.00 CNY"),
        ("DateTime", 7, "2026-11-22T08:00:00Z"),
    ],
)
def test_what_is_none_is_refused(name: str, given: Any, told: str) -> None:
    with pytest.raises(GraphQLError) as refused:
        scalar(name).coerce_input_value(given)
    assert told in refused.value.message


@given(st.integers(0, 10**15), st.sampled_from(sorted(EXPONENTS)))
def test_money_is_exact_and_has_its_currencys_decimals(minor: int, code: str) -> None:
    text = money_of(minor, code)
    assert text is not None
    amount, currency = text.split(" ")
    assert currency == code
    assert amount.replace(".", "").lstrip("0") == str(minor).lstrip("0")
    assert len(amount.partition(".")[2]) == EXPONENTS[code]


async def test_a_call_centre_finds_by_number(services: Services, ask: Ask, admin: dict[str, str]) -> None:
    known = {"type": "identify", "userId": "u", "messageId": "m", "traits": {"phone": "13812345678"}}
    await services.writer.write([message(known)])
    query = "query ($phone: PhoneNumber!) { userByPhone(phone: $phone) { oneId } }"
    found = (await ask(query, {"phone": "+8613812345678"}))["userByPhone"]
    same = 'query { userByIdentifier(namespace: "phone", value: "138 1234 5678") { oneId } }'
    assert found == (await ask(same))["userByIdentifier"]
    assert found["oneId"]
    assert (await ask(query, {"phone": "+8613912345678"}))["userByPhone"] is None
    async with serving(services) as client:
        for asked, variables in (
            (query, {"phone": "138"}),
            ('{ userByPhone(phone: "138") { oneId } }', {}),
            ('{ vehicle(vin: "X") { id } }', {}),
        ):
            body = {"query": asked, "variables": variables}
            answer = await client.post("/graphql", json=body, headers=admin)
            assert answer.status_code == 200
            [error] = answer.json()["errors"]
            assert error["extensions"]["code"] == "graphql", error


async def test_a_price_is_an_amount_with_its_currency(services: Services, ask: Ask) -> None:
    def order(number: int, **properties: str) -> dict[str, Any]:
        return {
            "type": "track",
            "userId": "u",
            "event": "Order Placed",
            "messageId": f"o{number}",
            "timestamp": f"2026-01-0{number}T08:00:00Z",
            "properties": properties,
        }

    orders = [order(1, amount="249900"), order(2, amount="12.345", currency="KWD"), order(3)]
    orders.append(order(4, amount="900", currency="JPY"))
    await services.writer.write([message(one) for one in orders])
    below = "touchpoints { edges { node { price amount currency } } }"
    plain = (await ask(f"{{ users {{ edges {{ node {{ {below} }} }} }} }}"))["users"]["edges"][0]["node"]
    told = [edge["node"]["price"] for edge in plain["touchpoints"]["edges"]]
    assert told == ["900 JPY", None, "12.345 KWD", "249900.00 CNY"]
    executed = await ask(f"{{ users {{ edges {{ node {{ {below} timeline(by: DAY) {{ complete }} }} }} }} }}")
    assert executed["users"]["edges"][0]["node"]["touchpoints"] == plain["touchpoints"]
