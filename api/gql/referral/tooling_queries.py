"""What referral tooling reads at the root: codes, claims, and what other rules of fraud would do."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import After, First
from api.gql.profile.touchpoints import page_info_of
from api.gql.referral.cursors import cursor_of, place_of
from api.gql.referral.tooling_shapes import (
    FraudPreview,
    ReferralClaimConnection,
    ReferralClaimEdge,
    ReferralCode,
    claim_of,
    code_of,
    preview_of,
)
from api.gql.scalars import Instant
from api.gql.selection import page_size
from api.wiring import Services
from graph.access.roles import Permission
from graph.fraud.preview import Window, read_other_rules, what_if
from graph.ledger.service import check_programme
from graph.referral.case import ClaimState
from graph.referral.sharing import CodeNotFoundError

_FOR: Final = "For programme managers and admins."
_CLAIMS: Final = "referralClaims"
"""Kind of cursors."""


@strawberry.type(name="Query")
class ToolingQuery:
    """Fields at the root."""

    @strawberry.field(
        description="A code, however it was typed: small letters, spaces and hyphens do not matter; null where there "
        f"is none. {_FOR}"
    )
    async def referral_code(
        self, info: GqlInfo, code: Annotated[str, strawberry.argument(description="The code.")]
    ) -> ReferralCode | None:
        """One statement."""
        try:
            return code_of(await _services(info).sharing.find_code(code))
        except CodeNotFoundError:
            return None

    @strawberry.field(
        description="Claims in a state, oldest first: an open one goes when it is decided. " + _FOR
    )
    async def referral_claims(
        self,
        info: GqlInfo,
        state: Annotated[ClaimState, strawberry.argument(description="Which stand so.")] = ClaimState.OPEN,
        first: First = 20,
        after: After = strawberry.UNSET,
    ) -> ReferralClaimConnection:
        """One statement."""
        size, begun = page_size(first), None if after is strawberry.UNSET else after
        place = (0, "") if begun is None else place_of(begun, _CLAIMS)
        found = await _services(info).referrals.claims(state=state, after=place, first=size + 1)
        edges = [
            ReferralClaimEdge(
                cursor=cursor_of(_CLAIMS, one.properties["madeAt"], one.properties["id"]), node=claim_of(one)
            )
            for one in found[:size]
        ]
        return ReferralClaimConnection(
            edges=edges,
            page_info=page_info_of(edges, has_next=len(found) > size, has_previous=begun is not None),
        )

    @strawberry.field(
        description="What other rules of fraud would flag and clear of a programme's referrals, as the graph has them "
        "today. Nothing is changed. A few hundred are looked at in a second: a window that takes longer than a request "
        f"may is refused, and is for `guanxi referral what-if`. {_FOR}"
    )
    async def fraud_what_if(
        self,
        info: GqlInfo,
        programme: Annotated[str, strawberry.argument(description="The programme's id.")],
        rules: Annotated[
            str,
            strawberry.argument(
                description="The other rules as TOML, all of them, as the packaged ones are."
            ),
        ],
        since: Annotated[Instant, strawberry.argument(description="Referrals first heard of from then on.")],
        before: Annotated[
            Instant | None, strawberry.argument(description="And before then; null or left out: until now.")
        ] = strawberry.UNSET,
    ) -> FraudPreview:
        """A few statements for each 200 referrals."""
        services = _services(info)
        window = Window(check_programme(programme), since, before or services.clock())
        found = await what_if(
            services.database.read_one, services.fraud.rules, read_other_rules(rules), window
        )
        return preview_of(found)


def _services(info: GqlInfo) -> Services:
    """Raises ForbiddenError for a key that was made for less than its role."""
    info.context.caller.require(Permission.READ_LEDGER)
    return info.context.services
