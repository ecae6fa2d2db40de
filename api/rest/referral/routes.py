"""`/v1/referrals`: each route one call of the services of referrals."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Response

from api.gql.standing.shapes import order_named
from api.rest.door import BEARER, DoorRoute, Here, IdempotencyKey, Manages, Reads
from api.rest.pages import Cursors, page_of
from api.rest.referral.shapes import (
    ClaimInput,
    ClaimShape,
    DecideClaimInput,
    DecideInput,
    DecideReviewInput,
    ReferralDetailShape,
    ReferralShape,
    ReviewShape,
)
from api.rest.referral.sharing_shapes import (
    CodeShape,
    CodesShape,
    DisableInput,
    InvitationShape,
    InviteInput,
    IssueInput,
)
from api.rest.shapes import After, First, Page, errors
from graph.ledger.service import check_programme
from graph.referral.case import ClaimState
from graph.referral.codes import link, qr_png, qr_svg
from graph.referral.progress import Progress
from graph.referral.service import Filter, Place
from graph.referral.settle import ReviewState
from graph.referral.verdict import Judgement

router: Final = APIRouter(prefix="/v1/referrals", route_class=DoorRoute, dependencies=[Depends(BEARER)])

_REFERRALS: Final = Cursors("referrals")
_REVIEWS: Final = Cursors("reviews")
_CLAIMS: Final = Cursors("claims")
"""Kinds of cursors."""

Code = Annotated[str, Path(max_length=64, description="The code, as it is typed.")]
Id = Annotated[str, Path(alias="id", max_length=64, description="The referral's id.")]


class Image(StrEnum):
    """The form of a QR code."""

    SVG = "svg"
    PNG = "png"


@router.get(
    "", tags=["referrals"], summary="Referrals", response_model=Page[ReferralShape], responses=errors()
)
async def referrals(
    _: Reads,
    here: Here,
    programme: Annotated[str, Query(max_length=64, description="Of this programme.")],
    progress: Annotated[
        Progress | None, Query(description="Come so far, not further; left out: any.")
    ] = None,
    judgement: Annotated[Judgement | None, Query(description="Judged so; left out: any.")] = None,
    dealer: Annotated[
        str | None, Query(max_length=100, description="Whose order is of this dealer; left out: any.")
    ] = None,
    first: First = 20,
    after: After = None,
) -> Page[ReferralShape]:
    """Referrals of a programme, newest first.

    A page looks at 20,000 referrals at most: it may have fewer than `first`, and yet not be the last. `next` says.
    """
    place = _REFERRALS.place(after)
    found, reached = await here.referrals.page(
        check_programme(programme),
        which=Filter(progress, judgement, dealer),
        after=place and Place(*place),
        first=first,
    )
    following = reached and _REFERRALS.of(reached.opened_at, reached.id)
    return Page(items=[ReferralShape.of(one) for one in found], next=following)


# -- claims: before `/{id}`, which else would be asked for them --------------------------------------------------


@router.get("/claims", tags=["claims"], summary="Claims", response_model=Page[ClaimShape], responses=errors())
async def claims(
    _: Reads,
    here: Here,
    state: Annotated[ClaimState, Query(description="Which stand so.")] = ClaimState.OPEN,
    first: First = 20,
    after: After = None,
) -> Page[ClaimShape]:
    """Claims in a state, oldest first."""
    behind = _CLAIMS.place(after) or (0, "")
    found = await here.referrals.claims(state=state, after=behind, first=first + 1)
    return page_of(
        found,
        first,
        shape=ClaimShape.of,
        cursor=lambda claim: _CLAIMS.of(claim.properties["madeAt"], claim.properties["id"]),
    )


@router.post(
    "/claims",
    tags=["claims"],
    summary="Claim an order",
    response_model=ClaimShape,
    responses=errors(404, 409),
)
async def claim(caller: Manages, here: Here, key: IdempotencyKey, body: ClaimInput) -> ClaimShape:
    """Claim a person's order for codes that nobody entered in time. A person decides it.

    An order can be claimed as long after it as the programme says.
    """
    made = await here.referrals.claim(
        body.programme,
        body.one_id,
        order_named(body.order),
        body.codes,
        evidence=body.evidence,
        by=caller.key_id,
        idempotency_key=key,
    )
    return ClaimShape.of(made)


@router.post(
    "/claims/decision",
    tags=["claims"],
    summary="Decide a claim",
    response_model=ClaimShape,
    responses=errors(404, 409),
)
async def decide_claim(caller: Manages, here: Here, body: DecideClaimInput) -> ClaimShape:
    """Give the order to what was claimed, or to other codes, or refuse. Deciding the same again changes nothing."""
    decided = await here.referrals.decide_claim(
        body.claim, accept=body.accept, note=body.note, by=caller.key_id, codes=body.codes
    )
    return ClaimShape.of(decided)


# -- reviews -----------------------------------------------------------------------------------------------------


@router.get(
    "/reviews", tags=["reviews"], summary="Reviews", response_model=Page[ReviewShape], responses=errors()
)
async def reviews(
    _: Reads,
    here: Here,
    state: Annotated[ReviewState, Query(description="Which stand so.")] = ReviewState.OPEN,
    first: First = 20,
    after: After = None,
) -> Page[ReviewShape]:
    """What people are to decide about rewards that would not be granted now: what waits longest comes first."""
    behind = _REVIEWS.place(after) or (0, "")
    found = await here.referrals.reviews(state=state, after=behind, first=first + 1)
    return page_of(
        found, first, shape=ReviewShape.of, cursor=lambda review: _REVIEWS.of(review["at"], review["key"])
    )


@router.post(
    "/reviews/decision",
    tags=["reviews"],
    summary="Decide a review",
    response_model=ReviewShape,
    responses=errors(404, 409),
)
async def decide_review(caller: Manages, here: Here, body: DecideReviewInput) -> ReviewShape:
    """Take back what the review is about, or leave it. Deciding the same again changes nothing."""
    decided = await here.referrals.decide_review(
        body.review, accept=body.accept, note=body.note, by=caller.key_id
    )
    return ReviewShape.of(decided)


# -- codes -------------------------------------------------------------------------------------------------------


@router.get(
    "/codes", tags=["codes"], summary="A person's codes", response_model=CodesShape, responses=errors(404)
)
async def codes(
    _: Reads,
    here: Here,
    one_id: Annotated[str, Query(alias="oneId", max_length=64, description="The person's OneID.")],
) -> CodesShape:
    """All codes of a person, in every programme."""
    return CodesShape(codes=[CodeShape.of(code) for code in await here.sharing.codes_of(one_id)])


@router.post(
    "/codes",
    tags=["codes"],
    summary="Issue a code",
    response_model=CodeShape,
    responses=errors(404, 409),
)
async def issue(caller: Manages, here: Here, body: IssueInput) -> CodeShape:
    """The person's code in a programme: the one they have, or a new one. Refused to who may not refer in it."""
    return CodeShape.of(await here.sharing.issue_code(body.programme, body.one_id, by=caller.key_id))


@router.get(
    "/codes/{code}", tags=["codes"], summary="A code", response_model=CodeShape, responses=errors(404)
)
async def code_of(_: Reads, here: Here, code: Code) -> CodeShape:
    """Whose a code is, however it was typed: small letters, spaces and hyphens do not matter."""
    return CodeShape.of(await here.sharing.find_code(code))


@router.post(
    "/codes/{code}/disable",
    tags=["codes"],
    summary="Disable a code",
    response_model=CodeShape,
    responses=errors(404),
)
async def disable(caller: Manages, here: Here, code: Code, body: DisableInput) -> CodeShape:
    """From now on the code brings nobody; what it brought before stays. Twice is harmless."""
    return CodeShape.of(await here.sharing.disable_code(code, reason=body.reason, by=caller.key_id))


@router.get(
    "/codes/{code}/qr",
    tags=["codes"],
    summary="A code as a QR code",
    response_class=Response,
    responses={
        **errors(404),
        200: {
            "description": "The image.",
            "content": {
                "image/svg+xml": {"schema": {"type": "string"}},
                "image/png": {"schema": {"type": "string", "format": "binary"}},
            },
        },
    },
)
async def qr(
    _: Reads,
    here: Here,
    code: Code,
    base: Annotated[
        str,
        Query(
            max_length=200, description="An https address, to which the code is added: https://example.com/r"
        ),
    ],
    form: Annotated[Image, Query(alias="format", description="svg scales; png is for print.")] = Image.SVG,
    scale: Annotated[int, Query(ge=1, le=32, description="png: pixels of a module.")] = 8,
) -> Response:
    """The link of a code as a QR code, legible with 15 % of it covered."""
    address = link(base, (await here.sharing.find_code(code)).code)
    if form is Image.PNG:
        return Response(qr_png(address, scale=scale), media_type="image/png")
    return Response(qr_svg(address), media_type="image/svg+xml")


@router.post(
    "/codes/{code}/invitations",
    tags=["codes"],
    summary="Invite somebody",
    response_model=InvitationShape,
    responses=errors(404, 409),
)
async def invite(
    caller: Manages, here: Here, key: IdempotencyKey, code: Code, body: InviteInput
) -> InvitationShape:
    """An invitation under a code, to give away as a link. Nothing of the friend is kept before they come by it."""
    made = await here.sharing.invite(code, by=caller.key_id, channel=body.channel, idempotency_key=key)
    return InvitationShape.of(made)


# -- one referral ------------------------------------------------------------------------------------------------


@router.get(
    "/{id}",
    tags=["referrals"],
    summary="A referral",
    response_model=ReferralDetailShape,
    responses=errors(404),
)
async def referral(_: Reads, here: Here, id_: Id) -> ReferralDetailShape:
    """A referral with everything about it: flags with the way that shows each, decisions, reviews, rewards."""
    return ReferralDetailShape.detailed(await here.referrals.get(id_))


@router.post(
    "/{id}/decision",
    tags=["referrals"],
    summary="Decide on a referral",
    response_model=ReferralDetailShape,
    responses=errors(404, 409),
)
async def decide(
    caller: Manages, here: Here, key: IdempotencyKey, id_: Id, body: DecideInput
) -> ReferralDetailShape:
    """Clear or reject a referral, or take the last decision back. The judgement follows within a second or so."""
    found = await here.referrals.decide(
        id_, body.outcome, note=body.note, by=caller.key_id, idempotency_key=key
    )
    return ReferralDetailShape.detailed(found)
