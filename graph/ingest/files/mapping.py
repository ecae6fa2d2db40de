"""The mapping: which column of a file says what.

    [people]
    recordId = "customer_no"               # names the profile; the one key that is needed
    phone = ["mobile", "landline"]         # several columns: each value is an identifier
    address = ["street", "house_no"]       # several columns: one value, joined by a space
    updatedAt = "changed_at"
    nonPersonal = ["memberLevel"]          # traits that may be stored in the clear
    ignore = ["internal_note"]             # columns that are not stored at all

    [events]
    userId = "customer_no"
    timestamp = "date"
    [events.constants]                     # what every row says
    event = "Order Placed"

A file holds people or events, so a mapping has one of the two tables. Any other column becomes a trait of the
person, or a property of the event, under its own name. Without a mapping, columns are read that are called as
the keys are.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from graph.errors import ConfigurationError, InputError
from graph.ingest.normalise import Namespace

LARGEST_FILE: Final = 1_048_576

RECORD_ID: Final = "recordId"
UPDATED_AT: Final = "updatedAt"
PEOPLE_KEYS: Final = (
    RECORD_ID,
    UPDATED_AT,
    "name",
    "givenName",
    "familyName",
    "birthDate",
    "gender",
    "city",
    "postcode",
    *(str(namespace) for namespace in Namespace),
)
REPEATED: Final = frozenset(str(namespace) for namespace in Namespace) - {str(Namespace.ADDRESS)}
"""Keys that may name several columns, each with a value of its own."""
JOINED: Final = frozenset({"name", "givenName", "familyName", "address"})
"""Keys that may name several columns, which make one value."""

EVENT_KEYS: Final = (
    "type", "event", "name", "userId", "anonymousId", "previousId", "groupId", "timestamp", "messageId",
)  # fmt: skip
_CONSTANTS: Final = frozenset({"type", "event", "name"})
_LIKE_A_NAME: Final = re.compile(r"(?!.*\d{4})[^@:;,\x00-\x1f]{1,64}")


class Kind(StrEnum):
    """What the rows of a file are."""

    PEOPLE = "people"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A mapping as read: `columns` gives each key's columns; `where` names it in messages.

    `digest` is equal for mappings that say the same.
    """

    kind: Kind
    columns: Mapping[str, tuple[str, ...]]
    where: str
    constants: Mapping[str, str] = field(default_factory=dict[str, str])
    non_personal: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """A hash of all that the mapping says."""
        said = (
            str(self.kind), sorted(self.columns.items()), sorted(self.constants.items()),
            sorted(self.non_personal), sorted(self.ignored),
        )  # fmt: skip
        return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()

    def check_columns(self, present: Iterable[str], *, file: str) -> None:
        """Raise InputError naming the key and the closest column where the file lacks one that is mapped."""
        there = list(present)
        for key, columns in self.columns.items():
            for column in columns:
                if column not in there:
                    raise InputError(
                        f"{file} has no column {column!r}, which {self.where} names for {key}.",
                        remedy=f"{_closest(column, there)}Its columns are: {_listed(there)}.",
                    )
        for column in self.ignored:
            if column not in there:
                raise InputError(
                    f"{file} has no column {column!r}, which {self.where} ignores.",
                    remedy=f"{_closest(column, there)}Its columns are: {_listed(there)}.",
                )


def default_mapping(columns: Iterable[str], *, file: str) -> FileMapping:
    """The mapping of a CSV file that comes without one: columns called as the keys are.

    People where there is a `recordId`; events where there are `type` or `event`, and a user's id.
    Raises InputError naming the columns where the file is neither.
    """
    there = list(columns)
    if RECORD_ID in there:
        return _by_name(Kind.PEOPLE, [key for key in PEOPLE_KEYS if key in there])
    if not {"type", "event"}.isdisjoint(there) and not {"userId", "anonymousId"}.isdisjoint(there):
        return _by_name(Kind.EVENTS, [key for key in EVENT_KEYS if key in there])
    hint = _closest(RECORD_ID, there)
    raise InputError(
        f"{file} has no column recordId, and no type or event with userId or anonymousId.",
        remedy=f'{hint}Give --mapping with recordId = "column" in [people]. Columns: {_listed(there)}.',
    )


def any_people() -> FileMapping:
    """The mapping of JSON Lines that come without one: keys called as the mapping's are."""
    return _by_name(Kind.PEOPLE, PEOPLE_KEYS)


def load_mapping(path: Path) -> FileMapping:
    """The mapping of a TOML file of at most 1 MiB. Raises ConfigurationError naming file and key."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}.", remedy="Check --mapping."
        ) from None
    if len(content) > LARGEST_FILE:
        raise ConfigurationError(f"{path} is larger than 1 MiB.", remedy="Check --mapping.")
    return parse_mapping(content, where=str(path))


def parse_mapping(content: bytes, *, where: str) -> FileMapping:
    """As `load_mapping`, from the bytes of a file called `where`."""
    try:
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{where} is not UTF-8 (byte {error.start}).", remedy="Save it as UTF-8."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{where} is not TOML: {error}.", remedy="Correct the line named.") from None
    if unknown := sorted(tables.keys() - set(Kind)):
        raise _unknown(f"{where}: {unknown[0]}", unknown[0], tuple(Kind))
    if len(tables) != 1:
        found = "both [people] and [events]" if tables else "neither [people] nor [events]"
        raise ConfigurationError(
            f"{where} has {found}.", remedy="A file holds people or events: write one mapping for each."
        )
    ((name, table),) = tables.items()
    if not isinstance(table, dict):
        raise ConfigurationError(f"{where}: {name} is not a table.", remedy=f"Write [{name}].")
    return _people(table, where) if name == Kind.PEOPLE else _events(table, where)  # pyright: ignore[reportUnknownArgumentType]


def _people(table: dict[str, Any], where: str) -> FileMapping:
    at = f"{where}: people"
    rest = dict(table)
    non_personal = _names(rest.pop("nonPersonal", []), f"{at}.nonPersonal")
    ignored = _names(rest.pop("ignore", []), f"{at}.ignore")
    columns = {key: _columns(key, value, PEOPLE_KEYS, at) for key, value in rest.items()}
    if RECORD_ID not in columns:
        raise ConfigurationError(f"{at}.recordId is missing.", remedy='Write recordId = "column".')
    for key, named in columns.items():
        if len(named) > 1 and key not in REPEATED | JOINED:
            raise ConfigurationError(f"{at}.{key} names several columns.", remedy=f"{key} takes one column.")
    _check_disjoint(columns, ignored, at)
    return FileMapping(Kind.PEOPLE, columns, where, non_personal=non_personal, ignored=frozenset(ignored))


def _events(table: dict[str, Any], where: str) -> FileMapping:
    at = f"{where}: events"
    rest = dict(table)
    ignored = _names(rest.pop("ignore", []), f"{at}.ignore")
    constants = rest.pop("constants", {})
    if not isinstance(constants, dict):
        raise ConfigurationError(f"{at}.constants is not a table.", remedy="Write [events.constants].")
    for key, value in constants.items():  # pyright: ignore[reportUnknownVariableType]
        if key not in _CONSTANTS:
            raise _unknown(f"{at}.constants.{key}", str(key), sorted(_CONSTANTS))  # pyright: ignore[reportUnknownArgumentType]
        if not isinstance(value, str) or not value:
            raise ConfigurationError(f"{at}.constants.{key} is not text.", remedy="Write it in quotes.")
        if key in rest:
            raise ConfigurationError(f"{at}.{key} is both a column and a constant.", remedy="Keep one.")
    columns = {key: _columns(key, value, EVENT_KEYS, at) for key, value in rest.items()}
    for key, named in columns.items():
        if len(named) > 1:
            raise ConfigurationError(f"{at}.{key} names several columns.", remedy=f"{key} takes one column.")
    if columns.keys().isdisjoint({"userId", "anonymousId"}):
        raise ConfigurationError(
            f"{at} names neither userId nor anonymousId.", remedy='Write userId = "column" in [events].'
        )
    _check_disjoint(columns, ignored, at)
    return FileMapping(
        Kind.EVENTS,
        columns,
        where,
        constants=dict(constants),  # pyright: ignore[reportUnknownArgumentType]
        ignored=frozenset(ignored),
    )


def _by_name(kind: Kind, keys: Iterable[str]) -> FileMapping:
    return FileMapping(kind, {key: (key,) for key in keys}, "the default mapping")


def _columns(key: str, value: object, known: Iterable[str], at: str) -> tuple[str, ...]:
    if key not in set(known):
        raise _unknown(f"{at}.{key}", key, known)
    named = _names((value,) if isinstance(value, str) else value, f"{at}.{key}")
    if not named:
        raise ConfigurationError(f"{at}.{key} names no column.", remedy="Name one, or leave the key out.")
    return named


def _names(value: object, at: str) -> tuple[str, ...]:
    given: list[object] = list(value) if isinstance(value, (list, tuple)) else [value]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    named = [name for name in given if isinstance(name, str) and name]
    if len(named) != len(given) or len(set(named)) != len(named) or not isinstance(value, (list, tuple)):
        raise ConfigurationError(
            f"{at} is not a column's name.", remedy='Write "column", or ["one", "other"] for several.'
        )
    return tuple(named)


def _check_disjoint(columns: Mapping[str, tuple[str, ...]], ignored: Iterable[str], at: str) -> None:
    used = {column for named in columns.values() for column in named}
    if both := sorted(used & set(ignored)):
        raise ConfigurationError(f"{at}.ignore names {both[0]!r}, which is mapped too.", remedy="Keep one.")


def _unknown(at: str, key: str, known: Iterable[str]) -> ConfigurationError:
    keys = list(known)
    return ConfigurationError(
        f"{at} is not known.", remedy=f"{_closest(key, keys)}The keys are: {', '.join(keys)}."
    )


def _closest(name: str, names: Iterable[str]) -> str:
    by_fold = {other.casefold().replace("_", "").replace(" ", ""): other for other in names}
    found = get_close_matches(name.casefold().replace("_", ""), by_fold, n=1, cutoff=0.6)
    return f"Did you mean {by_fold[found[0]]!r}? " if found else ""


def _listed(columns: list[str]) -> str:
    """The columns as a message may show them: what looks like data (a file without a header) is left out."""
    shown = [repr(column) for column in columns[:50] if _LIKE_A_NAME.fullmatch(column)]
    hidden = len(columns) - len(shown)
    if hidden:
        shown.append(f"and {hidden} more")
    return ", ".join(shown) if columns else "none"
