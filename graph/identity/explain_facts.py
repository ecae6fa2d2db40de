"""What an explanation says: codes and facts, no sentences. Values are clear; whoever shows them masks them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph.identity.evidence import (
    Grade,
    Identifier,
    NearSize,
    Refusal,
    Score,
    Verdict,
)
from graph.identity.gather import Key


class LinkKind(StrEnum):
    """What ties two profiles directly."""

    IDENTIFIER = "identifier"
    JUDGEMENT = "judgement"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a path: two profiles, what ties them, and in which tier that joined them.

    Of an identifier: its class and `people` (k) when it joined, the grade at which each side holds it, and
    `agreeing`, the comparison form of the full name where it joined equal names only. Of a score: its
    `probability`.
    """

    left: Key
    right: Key
    kind: LinkKind
    tier: str
    identifier: Identifier | None = None
    identifier_class: str = ""
    people: int = 0
    left_grade: Grade | None = None
    right_grade: Grade | None = None
    agreeing: str = ""
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """How two profiles hang together: the shortest path of links that joined them, strong ones preferred.

    `same` is false, and the path empty, where they are not one person.
    """

    left: Key
    right: Key
    same: bool
    path: tuple[Step, ...] = ()


class Obstacle(StrEnum):
    """What keeps two profiles apart, in the order in which it is told."""

    UNKNOWN = "unknown"  # one of them is not among the evidence
    VALUES = "values"  # two proven values of a namespace of which a person has one
    BANNED = "banned"  # a steward's DIFFERENT_FROM
    LIMIT = "limit"  # together they would have too many values of a namespace
    CAP = "cap"  # together they would have too many profiles
    SUPPORT = "support"  # scores tie them, too thinly for what they would join
    NAMES = "names"
    BIRTHS = "births"
    AMBIGUOUS = "ambiguous"  # one fits the other and somebody who conflicts with that one
    CLASS = "class"  # both hold it, but it is shared, generic or hot
    CORROBORATES = "corroborates"  # both hold it, but it joins only equal full names
    ANCHORED = "anchored"  # both hold it, but it is too weak to join two who are known
    OVERGROWN = "overgrown"  # too many clusters in one knot of a tier
    READ_LIMIT = "read_limit"  # too many profiles to be resolved together
    LOW_SCORE = "low_score"
    TENURE = "tenure"  # both held it, at times too far apart
    NO_EVIDENCE = "no_evidence"


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One obstacle with its facts; what a field means depends on the obstacle.

    VALUES: `namespace`, and the identifiers on each side. BANNED: `judged`, the pairs. LIMIT, CAP: `count`
    against `limit`. SUPPORT: `probability`, the mean over all pairs, against `needed`. NAMES, BIRTHS: texts on
    each side. AMBIGUOUS: `candidates`, `tier`. CLASS, CORROBORATES, ANCHORED, TENURE: `identifier`, its class,
    its people against `limit`. LOW_SCORE: the best `probability` against `needed`. OVERGROWN, READ_LIMIT:
    `count` against `limit`, `tier`.
    """

    obstacle: Obstacle
    namespace: str = ""
    left_identifiers: tuple[Identifier, ...] = ()
    right_identifiers: tuple[Identifier, ...] = ()
    left_texts: tuple[str, ...] = ()
    right_texts: tuple[str, ...] = ()
    judged: tuple[tuple[Key, Key], ...] = ()
    identifier: Identifier | None = None
    identifier_class: str = ""
    count: int = 0
    limit: int = 0
    probability: float | None = None
    needed: float | None = None
    candidates: tuple[Key, ...] = ()
    tier: str = ""


class Change(StrEnum):
    """One change of evidence that decides."""

    SAME_AS = "same_as"  # a steward's word that the two are one
    WITHDRAW = "withdraw"  # a judgement taken back
    WRONG = "wrong"  # an identifier marked wrong for profiles
    NAME = "name"  # a full name added to a profile
    NO_SCORE = "no_score"  # a score taken away


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change, tried by resolving again, after which the answer is otherwise.

    WRONG: `identifier` left out of `profiles`. NAME: `name`, a full name, given to `profiles`. SAME_AS,
    WITHDRAW, NO_SCORE: `profiles` are the two.
    """

    change: Change
    profiles: tuple[Key, ...]
    identifier: Identifier | None = None
    name: str = ""
    verdict: Verdict | None = None
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What keeps two profiles apart: all obstacles, first the one that decides; none where they are one.

    `needed` are single changes of which each alone would make them one person.
    """

    left: Key
    right: Key
    same: bool
    hindrances: tuple[Hindrance, ...] = ()
    needed: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """One step that built a person: in a tier these parts became one, through these links."""

    tier: str
    parts: tuple[frozenset[Key], ...]
    through: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class How:
    """The steps that built a person, in order, what was refused of it on the way, and the sizes it nearly reaches."""

    members: frozenset[Key]
    steps: tuple[Merge, ...]
    refusals: tuple[Refusal, ...] = ()
    near: tuple[NearSize, ...] = ()


@dataclass(frozen=True, slots=True)
class WeakLink:
    """One removal that splits a person, and the parts that its profiles then fall into, biggest first."""

    removal: Remedy
    parts: tuple[frozenset[Key], ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Whether a SAME_AS between two profiles would be refused, and what would have to change.

    `conflicts` are the hard ones; `needed` are single changes that, with the SAME_AS, make them one person.
    """

    left: Key
    right: Key
    refused: bool
    conflicts: tuple[Hindrance, ...] = ()
    needed: tuple[Remedy, ...] = ()
