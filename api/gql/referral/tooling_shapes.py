"""Codes, claims, published versions and previews as GraphQL shows them."""

from __future__ import annotations

import json
from typing import Final

import strawberry

from api.gql.described import CURSOR, EDGES, NODE, PAGE_INFO, describe_enum
from api.gql.ledger.shapes import LedgerOutcome
from api.gql.profile.touchpoints import PageInfo
from api.gql.referral.shapes import Programme
from api.gql.scalars import Instant, instant_of
from graph.fraud.preview import Preview
from graph.referral import service, sharing
from graph.referral.case import ClaimState

_FOR: Final = "For programme managers and admins."

describe_enum(
    ClaimState,
    {
        ClaimState.OPEN: "A person is to decide.",
        ClaimState.ACCEPTED: "The order is those codes'.",
        ClaimState.REFUSED: "The order is whose it was.",
    },
    name="ReferralClaimState",
    description="How a claim stands.",
    by_value=True,
)


@strawberry.type(description=f"A participant's code in a programme. {_FOR}")
class ReferralCode:
    """A code."""

    code: str = strawberry.field(description="The code, without a hyphen.")
    programme: str = strawberry.field(description="The programme's id.")
    one_id: strawberry.ID | None = strawberry.field(
        description="OneID of whose it is; null where they were erased."
    )
    issued_at: Instant = strawberry.field(description="Since when it is theirs.")
    disabled_at: Instant | None = strawberry.field(
        description="From when on it brings nobody; null while it does."
    )
    disabled_reason: str | None = strawberry.field(description="Why it was disabled; null where it was not.")


@strawberry.type(description=f"A code and its weight in a claim. {_FOR}")
class ReferralCodeWeight:
    """A share."""

    code: str = strawberry.field(description="The code.")
    weight: int = strawberry.field(description="Its weight, 1 to 1,000: the credit is split by these.")


@strawberry.type(
    description=f"Somebody says that an order was brought by codes that nobody entered in time. {_FOR}"
)
class ReferralClaim:
    """A claim."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    programme: str = strawberry.field(description="The programme's id.")
    friend_id: strawberry.ID | None = strawberry.field(
        description="OneID of who ordered; null where they were erased."
    )
    order: str = strawberry.field(description="The order's key.")
    codes: list[ReferralCodeWeight] = strawberry.field(description="Codes with their weights, by code.")
    state: ClaimState = strawberry.field(description="How it stands.")
    evidence: str | None = strawberry.field(
        description="What is said for it; null where the friend was erased."
    )
    made_at: Instant = strawberry.field(description="When it was claimed.")
    decided_at: Instant | None = strawberry.field(description="When it was decided; null before.")
    note: str | None = strawberry.field(
        description="Why it was decided so; null before, and where the friend was erased."
    )


@strawberry.type(description=f"A claim and its cursor. {_FOR}")
class ReferralClaimEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: ReferralClaim = strawberry.field(description=NODE)


@strawberry.type(description=f"A page of claims. {_FOR}")
class ReferralClaimConnection:
    """What waits longest first."""

    edges: list[ReferralClaimEdge] = strawberry.field(description=EDGES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(description=f"A version of a programme as it was published. {_FOR}")
class PublishedProgramme:
    """A published version."""

    programme: Programme = strawberry.field(description="The programme by its newest version.")
    changes: list[str] = strawberry.field(
        description="What the version changed from the one before, in words; empty for the first."
    )


@strawberry.type(description=f"What an act of a participant came to. {_FOR}")
class ReferralActivity:
    """What an act earned."""

    outcomes: list[LedgerOutcome] = strawberry.field(description="One for each rule that rewards it.")


@strawberry.type(description=f"What other rules of fraud would do by one kind of flag. {_FOR}")
class FraudChange:
    """A row of a preview."""

    code: str = strawberry.field(description="The flag, as `sharedDevice`.")
    flagged: int = strawberry.field(description="Referrals that would get it and do not have it.")
    cleared: int = strawberry.field(description="Referrals that have it and would not.")
    kept: int = strawberry.field(description="Referrals that have it by both rules.")
    flagged_examples: list[strawberry.ID] = strawberry.field(
        description="Ids of the earliest five that would get it."
    )
    cleared_examples: list[strawberry.ID] = strawberry.field(
        description="Ids of the earliest five that would lose it."
    )


@strawberry.type(description=f"What other rules of fraud would flag and clear. Nothing is changed. {_FOR}")
class FraudPreview:
    """A preview."""

    looked_at: int = strawberry.field(description="Referrals that were looked at.")
    before: str = strawberry.field(description="Version of the rules in force: a digest of what they say.")
    after: str = strawberry.field(description="Version of the other rules.")
    flagged: int = strawberry.field(description="Referrals that would get their first flag.")
    cleared: int = strawberry.field(description="Referrals that would lose their last flag.")
    by_code: list[FraudChange] = strawberry.field(
        description="By kind of flag, what is not the same, by name."
    )


def code_of(found: sharing.SharedCode) -> ReferralCode:
    """As it is shown."""
    return ReferralCode(
        code=found.code,
        programme=found.programme,
        one_id=strawberry.ID(found.one_id) if found.one_id else None,
        issued_at=Instant(found.issued_at),
        disabled_at=instant_of(found.disabled_at),
        disabled_reason=found.disabled_reason,
    )


def claim_of(found: service.Claim) -> ReferralClaim:
    """As it is shown."""
    p = found.properties
    shares: dict[str, int] = json.loads(p["shares"])
    return ReferralClaim(
        id=strawberry.ID(p["id"]),
        programme=p["programme"],
        friend_id=strawberry.ID(found.friend) if found.friend else None,
        order=p["orderFact"],
        codes=[ReferralCodeWeight(code=code, weight=weight) for code, weight in sorted(shares.items())],
        state=ClaimState(p["state"]),
        evidence=p["evidence"],
        made_at=Instant(p["madeAt"]),
        decided_at=instant_of(p.get("decidedAt")),
        note=p.get("note"),
    )


def preview_of(found: Preview) -> FraudPreview:
    """As it is shown."""
    return FraudPreview(
        looked_at=found.looked_at,
        before=found.before,
        after=found.after,
        flagged=found.flagged,
        cleared=found.cleared,
        by_code=[
            FraudChange(
                code=str(code),
                flagged=change.flagged,
                cleared=change.cleared,
                kept=change.kept,
                flagged_examples=[strawberry.ID(id_) for id_ in change.flagged_examples],
                cleared_examples=[strawberry.ID(id_) for id_ in change.cleared_examples],
            )
            for code, change in sorted(found.by_code.items())
        ],
    )
