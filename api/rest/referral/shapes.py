"""What `/v1/referrals` takes and answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field

from api.rest.ledger.shapes import RewardShape
from api.rest.shapes import AMOUNT, UNIT, Instant, Shape
from graph.ledger.model import Side
from graph.ledger.reader import Held
from graph.ledger.stored import read_reward
from graph.referral import service, sharing
from graph.referral.attribution import Lost
from graph.referral.notes import LONGEST
from graph.referral.progress import Progress
from graph.referral.terms import Milestone
from graph.referral.verdict import Judgement, Outcome

Note = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST,
        description="Why. It is stored sealed, and gone when the friend is erased.",
        examples=["Both own a car and pay for themselves."],
    ),
]
Weights = Annotated[
    dict[str, Annotated[int, Field(ge=1, le=1_000)]],
    Field(
        min_length=1,
        max_length=20,
        description="Codes with the weights by which the credit is split; one code gets all of it.",
        examples=[{"7KQM3XRT": 1}],
    ),
]


class ReferralShape(Shape):
    """A referral as it stands; all but its ends is derived from what is known."""

    id: str = Field(description="Its id: always the same for these two profiles in this programme.")
    programme: str = Field(description="The programme's id.")
    version: int = Field(description="The version it is judged by.")
    code: str = Field(description="The code of the first touch.")
    channel: str | None = Field(description="The channel of the first touch, where it was told.")
    referrer: str | None = Field(description="OneID of who brought somebody; null where they were erased.")
    friend: str | None = Field(description="OneID of who was brought; null where they were erased.")
    progress: Progress = Field(description="How far it has come.")
    judgement: Judgement = Field(
        description="Whether it is honest: by people where they decided, else by rules."
    )
    automatic: Judgement = Field(description="What rules alone say.")
    flags: list[str] = Field(description="Codes of the flags that nobody has cleared.")
    opened_at: Instant = Field(description="When it was first heard of.")
    closes_at: Instant | None = Field(description="When the last window that is known closes.")
    identified_at: Instant | None = Field(description="The first lead in a window.")
    test_driven_at: Instant | None = Field(description="The first test drive in a window.")
    ordered_at: Instant | None = Field(description="When the order that counts was placed.")
    delivered_at: Instant | None = Field(description="When it was delivered.")
    matured_at: Instant | None = Field(description="When it could no longer be returned.")
    returned_at: Instant | None = Field(description="When it was returned.")
    order_amount: int | None = Field(description="Total of the order, of the currency's smallest part.")
    order_currency: str | None = Field(description="ISO 4217 code of `orderAmount`.")
    model: str | None = Field(description="Model of the order.")
    dealer: str | None = Field(description="Id of the order's dealer.")
    credited: int | None = Field(description="Its share of the order's credit, as a weight; null: none.")
    lost: Lost | None = Field(description="Why it has no credit of an order that others got.")
    joins: str | None = Field(
        description="Id of the earlier referral of the same two people, of which it is a part now."
    )
    counts: bool = Field(description="Whether it may be who brought the friend first.")

    @classmethod
    def of(cls, found: service.Referral) -> Self:
        """As it is shown."""
        return cls(**_referral(found))


def _referral(found: service.Referral) -> dict[str, Any]:
    p = found.properties
    return {
        "id": found.id,
        "programme": p["programme"],
        "version": p["version"],
        "code": p["code"],
        "channel": p.get("channel"),
        "referrer": found.referrer,
        "friend": found.friend,
        "progress": Progress(p["progress"]),
        "judgement": Judgement(p["judgement"]),
        "automatic": Judgement(p["automatic"]),
        "flags": list(p.get("flags") or ()),
        "opened_at": p["openedAt"],
        "closes_at": p.get("closesAt"),
        "identified_at": p.get("identifiedAt"),
        "test_driven_at": p.get("testDrivenAt"),
        "ordered_at": p.get("orderedAt"),
        "delivered_at": p.get("deliveredAt"),
        "matured_at": p.get("maturedAt"),
        "returned_at": p.get("returnedAt"),
        "order_amount": p.get("orderMinor"),
        "order_currency": p.get("orderCurrency"),
        "model": p.get("model"),
        "dealer": p.get("dealer"),
        "credited": p.get("credited"),
        "lost": None if p.get("lost") is None else Lost(p["lost"]),
        "joins": p.get("joins"),
        "counts": bool(p.get("counts")),
    }


class HopShape(Shape):
    """One edge of the graph on the way that shows a flag."""

    kind: str = Field(description="What the edge is: `person`, `vehicle`, `phone` …")
    of: str = Field(description="Key of where it begins; never a value.")
    to: str = Field(description="Key of where it ends.")
    rarity: float = Field(
        description="1 where the thing is these two people's alone, less the more people have it."
    )


class FlagShape(Shape):
    """Why a referral may not be honest."""

    code: str = Field(description="What kind of thing speaks against it.", examples=["sharedDevice"])
    score: float = Field(description="How much it says, 0 to 1.")
    path: list[HopShape] = Field(
        description="The way from the referrer to the friend, edge by edge. It goes through things that cannot be "
        "seen by who is not in them: it is for the brand."
    )
    why: str = Field(description="What was seen, in words.")
    clears: str = Field(description="What would clear it, in words.")
    since: Instant = Field(description="When it was first seen.")

    @classmethod
    def of(cls, flag: Mapping[str, Any]) -> Self:
        """As it is shown."""
        hops = [HopShape(kind=h[0], of=h[1], to=h[2], rarity=h[3]) for h in json.loads(flag["path"])]
        return cls(
            code=flag["code"],
            score=flag["score"],
            path=hops,
            why=flag.get("why", ""),
            clears=flag["clears"],
            since=flag["since"],
        )


class DecisionShape(Shape):
    """What a person decided."""

    outcome: Outcome = Field(description="What was decided.")
    flags: list[str] = Field(description="The flags that were looked at: a clearance covers these alone.")
    by: str = Field(description="Id of the key.")
    note: str | None = Field(description="Why; null where the friend was erased.")
    at: Instant = Field(description="When.")

    @classmethod
    def of(cls, decision: Mapping[str, Any]) -> Self:
        """As it is shown."""
        return cls(
            outcome=Outcome(decision["outcome"]),
            flags=list(decision.get("flags") or ()),
            by=decision["by"],
            note=decision["note"],
            at=decision["at"],
        )


class ReviewShape(Shape):
    """Something would not be granted now, or is not its friend's first: a person decides whether it is taken back."""

    key: str = Field(description="Its key.")
    referral: str = Field(description="Id of the referral.")
    reward: str | None = Field(description="Key of the reward; null where it is about the whole referral.")
    kind: str = Field(description="What is the matter.", examples=["samePerson"])
    state: str = Field(description="open, accepted, refused, or withdrawn where it is as it was again.")
    at: Instant = Field(description="Since when it is so.")
    decided_at: Instant | None = Field(description="When it was decided.")
    decided_by: str | None = Field(description="Id of the key.")
    note: str | None = Field(description="Why it was decided so.")

    @classmethod
    def of(cls, review: Mapping[str, Any]) -> Self:
        """As it is shown."""
        return cls(
            key=review["key"],
            referral=review["referral"],
            reward=review.get("reward"),
            kind=review["kind"],
            state=review["state"],
            at=review["at"],
            decided_at=review.get("decidedAt"),
            decided_by=review.get("decidedBy"),
            note=review.get("note"),
        )


class ProjectedShape(Shape):
    """A reward that the referral has earned, or may yet."""

    rule: str = Field(description="The programme's rule.")
    on: Milestone = Field(description="On which progress it is granted.")
    side: Side = Field(description="Who would get it.")
    unit: str = Field(description=UNIT)
    amount: int = Field(description=AMOUNT)
    reached_at: Instant | None = Field(description="When the progress was reached; null before.")
    disqualified: str | None = Field(
        description="Why it would get nothing; null where nothing speaks against it."
    )


class ReferralDetailShape(ReferralShape):
    """A referral with everything about it."""

    open_flags: list[FlagShape] = Field(description="All that speaks against it now, what says most first.")
    decisions: list[DecisionShape] = Field(description="What people decided, first to last.")
    reviews: list[ReviewShape] = Field(
        description="What people are to decide, or have decided, of its rewards."
    )
    rewards: list[RewardShape] = Field(description="What was granted for it, first to last.")
    projected: list[ProjectedShape] = Field(description="What it has earned, or may yet.")

    @classmethod
    def detailed(cls, found: service.Detail) -> Self:
        """As it is shown."""
        holders = {
            found.referrer_profile: found.referral.referrer,
            found.friend_profile: found.referral.friend,
        }
        rewards = [read_reward(row) for row in found.rewards]
        return cls(
            **_referral(found.referral),
            open_flags=[FlagShape.of(flag) for flag in found.flags],
            decisions=[DecisionShape.of(decision) for decision in found.decisions],
            reviews=[ReviewShape.of(review) for review in found.reviews],
            rewards=[RewardShape.of(Held(one, holders.get(one.profile))) for one in rewards],
            projected=[
                ProjectedShape(
                    rule=each["rule"],
                    on=Milestone(each["on"]),
                    side=Side(each["side"]),
                    unit=each["unit"],
                    amount=each["amount"],
                    reached_at=each["reachedAt"],
                    disqualified=each["disqualified"],
                )
                for each in json.loads(found.referral.properties.get("projected") or "[]")
            ],
        )


class DecideInput(Shape):
    """A decision on a referral."""

    outcome: Outcome = Field(
        description="cleared covers the flags of this moment; rejected takes back what was granted; withdrawn takes "
        "the decision before it back."
    )
    note: Note


class DecideReviewInput(Shape):
    """A decision on a review."""

    review: str = Field(max_length=200, description="Its key.")
    accept: bool = Field(description="True takes back what it is about; false leaves it with who has it.")
    note: Note


class ClaimShape(Shape):
    """Somebody says that an order was brought by codes that nobody entered in time."""

    id: str = Field(description="Its id.")
    programme: str = Field(description="The programme's id.")
    friend: str | None = Field(description="OneID of who ordered; null where they were erased.")
    order: str = Field(description="The order's key.")
    codes: dict[str, int] = Field(description="Codes with their weights.")
    state: str = Field(description="open, accepted or refused.")
    evidence: str | None = Field(description="What is said for it; null where the friend was erased.")
    made_at: Instant = Field(description="When it was claimed.")
    made_by: str = Field(description="Id of the key.")
    decided_at: Instant | None = Field(description="When it was decided.")
    decided_by: str | None = Field(description="Id of the key.")
    note: str | None = Field(description="Why it was decided so.")

    @classmethod
    def of(cls, claim: service.Claim) -> Self:
        """As it is shown."""
        p = claim.properties
        return cls(
            id=p["id"],
            programme=p["programme"],
            friend=claim.friend,
            order=p["orderFact"],
            codes=json.loads(p["shares"]),
            state=p["state"],
            evidence=p["evidence"],
            made_at=p["madeAt"],
            made_by=p["madeBy"],
            decided_at=p.get("decidedAt"),
            decided_by=p.get("decidedBy"),
            note=p.get("note"),
        )


class ClaimInput(Shape):
    """An order to claim."""

    programme: str = Field(max_length=64, description="The programme's id.", examples=["two-sided"])
    one_id: str = Field(max_length=64, description="OneID of who ordered.")
    order: str = Field(max_length=200, description="The order's key, as `User.orders` names it.")
    codes: Weights
    evidence: str = Field(
        min_length=1,
        max_length=LONGEST,
        description="What is said for it. It is stored sealed, and gone when the friend is erased.",
    )


class DecideClaimInput(Shape):
    """A decision on a claim."""

    claim: str = Field(max_length=300, description="Its id.")
    accept: bool = Field(description="True gives the order to the codes; false refuses the claim.")
    codes: Weights | None = Field(
        None, description="Other codes than were claimed; null or left out: those of the claim."
    )
    note: Note


class CodeShape(Shape):
    """A participant's code in a programme."""

    code: str = Field(description="The code, without a hyphen.", examples=["7KQM3XRT"])
    programme: str = Field(description="The programme's id.")
    one_id: str | None = Field(description="OneID of whose it is; null where they were erased.")
    issued_at: Instant = Field(description="Since when it is theirs.")
    disabled_at: Instant | None = Field(description="From when on it brings nobody; null while it does.")
    disabled_reason: str | None = Field(description="Why it was disabled.")

    @classmethod
    def of(cls, code: sharing.SharedCode) -> Self:
        """As it is shown."""
        return cls(
            code=code.code,
            programme=code.programme,
            one_id=code.one_id,
            issued_at=code.issued_at,
            disabled_at=code.disabled_at,
            disabled_reason=code.disabled_reason,
        )


class CodesShape(Shape):
    """A person's codes."""

    codes: list[CodeShape] = Field(description="In every programme, disabled ones too.")


class IssueInput(Shape):
    """Who is to get a code."""

    programme: str = Field(max_length=64, description="The programme's id.", examples=["two-sided"])
    one_id: str = Field(max_length=64, description="The person's OneID.")


class DisableInput(Shape):
    """Why a code is disabled."""

    reason: str = Field(
        min_length=1,
        max_length=LONGEST,
        description="Why. It is stored sealed, and gone when the friend is erased.",
        examples=["Posted on a forum"],
    )


class InviteInput(Shape):
    """Where an invitation goes."""

    channel: str | None = Field(
        None,
        description="1 to 64 letters, digits, dots, hyphens and underscores; null: not told.",
        examples=["wechat"],
    )


class InvitationShape(Shape):
    """A link to give away. It knows nothing of who gets it."""

    id: str = Field(description="Goes into the link, as `invitation`.")
    code: str = Field(description="The inviter's code.")
    programme: str = Field(description="The programme's id.")
    channel: str | None = Field(description="Where it goes.")

    @classmethod
    def of(cls, invitation: sharing.Invitation) -> Self:
        """As it is shown."""
        return cls(
            id=invitation.id,
            code=invitation.code,
            programme=invitation.programme,
            channel=invitation.channel,
        )
