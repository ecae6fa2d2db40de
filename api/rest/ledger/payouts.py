"""`/v1/ledger/payouts`: what people have of a currency is claimed, exported and settled once it was paid."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.rest.door import BEARER, DoorRoute, Here, PaysOut
from api.rest.shapes import AMOUNT, Shape, errors
from graph.ingest.times import parse_time
from graph.ledger.payout import Payouts, prefix_of
from graph.ledger.payout_csv import PaidRow, Wrong, write_claims, write_header

router: Final = APIRouter(prefix="/v1/ledger/payouts", route_class=DoorRoute, dependencies=[Depends(BEARER)])

Name = Annotated[
    str,
    Path(
        max_length=64, description="What the payout is called: letters, digits, dots, hyphens, underscores."
    ),
]


class ClaimAllInput(Shape):
    """What is to be paid out."""

    programme: str = Field(max_length=64, description="The programme's id.", examples=["two-sided"])
    unit: str = Field(max_length=16, description="An ISO 4217 code; points and status are not paid out.")


class ClaimedShape(Shape):
    """What was claimed."""

    claimed: int = Field(description="People who have a claim in this payout by this request.")


class PaidInput(Shape):
    """A claim that was paid."""

    claim: str = Field(max_length=300, description="Its key, from the export.")
    unit: str = Field(max_length=16, description="In which currency, an ISO 4217 code.")
    amount: int = Field(gt=0, description=f"What was paid. {AMOUNT}")
    paid_at: str = Field(max_length=64, description="When, RFC 3339.", examples=["2026-11-22T08:00:00Z"])


class PaidsInput(Shape):
    """Claims that were paid."""

    paid: list[PaidInput] = Field(min_length=1, max_length=1_000, description="Up to 1,000.")


class WrongShape(Shape):
    """What was not recorded."""

    claim: str = Field(description="Key of the claim.")
    message: str = Field(description="Why it does not fit.")


class SettledShape(Shape):
    """What became of them."""

    paid: int = Field(description="Recorded by this request.")
    repeated: int = Field(description="Recorded before.")
    wrong: list[WrongShape] = Field(description="Not recorded; the others were.")


@router.post(
    "/{name}/claims",
    tags=["payouts"],
    summary="Claim what is to be paid out",
    response_model=ClaimedShape,
    responses=errors(),
)
async def claim(_: PaysOut, here: Here, name: Name, body: ClaimAllInput) -> ClaimedShape:
    """Claim all that participants of a programme can spend of a currency, so that nothing of it is spent meanwhile.

    Asked again, it claims for who has no claim in this payout yet.
    """
    return ClaimedShape(claimed=await here.payouts.claim(name, body.programme, body.unit))


@router.get(
    "/{name}",
    tags=["payouts"],
    summary="Export a payout",
    response_class=StreamingResponse,
    responses={
        **errors(),
        200: {"description": "Its claims.", "content": {"text/csv": {"schema": {"type": "string"}}}},
    },
)
async def export(_: PaysOut, here: Here, name: Name) -> StreamingResponse:
    """All claims of a payout as CSV, with `paidAt` where they were paid; amounts in whole units.

    No cell can be taken for a formula by a spreadsheet. A payout that is not there has no lines.
    """
    prefix_of(name)  # refused here, while the status can still say so
    return StreamingResponse(
        _csv(here.payouts, name),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"},
    )


@router.post(
    "/paid",
    tags=["payouts"],
    summary="Record what was paid",
    response_model=SettledShape,
    responses=errors(),
)
async def paid(_: PaysOut, here: Here, body: PaidsInput) -> SettledShape:
    """Record that claims were paid. One that does not fit is told, and the others are recorded; twice is harmless."""
    now = here.clock()
    rows = [
        PaidRow(number, one.claim, one.unit, one.amount, parse_time(one.paid_at, now=now))
        for number, one in enumerate(body.paid)
    ]
    settled = await here.payouts.settle(rows)
    return SettledShape(
        paid=settled.paid,
        repeated=settled.repeated,
        wrong=[_wrong(body.paid[one.line], one) for one in settled.wrong],
    )


def _wrong(asked: PaidInput, found: Wrong) -> WrongShape:
    return WrongShape(claim=asked.claim, message=found.message)


async def _csv(payouts: Payouts, name: str) -> AsyncIterator[str]:
    text = io.StringIO()
    write_header(text)
    async for one in payouts.claims(name):
        write_claims([one], text)
        if text.tell() > 65_536:
            yield text.getvalue()
            text = io.StringIO()
    yield text.getvalue()
