"""Explanations in GraphQL: codes and facts, and a sentence for each."""

from __future__ import annotations

import strawberry

from api.gql.described import describe_enum
from api.gql.scalars import Instant
from graph.explanation.model import Language, Untold
from graph.identity.evidence import Grade
from graph.identity.explain_facts import Change, LinkKind, Obstacle

describe_enum(
    Language,
    {Language.EN: "English.", Language.ZH: "Simplified Chinese."},
    name="Language",
    description="In which language sentences are.",
)
describe_enum(
    Untold,
    {
        Untold.OVERWRITTEN: "Names, birth dates, times of use and the step from trusted to verified are today's.",
        Untold.RULES: "Other rules decided; of rules only the version is kept, so links are by today's.",
        Untold.REASON: "The reason of a decision is not kept any more.",
        Untold.SCORES: "Pairs were scored anew since then; former scores are not kept.",
        Untold.ERASED: "Records were erased since then; nothing is told of them.",
    },
    name="Untold",
    description="What cannot be told of the past, or not as it was.",
)
describe_enum(
    LinkKind,
    {
        LinkKind.IDENTIFIER: "Both hold an identifier.",
        LinkKind.JUDGEMENT: "A steward said that they are one person.",
        LinkKind.SCORE: "A matching model finds them alike.",
    },
    name="LinkKind",
    description="What ties two records.",
)
describe_enum(
    Obstacle,
    {
        Obstacle.UNKNOWN: "One of them is not among the evidence.",
        Obstacle.VALUES: "They have different proven values of a namespace of which a person has one.",
        Obstacle.BANNED: "A steward said that they are different.",
        Obstacle.LIMIT: "Together they would have more values of a namespace than a person may have.",
        Obstacle.CAP: "Together they would have more records than a person may have.",
        Obstacle.SUPPORT: "Scores tie them, but too few for what they would join.",
        Obstacle.NAMES: "Their names contradict.",
        Obstacle.BIRTHS: "Their birth dates contradict.",
        Obstacle.AMBIGUOUS: "One fits the other, and as well somebody who cannot be the same person.",
        Obstacle.CLASS: "Both hold an identifier that several people use, or that says nothing of anybody.",
        Obstacle.CORROBORATES: "Both hold an identifier that joins only equal full names.",
        Obstacle.ANCHORED: "Both hold an identifier that is too weak to join two who are known.",
        Obstacle.OVERGROWN: "Too many groups of records are linked at once to join any.",
        Obstacle.READ_LIMIT: "Too many records hang together: only the strongest evidence is used.",
        Obstacle.LOW_SCORE: "A model finds them less alike than it takes.",
        Obstacle.TENURE: "Both held an identifier, at times too far apart.",
        Obstacle.NO_EVIDENCE: "Nothing speaks for one person.",
    },
    name="Obstacle",
    description="What keeps two records apart.",
)
describe_enum(
    Change,
    {
        Change.SAME_AS: "A steward says that two records are one person.",
        Change.WITHDRAW: "A judgement is taken back.",
        Change.WRONG: "An identifier is marked as wrong for records.",
        Change.NAME: "A record is given a full name.",
        Change.NO_SCORE: "A score between two records is taken away.",
    },
    name="EvidenceChange",
    description="One change of evidence.",
)
describe_enum(
    Grade,
    {
        Grade.CLAIMED: "Typed in by anyone.",
        Grade.TRUSTED: "Entered by staff, or issued by the source itself.",
        Grade.VERIFIED: "Proven, as a government id that was checked or a one-time code that was answered.",
    },
    name="EvidenceGrade",
    description="How well an identifier is known to be theirs.",
)

SENTENCE = "The same in a sentence, in the language asked for; values in it are masked as fields are."
TIER = (
    "Code of the strength of evidence, strongest first `steward`, `strong-…`, `model-undoubted`, `model-certain`, "
    "`medium-…`, `model-likely`, `model-probable`, `weak-…`."
)
NAMESPACE = "What the identifiers concerned are, as `phone`; null where it is about none."
BASIS = "By which rules it was told."


@strawberry.type(description="A record that an explanation speaks of.")
class ExplainedRecord:
    """A profile."""

    label: str = strawberry.field(description="What the sentences of this answer call it.")
    id: strawberry.ID = strawberry.field(description="Profile id.")
    source: str = strawberry.field(description="Name of its source.")
    record_id: str | None = strawberry.field(description="Null where the key may see masked values only.")


@strawberry.type(description="An identifier as the key may see it.")
class ExplainedIdentifier:
    """An identifier."""

    namespace: str = strawberry.field(description="What it is, as `phone`, `email`.")
    scope: str = strawberry.field(description="Where the value is valid; `*` for everywhere.")
    value: str = strawberry.field(description="The value, with its middle hidden unless the key may see it.")


@strawberry.type(description="What a field said of a pair: positive bits speak for one person.")
class FieldWeight:
    """A weight."""

    field: str = strawberry.field(description="What was compared, as `givenName`, `birthDate`.")
    level: str = strawberry.field(description="How near the values are, as `same` or `a typo apart`.")
    bits: float = strawberry.field(description="How much; below 0 it speaks against one person.")


@strawberry.type(description="One link between two records.")
class EvidenceLink:
    """A link."""

    kind: LinkKind = strawberry.field(description="What ties them; what does not concern this kind is null.")
    tier: str = strawberry.field(description="Code of the strength with which it joined.")
    left: ExplainedRecord = strawberry.field(description="The one record.")
    right: ExplainedRecord = strawberry.field(description="The other record.")
    identifier: ExplainedIdentifier | None = strawberry.field(
        description="What both hold; null of other kinds."
    )
    left_value: str | None = strawberry.field(
        description="The value by which `left` holds it, masked unless the key may see it. It is another than "
        "`rightValue` only where an alias makes the two one."
    )
    right_value: str | None = strawberry.field(
        description="The value by which `right` holds it, masked unless the key may see it."
    )
    left_grade: Grade | None = strawberry.field(description="How well it is known to be `left`'s.")
    right_grade: Grade | None = strawberry.field(description="How well it is known to be `right`'s.")
    identifier_class: str | None = strawberry.field(description="`personal`, `shared`, `generic` or `hot`.")
    people: int | None = strawberry.field(description="How many provably different people use it.")
    name: str | None = strawberry.field(description="The equal name that the link needed.")
    probability: float | None = strawberry.field(description="Of a score: that they are one person, 0 to 1.")
    model: str | None = strawberry.field(description="Version of the model of a score.")
    weights: list[FieldWeight] = strawberry.field(
        description="Of a score, field by field; empty where it cannot be told any more."
    )
    sentence: str = strawberry.field(description=SENTENCE)


@strawberry.type(description="By what an answer was made.")
class ExplanationBasis:
    """A basis."""

    rules: str = strawberry.field(description="Version of today's rules, by which links are told.")
    outdated: bool = strawberry.field(description="True where something was decided by other rules.")
    differs: bool = strawberry.field(description="True where today's rules would put the records otherwise.")


@strawberry.type(description="What was decided of a record, as it was stored then; never recomputed.")
class StoredDecision:
    """A decision."""

    record: ExplainedRecord = strawberry.field(description="Of which record.")
    one_id: strawberry.ID = strawberry.field(description="The person it was with.")
    since: Instant = strawberry.field(description="Since when it stood, by belief.")
    until: Instant | None = strawberry.field(description="Null while it stands.")
    tier: str = strawberry.field(
        description="Code of the strength with which it was joined, as of `EvidenceLink`; empty where it was "
        "not."
    )
    rule: str = strawberry.field(
        description="What decided: `linked`, `alone`, `ambiguous`, or the size that forbade more, as `limit`, "
        "`cap`, `support`, `overgrown`, `read-limit`; `forgotten` where it is not kept."
    )
    namespace: str | None = strawberry.field(description=NAMESPACE)
    rules: str = strawberry.field(description="Version of the rules that decided.")
    model: str | None = strawberry.field(description="Version of the model, where a score decided.")
    current: bool = strawberry.field(description="Whether `rules` are today's.")
    sentence: str = strawberry.field(description=SENTENCE)


@strawberry.type(description="One thing that cannot be told of the past, or not as it was.")
class UntoldPart:
    """A gap."""

    code: Untold = strawberry.field(description="What it is.")
    sentence: str = strawberry.field(description=SENTENCE)


@strawberry.type(description="What an answer about the past says beside.")
class PastAnswer:
    """The past."""

    as_of: Instant = strawberry.field(description="The time asked for.")
    decisions: list[StoredDecision] = strawberry.field(
        description="Of the records spoken of, the decisions that stood then, as they were stored."
    )
    untold: list[UntoldPart] = strawberry.field(
        description="What cannot be told any more; `OVERWRITTEN` always is."
    )


@strawberry.type(description="Why two records are one person.")
class Why:
    """The answer of `why`."""

    left: ExplainedRecord = strawberry.field(description="The record or founder that `a` means.")
    right: ExplainedRecord = strawberry.field(description="The record or founder that `b` means.")
    same: bool = strawberry.field(description="Whether they are one person, or were at `asOf`.")
    path: list[EvidenceLink] = strawberry.field(
        description="The shortest path of links between the two, strong ones preferred; empty where they are "
        "not one person, or the path cannot be told."
    )
    basis: ExplanationBasis = strawberry.field(description=BASIS)
    sentence: str = strawberry.field(description=SENTENCE)
    past: PastAnswer | None = strawberry.field(description="With `asOf`; else null.")


@strawberry.type(description="One thing that keeps two records apart; what does not concern it is null.")
class Hindrance:
    """An obstacle."""

    obstacle: Obstacle = strawberry.field(description="What keeps them apart.")
    namespace: str | None = strawberry.field(description=NAMESPACE)
    left_values: list[str] = strawberry.field(
        description="Values, names or birth dates of the one that stand against; masked unless the key may see "
        "them, of birth dates the year."
    )
    right_values: list[str] = strawberry.field(description="Those of the other.")
    records: list[ExplainedRecord] = strawberry.field(
        description="Records concerned: those of a judgement, or those that fit as well."
    )
    identifier: ExplainedIdentifier | None = strawberry.field(
        description="The identifier concerned; null where it is about none."
    )
    identifier_class: str | None = strawberry.field(
        description="`personal`, `shared`, `generic` or `hot`; null where it is about no identifier."
    )
    count: int | None = strawberry.field(
        description="The size that is, or would be; null where it is about none."
    )
    limit: int | None = strawberry.field(description="The most that it may be.")
    probability: float | None = strawberry.field(description="Of scores: what they say, 0 to 1.")
    needed: float | None = strawberry.field(description="Of scores: what they would have to say, 0 to 1.")
    tier: str | None = strawberry.field(
        description="Code of the strength of evidence, as of `EvidenceLink`; null where it is about none."
    )
    sentence: str = strawberry.field(description=SENTENCE)


@strawberry.type(description="One change of evidence, which alone decides.")
class NeededChange:
    """A change."""

    change: Change = strawberry.field(description="What would be changed.")
    records: list[ExplainedRecord] = strawberry.field(description="Of which records.")
    identifier: ExplainedIdentifier | None = strawberry.field(
        description="Of `WRONG`, the identifier; else null."
    )
    name: str | None = strawberry.field(
        description="Of `NAME`, the full name, masked unless the key may see it; else null."
    )
    probability: float | None = strawberry.field(description="Of `NO_SCORE`, the score, 0 to 1; else null.")
    sentence: str = strawberry.field(description=SENTENCE)


@strawberry.type(description="Why two records are not one person.")
class WhyNot:
    """The answer of `whyNot`."""

    left: ExplainedRecord = strawberry.field(description="The record or founder that `a` means.")
    right: ExplainedRecord = strawberry.field(description="The record or founder that `b` means.")
    same: bool = strawberry.field(description="Whether they are one person, or were at `asOf`.")
    hindrances: list[Hindrance] = strawberry.field(description="First the one that decides.")
    needed: list[NeededChange] = strawberry.field(
        description="Changes of which each alone would make them one person."
    )
    basis: ExplanationBasis = strawberry.field(description=BASIS)
    sentence: str = strawberry.field(description=SENTENCE)
    past: PastAnswer | None = strawberry.field(description="With `asOf`; else null.")


@strawberry.type(description="Records that were or would be one person.")
class RecordGroup:
    """A part."""

    records: list[ExplainedRecord] = strawberry.field(description="The records, one or more.")


@strawberry.type(description="One step that built a person.")
class BuildStep:
    """A step."""

    number: int = strawberry.field(description="1 for the first.")
    tier: str = strawberry.field(description=TIER)
    parts: list[RecordGroup] = strawberry.field(description="What became one in this step.")
    links: list[EvidenceLink] = strawberry.field(description="Through which links.")
    sentence: str = strawberry.field(description=SENTENCE)


@strawberry.type(description="What was not joined, since a size forbids it.")
class JoinRefusal:
    """A refusal."""

    rule: str = strawberry.field(
        description="Which size: `limit`, `cap`, `support`, `overgrown` or `read-limit`."
    )
    tier: str = strawberry.field(description=TIER)
    namespace: str | None = strawberry.field(description=NAMESPACE)
    records: list[ExplainedRecord] = strawberry.field(description="The records that evidence connects.")
    sentence: str = strawberry.field(description=SENTENCE)


@strawberry.type(description="A size that is nearly reached: told before anything changes.")
class NearlyFull:
    """A size nearly reached."""

    size: str = strawberry.field(
        description="Which size: `cap`, `limit`, `hot`, `max_people`, `budget` or `read_limit`."
    )
    namespace: str | None = strawberry.field(description=NAMESPACE)
    count: int = strawberry.field(description="How large it is.")
    limit: int = strawberry.field(description="The most that it may be.")
    sentence: str = strawberry.field(description=SENTENCE)


@strawberry.type(description="How a person came to be.")
class How:
    """The answer of `how`."""

    one_id: strawberry.ID = strawberry.field(description="The person, as they are now or were at `asOf`.")
    records: list[ExplainedRecord] = strawberry.field(description="All records of the person.")
    steps: list[BuildStep] = strawberry.field(
        description="In the order in which they join; empty of a single record."
    )
    refusals: list[JoinRefusal] = strawberry.field(description="What a size forbade on the way.")
    near: list[NearlyFull] = strawberry.field(description="Sizes that are nearly reached; empty with `asOf`.")
    history: list[StoredDecision] = strawberry.field(
        description="By time; of each record at most the latest 100 decisions."
    )
    basis: ExplanationBasis = strawberry.field(description=BASIS)
    sentence: str = strawberry.field(description=SENTENCE)
    past: PastAnswer | None = strawberry.field(description="With `asOf`; else null.")


@strawberry.type(description="One removal that would split a person.")
class WeakLink:
    """A weak link."""

    removal: NeededChange = strawberry.field(description="What would be taken away.")
    parts: list[RecordGroup] = strawberry.field(
        description="What the person would fall into, the biggest first."
    )
    sentence: str = strawberry.field(description=SENTENCE)


@strawberry.type(description="What would split a person.")
class WeakestLinks:
    """The answer of `weakestLinks`."""

    one_id: strawberry.ID = strawberry.field(description="The person, as they are now.")
    records: list[ExplainedRecord] = strawberry.field(description="All records of the person.")
    links: list[WeakLink] = strawberry.field(
        description="Those that take away most first; at most 20 are tried."
    )
    basis: ExplanationBasis = strawberry.field(description=BASIS)
    sentence: str = strawberry.field(description=SENTENCE)
