"""The scalar for times: microseconds inside, RFC 3339 text at the door."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.types.base_scalars import DecimalDefinition

from graph.clock import isoformat
from graph.errors import InputError
from graph.ingest.times import parse_time

_FAR: Final = 10**16  # a filter may name any time that an event may have

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01 UTC; `DateTime` in the schema."""


def _parse(value: object) -> Instant:
    if not isinstance(value, str):
        raise GraphQLError("A DateTime is text such as 2026-11-22T08:00:00Z.")
    try:
        return Instant(parse_time(value, now=_FAR))
    except InputError as error:
        raise GraphQLError(f"{error.message} Write it as 2026-11-22T08:00:00Z.") from None


INSTANT = strawberry.scalar(
    name="DateTime",
    description="A time in RFC 3339, as 2026-11-22T08:00:00.000Z; answered in UTC with milliseconds.",
    specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
    serialize=isoformat,
    parse_value=_parse,
)

DECIMAL = replace(
    DecimalDefinition, description='A decimal number as text, as "199.90"; nothing of it is rounded.'
)
