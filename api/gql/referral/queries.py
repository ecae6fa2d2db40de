"""Referrals, programmes and reviews at the root: for programme managers."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import After, First
from api.gql.profile.touchpoints import page_info_of
from api.gql.referral.cursors import cursor_of, place_of
from api.gql.referral.shapes import (
    Programme,
    ReferralConnection,
    ReferralDetail,
    ReferralEdge,
    ReferralReviewConnection,
    ReferralReviewEdge,
    detail_of,
    programme_of,
    referral_of,
    review_of,
)
from api.gql.selection import page_size
from api.wiring import Services
from graph.access.roles import Permission
from graph.ledger.service import check_programme
from graph.referral.progress import Progress
from graph.referral.service import Filter, Place, ReferralNotFoundError
from graph.referral.settle import ReviewState
from graph.referral.verdict import Judgement

_CURSOR: Final = "referrals"
_REVIEWS: Final = "referralReviews"
"""Kinds of cursors."""
_FOR: Final = "For programme managers and admins."


@strawberry.type(name="Query")
class ReferralQuery:
    """Fields at the root."""

    @strawberry.field(description=f"A referral with everything about it; null where none has this id. {_FOR}")
    async def referral(
        self,
        info: GqlInfo,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],  # noqa: A002 - the schema's name
    ) -> ReferralDetail | None:
        """One statement."""
        try:
            return detail_of(await _services(info).referrals.get(id))
        except ReferralNotFoundError:
            return None

    @strawberry.field(
        description="Referrals of a programme, newest first. A page looks at 20,000 at most: it may have fewer than "
        f"`first`, even none, and yet have a next page. {_FOR}"
    )
    async def referrals(
        self,
        info: GqlInfo,
        programme: Annotated[str, strawberry.argument(description="The programme's id.")],
        progress: Annotated[
            Progress | None, strawberry.argument(description="Come so far, not further; null: any.")
        ] = strawberry.UNSET,
        judgement: Annotated[
            Judgement | None, strawberry.argument(description="Judged so; null: any.")
        ] = strawberry.UNSET,
        dealer: Annotated[
            str | None, strawberry.argument(description="Whose order is of this dealer; null: any.")
        ] = strawberry.UNSET,
        first: First = 20,
        after: After = strawberry.UNSET,
    ) -> ReferralConnection:
        """A statement for each 1,000 referrals that are looked at."""
        begun = None if after is strawberry.UNSET else after
        found, place = await _services(info).referrals.page(
            check_programme(programme),
            which=Filter(progress or None, judgement or None, dealer or None),
            after=None if begun is None else Place(*place_of(begun, _CURSOR)),
            first=page_size(first),
        )
        edges = [
            ReferralEdge(cursor=cursor_of(_CURSOR, one.properties["openedAt"], one.id), node=referral_of(one))
            for one in found
        ]
        page = page_info_of(edges, has_next=place is not None, has_previous=begun is not None)
        if place is not None:  # perhaps further than the last of few
            page.end_cursor = cursor_of(_CURSOR, place.opened_at, place.id)
        return ReferralConnection(edges=edges, page_info=page)

    @strawberry.field(
        description="Reviews in a state, those first that are so longest: an open one goes when it is decided. "
        + _FOR
    )
    async def referral_reviews(
        self,
        info: GqlInfo,
        state: Annotated[ReviewState, strawberry.argument(description="Which stand so.")] = ReviewState.OPEN,
        first: First = 20,
        after: After = strawberry.UNSET,
    ) -> ReferralReviewConnection:
        """One statement."""
        size, begun = page_size(first), None if after is strawberry.UNSET else after
        place = (0, "") if begun is None else place_of(begun, _REVIEWS)
        found = await _services(info).referrals.reviews(state=state, after=place, first=size + 1)
        edges = [
            ReferralReviewEdge(cursor=cursor_of(_REVIEWS, one["at"], one["key"]), node=review_of(one))
            for one in found[:size]
        ]
        return ReferralReviewConnection(
            edges=edges,
            page_info=page_info_of(edges, has_next=len(found) > size, has_previous=begun is not None),
        )

    @strawberry.field(description=f"Every programme by its newest version, by id. {_FOR}")
    async def programmes(self, info: GqlInfo) -> list[Programme]:
        """One statement."""
        services = _services(info)
        found = await services.programmes.all()
        return [programme_of(found[id_], services.policies) for id_ in sorted(found)]


def _services(info: GqlInfo) -> Services:
    """Raises ForbiddenError for a key that was made for less than its role."""
    info.context.caller.require(Permission.READ_LEDGER)
    return info.context.services
