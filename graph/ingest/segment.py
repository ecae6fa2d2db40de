"""Segment's protocol: one posted event to a message, or to what is wrong with it. Pure.

The spec's fields are read as its SDKs send them. `timestamp` is corrected for the client's clock as Segment
defines it: `receivedAt - (sentAt - timestamp)`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.clock import new_id
from graph.errors import InputError
from graph.ingest.catalogue import FieldErrors, read_event, read_page
from graph.ingest.clear_text import looks_personal
from graph.ingest.message import (
    Message,
    MessageType,
    Rejected,
    TouchpointFact,
    VehicleFact,
    canonical,
    check_depth,
    content_of,
    json_object,
)
from graph.ingest.normalise import Namespace, Normal, Refused, identifier
from graph.ingest.person import PersonFacts, read_person
from graph.ingest.sources import SourceDeclaration
from graph.ingest.subjects import due_at, subject_of
from graph.ingest.times import correct_skew, parse_time

MAX_EVENT_BYTES: Final = 32 * 1024
MAX_ID_LENGTH: Final = 256

_ROLE_OF_KIND: Final = {"delivery": "owner", "service": "driver"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """How an event came: its source, when, and the batch's `sentAt` and `context` where it has none of its own.

    `historical` switches the clock correction off (the `import` endpoint).
    """

    source: SourceDeclaration
    received_at: int
    sent_at: object = None
    context: Mapping[str, Any] | None = None
    historical: bool = False


def read_message(event: object, arrival: Arrival, *, type_: str | None = None) -> Message | Rejected:
    """One event as a message; anything wrong gives a Rejected that names the field and says what to do."""
    body = json_object(event)
    if body is not None and type_ is not None:
        event = {**body, "type": type_}  # what the address told: the event must be readable without it
    try:
        return _read(event, arrival)
    except FieldErrors as error:
        first = error.errors[0]
        return _rejected(event, arrival, "bad_field", f"properties.{first.field}", first.message)
    except _FieldError as error:
        return _rejected(event, arrival, error.code, error.field, error.message)
    except InputError as error:
        return _rejected(event, arrival, error.code, "", str(error))


class _FieldError(Exception):
    def __init__(self, field: str, message: str, *, code: str = "bad_field") -> None:
        super().__init__(field)
        self.code, self.field, self.message = code, field, message


def _read(event: object, arrival: Arrival) -> Message:
    body = json_object(event)
    if body is None:
        raise _FieldError("", "An event must be a JSON object.")
    check_depth(body)
    if arrival.context:
        body = {**body, "context": {**arrival.context, **_mapping(body, "context")}}
    kind = _type(body)
    payload = canonical(body)
    if len(payload) > MAX_EVENT_BYTES:
        raise _FieldError(
            "", f"The event has {len(payload)} bytes; at most {MAX_EVENT_BYTES} are taken.", code="too_large"
        )
    content = content_of(body)
    message_id = _text(body, "messageId")
    occurred_at = _occurred_at(body, arrival)
    facts = PersonFacts()
    record_id, known = _record_id(body, kind, facts, arrival.source)
    context = _mapping(body, "context")
    _read_traits(body, kind, context, arrival, facts)
    touchpoint = _touchpoint(body, kind, context, arrival.source, facts)
    dealer = touchpoint.clear.get("dealer") if touchpoint else arrival.source.dealer
    return Message(
        source=arrival.source.name,
        type=kind,
        message_id=message_id or _derived_id(body, content),
        record_id=record_id,
        source_class=arrival.source.source_class(known=known),
        received_at=arrival.received_at,
        occurred_at=occurred_at,
        used_at=occurred_at,
        sightings=tuple(facts.sightings),
        traits=facts.traits,
        payload=payload,
        content=content,
        touchpoint=touchpoint,
        vehicle=facts.vehicle,
        dealer=str(dealer) if dealer else None,
        refusals=tuple(facts.refusals),
        clear_traits=frozenset(facts.clear),
    )


def _type(body: Mapping[str, Any]) -> MessageType:
    try:
        kind = MessageType(str(body.get("type")))
    except ValueError:
        kind = MessageType.RECORD
    if kind is MessageType.RECORD:
        raise _FieldError("type", "type must be identify, track, page, screen, group or alias.")
    return kind


def _occurred_at(body: Mapping[str, Any], arrival: Arrival) -> int:
    stamp = _time(body, "timestamp", arrival)
    if stamp is None:
        stamp = _time(body, "originalTimestamp", arrival)
    if stamp is None:
        return arrival.received_at
    if arrival.historical:
        return stamp
    sent_at: int | None = None
    raw = body.get("sentAt") or arrival.sent_at
    if raw is not None:
        try:
            sent_at = parse_time(raw, now=arrival.received_at)
        except InputError:
            sent_at = None  # a bad sentAt only costs the clock correction
    return correct_skew(stamp, sent_at, arrival.received_at)


def _time(body: Mapping[str, Any], name: str, arrival: Arrival) -> int | None:
    raw = body.get(name)
    if raw is None or raw == "":
        return None
    try:
        return parse_time(raw, now=arrival.received_at, tz=arrival.source.zone)
    except InputError as error:
        raise _FieldError(name, str(error)) from None


def _derived_id(body: Mapping[str, Any], content: bytes) -> str:
    """The same event sent again without a messageId is the same message, if it at least says when it was."""
    if body.get("timestamp") is None and body.get("originalTimestamp") is None:
        return f"new:{new_id()}"
    return "derived:" + hashlib.sha256(content).hexdigest()


def _text(body: Mapping[str, Any], name: str) -> str | None:
    """An id of the protocol as text; numbers are taken, other things and over-long text are refused."""
    raw = body.get(name)
    if raw is None or raw == "":
        return None
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    if not isinstance(raw, str):
        raise _FieldError(name, f"{name} must be text.")
    if len(raw) > MAX_ID_LENGTH:
        raise _FieldError(name, f"{name} has {len(raw)} characters; at most {MAX_ID_LENGTH} are taken.")
    return raw


def _record_id(
    body: Mapping[str, Any], kind: MessageType, facts: PersonFacts, source: SourceDeclaration
) -> tuple[str, bool]:
    """The profile an event belongs to: its userId, else its anonymousId; both are evidence."""
    user_id, anonymous_id = _text(body, "userId"), _text(body, "anonymousId")
    user = facts.see(Namespace.USER_ID, user_id, source, "http") if user_id else None
    anonymous = facts.see(Namespace.ANONYMOUS_ID, anonymous_id, source, "http") if anonymous_id else None
    if kind is MessageType.ALIAS:
        _alias(body, facts, source)
    if user is not None:
        return user.value, True
    if anonymous is not None:
        return anonymous.value, False
    reason = "is a placeholder, not an id" if user_id or anonymous_id else "is missing"
    raise _FieldError(
        "userId", f"userId or anonymousId {reason}; send one that tells people apart.", code="no_person"
    )


def _alias(body: Mapping[str, Any], facts: PersonFacts, source: SourceDeclaration) -> None:
    previous = _text(body, "previousId")
    if previous is None:
        raise _FieldError("previousId", "alias needs previousId, the id the person had before.")
    if facts.see(Namespace.USER_ID, previous, source, "http", alias=True) is not None:
        facts.see(Namespace.ANONYMOUS_ID, previous, source, "http")


def _mapping(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    raw = body.get(name)
    if raw is None:
        return {}
    found = json_object(raw)
    if found is None:
        raise _FieldError(name, f"{name} must be a JSON object.")
    return found


def _read_traits(
    body: Mapping[str, Any],
    kind: MessageType,
    context: Mapping[str, Any],
    arrival: Arrival,
    facts: PersonFacts,
) -> None:
    spoken = _mapping(context, "traits") if context.get("traits") is not None else {}
    if kind is MessageType.IDENTIFY:
        spoken = {**spoken, **_mapping(body, "traits")}
    device = json_object(context.get("device")) or {}
    if device.get("id"):
        facts.see(Namespace.DEVICE_ID, device["id"], arrival.source, "http")
    # The ids of the envelope decide; copies among the traits would only be claimed again.
    rest = {name: value for name, value in spoken.items() if name not in ("userId", "anonymousId", "id")}
    if rest:
        read_person(rest, arrival.source, via="http", now=arrival.received_at, into=facts)


def _touchpoint(
    body: Mapping[str, Any],
    kind: MessageType,
    context: Mapping[str, Any],
    source: SourceDeclaration,
    facts: PersonFacts,
) -> TouchpointFact | None:
    if kind in (MessageType.IDENTIFY, MessageType.ALIAS):
        return None
    if kind is MessageType.GROUP:
        return TouchpointFact("group", "Group Joined", _defaults(source, context))
    properties = _mapping(body, "properties")
    if kind is MessageType.TRACK:
        name = body.get("event")
        if not isinstance(name, str) or not name.strip():
            raise _FieldError("event", "track needs the name of the event.")
        event = read_event(name, properties, tz=source.zone)
    else:
        event = read_page(properties, _text(body, "name"), screen=kind is MessageType.SCREEN)
    _read_vehicle(event.kind, event.clear, event.personal, source, facts)
    return TouchpointFact(
        event.kind,
        event.name,
        {**_defaults(source, context), **event.clear},
        subject_of(event.kind, event.clear, event.personal, scope=source.id_space or source.name),
        due_at(event.kind, event.clear),
    )


def _defaults(source: SourceDeclaration, context: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """Channel, campaign and dealer where the event itself names none."""
    found: dict[str, str | int | float | bool] = {"channel": source.kind.value}
    name = (json_object(context.get("campaign")) or {}).get("name")
    if isinstance(name, str) and 0 < len(name) <= 100 and not looks_personal(name):
        found["campaign"] = name
    if source.dealer:
        found["dealer"] = source.dealer
    return found


def _read_vehicle(
    kind: str,
    clear: Mapping[str, Any],
    personal: Mapping[str, Any],
    source: SourceDeclaration,
    facts: PersonFacts,
) -> None:
    raw = personal.get("vin")
    if raw is None:
        return
    role = str(clear.get("role") or _ROLE_OF_KIND.get(kind, ""))
    found: Normal | Refused | None = (
        facts.see(Namespace.VIN, raw, source, "http")
        if role
        else identifier(Namespace.VIN, raw, region=source.region)
    )
    if isinstance(found, Normal):
        model = clear.get("model")
        facts.vehicle = VehicleFact(found.value, found.mask, role, str(model) if model else None)


def _rejected(event: object, arrival: Arrival, code: str, field: str, message: str) -> Rejected:
    message_id = (json_object(event) or {}).get("messageId")
    try:
        payload = canonical(event)
    except InputError:
        payload = repr(event).encode("utf-8", "backslashreplace")[:MAX_EVENT_BYTES]
    return Rejected(
        source=arrival.source.name,
        payload=payload[: 2 * MAX_EVENT_BYTES],
        code=code,
        field=field,
        message=message,
        message_id=message_id if isinstance(message_id, str) else None,
    )
