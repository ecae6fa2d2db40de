"""`/v1/programmes/{id}/whatIf`: what other rules of fraud would do, before they are switched on."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from api.rest.door import BEARER, DoorRoute, Here, Reads
from api.rest.shapes import Shape, errors
from graph.clock import DAY
from graph.fraud.preview import Window, read_other_rules, what_if
from graph.ledger.service import check_programme

router: Final = APIRouter(prefix="/v1/programmes", route_class=DoorRoute, dependencies=[Depends(BEARER)])


class RulesInput(Shape):
    """Other rules, and which referrals to look at by them."""

    toml: str = Field(
        min_length=1,
        max_length=100_000,
        description="The other rules, all of them, as `graph/fraud/rules.toml`.",
    )
    days: int = Field(
        90,
        ge=1,
        le=3650,
        description="Referrals first heard of in so many days. A few hundred take a second.",
    )


class ChangeShape(Shape):
    """What would be other by one kind of flag."""

    code: str = Field(description="The flag.", examples=["sharedDevice"])
    flagged: int = Field(description="Referrals that would get it and do not have it.")
    cleared: int = Field(description="Referrals that have it and would not.")
    kept: int = Field(description="Referrals that have it by both rules.")
    flagged_examples: list[str] = Field(description="Ids of the earliest five that would get it.")
    cleared_examples: list[str] = Field(description="Ids of the earliest five that would lose it.")


class WeightShape(Shape):
    """What reviewers answered to one kind of flag."""

    code: str = Field(description="The flag.")
    declared: float = Field(description="Its weight in the other rules.")
    suggested: float = Field(description="The weight that the answers suggest.")


class PreviewShape(Shape):
    """What other rules would flag and clear. Nothing was changed."""

    looked_at: int = Field(description="Referrals that were looked at.")
    before: str = Field(description="Version of the rules in force: a digest of what they say.")
    after: str = Field(description="Version of the other rules.")
    flagged: int = Field(description="Referrals that would get their first flag.")
    cleared: int = Field(description="Referrals that would lose their last flag.")
    by_code: list[ChangeShape] = Field(description="By kind of flag, by name.")
    weights: list[WeightShape] = Field(description="Of the flags that reviewers decided on, by name.")


@router.post(
    "/{id}/whatIf",
    tags=["programmes"],
    summary="Preview rules of fraud",
    response_model=PreviewShape,
    responses=errors(),
)
async def preview(
    _: Reads,
    here: Here,
    id_: Annotated[str, Path(alias="id", max_length=64, description="The programme's id.")],
    body: RulesInput,
) -> PreviewShape:
    """Judge a programme's referrals by other rules, as the graph has them today, and tell what is different.

    Nothing is stored. What is wrong with the rules is answered as `invalid_rules`, with every wrong key.
    """
    now = here.clock()
    window = Window(check_programme(id_), now - body.days * DAY, now)
    found = await what_if(here.database.read_one, here.fraud.rules, read_other_rules(body.toml), window)
    return PreviewShape(
        looked_at=found.looked_at,
        before=found.before,
        after=found.after,
        flagged=found.flagged,
        cleared=found.cleared,
        by_code=[
            ChangeShape(
                code=str(code),
                flagged=change.flagged,
                cleared=change.cleared,
                kept=change.kept,
                flagged_examples=change.flagged_examples,
                cleared_examples=change.cleared_examples,
            )
            for code, change in sorted(found.by_code.items())
        ],
        weights=[
            WeightShape(code=str(code), declared=weighed.declared, suggested=weighed.suggested)
            for code, weighed in sorted(found.weights.items())
        ],
    )
