"""Reading domain events: typed ones of the catalogue, generic ones, pages and screens.

What a model declares non-personal may be stored in the clear (`clear`), everything else is sealed
(`personal`): undeclared properties, declared personal fields, and clear fields whose text looks personal all
the same. Nothing is dropped. A field with an unacceptable value refuses its event: the caller answers the
reasons and keeps the event as a dead letter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from graph.errors import InputError
from graph.ingest.clear_text import is_safe_name, looks_personal, safe_path
from graph.ingest.event_models import CATALOGUE, LONGEST_TEXT, DomainEvent
from graph.ingest.money import DEFAULT_CURRENCY, minor_units

Clear = str | int | float | bool

GENERIC: Final = "generic"
OTHER: Final = "Other"
"""The clear name of an event whose own name may hold personal data."""
NAME_PROPERTY: Final = "$event"
"""Where such a name is kept, among the personal properties."""
LONGEST_EVENT_NAME: Final = 500

_GENERIC_CLEAR: Final = frozenset({"channel", "campaign", "dealer", "consultant", "model"})
_SUBJECT: Final = re.compile(r"^(?:Value error, |(?:Input|String|Value|Decimal input) (?=should))")
_SEPARATORS: Final = re.compile(r"[\s_\-]+")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One unacceptable field, as the client writes it, and a sentence that never repeats the value."""

    field: str
    message: str


class FieldErrors(InputError):  # noqa: N818 - it holds several
    """An event has unacceptable fields; `errors` names every one of them, at least one."""

    code = "bad_field"

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(" ".join(error.message for error in errors), remedy="Correct the fields named.")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class TypedEvent:
    """An event of the catalogue, a page or a screen: `clear` may be stored as it is, `personal` is sealed."""

    kind: str
    name: str
    clear: dict[str, Clear]
    personal: dict[str, object]


@dataclass(frozen=True, slots=True)
class GenericEvent:
    """An event that the catalogue does not know: kept whole, almost all of it personal."""

    name: str
    clear: dict[str, Clear]
    personal: dict[str, object]
    kind: str = GENERIC


@dataclass(frozen=True, slots=True)
class EventType:
    """One entry of the catalogue, prepared for reading."""

    kind: str
    name: str
    model: type[DomainEvent]
    property_of: Mapping[str, str]  # names a client may write, camelCase and snake_case, to the first of them
    clear: tuple[tuple[str, str], ...]  # field and property name
    personal: tuple[tuple[str, str], ...]


def alias_of(name: str, field: FieldInfo) -> str:
    """The property name of a model's field, as clients and the graph write it."""
    return field.alias or name


def is_personal(field: FieldInfo) -> bool:
    """What the field declares; a field that declares nothing is personal."""
    return field.json_schema_extra != {"personal": False}


def _event_type(model: type[DomainEvent]) -> EventType:
    fields = [(name, alias_of(name, field), is_personal(field)) for name, field in model.model_fields.items()]
    return EventType(
        kind=model.kind,
        name=model.event,
        model=model,
        property_of={key: alias for name, alias, _ in fields for key in (name, alias)},
        clear=tuple((name, alias) for name, alias, personal in fields if not personal),
        personal=tuple((name, alias) for name, alias, personal in fields if personal),
    )


def _key(name: str) -> str:
    return _SEPARATORS.sub("", name).casefold()


EVENT_TYPES: Final[tuple[EventType, ...]] = tuple(_event_type(model) for model in CATALOGUE)
_BY_KEY: Final = {key: entry for entry in EVENT_TYPES for key in (_key(entry.name), _key(entry.kind))}


@lru_cache(maxsize=4096)
def find_type(name: str) -> EventType | None:
    """The entry for an event's name or kind; case, spaces, hyphens and underscores do not matter."""
    return _BY_KEY.get(_key(name))


def read_event(name: str, properties: Mapping[str, object], *, tz: tzinfo = UTC) -> TypedEvent | GenericEvent:
    """The event, split into what may be stored in the clear and what is sealed.

    Names are matched without regard to case, spaces, underscores and hyphens; the camelCase kind is taken
    too, and fields in camelCase or snake_case. A null or empty field counts as not given. A name that the
    catalogue does not know is kept in the clear only where it can hold no personal data (`is_safe_name`),
    else it becomes `Other` and lies among the personal properties. Times without an offset are read in
    `tz`. Clear values: `amountMinor` is whole minor units of `currency`, times are microseconds.

    Raises FieldErrors with every unacceptable field, and for a blank or over-long name.
    """
    if not name.strip():
        raise FieldErrors((FieldError("event", "event must be the event's name."),))
    if len(name) > LONGEST_EVENT_NAME:
        message = f"event has more than {LONGEST_EVENT_NAME} characters."
        raise FieldErrors((FieldError("event", message),))
    entry = find_type(name)
    return _typed(entry, properties, tz) if entry else _generic(name.strip(), properties)


def read_page(
    properties: Mapping[str, object], name: str | None = None, *, screen: bool = False
) -> TypedEvent:
    """A page or screen seen: its name and path in the clear where they can hold no personal data.

    URL, path with query, referrer and title are personal; so is a path with five digits in a row, an `@`, or
    more than 128 characters (`safe_path`). Never refused: what cannot be clear is sealed.
    """
    clear, personal = _split_generic(properties)
    if path := safe_path(_path_of(properties)):
        clear["path"] = path
    if name and name.strip():
        if is_safe_name(name.strip()):
            clear["page"] = name.strip()
        else:
            personal[NAME_PROPERTY] = name
    kind, told = ("screen", "Screen Viewed") if screen else ("page", "Page Viewed")
    return TypedEvent(kind, told, clear, personal)


def _typed(entry: EventType, properties: Mapping[str, object], tz: tzinfo) -> TypedEvent:
    given: dict[str, object] = {}
    personal: dict[str, object] = {}
    for key, value in properties.items():
        alias = entry.property_of.get(key)
        if alias is None or alias in given:
            personal[key] = value
        elif value is not None and value != "":
            given[alias] = value
    try:
        event = entry.model.model_validate(given, context=tz)
        money = _money(event)
    except ValidationError as error:
        raise FieldErrors(_field_errors(error)) from None
    except ValueError as error:
        raise FieldErrors((FieldError("amount", f"amount {error}."),)) from None
    clear = money
    for field, alias in entry.clear:
        value = getattr(event, field)
        if value is None or isinstance(value, Decimal) or field == "currency":
            continue
        target = personal if isinstance(value, str) and looks_personal(value) else clear
        target[alias] = value
    for field, alias in entry.personal:
        if (value := getattr(event, field)) is not None:
            personal[alias] = value
    return TypedEvent(entry.kind, entry.name, clear, personal)


def _money(event: DomainEvent) -> dict[str, Clear]:
    """Amount and currency together: neither means anything alone."""
    if event.amount is None:
        return {"currency": event.currency} if event.currency else {}
    currency = event.currency or DEFAULT_CURRENCY
    return {"amountMinor": minor_units(event.amount, currency), "currency": currency}


def _generic(name: str, properties: Mapping[str, object]) -> GenericEvent:
    clear, personal = _split_generic(properties)
    if is_safe_name(name):
        return GenericEvent(name, clear, personal)
    personal[NAME_PROPERTY] = name
    return GenericEvent(OTHER, clear, personal)


def _split_generic(properties: Mapping[str, object]) -> tuple[dict[str, Clear], dict[str, object]]:
    clear: dict[str, Clear] = {}
    personal: dict[str, object] = {}
    for key, value in properties.items():
        text = value.strip() if key in _GENERIC_CLEAR and isinstance(value, str) else ""
        if text and _may_be_clear(text):
            clear[key] = text
        else:
            personal[key] = value
    return clear, personal


def _may_be_clear(text: str) -> bool:
    return len(text) <= LONGEST_TEXT and text.isprintable() and not looks_personal(text)


def _path_of(properties: Mapping[str, object]) -> str:
    path = properties.get("path")
    if isinstance(path, str):
        return path
    url = properties.get("url")
    try:
        return urlsplit(url).path if isinstance(url, str) else ""
    except ValueError:
        return ""


def _field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return tuple(_field_error(str(each["loc"][0]), each["msg"]) for each in found)


def _field_error(field: str, message: str) -> FieldError:
    """Pydantic's message as a sentence about the field; it never holds the value (`include_input=False`)."""
    told = _SUBJECT.sub("", message).replace("should", "must", 1)
    return FieldError(field, f"{field} {told}.")
