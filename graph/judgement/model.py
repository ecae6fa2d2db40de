"""What can be judged, what comes of it, and why it may be refused: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from graph.errors import InputError, NotFoundError
from graph.identity.changes import IdentityChange
from graph.matching.reasons import FieldReason


class Kind(StrEnum):
    """What a judgement says."""

    SAME = "same"
    DIFFERENT = "different"
    SPLIT = "split"
    MOVE = "move"
    WRONG = "wrong"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Same:
    """These two, and so the people they are of, are one person. By profile id or oneId."""

    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Different:
    """These two are never one person. By profile id or oneId, which means the person's founder."""

    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Split:
    """Of a person, these profiles are one and the others another."""

    one_id: str
    profiles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A profile is not the person it is with, but that one."""

    profile: str
    to: str


@dataclass(frozen=True, slots=True)
class MarkWrong:
    """The identifier is not this profile's, or of a person's profiles none's; a scoped value is `scope/value`."""

    of: str
    namespace: str
    value: str


@dataclass(frozen=True, slots=True)
class MarkShared:
    """Several people use the identifier: it joins only those whose full names agree."""

    namespace: str
    value: str


@dataclass(frozen=True, slots=True)
class Retract:
    """A judgement is taken back."""

    judgement_id: str


Change = Same | Different | Split | Move | MarkWrong | MarkShared | Retract


@dataclass(frozen=True, slots=True)
class MarkedIdentifier:
    """An identifier that a judgement marks."""

    namespace: str
    mask: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement as it stands; times in microseconds, `why` None where it was sealed for somebody erased."""

    id: str
    kind: Kind
    by: str
    why: str | None
    recorded_at: int
    retracted_at: int | None
    retracted_by: str | None
    profiles: tuple[str, ...]
    identifiers: tuple[MarkedIdentifier, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What judging did: no changes where the judgement stood before (`repeated`), or moved nobody."""

    judgement: Judged
    changes: tuple[IdentityChange, ...] = ()
    repeated: bool = False


class Against(StrEnum):
    """What forbids that two are one person."""

    IDENTIFIER = "identifier"  # proven values of a namespace that a person has one of
    JUDGEMENT = "judgement"  # a judgement in force says they differ
    LIMIT = "limit"  # a person has fewer values of the namespace
    CAP = "cap"  # a person has fewer profiles
    CONTESTED = "contested"  # others fit as well


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that would have to change first; `values` are masked, `profiles` those who hold them."""

    against: Against
    namespace: str = ""
    values: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attached:
    """How many things of one label hang, by one type of relationship, on profiles that would move."""

    type: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do: nothing where `conflicts` say why it would be refused."""

    changes: tuple[IdentityChange, ...] = ()
    appearing: tuple[str, ...] = ()
    vanishing: tuple[str, ...] = ()
    profiles: int = 0
    attached: tuple[Attached, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A profile that fits several people equally well, since the tier at which it does.

    `key` is its place in the queue, `stake` the value at stake in whole yuan (see `graph.judgement.stake`).
    """

    key: str
    profile_id: str
    one_id: str
    tier: str
    candidates: tuple[str, ...]
    stake: int


@dataclass(frozen=True, slots=True)
class LikelyProfile:
    """One side of a likely pair: the profile, its user now, and its source."""

    profile_id: str
    one_id: str
    source: str


@dataclass(frozen=True, slots=True)
class LikelyPair:
    """Two profiles of two users whom a model finds likely to be one person, and nobody has judged.

    `key` is the place in the queue, `model` the version that scored, `stake` the value at stake in whole yuan;
    `reasons` are empty where the pair is just being compared again.
    """

    key: str
    left: LikelyProfile
    right: LikelyProfile
    probability: float
    model: str
    stake: int
    reasons: tuple[FieldReason, ...] = ()


class UserNotFoundError(NotFoundError):
    """No profile and no user has this id."""

    code: ClassVar[str] = "user_not_found"

    def __init__(self, ref: str) -> None:
        super().__init__("No profile and no user has this id.", remedy="Give a oneId or the id of a profile.")
        self.ref = ref


class MergeConflictError(InputError):
    """The two cannot be one person while the evidence is as it is; nothing was stored."""

    code: ClassVar[str] = "merge_conflict"
    status: ClassVar[int] = 409

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        namespaces = sorted({conflict.namespace for conflict in conflicts if conflict.namespace})
        said = f" ({', '.join(namespaces)})" if namespaces else ""
        super().__init__(
            f"Evidence says that they are two people{said}.",
            remedy="Mark the identifier that is wrong, or retract the judgement that keeps them apart.",
        )
        self.conflicts = conflicts
