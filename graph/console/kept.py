"""A saved query as it is read and checked; who may see and change it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any, ClassVar, Final

import orjson

from graph.access.roles import Caller, Role
from graph.console.tokens import Kind, tokenize
from graph.errors import ForbiddenError, InputError, NotFoundError

LONGEST_NAME: Final = 120
LONGEST_DESCRIPTION: Final = 2_000
LARGEST_PARAMETERS: Final = 100_000
"""Bytes of the defaults, as JSON."""

MOST_QUERIES: Final = 1_000
"""Of one key."""

MOST_VERSIONS: Final = 1_000
"""Of one query."""


class Sharing(StrEnum):
    """Who sees a query."""

    PRIVATE = "private"  # its owner
    TEAM = "team"  # everybody who may ask in the console


class QueryNotFoundError(NotFoundError):
    """There is no such query, or the caller may not know of it."""

    code: ClassVar[str] = "query_not_found"

    def __init__(self) -> None:
        super().__init__(
            "There is no such query for you.", remedy="GET /v1/console/queries lists yours and the team's."
        )


@dataclass(frozen=True, slots=True)
class Content:
    """What a version says: the statement, and values of its parameters where a run gives no others."""

    statement: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved query: its owner is `Caller.owner`, `newest` the number of its newest version; times in µs.

    `month` is that of the key that seals its name and description.
    """

    id: str
    name: str
    description: str
    owner: str
    sharing: Sharing
    newest: int
    recorded_at: int
    month: str

    def is_seen_by(self, caller: Caller) -> bool:
        """Whether the caller may know that it exists: its owner, everybody where it is shared, an admin."""
        return self.sharing is Sharing.TEAM or self.owner == caller.owner or caller.role is Role.ADMIN

    def require_owner(self, caller: Caller) -> None:
        """Raises ForbiddenError unless it is the caller's."""
        if self.owner != caller.owner:
            raise ForbiddenError("The query is another key's.", remedy="Save one of your own with its text.")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a query: by which key, when (µs)."""

    number: int
    by: str
    recorded_at: int


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A query with one of its versions."""

    query: Kept
    version: Version
    content: Content


def check_about(name: str, description: str) -> tuple[str, str]:
    """Name and description without space around them. Raises InputError."""
    name, description = name.strip(), description.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise InputError(
            f"`name` is not 1 to {LONGEST_NAME} printable characters.", remedy="Give it a name in one line."
        )
    if len(description) > LONGEST_DESCRIPTION or not _is_unicode(description):
        raise InputError(
            f"`description` has over {LONGEST_DESCRIPTION} characters, or is no Unicode.",
            remedy="Say it more briefly.",
        )
    return name, description


def check_defaults(content: Content) -> None:
    """Raises InputError for defaults that are too large or no JSON, and for those of what the statement lacks."""
    require_known(content.parameters, parameters_of(content.statement))
    try:
        size = len(orjson.dumps(content.parameters))
    except (TypeError, ValueError):
        raise InputError(
            "`parameters` are no JSON with integers of at most 64 bits.", remedy="Correct them."
        ) from None
    if size > LARGEST_PARAMETERS:
        raise InputError(
            f"`parameters` have over {LARGEST_PARAMETERS} bytes.", remedy="Give long lists with each run."
        )


def parameters_of(statement: str) -> frozenset[str]:
    """The names behind `$` in a statement. Raises ConsoleError for what is no text of one."""
    tokens = list(tokenize(statement))
    return frozenset(
        name.text
        for sign, name in pairwise(tokens)
        if sign.kind is Kind.SIGN and sign.text == "$" and (name.is_name or name.kind is Kind.NUMBER)
    )


def filled(
    given: Mapping[str, Any], *, defaults: Mapping[str, Any], known: Collection[str]
) -> dict[str, Any]:
    """The values of a run: those given, over the defaults. Raises InputError for a name that is not known."""
    require_known(given, known)
    return {**defaults, **given}


def require_known(given: Collection[str], known: Collection[str]) -> None:
    """Raises InputError for a parameter that the statement has not: it would change nothing, unseen."""
    if unknown := sorted(set(given) - set(known)):
        name = unknown[0][:80].encode(errors="replace").decode()
        raise InputError(
            f"The statement has no parameter {name}.",
            remedy=f"It has {', '.join(sorted(known))[:300]}." if known else "It has none.",
        )


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
