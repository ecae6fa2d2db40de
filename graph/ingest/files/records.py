"""A row to a message: a person's record, or an event in Segment's terms. Pure.

A person's record travels as an envelope, `{"type": "record", "recordId": …, "usedAt": …, "traits": …}`: the
message's payload, and what a replay reads again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeGuard

from graph.errors import InputError
from graph.ingest.files.mapping import (
    EVENT_KEYS,
    JOINED,
    RECORD_ID,
    REPEATED,
    UPDATED_AT,
    FileMapping,
    Kind,
    any_people,
)
from graph.ingest.message import Message, MessageType, Rejected, canonical, check_depth
from graph.ingest.normalise import LONGEST_ID, Namespace, is_placeholder
from graph.ingest.person import PersonFacts, read_person
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration
from graph.ingest.times import parse_time

_SEGMENT_TYPES: Final = frozenset(str(kind) for kind in MessageType if kind is not MessageType.RECORD)
_WITH_TRAITS: Final = frozenset({"identify", "group"})
_JSON_SPACES: Final = frozenset({"context", "properties", "traits", "integrations"})


class RowError(InputError):
    """A row cannot be stored; `field` names the column."""

    code = "bad_row"

    def __init__(self, field: str, message: str, *, code: str = "bad_field") -> None:
        super().__init__(message)
        self.field = field
        self.reason = code


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows of one file: `now` and `as_of` in microseconds.

    `mapping` None means JSON Lines without one: each line tells what it is.
    """

    source: SourceDeclaration
    now: int
    mapping: FileMapping | None = None
    as_of: int | None = None

    def read(self, values: Mapping[str, Any]) -> Message | Rejected:
        """The row as a message; what is wrong gives a Rejected that names the column and never the value."""
        if self._is_event(values):
            return self._event(values)
        return self._record(values)

    def _is_event(self, values: Mapping[str, Any]) -> bool:
        if self.mapping is not None and self.mapping.kind is Kind.EVENTS:
            return True
        if str(values.get("type")) not in _SEGMENT_TYPES:
            return False
        (record_id,) = self.mapping.columns[RECORD_ID] if self.mapping else (RECORD_ID,)
        return record_id not in values

    def _record(self, values: Mapping[str, Any]) -> Message | Rejected:
        mapping = self.mapping or _ANY_PEOPLE
        try:
            check_depth(values)
            envelope = {
                "type": "record",
                RECORD_ID: _record_id(values, mapping),
                "usedAt": self._used_at(values, mapping),
                "traits": _traits(values, mapping),
            }
            return read_record(envelope, self.source, received_at=self.now)
        except RowError as error:
            return _rejected(self.source, values, error.reason, error.field, error.message)
        except InputError as error:
            return _rejected(self.source, values, error.code, "", str(error))

    def _used_at(self, values: Mapping[str, Any], mapping: FileMapping) -> int | None:
        for column in mapping.columns.get(UPDATED_AT, ()):
            raw = values.get(column)
            if raw is not None and raw != "":
                try:
                    return parse_time(raw, now=self.now, tz=self.source.zone)
                except InputError as error:
                    raise RowError(column, str(error)) from None
        return self.as_of

    def _event(self, values: Mapping[str, Any]) -> Message | Rejected:
        body = (
            dict(values) if self.mapping is None or self.mapping.kind is Kind.PEOPLE else self._body(values)
        )
        read = read_message(body, Arrival(self.source, self.now, historical=True))
        if isinstance(read, Rejected):
            return read
        timed = not {"timestamp", "originalTimestamp"}.isdisjoint(_present(body))
        if not timed:
            # A file's row says the same each time it is read: its time must not be that of the reading.
            occurred = self.now if self.as_of is None else self.as_of
            read = replace(read, occurred_at=occurred, used_at=self.as_of)
        if read.message_id.startswith("new:"):
            read = replace(read, message_id=_row_id(read.source, read.record_id, self.as_of, read.content))
        return read

    def _body(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The row as a Segment event: what no key names goes into its properties or traits."""
        mapping = self.mapping or _ANY_PEOPLE
        used = {column for columns in mapping.columns.values() for column in columns} | mapping.ignored
        body: dict[str, Any] = dict(mapping.constants)
        for key, (column,) in mapping.columns.items():
            if column in values:
                body[key] = values[column]
        body.setdefault("type", "track")
        rest = {name: value for name, value in values.items() if name not in used}
        for name in _JSON_SPACES & rest.keys():
            if isinstance(rest[name], dict):
                body[name] = rest.pop(name)
        place = "traits" if str(body["type"]) in _WITH_TRAITS else "properties"
        body[place] = {**rest, **body.get(place, {})}
        return body


_ANY_PEOPLE: Final = any_people()


def as_file(source: SourceDeclaration) -> SourceDeclaration:
    """The source as files show it: its identifiers have the grades of that door, whatever reads them."""
    grades = {namespace: source.grade(namespace, via="file") for namespace in Namespace}
    return SourceDeclaration.model_validate({**source.model_dump(), "grades": grades})


_ENVELOPE: Final = frozenset({"type", RECORD_ID, "usedAt", "traits"})


def is_record(said: Any) -> TypeGuard[dict[str, Any]]:
    """True for the envelope of a person's record."""
    return isinstance(said, dict) and said.keys() == _ENVELOPE and str(said["type"]) == MessageType.RECORD  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]


def read_record(
    envelope: Mapping[str, Any], source: SourceDeclaration, *, received_at: int
) -> Message | Rejected:
    """The envelope of a person's record as a message; the same envelope gives the same message id.

    Its record id names a profile of the source and is no identifier.
    """
    try:
        payload = canonical(envelope)
        record_id, used_at, traits = envelope[RECORD_ID], envelope["usedAt"], envelope["traits"]
        check_record_id(record_id)
        facts = _facts(traits, source, received_at)
    except RowError as error:
        return _rejected(source, envelope, error.reason, error.field, error.message)
    except InputError as error:
        return _rejected(source, envelope, error.code, "", str(error))
    return Message(
        source=source.name,
        type=MessageType.RECORD,
        message_id=_row_id(source.name, record_id, used_at, payload),
        record_id=record_id,
        source_class=source.source_class(known=True),
        received_at=received_at,
        occurred_at=received_at if used_at is None else used_at,
        used_at=used_at,
        sightings=tuple(facts.sightings),
        traits=facts.traits,
        payload=payload,
        content=payload,
        vehicle=facts.vehicle,
        dealer=source.dealer,
        refusals=tuple(facts.refusals),
        clear_traits=frozenset(facts.clear),
    )


def check_record_id(record_id: str) -> None:
    """Raise RowError for what cannot name a record: nothing, a placeholder, over 256 characters.

    Plain numbers are taken, 1 and 111111 too: systems count their records.
    """
    if not record_id:
        raise RowError(RECORD_ID, "The record id is empty.", code="no_record_id")
    if len(record_id) > LONGEST_ID:
        raise RowError(RECORD_ID, f"The record id has more than {LONGEST_ID} characters.")
    counted = record_id.isdecimal() and (record_id == "0" or record_id.strip("0"))
    if not counted and is_placeholder(record_id):
        raise RowError(RECORD_ID, "The record id is a placeholder, not an id.", code="no_record_id")
    if not record_id.isprintable():
        raise RowError(RECORD_ID, "The record id holds control characters.")


def _record_id(values: Mapping[str, Any], mapping: FileMapping) -> str:
    (column,) = mapping.columns[RECORD_ID]
    raw = values.get(column)
    if raw is None:
        raise RowError(column, f"{column} is missing or empty: it names the record.", code="no_record_id")
    if isinstance(raw, bool) or not isinstance(raw, (str, int)):
        raise RowError(column, f"{column} must be text or a whole number.")
    text = str(raw).strip()
    try:
        check_record_id(text)
    except RowError as error:
        raise RowError(column, error.message, code=error.reason) from None
    return text


def _traits(values: Mapping[str, Any], mapping: FileMapping) -> dict[str, Any]:
    """The row's values under the mapping's keys, columns of their own names beside them."""
    traits: dict[str, Any] = {}
    used = {RECORD_ID: None, UPDATED_AT: None}
    taken = set(mapping.ignored)
    for key, columns in mapping.columns.items():
        taken.update(columns)
        if key in used:
            continue
        given = [values[column] for column in columns if values.get(column) not in (None, "")]
        if not given:
            continue
        if key in JOINED and len(given) > 1:
            traits[key] = " ".join(str(value) for value in given)
        else:
            traits[key] = given if key in REPEATED and len(given) > 1 else given[0]
    for name, value in values.items():
        if name not in taken and value not in (None, ""):
            # A column called as a key that reads another column stays a trait, and is no identifier.
            clash = name in mapping.columns or name in used
            traits[f"{name} (column)" if clash else name] = value
    return traits


def _facts(traits: Mapping[str, Any], source: SourceDeclaration, now: int) -> PersonFacts:
    """What a person's traits show; of an identifier that has several values each is read."""
    several: dict[str, list[Any]] = {
        key: traits[key] for key in REPEATED & traits.keys() if isinstance(traits[key], list) and traits[key]
    }
    first = {key: values[0] for key, values in several.items()}
    facts = read_person({**traits, **first}, source, via="file", now=now)
    for key, values in several.items():
        for value in values[1:]:
            read_person({key: value}, source, via="file", now=now, into=facts)
    return facts


def _row_id(source: str, record_id: str, used_at: int | None, content: bytes) -> str:
    digest = hashlib.sha256(canonical([source, record_id, used_at]))
    digest.update(content)
    return f"row:{digest.hexdigest()}"


def _present(body: Mapping[str, Any]) -> set[str]:
    return {key for key in (*EVENT_KEYS, "originalTimestamp") if body.get(key) not in (None, "")}


def _rejected(
    source: SourceDeclaration, values: Mapping[str, Any], code: str, field: str, message: str
) -> Rejected:
    try:
        payload = canonical(dict(values))
    except InputError:
        payload = repr(values).encode("utf-8", "backslashreplace")
    return Rejected(source=source.name, payload=payload, code=code, field=field, message=message)
