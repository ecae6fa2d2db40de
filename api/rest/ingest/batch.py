"""A parsed body as messages and what is wrong with the rest. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from api.rest.ingest.body import Body, find_flaw
from api.rest.ingest.limits import MAX_EVENTS
from graph.errors import InputError, TooLargeError
from graph.ingest.message import Message, Rejected
from graph.ingest.segment import MAX_ID_LENGTH, Arrival, read_message
from graph.ingest.sources import SourceDeclaration


@dataclass(frozen=True, slots=True)
class Call:
    """What an endpoint takes: one event of a type, or (no type) a batch.

    `historical` events were not sent live, so their times are not corrected for the client's clock.
    """

    type_: str | None
    historical: bool = False


CALLS: Final[Mapping[str, Call]] = {
    "identify": Call("identify"),
    "track": Call("track"),
    "page": Call("page"),
    "screen": Call("screen"),
    "group": Call("group"),
    "alias": Call("alias"),
    "batch": Call(None),
    "import": Call(None, historical=True),
    "i": Call("identify"),
    "t": Call("track"),
    "p": Call("page"),
    "s": Call("screen"),
    "g": Call("group"),
    "a": Call("alias"),
    "b": Call(None),
}
"""Every endpoint below `/v1/`; the letters are the browser SDK's."""


@dataclass(slots=True)
class Reading:
    """A request's events; `places` are the messages' indexes, `rejected` pairs an index with its trouble."""

    events: int
    messages: list[Message] = field(default_factory=list[Message])
    places: list[int] = field(default_factory=list[int])
    rejected: list[tuple[int, Rejected]] = field(default_factory=list[tuple[int, Rejected]])


def events_of(body: Body, call: Call) -> Sequence[Any]:
    """The events of a body, without the write key, which is a secret and no part of an event.

    Raises InputError where a batch has no list of events, TooLargeError where it has more than 5,000.
    """
    if call.type_ is not None:
        return [_without_key(body.value)]
    events = body.value.get("batch")
    if not isinstance(events, list):
        raise InputError("batch is missing or no list of events.", remedy='Send {"batch": [event, …]}.')
    found = len(events)  # pyright: ignore[reportUnknownArgumentType]
    if found > MAX_EVENTS:
        raise TooLargeError(
            f"The batch has {found} events; at most {MAX_EVENTS} are taken.",
            remedy="Send smaller batches.",
        )
    return [_without_key(event) for event in cast("list[object]", events)]


def read_events(
    events: Sequence[Any], body: Body, call: Call, *, source: SourceDeclaration, received_at: int
) -> Reading:
    """Every event as a message, or why it cannot be one."""
    context = body.value.get("context") if call.type_ is None else None
    arrival = Arrival(
        source=source,
        received_at=received_at,
        sent_at=body.value.get("sentAt"),
        context=context if isinstance(context, dict) else None,  # pyright: ignore[reportUnknownArgumentType]
        historical=call.historical,
    )
    reading = Reading(len(events))
    for index, event in enumerate(events):
        read = (_flawed(event, source) if body.lenient else None) or read_message(
            event, arrival, type_=call.type_
        )
        if isinstance(read, Message):
            reading.messages.append(read)
            reading.places.append(index)
        else:
            reading.rejected.append((index, read))
    return reading


def error_of(index: int, rejected: Rejected) -> dict[str, object]:
    """One entry of an answer's `errors`."""
    return {
        "index": index,
        "messageId": _echo(rejected.message_id),
        "field": rejected.field,
        "code": rejected.code,
        "message": rejected.message,
    }


def _without_key(event: object) -> object:
    if isinstance(event, dict) and "writeKey" in event:
        named = cast("dict[str, Any]", event)
        return {name: value for name, value in named.items() if name != "writeKey"}
    return event  # pyright: ignore[reportUnknownVariableType]


def _flawed(event: Any, source: SourceDeclaration) -> Rejected | None:
    flaw = find_flaw(event)
    if flaw is None:
        return None
    message_id = event.get("messageId") if isinstance(event, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return Rejected(
        source=source.name,
        payload=json.dumps(event, default=repr).encode(),
        code="bad_field",
        field=flaw.field,
        message=flaw.message,
        message_id=message_id if isinstance(message_id, str) else None,
    )


def _echo(message_id: str | None) -> str | None:
    """The id as the client sent it, where JSON can carry it and it is no longer than an id may be."""
    if message_id is None or len(message_id) > MAX_ID_LENGTH:
        return None
    return message_id if message_id.isprintable() else None
