"""Shapes that all REST doors share: times, pages, errors. Names are camelCase, unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Any, Final, Generic, TypeAlias, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

from api.rest.door import MAX_ROWS
from graph.clock import isoformat

T = TypeVar("T")

Instant: TypeAlias = Annotated[
    int,
    PlainSerializer(isoformat, return_type=str),
    Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-22T08:00:00.000Z"]),
]
"""A time in µs inside, RFC 3339 in UTC with milliseconds outside."""

First: TypeAlias = Annotated[int, Query(ge=1, le=MAX_ROWS, description="The most on this page.")]
After: TypeAlias = Annotated[
    str | None, Query(description="`next` of the page before. Left out, the first page is answered.")
]
UNIT: Final = "An ISO 4217 code as `CNY`, `points`, or `status`, which is never spent."
AMOUNT: Final = "Of the unit's smallest part: fen for CNY, yen for JPY, whole points."
REASON: Final = (
    "Why, told to the participant and stored in the clear: at most 64 letters, digits, spaces, dots, hyphens and "
    "underscores, without five digits in a row."
)


class Shape(BaseModel):
    """What goes out or comes in."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class Page(Shape, Generic[T]):
    """A page of a list."""

    model_config = ConfigDict(json_schema_extra={"description": "A page of a list."})

    items: list[T] = Field(description="What is on this page, in order.")
    next: str | None = Field(description="As `after`, it goes on behind this page; null at the end.")


class ErrorDetail(Shape):
    """What is wrong."""

    code: str = Field(description="Stable, for programs.", examples=["insufficient_balance"])
    message: str = Field(description="What is wrong, in English. It never repeats a personal value.")
    remedy: str = Field(description="What to do about it.")


class ErrorBody(Shape):
    """How every error is answered."""

    error: ErrorDetail = Field(description="The one error.")


_MEANT: Final = {
    400: "The request cannot be taken; nothing was written.",
    401: "There is no good key.",
    403: "The key may not do this.",
    404: "There is nothing of this name.",
    409: "It does not fit what is there (`code` says how); nothing was written.",
    413: "The request is too large.",
    429: "The key asks too often: wait as `Retry-After` says.",
    503: "The database cannot be reached now: wait as `Retry-After` says.",
}
_ALWAYS: Final = (400, 401, 403, 429, 503)


def errors(*more: int) -> dict[int | str, dict[str, Any]]:
    """The errors that a route may answer, as OpenAPI describes them: those of every route, and these."""
    return {
        status: {"model": ErrorBody, "description": _MEANT[status]} for status in sorted({*_ALWAYS, *more})
    }
