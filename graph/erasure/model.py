"""What can be erased and what comes of it: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graph.errors import NotFoundError
from graph.identity.changes import IdentityChange


@dataclass(frozen=True, slots=True)
class ByProfile:
    """One profile, by its id."""

    profile_id: str


@dataclass(frozen=True, slots=True)
class ByRecord:
    """One profile, as its source knows it."""

    source: str
    record_id: str


@dataclass(frozen=True, slots=True)
class ByPerson:
    """All profiles of the person whom a oneId leads to now."""

    one_id: str


Target = ByProfile | ByRecord | ByPerson


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an erased profile; `at` in microseconds.

    `successor` is the birth id of the next founder of its user at that commit: to whoever is that now, `birth_id`
    leads. None where nobody was left.
    """

    profile_id: str
    birth_id: str
    at: int
    successor: str | None


@dataclass(frozen=True, slots=True)
class Removed:
    """How much goes; identifiers, vehicles and judgements that others have, too, stay and are not counted."""

    profiles: int = 0
    messages: int = 0
    touchpoints: int = 0
    evidence: int = 0
    identifiers: int = 0
    vehicles: int = 0
    corrections: int = 0
    judgements: int = 0
    dead_letters: int = 0


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did: nothing was removed where it had been done before (`repeated`).

    `changes` are those of who is who among the others.
    """

    tombstones: tuple[Tombstone, ...]
    removed: Removed = Removed()
    changes: tuple[IdentityChange, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """What an erasure would do now: the profiles that would go, and who would be who without them."""

    profiles: tuple[str, ...] = ()
    removed: Removed = Removed()
    changes: tuple[IdentityChange, ...] = ()
    repeated: bool = False


class ProfileNotFoundError(NotFoundError):
    """There is no such profile, record or person; nothing was erased."""

    code: ClassVar[str] = "profile_not_found"

    def __init__(self) -> None:
        super().__init__(
            "There is no such profile, and none was erased.",
            remedy="Give the id of a profile, a oneId, or a source and its record id.",
        )
