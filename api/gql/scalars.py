"""Scalars: plain values inside, text at the door. What is not one is refused with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.types.base_scalars import DecimalDefinition

from graph.clock import isoformat
from graph.errors import InputError
from graph.ingest import normalise
from graph.ingest.money import EXPONENTS
from graph.ingest.normalise import Namespace, Refused
from graph.ingest.times import parse_time
from graph.ledger.units import LARGEST

_FAR: Final = 10**16  # a filter may name any time that an event may have
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_MONEY: Final = re.compile(r"(\d{1,16})(?:\.(\d{1,4}))? ([A-Z]{3})")

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01 UTC; `DateTime` in the schema."""

Day = NewType("Day", date)
"""A day of the calendar; `Date` in the schema."""

VinText = NewType("VinText", str)
"""A VIN, normalised where it came in, perhaps masked where it goes out; `Vin` in the schema."""

PhoneText = NewType("PhoneText", str)
"""A phone number in E.164; `PhoneNumber` in the schema."""

MoneyText = NewType("MoneyText", str)
"""An exact amount and its currency, as `249900.00 CNY`; `Money` in the schema."""


MinorUnits = NewType("MinorUnits", int)
"""An amount of a unit's smallest part; `MinorUnits` in the schema, since `Int` ends at 2^31."""


def instant_of(micros: int | None) -> Instant | None:
    """A time that may be missing."""
    return None if micros is None else Instant(micros)


def amount_of(minor: int | None, currency: str | None) -> Decimal | None:
    """An amount of minor units in whole units of its currency, exactly."""
    return None if minor is None else Decimal(minor).scaleb(-EXPONENTS.get(currency or "", 2))


def money_of(minor: int | None, currency: str | None) -> MoneyText | None:
    """An amount of minor units with all the decimals of its currency; None without amount or currency."""
    return None if minor is None or currency is None else price_of(minor, currency)


def price_of(minor: int, currency: str) -> MoneyText:
    """An amount of minor units with all the decimals of its currency."""
    return MoneyText(f"{amount_of(minor, currency):f} {currency}")


def _parse_instant(value: object) -> Instant:
    if not isinstance(value, str):
        raise GraphQLError("A DateTime is text such as 2026-11-22T08:00:00Z.")
    try:
        return Instant(parse_time(value, now=_FAR))
    except InputError as error:
        raise GraphQLError(f"{error.message} Write it as 2026-11-22T08:00:00Z.") from None


def _parse_day(value: object) -> Day:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return Day(date.fromisoformat(value))
    except ValueError:
        pass
    raise GraphQLError("A Date is a day of the calendar such as 2026-11-22.")


def _parse_vin(value: object) -> VinText:
    found = normalise.identifier(Namespace.VIN, value) if isinstance(value, str) else None
    if isinstance(found, Refused):
        raise GraphQLError(f"The VIN {found.message}.")
    if found is None:
        raise GraphQLError("A Vin is text of 17 characters.")
    return VinText(found.value)


def _parse_phone(value: object) -> PhoneText:
    if not isinstance(value, str) or not _E164.fullmatch(value):
        raise GraphQLError("A PhoneNumber is text in E.164 such as +8613812345678.")
    found = normalise.identifier(Namespace.PHONE, value)
    if isinstance(found, Refused):
        raise GraphQLError(f"The phone number {found.message}.")
    return PhoneText(found.value)


def _parse_money(value: object) -> MoneyText:
    parts = _MONEY.fullmatch(value) if isinstance(value, str) else None
    if parts is None or len(parts[2] or "") > EXPONENTS.get(parts[3], -1):
        raise GraphQLError("Money is an amount and its ISO 4217 code such as 249900.00 CNY.")
    exact = Decimal(f"{parts[1]}.{parts[2] or 0}").quantize(Decimal(1).scaleb(-EXPONENTS[parts[3]]))
    return MoneyText(f"{exact:f} {parts[3]}")


def _parse_minor(value: object) -> MinorUnits:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST:
        raise GraphQLError("MinorUnits are a whole number of at most 10^15, without quotes.")
    return MinorUnits(value)


INSTANT: Final = strawberry.scalar(
    name="DateTime",
    description="A time in RFC 3339, as 2026-11-22T08:00:00.000Z; answered in UTC with milliseconds.",
    specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
    serialize=isoformat,
    parse_value=_parse_instant,
)
DAY: Final = strawberry.scalar(
    name="Date",
    description="A day of the calendar, as 2026-11-22 (RFC 3339, full-date); in which time zone, each field says.",
    specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
    serialize=date.isoformat,
    parse_value=_parse_day,
)
VIN: Final = strawberry.scalar(
    name="Vin",
    description="A vehicle identification number of 17 characters (ISO 3779). Small letters, spaces and hyphens are "
    "read, I, O and Q as 1, 0 and 0; a wrong check digit is refused where it is mandatory (China, North America). "
    "Answered with its middle hidden unless the key may see it.",
    specified_by_url="https://www.iso.org/standard/52200.html",
    serialize=str,
    parse_value=_parse_vin,
)
PHONE: Final = strawberry.scalar(
    name="PhoneNumber",
    description="A phone number in E.164, as +8613812345678; service numbers and placeholders are refused.",
    specified_by_url="https://www.itu.int/rec/T-REC-E.164",
    serialize=str,
    parse_value=_parse_phone,
)
MONEY: Final = strawberry.scalar(
    name="Money",
    description="An exact amount in the currency's major unit, a space, and the ISO 4217 code, as `249900.00 CNY`; "
    "always with all decimals of the currency.",
    specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
    serialize=str,
    parse_value=_parse_money,
)

MINOR: Final = strawberry.scalar(
    name="MinorUnits",
    description="A whole number of a unit's smallest part: fen for CNY, yen for JPY, whole points. A JSON number of at "
    "most 10^15 either way, so every reader has it exactly.",
    serialize=int,
    parse_value=_parse_minor,
)

DECIMAL: Final = replace(
    DecimalDefinition, description='A decimal number as text, as "199.90"; nothing of it is rounded.'
)

SCALARS: Final[Mapping[object, Any]] = {
    Instant: INSTANT,
    Decimal: DECIMAL,
    Day: DAY,
    VinText: VIN,
    PhoneText: PHONE,
    MoneyText: MONEY,
    MinorUnits: MINOR,
}
"""The scalar of each type of value."""
