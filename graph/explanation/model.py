"""What an explanation answers: codes and facts, values as the caller may see them, and a sentence for each.

Tiers, rules and classes are the codes of `graph.identity`; sentences are in the language asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph.identity.evidence import Grade
from graph.identity.explain_facts import Change, LinkKind, Obstacle
from graph.matching.explain import Weight


class Untold(StrEnum):
    """What cannot be told of the past any more, or not as it was then."""

    OVERWRITTEN = "overwritten"  # names, birth dates and times of use are those of today
    RULES = "rules"  # other rules decided; today's are all there are
    REASON = "reason"  # the reason of a decision is not kept
    SCORES = "scores"  # pairs were scored anew since then
    ERASED = "erased"  # records were erased since then


class Language(StrEnum):
    """In which language sentences are."""

    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True)
class RecordView:
    """A profile that an answer speaks of; `label` is what its sentences call it. `record_id` only in the clear."""

    label: str
    id: str
    source: str
    record_id: str | None = None


@dataclass(frozen=True, slots=True)
class IdentifierView:
    """An identifier as it may be shown."""

    namespace: str
    scope: str
    value: str


@dataclass(frozen=True, slots=True)
class LinkView:
    """One link between two records.

    Of an identifier: its class and how many people use it (provably different ones), and value and grade on each
    side. The two values are other texts only where an alias makes them one. `name` is the equal name that the
    link needed. Of a score: probability, version of the model, and what each field said, where that can still be
    told.
    """

    kind: LinkKind
    tier: str
    left: RecordView
    right: RecordView
    sentence: str
    identifier: IdentifierView | None = None
    left_value: str | None = None
    right_value: str | None = None
    left_grade: Grade | None = None
    right_grade: Grade | None = None
    identifier_class: str | None = None
    people: int | None = None
    name: str | None = None
    probability: float | None = None
    model: str | None = None
    weights: tuple[Weight, ...] = ()


@dataclass(frozen=True, slots=True)
class BasisView:
    """By what an answer was made.

    `rules` is the version of today's rules. `outdated` is true where a record spoken of is, or then was, with its
    person by a decision of other rules, `differs` where today's rules put the records otherwise than they are or were.
    """

    rules: str
    outdated: bool
    differs: bool


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What was decided of a record at one time, as it was stored then: never recomputed.

    Times in µs; `until` is None where it still stands. `rules` and `model` are the versions used then, `model`
    None where no score decided, `rules` empty where the reason is not kept; `current` says whether `rules` are today's.
    """

    record: RecordView
    one_id: str
    since: int
    until: int | None
    tier: str
    rule: str
    namespace: str | None
    rules: str
    model: str | None
    current: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class UntoldView:
    """One thing that cannot be told of the past, or not as it was."""

    code: Untold
    sentence: str


@dataclass(frozen=True, slots=True)
class PastView:
    """What an answer about the past says beside: the time (µs), the decisions of then, and what cannot be told.

    The decisions are those of the records spoken of.
    """

    as_of: int
    decisions: tuple[DecisionView, ...]
    untold: tuple[UntoldView, ...]


@dataclass(frozen=True, slots=True)
class WhyView:
    """Whether two records are one person, and the path of links between them; empty where there is none.

    This and the other answers are of now, or with `past` of a time in the past.
    """

    left: RecordView
    right: RecordView
    same: bool
    path: tuple[LinkView, ...]
    basis: BasisView
    sentence: str
    past: PastView | None = None


@dataclass(frozen=True, slots=True)
class HindranceView:
    """One obstacle; which fields are filled depends on it, as `explain_facts.Hindrance` says."""

    obstacle: Obstacle
    sentence: str
    namespace: str | None = None
    left_values: tuple[str, ...] = ()
    right_values: tuple[str, ...] = ()
    records: tuple[RecordView, ...] = ()
    identifier: IdentifierView | None = None
    identifier_class: str | None = None
    count: int | None = None
    limit: int | None = None
    probability: float | None = None
    needed: float | None = None
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change of evidence."""

    change: Change
    records: tuple[RecordView, ...]
    sentence: str
    identifier: IdentifierView | None = None
    name: str | None = None
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class WhyNotView:
    """What keeps two records apart, the deciding thing first, and changes of which each alone would join them."""

    left: RecordView
    right: RecordView
    same: bool
    hindrances: tuple[HindranceView, ...]
    needed: tuple[ChangeView, ...]
    basis: BasisView
    sentence: str
    past: PastView | None = None


@dataclass(frozen=True, slots=True)
class StepView:
    """One step that built a person: these parts became one through these links."""

    number: int
    tier: str
    parts: tuple[tuple[RecordView, ...], ...]
    links: tuple[LinkView, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class RefusalView:
    """What was not joined to a person, since a size forbids it."""

    rule: str
    tier: str
    namespace: str | None
    records: tuple[RecordView, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class NearView:
    """A size that a person, what it holds or what hangs together with it has nearly reached."""

    size: str
    namespace: str | None
    count: int
    limit: int
    sentence: str


@dataclass(frozen=True, slots=True)
class HowView:
    """How a person was built, what was refused on the way, what is nearly full, and all decisions about its records."""

    one_id: str
    records: tuple[RecordView, ...]
    steps: tuple[StepView, ...]
    refusals: tuple[RefusalView, ...]
    near: tuple[NearView, ...]
    history: tuple[DecisionView, ...]
    basis: BasisView
    sentence: str
    past: PastView | None = None


@dataclass(frozen=True, slots=True)
class WeakLinkView:
    """One removal that splits a person, and the parts that it falls into, the biggest first."""

    removal: ChangeView
    parts: tuple[tuple[RecordView, ...], ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class WeakestLinksView:
    """The single removals that split a person, those that take away most first."""

    one_id: str
    records: tuple[RecordView, ...]
    links: tuple[WeakLinkView, ...]
    basis: BasisView
    sentence: str
