"""A message as it is accepted: what every door (HTTP, file, replay) hands to the writer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

import orjson

from graph.errors import InputError
from graph.identity.evidence import Grade, Identifier, SourceClass
from graph.ingest.subjects import Subject

Json = Any
"""A value as JSON knows it: null, bool, int, float, str, list or dict."""

MAX_DEPTH = 32
_TRANSPORT_FIELDS = frozenset(
    {"sentAt", "receivedAt", "writeKey", "_metadata", "retryCount", "attempt", "attempts", "integrations"}
)


class MessageType(StrEnum):
    """What a message says; `record` is one row of a people file."""

    IDENTIFY = "identify"
    TRACK = "track"
    PAGE = "page"
    SCREEN = "screen"
    GROUP = "group"
    ALIAS = "alias"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Sighting:
    """An identifier a message shows, how far the source can be believed, and what may be shown of it.

    `alias` says that this value and the profile's own id are one value.
    """

    identifier: Identifier
    grade: Grade
    mask: str
    analysis: Mapping[str, str | int] = field(default_factory=dict[str, str | int])
    alias: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """An identifier that was not taken: its namespace and a stable code, never its value."""

    namespace: str
    code: str


@dataclass(frozen=True, slots=True)
class VehicleFact:
    """A vehicle the message speaks of; `role` is owner, coBuyer, payer or driver, or empty for none."""

    vin: str
    mask: str
    role: str = ""
    model: str | None = None


@dataclass(frozen=True, slots=True)
class TouchpointFact:
    """What a touchpoint shows in the clear; the rest of the message is sealed.

    `subject` is what it says something about, where that lasts; `due_at` when it is due, µs.
    """

    kind: str
    event: str
    clear: Mapping[str, str | int | float | bool] = field(
        default_factory=dict[str, "str | int | float | bool"]
    )
    subject: Subject | None = None
    due_at: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One accepted message.

    Times are microseconds. `used_at` is when the person used the identifiers shown, None for an untimed row.
    `traits` are sealed; a few of them (gender, year of birth, city, and the `clear_traits` that the source declares
    non-personal) also stand in the clear for analysis.
    `payload` is canonical JSON of all that was said; `content` is the part that decides whether two messages
    of one id say the same.
    """

    source: str
    type: MessageType
    message_id: str
    record_id: str
    source_class: SourceClass
    received_at: int
    occurred_at: int
    used_at: int | None
    sightings: tuple[Sighting, ...]
    traits: Mapping[str, Json]
    payload: bytes
    content: bytes
    touchpoint: TouchpointFact | None = None
    vehicle: VehicleFact | None = None
    dealer: str | None = None
    refusals: tuple[Refusal, ...] = ()
    clear_traits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that cannot be stored, where and why; it goes to the dead-letter store."""

    source: str
    payload: bytes
    code: str
    field: str
    message: str
    message_id: str | None = None


def json_object(value: object) -> dict[str, Json] | None:
    """The value where it is a JSON object, else None."""
    return cast("dict[str, Json]", value) if isinstance(value, dict) else None


def canonical(value: Json) -> bytes:
    """Canonical JSON: keys sorted, no spaces, UTF-8. Equal values give equal bytes.

    Raises InputError for what JSON cannot hold (lone surrogates, NaN nested too deep, huge integers).
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(
            "The event holds a value that UTF-8 JSON cannot carry.",
            remedy="Send well-formed Unicode, finite numbers and at most 32 levels.",
        ) from error


def content_of(event: Mapping[str, Json]) -> bytes:
    """What an event says, without what transport and retries change."""
    return canonical({key: value for key, value in event.items() if key not in _TRANSPORT_FIELDS})


def check_depth(value: Json, *, limit: int = MAX_DEPTH) -> None:
    """Raise InputError where a value nests deeper than `limit`; iterative, so depth cannot hurt it."""
    level: list[Json] = [value]
    for _ in range(limit + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise InputError(f"The event nests deeper than {limit} levels.", remedy="Flatten it.")


def _children(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return cast("dict[str, Json]", value).values()
    return cast("list[Json]", value) if isinstance(value, list) else ()
