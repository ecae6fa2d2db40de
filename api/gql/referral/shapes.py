"""Referrals as GraphQL shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import CURSOR, EDGES, NODE, PAGE_INFO, describe_enum
from api.gql.household.loaders import loader_of
from api.gql.ledger.shapes import Reward, reward_of
from api.gql.profile.people import User
from api.gql.profile.touchpoints import PageInfo
from api.gql.scalars import Instant, MoneyText, instant_of, money_of
from api.gql.selection import LONGEST_PAGE, Resolving, read_selection
from graph.ledger.stored import read_reward
from graph.referral import programmes, service
from graph.referral.policy import Policies, unpayable
from graph.referral.progress import Progress
from graph.referral.settle import ReviewState
from graph.referral.verdict import Judgement, Outcome

_FOR: Final = "Not for dealers."

describe_enum(
    Progress,
    {
        Progress.INVITED: "An invitation went out, and nobody came by it yet.",
        Progress.CLICKED: "The friend came by the code.",
        Progress.IDENTIFIED: "The friend became a lead.",
        Progress.TEST_DRIVEN: "The friend drove a car.",
        Progress.ORDERED: "The friend ordered.",
        Progress.DELIVERED: "The car was delivered.",
        Progress.MATURED: "The car can no longer be returned.",
        Progress.LAPSED: "The window closed without an order.",
        Progress.RETURNED: "The car was returned, or the order cancelled after delivery.",
    },
    name="ReferralProgress",
    description="How far a referral has come.",
    by_value=True,
)
describe_enum(
    Judgement,
    {
        Judgement.UNCHECKED: "Nobody has looked yet.",
        Judgement.CLEAR: "No rule speaks against it.",
        Judgement.FLAGGED: "A rule speaks against it, and nobody has decided.",
        Judgement.CLEARED: "A person looked at its flags, and found it honest.",
        Judgement.REJECTED: "A person found that it is not.",
    },
    name="ReferralJudgement",
    description="Whether a referral is honest: by people where they decided, else by rules.",
    by_value=True,
)
describe_enum(
    ReviewState,
    {
        ReviewState.OPEN: "A person is to decide.",
        ReviewState.ACCEPTED: "What it is about is taken back.",
        ReviewState.REFUSED: "It stays with who has it.",
        ReviewState.WITHDRAWN: "Nothing is to be decided any more: all is as it was.",
    },
    name="ReferralReviewState",
    description="How a review stands.",
    by_value=True,
)
describe_enum(
    Outcome,
    {
        Outcome.CLEARED: "Honest; it covers the flags of that moment alone.",
        Outcome.REJECTED: "Not honest: what was granted is taken back.",
        Outcome.WITHDRAWN: "The decision before is taken back: rules alone decide again.",
    },
    name="ReferralOutcome",
    description="What a person decides of a referral.",
    by_value=True,
)


@strawberry.type(description=f"A referral: one person brought another by a programme's code. {_FOR}")
class Referral:
    """A referral."""

    id: strawberry.ID = strawberry.field(
        description="Its id: always the same for these two profiles in this programme."
    )
    programme: str = strawberry.field(description="The programme's id.")
    version: int = strawberry.field(description="The programme's version that it is judged by.")
    code: str = strawberry.field(description="The code of the first touch.")
    channel: str | None = strawberry.field(description="The channel of the first touch, where it was told.")
    progress: Progress = strawberry.field(description="How far it has come.")
    judgement: Judgement = strawberry.field(description="Whether it is honest.")
    automatic: Judgement = strawberry.field(description="What rules alone say.")
    flags: list[str] = strawberry.field(description="Codes of the flags that nobody has cleared.")
    opened_at: Instant = strawberry.field(description="When it was first heard of.")
    closes_at: Instant | None = strawberry.field(description="When the last window that is known closes.")
    ordered_at: Instant | None = strawberry.field(description="When the order that counts was placed.")
    delivered_at: Instant | None = strawberry.field(description="When it was delivered.")
    matured_at: Instant | None = strawberry.field(description="When it could no longer be returned.")
    returned_at: Instant | None = strawberry.field(description="When it was returned.")
    order: MoneyText | None = strawberry.field(description="Total of the order that counts.")
    model: str | None = strawberry.field(description="Its model.")
    dealer: str | None = strawberry.field(description="Id of its dealer.")
    credited: int | None = strawberry.field(
        description="Its share of the order's credit, as a weight; null where it has none."
    )
    lost: str | None = strawberry.field(
        description="Why it has no credit of an order that others got, as a code."
    )
    joins: strawberry.ID | None = strawberry.field(
        description="Id of the earlier referral of the same two people, of which it is a part now."
    )
    counts: bool = strawberry.field(description="Whether it may be who brought the friend first.")
    referrer_id: strawberry.ID | None = strawberry.field(
        description="OneID of who brought somebody; null where they were erased."
    )
    friend_id: strawberry.ID | None = strawberry.field(
        description="OneID of who was brought; null where they were erased."
    )

    @strawberry.field(
        description="Who brought somebody, as `user` shows them; all of an answer are read in one statement."
    )
    async def referrer(self, info: GqlInfo) -> User | None:
        """One statement for all that are selected alike."""
        return await _user(info, self.referrer_id)

    @strawberry.field(
        description="Who was brought, as `user` shows them; all of an answer are read in one statement."
    )
    async def friend(self, info: GqlInfo) -> User | None:
        """One statement for all that are selected alike."""
        return await _user(info, self.friend_id)


async def _user(info: GqlInfo, one_id: str | None) -> User | None:
    if one_id is None:
        return None
    context = info.context
    raw: Resolving = info._raw_info  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
    selection = read_selection(raw, clear=context.clear, users=LONGEST_PAGE, dealer=context.caller.dealer)
    return await loader_of(context).user(one_id, selection)


@strawberry.type(description=f"A referral and its cursor. {_FOR}")
class ReferralEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: Referral = strawberry.field(description=NODE)


@strawberry.type(description=f"A page of referrals. {_FOR}")
class ReferralConnection:
    """Newest first."""

    edges: list[ReferralEdge] = strawberry.field(description=EDGES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(
    description="An edge of the graph on the way that shows a flag. For programme managers and admins."
)
class ReferralHop:
    """A hop."""

    kind: str = strawberry.field(description="What the edge is, as `person`, `vehicle`, `phone`.")
    of: str = strawberry.field(description="Key of where it begins; never a value.")
    to: str = strawberry.field(description="Key of where it ends.")
    rarity: float = strawberry.field(
        description="1 where the thing is these two people's alone, less the more people have it."
    )


@strawberry.type(description="Why a referral may not be honest. For programme managers and admins.")
class ReferralFlag:
    """A flag."""

    code: str = strawberry.field(description="What kind of thing speaks against it, as `sharedDevice`.")
    score: float = strawberry.field(description="How much it says, 0 to 1.")
    path: list[ReferralHop] = strawberry.field(
        description="The way from the referrer to the friend, edge by edge."
    )
    clears: str = strawberry.field(description="What would clear it, in words.")
    since: Instant = strawberry.field(description="When it was first seen.")


@strawberry.type(description="What a person decided of a referral. For programme managers and admins.")
class ReferralDecision:
    """A decision."""

    outcome: Outcome = strawberry.field(description="What was decided.")
    flags: list[str] = strawberry.field(description="The flags that were looked at.")
    by: str = strawberry.field(description="Id of the key.")
    note: str | None = strawberry.field(description="Why; null where the friend was erased.")
    at: Instant = strawberry.field(description="When.")


@strawberry.type(
    description="Something was granted that would not be granted now, or a referral is not its friend's first: a "
    "person decides whether it is taken back. For programme managers and admins."
)
class ReferralReview:
    """A review."""

    key: strawberry.ID = strawberry.field(description="Its key.")
    referral: strawberry.ID = strawberry.field(description="Id of the referral.")
    reward: strawberry.ID | None = strawberry.field(
        description="Key of the reward; null where the whole referral is looked at (`second`, `cycle`)."
    )
    kind: str = strawberry.field(description="What is the matter, as `samePerson`, `second` or `cycle`.")
    state: ReviewState = strawberry.field(description="How it stands.")
    at: Instant = strawberry.field(description="Since when it is so.")
    note: str | None = strawberry.field(
        description="Why it was decided so; null before, and where the friend was erased."
    )


@strawberry.type(description="A review and its cursor. For programme managers and admins.")
class ReferralReviewEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: ReferralReview = strawberry.field(description=NODE)


@strawberry.type(description="A page of reviews. For programme managers and admins.")
class ReferralReviewConnection:
    """What waits longest first."""

    edges: list[ReferralReviewEdge] = strawberry.field(description=EDGES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(description="A referral with everything about it. For programme managers and admins.")
class ReferralDetail:
    """A referral and what hangs on it."""

    referral: Referral = strawberry.field(description="The referral.")
    flags: list[ReferralFlag] = strawberry.field(
        description="All that speaks against it now, what says most first."
    )
    decisions: list[ReferralDecision] = strawberry.field(description="What people decided, first to last.")
    reviews: list[ReferralReview] = strawberry.field(
        description="What people are to decide, or have decided, of its rewards."
    )
    rewards: list[Reward] = strawberry.field(description="What was granted for it, first to last.")


@strawberry.type(description="A programme, by its newest version. For programme managers and admins.")
class Programme:
    """A programme."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    version: int = strawberry.field(description="Number of the newest version.")
    name: str = strawberry.field(description="What participants are told it is called, in English.")
    name_zh: str = strawberry.field(description="What they are told in Chinese.")
    jurisdiction: str = strawberry.field(description="ISO 3166-1 code of whose law says what may be paid.")
    digest: str = strawberry.field(description="SHA-256 of what it says.")
    unpayable: list[str] = strawberry.field(
        description="Ids of rewards that the law of its jurisdiction lets nobody get."
    )
    published_at: Instant = strawberry.field(description="When this version was published.")


def programme_of(found: programmes.Programme, policies: Policies) -> Programme:
    """As it is shown."""
    newest = found.newest
    terms = newest.terms
    return Programme(
        id=strawberry.ID(found.id),
        version=terms.version,
        name=terms.name.en,
        name_zh=terms.name.zh,
        jurisdiction=terms.jurisdiction,
        digest=newest.digest,
        unpayable=list(unpayable(terms, policies.of(terms.jurisdiction))),
        published_at=Instant(newest.recorded_at),
    )


def referral_of(found: service.Referral) -> Referral:
    """As it is shown."""
    p = found.properties
    return Referral(
        id=strawberry.ID(found.id),
        programme=p["programme"],
        version=p["version"],
        code=p["code"],
        channel=p.get("channel"),
        progress=Progress(p["progress"]),
        judgement=Judgement(p["judgement"]),
        automatic=Judgement(p["automatic"]),
        flags=list(p.get("flags") or ()),
        opened_at=Instant(p["openedAt"]),
        closes_at=instant_of(p.get("closesAt")),
        ordered_at=instant_of(p.get("orderedAt")),
        delivered_at=instant_of(p.get("deliveredAt")),
        matured_at=instant_of(p.get("maturedAt")),
        returned_at=instant_of(p.get("returnedAt")),
        order=money_of(p.get("orderMinor"), p.get("orderCurrency")),
        model=p.get("model"),
        dealer=p.get("dealer"),
        credited=p.get("credited"),
        lost=p.get("lost"),
        joins=_id(p.get("joins")),
        counts=bool(p.get("counts")),
        referrer_id=_id(found.referrer),
        friend_id=_id(found.friend),
    )


def detail_of(found: service.Detail) -> ReferralDetail:
    """As it is shown."""
    ends = {
        found.referrer_profile: found.referral.referrer,
        found.friend_profile: found.referral.friend,
    }
    return ReferralDetail(
        referral=referral_of(found.referral),
        flags=[_flag(flag) for flag in found.flags],
        decisions=[
            ReferralDecision(
                outcome=Outcome(one["outcome"]),
                flags=list(one.get("flags") or ()),
                by=one["by"],
                note=one["note"],
                at=Instant(one["at"]),
            )
            for one in found.decisions
        ],
        reviews=[review_of(one) for one in found.reviews],
        rewards=[reward_of(reward, ends.get(reward.profile)) for reward in map(read_reward, found.rewards)],
    )


def review_of(one: Mapping[str, Any]) -> ReferralReview:
    """As it is shown."""
    return ReferralReview(
        key=strawberry.ID(one["key"]),
        referral=strawberry.ID(one["referral"]),
        reward=strawberry.ID(one["reward"]) if one.get("reward") else None,
        kind=one["kind"],
        state=ReviewState(one["state"]),
        at=Instant(one["at"]),
        note=one.get("note"),
    )


def _flag(flag: Mapping[str, Any]) -> ReferralFlag:
    return ReferralFlag(
        code=flag["code"],
        score=flag["score"],
        path=[
            ReferralHop(kind=hop[0], of=hop[1], to=hop[2], rarity=hop[3]) for hop in json.loads(flag["path"])
        ],
        clears=flag["clears"],
        since=Instant(flag["since"]),
    )


def _id(text: str | None) -> strawberry.ID | None:
    return None if text is None else strawberry.ID(text)
