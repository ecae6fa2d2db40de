"""Records to the columns that are compared: one row a record, every value in its comparison form. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from graph.ingest.normalise.names import comparison_form
from graph.matching.fields import Field, Kind
from graph.matching.forms import (
    LONGEST,
    birth_form,
    code_form,
    email_parts,
    is_han,
    loose_sound,
    nickname_root,
    parts_of_name,
    sound,
    text_form,
)
from graph.matching.record import MatchRecord

Row = dict[str, Any]
"""A prepared record: column to text, list of texts, or None; `id` is the record's."""


def prepare(records: Iterable[MatchRecord], fields: Sequence[Field]) -> list[Row]:
    """The rows of the records, in order; each depends on its record alone."""
    return [prepared(record, fields) for record in records]


def prepared(record: MatchRecord, fields: Sequence[Field]) -> Row:
    """One record's row: the columns that `fields` compare and nothing else, so that all rows are alike."""
    row: Row = {"id": record.id}
    family, given, first = parts_of_name(record.family, record.given, record.full)
    row |= _name_columns("family", family, family) | _name_columns("given", given, first)
    for field in fields:
        if field.kind not in (Kind.GIVEN, Kind.FAMILY):
            row |= _COLUMNS[field.kind](record, field)
    return row


def raw_value(record: MatchRecord, field: Field) -> str | None:
    """What the record says of a single-valued field, as it came."""
    if field.stem in _SINGLE:
        return getattr(record, field.stem)
    return record.others.get(field.name)


def _name_columns(stem: str, form: str | None, first: str | None) -> Row:
    if not form:
        return {f"{stem}{part}": None for part in ("", "_sound", "_root", "_first", "_loose", "_text")}
    han = is_han(form)
    return {
        stem: form,
        f"{stem}_sound": sound(form),
        f"{stem}_root": nickname_root(first or form) if stem == "given" else form,
        f"{stem}_first": first or form,
        f"{stem}_loose": loose_sound(form) if han else None,
        f"{stem}_text": None if han else form,
    }


def _birth(record: MatchRecord, field: Field) -> Row:
    return {field.stem: birth_form(record.birth_date)}


def _phone(record: MatchRecord, field: Field) -> Row:
    phones = _set(record.phones, code_form)
    return {"phones": phones, "phone": phones[0] if phones else None}


def _email(record: MatchRecord, field: Field) -> Row:
    both = sorted({email_parts(address) for address in record.emails if address})
    return {
        "emails": sorted({whole for _, whole in both}) or None,
        "email_local": next((local for local, _ in both if local), None),
    }


def _number(record: MatchRecord, field: Field) -> Row:
    numbers = _set(record.government_ids, code_form)
    return {"numbers": numbers, "number": numbers[0] if numbers else None}


def _set(values: Iterable[str], form: Callable[[str], str | None]) -> list[str] | None:
    return sorted({found for value in values if (found := form(value))}) or None


def _code(record: MatchRecord, field: Field) -> Row:
    return {field.stem: code_form(raw_value(record, field))}


def _text(record: MatchRecord, field: Field) -> Row:
    return {field.stem: text_form(raw_value(record, field))}


_SINGLE = frozenset({"address", "city", "postcode", "gender"})
_COLUMNS = {
    Kind.BIRTH: _birth,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.NUMBER: _number,
    Kind.CODE: _code,
    Kind.TEXT: _text,
    Kind.CATEGORY: _text,
}


def tells_name(value: str, record_name: str) -> bool:
    """Whether a text repeats the record's name."""
    return bool(record_name) and record_name in comparison_form(value)[: LONGEST * 2]
