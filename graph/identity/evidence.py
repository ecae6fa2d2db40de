"""What `resolve` reads and answers: plain values, no I/O, no database ids that decide anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Grade(StrEnum):
    """How well an identifier is known to be the person's, weakest first."""

    CLAIMED = "claimed"  # typed in by anyone
    TRUSTED = "trusted"  # entered by staff, or issued by the source itself
    VERIFIED = "verified"  # proven: a government id that was checked, a one-time code answered


class SourceClass(StrEnum):
    """Whether a profile is a known person or an anonymous visitor; known ones found users first."""

    KNOWN = "known"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One identifier value; equal values are one. `scope` is `*` for global namespaces, never empty.

    `value` is the clear normalised value where the key order decides; in tests any text will do.
    """

    namespace: str
    scope: str
    value: str


@dataclass(frozen=True, slots=True)
class Holding:
    """A profile's evidence of an identifier.

    `first` and `last` are the times (microseconds) the person was seen *using* it at any grade,
    `trusted_first` and `trusted_last` those of trusted use only; None where never seen in use (an untimed
    row): such a holding opens, extends and closes no tenure. Claimed-only holdings have no trusted times.
    """

    identifier: Identifier
    grade: Grade
    first: int | None = None
    last: int | None = None
    trusted_first: int | None = None
    trusted_last: int | None = None


@dataclass(frozen=True, slots=True)
class PersonName:
    """A normalised name: `full` where family and given name are both known, else only what is.

    `full` is a comparison form (case-folded, NFKC, family and given name in a canonical order); `family` and
    `given` likewise. A partial name has `full` None.
    """

    full: str | None = None
    family: str | None = None
    given: str | None = None


@dataclass(frozen=True, slots=True)
class ProfileEvidence:
    """All that is known of one profile: what `resolve` may look at, and nothing else.

    `key` is the clear (source, record id), unsealed in memory: the only thing that decides where order must.
    `seq` and `source_class` choose the founder; they never influence the partition.
    """

    key: tuple[str, str]
    source_class: SourceClass = SourceClass.KNOWN
    seq: int = 0
    names: frozenset[PersonName] = frozenset()
    birth_dates: frozenset[str] = frozenset()  # ISO, `1980-05-17`; `1980` when only the year is known
    holdings: tuple[Holding, ...] = ()


class Verdict(StrEnum):
    """A judgement between two profiles."""

    SAME_AS = "same_as"
    DIFFERENT_FROM = "different_from"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A steward's (or a model's) verdict on two profiles, by their keys."""

    left: tuple[str, str]
    right: tuple[str, str]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Score:
    """A model's probability that two profiles are one person; which is left and which right means nothing.

    A pair that was not compared, or scored below `ModelRules.floor`, has no Score. A pair given twice counts
    once, with the higher probability.
    """

    left: tuple[str, str]
    right: tuple[str, str]
    probability: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a profile is where it is: the last thing that happened to it, its tier and namespace.

    `rule` is one of alone, linked, ambiguous, limit, cap, support, overgrown, read-limit; of one tier a
    refusal is told rather than a join. The namespace is empty where a judgement or a score decided.
    """

    tier: str
    rule: str
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One part of the partition: its profiles' keys, its founder, and for each profile the reason."""

    members: frozenset[tuple[str, str]]
    founder: tuple[str, str]
    reasons: dict[tuple[str, str], Reason] = field(default_factory=dict[tuple[str, str], Reason])


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A person who fits two conflicting people equally well, and so stays apart from both.

    At most one for each person: `members` are the profiles that fit both, `candidates` the least key of each
    other person they may belong to, sorted; `tier` is the first tier that found it, or `shared` where only
    the last look at shared identifiers did.
    """

    members: frozenset[tuple[str, str]]
    candidates: tuple[tuple[str, str], ...]
    tier: str


@dataclass(frozen=True, slots=True)
class Household:
    """Two or more people who share an identifier that is not personal."""

    identifier: Identifier
    founders: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Profiles that evidence connects and a size forbids to join, for review: never silent.

    `rule` is limit, cap, support (a model's link too thin for what it would join), overgrown or read-limit;
    `namespace` that of the limit. The tier of a read-limit is the first that was left out.
    """

    tier: str
    rule: str
    members: frozenset[tuple[str, str]]
    namespace: str = ""


class SizeKind(StrEnum):
    """A size that forbids something once it is exceeded."""

    CAP = "cap"  # profiles of a person
    LIMIT = "limit"  # values of a person in one namespace and scope
    HOT = "hot"  # profiles on an identifier
    MAX_PEOPLE = "max_people"  # provably different people on an identifier
    BUDGET = "budget"  # clusters of one tier's knot
    READ_LIMIT = "read_limit"  # profiles of a component


@dataclass(frozen=True, slots=True)
class NearSize:
    """A size that is nearly reached (`Rules.warn_share`) and not exceeded: told before anything changes.

    `subject` is the founder's key of a person, the least key of a component, or the identifier; `namespace`
    that of a limit.
    """

    kind: SizeKind
    subject: tuple[str, str] | Identifier
    count: int
    limit: int
    namespace: str = ""


Piece = tuple[frozenset[tuple[str, str]], int]
"""Profiles that are resolved together, and at how many steps what they hang together with is beyond the read limit."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What `resolve` answers: a partition of the profiles given, with what could not be decided.

    `classes` is the last class of each identifier held by two profiles or more: personal, shared, generic,
    hot. It is the class among trusted holders where there are any, and the worst of the tenures; hot as well
    where the read limit left its links out. `components` are the parts that hang together, by their
    least keys; see `graph.identity.gather.components`. `pieces` are what of them is resolved together and must
    be read for that, each with the number of steps it took to make it small enough: 0 for a whole component.
    """

    people: tuple[Person, ...]
    ambiguities: tuple[Ambiguity, ...] = ()
    households: tuple[Household, ...] = ()
    classes: dict[Identifier, str] = field(default_factory=dict[Identifier, str])
    refusals: tuple[Refusal, ...] = ()
    components: tuple[frozenset[tuple[str, str]], ...] = ()
    pieces: tuple[Piece, ...] = ()
    warnings: tuple[NearSize, ...] = ()
