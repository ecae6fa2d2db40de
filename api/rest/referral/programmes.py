"""`/v1/programmes`: what programmes say, checked and published."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from api.rest.door import BEARER, DoorRoute, Here, IdempotencyKey, Manages, Reads
from api.rest.ledger.shapes import OutcomeShape
from api.rest.shapes import Instant, Shape, errors
from graph.referral.difference import differences
from graph.referral.policy import Policies, unpayable
from graph.referral.programmes import LONGEST_TERMS, Programme, Version, read_version

router: Final = APIRouter(prefix="/v1/programmes", route_class=DoorRoute, dependencies=[Depends(BEARER)])


class VersionShape(Shape):
    """A version of a programme, published once and never changed."""

    version: int = Field(description="Its number.")
    digest: str = Field(description="SHA-256 of what it says, however the file is laid out.")
    published_at: Instant = Field(description="When it was published.")
    published_by: str = Field(description="Id of the key.")
    changes: list[str] = Field(
        description="What it changed from the version before, in words; none for the first."
    )
    unpayable: list[str] = Field(
        description="Ids of rewards that the law of its jurisdiction lets nobody get."
    )
    content: dict[str, Any] = Field(
        description="What it says, as `graph/referral/programmes/two_sided.toml`."
    )

    @classmethod
    def of(cls, version: Version, before: Version | None, policies: Policies) -> Self:
        """As it is shown."""
        terms = version.terms
        return cls(
            version=terms.version,
            digest=version.digest,
            published_at=version.recorded_at,
            published_by=version.by,
            changes=list(differences(before.terms, terms)) if before else [],
            unpayable=list(unpayable(terms, policies.of(terms.jurisdiction))),
            content=terms.content(),
        )


class ProgrammeShape(Shape):
    """A programme."""

    id: str = Field(description="Its id.")
    name: dict[str, str] = Field(description="What participants are told it is called, by language.")
    jurisdiction: str = Field(description="ISO 3166-1 code of whose law says what may be paid.")
    starts_on: str = Field(description="The first day that the newest version holds.")
    ends_on: str | None = Field(description="The first day that it holds no longer; null: no end.")
    versions: list[VersionShape] = Field(description="All versions, the newest last.")

    @classmethod
    def of(cls, programme: Programme, policies: Policies) -> Self:
        """As it is shown."""
        newest = programme.newest.terms
        pairs = zip(programme.versions, (None, *programme.versions), strict=False)
        return cls(
            id=programme.id,
            name={"en": newest.name.en, "zh": newest.name.zh},
            jurisdiction=newest.jurisdiction,
            starts_on=newest.starts_on.isoformat(),
            ends_on=newest.ends_on.isoformat() if newest.ends_on else None,
            versions=[VersionShape.of(version, before, policies) for version, before in pairs],
        )


class ProgrammesShape(Shape):
    """Every programme."""

    programmes: list[ProgrammeShape] = Field(description="By id.")


class TermsInput(Shape):
    """A version of a programme."""

    toml: str = Field(
        min_length=1,
        max_length=LONGEST_TERMS,
        description="What it says, as `graph/referral/programmes/two_sided.toml`; the id is in it.",
    )


class CheckedShape(Shape):
    """What a version would be."""

    id: str = Field(description="Id of the programme.")
    version: int = Field(description="Its number.")
    digest: str = Field(description="SHA-256 of what it says.")
    published: bool = Field(description="Whether this is published already, word for word.")
    changes: list[str] = Field(description="What it changes from the newest version, in words.")
    unpayable: list[str] = Field(
        description="Ids of rewards that the law of its jurisdiction lets nobody get."
    )


@router.get("", tags=["programmes"], summary="Programmes", response_model=ProgrammesShape, responses=errors())
async def programmes(_: Reads, here: Here) -> ProgrammesShape:
    """Every programme with all that its versions say."""
    found = await here.programmes.all()
    return ProgrammesShape(programmes=[ProgrammeShape.of(found[id_], here.policies) for id_ in sorted(found)])


@router.get(
    "/{id}",
    tags=["programmes"],
    summary="A programme",
    response_model=ProgrammeShape,
    responses=errors(404),
)
async def programme(
    _: Reads,
    here: Here,
    id_: Annotated[str, Path(alias="id", max_length=64, description="Its id.")],
) -> ProgrammeShape:
    """A programme with all that its versions say, and what each changed."""
    return ProgrammeShape.of(await here.programmes.get(id_), here.policies)


@router.post(
    "/check",
    tags=["programmes"],
    summary="Check a version",
    response_model=CheckedShape,
    responses=errors(),
)
async def check(_: Reads, here: Here, body: TermsInput) -> CheckedShape:
    """Read what a version says and tell what is wrong with it, what it changes, and what the law lets nobody get.

    Nothing is stored. What is wrong is answered as `invalid_terms`, with every wrong field.
    """
    terms = read_version(body.toml)
    known = (await here.programmes.all()).get(terms.id)
    same = next((one for one in known.versions if one.digest == terms.digest()), None) if known else None
    return CheckedShape(
        id=terms.id,
        version=terms.version,
        digest=terms.digest(),
        published=same is not None,
        changes=list(differences(known.newest.terms, terms)) if known else [],
        unpayable=list(unpayable(terms, here.policies.of(terms.jurisdiction))),
    )


@router.post(
    "",
    tags=["programmes"],
    summary="Publish a version",
    response_model=ProgrammeShape,
    responses=errors(409),
)
async def publish(caller: Manages, here: Here, body: TermsInput) -> ProgrammeShape:
    """Publish the next version of a programme; its budgets are funded by what they have more than those before.

    Publishing the same again changes nothing. Referrals are judged by the version in force when they were made.
    """
    version = await here.programmes.publish(read_version(body.toml), by=caller.key_id)
    return ProgrammeShape.of(await here.programmes.get(version.terms.id), here.policies)


class ActivityInput(Shape):
    """An act of a person."""

    one_id: str = Field(max_length=64, description="OneID of who did it.")
    event: str = Field(
        min_length=1,
        max_length=200,
        description="The act, as the programme's `activities` name it.",
        examples=["checkIn"],
    )
    confirmed: bool = Field(default=False, description="Whether others have confirmed that it was useful.")


class EarnedShape(Shape):
    """What an act came to."""

    outcomes: list[OutcomeShape] = Field(description="One for each rule that rewards it.")


@router.post(
    "/{id}/activities",
    tags=["programmes"],
    summary="Report an activity",
    response_model=EarnedShape,
    responses=errors(404, 409),
)
async def activity(
    caller: Manages,
    here: Here,
    key: IdempotencyKey,
    id_: Annotated[str, Path(alias="id", max_length=64, description="The programme's id.")],
    body: ActivityInput,
) -> EarnedShape:
    """Say what a participant did for the community; what its rules give is available at once, as far as caps let it.

    The same idempotency key is told the first outcome.
    """
    outcomes = await here.activities.report(
        id_, body.one_id, body.event, by=caller.key_id, idempotency_key=key, confirmed=body.confirmed
    )
    return EarnedShape(outcomes=[OutcomeShape.of(outcome) for outcome in outcomes])
