"""The stewards' queue in GraphQL: likely pairs and ambiguous profiles, most at stake first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import CURSOR, EDGES, NODE, PAGE_INFO, After, First
from api.gql.ids import global_id, parse_id
from api.gql.profile.touchpoints import PageInfo, page_info_of
from api.gql.selection import page_size
from graph.access.roles import Permission
from graph.errors import InputError
from graph.judgement import model

LIKELY_CURSOR: Final = "likelyPairs"
AMBIGUOUS_CURSOR: Final = "ambiguities"
_PLACE: Final = re.compile(r"[0-9a-f-]{9,128}")


@strawberry.type(description="A profile that fits several people equally well.")
class AmbiguousProfile:
    """One in the stewards' queue."""

    profile: strawberry.ID = strawberry.field(description="Profile id.")
    one_id: strawberry.ID = strawberry.field(description="The person it is now.")
    tier: str = strawberry.field(
        description="Code of the strength of evidence by which it fits several, as `medium-trusted`."
    )
    candidates: list[strawberry.ID] = strawberry.field(description="OneIDs of the people it fits.")
    value_at_stake: int = strawberry.field(
        description="What the queue is ranked by: of all these people, in whole yuan."
    )


@strawberry.type(description="An ambiguous profile and its cursor.")
class AmbiguousEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: AmbiguousProfile = strawberry.field(description=NODE)


@strawberry.type(description="A page of the queue of ambiguous profiles, most at stake first.")
class AmbiguousConnection:
    """A page of the queue."""

    edges: list[AmbiguousEdge] = strawberry.field(description=EDGES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(description="One side of a likely pair.")
class LikelyProfile:
    """A profile and its present user."""

    profile: strawberry.ID = strawberry.field(description="Profile id.")
    one_id: strawberry.ID = strawberry.field(description="The person it is now.")
    source: str = strawberry.field(description="Name of the profile's source.")


@strawberry.type(description="What one field says of a likely pair.")
class FieldAgreement:
    """A field that both profiles have."""

    field: str = strawberry.field(description="What was compared, as `givenName`, `birthDate`, `phone`.")
    level: str = strawberry.field(description="How near the values are, as `same` or `a typo apart`.")
    agrees: bool = strawberry.field(description="Whether it speaks for one person.")
    bits: float = strawberry.field(description="How much; below 0 it speaks against.")
    left_mask: str = strawberry.field(description="The value of `left`, masked.")
    right_mask: str = strawberry.field(description="The value of `right`, masked.")


@strawberry.type(description="Two profiles of two users whom a model finds likely to be one person.")
class LikelyPair:
    """One in the stewards' queue."""

    left: LikelyProfile = strawberry.field(description="The one.")
    right: LikelyProfile = strawberry.field(description="The other.")
    probability: float = strawberry.field(description="That they are one person, 0.5 to 1.")
    model: str = strawberry.field(description="Version of the model.")
    value_at_stake: int = strawberry.field(
        description="What the queue is ranked by: of both people together, in whole yuan."
    )
    reasons: list[FieldAgreement] = strawberry.field(
        description="What speaks for one person first; empty while the pair is being compared again."
    )


@strawberry.type(description="A likely pair and its cursor.")
class LikelyPairEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: LikelyPair = strawberry.field(description=NODE)


@strawberry.type(description="A page of the queue of likely pairs, most at stake first.")
class LikelyPairConnection:
    """A page of the queue."""

    edges: list[LikelyPairEdge] = strawberry.field(description=EDGES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(name="Query")
class QueueQuery:
    """What waits for a steward. The next thing to do is `confirmSame` or `confirmDifferent`."""

    @strawberry.field(
        description="Pairs of two users whom a model finds likely to be one person, and nobody has judged, most at "
        "stake first, at most 100 a page; of two users their likeliest pair. Judged by `confirmSame` or "
        "`confirmDifferent` they leave the queue. Only for keys that may judge."
    )
    async def likely_pairs(
        self,
        info: GqlInfo,
        first: First = 20,
        after: After = strawberry.UNSET,
        minimum: Annotated[
            float, strawberry.argument(description="Only pairs that are at least so likely, 0 to 1.")
        ] = 0.0,
    ) -> LikelyPairConnection:
        """Three statements, and one comparison of all pairs of the page."""
        info.context.caller.require(Permission.JUDGE)
        start = _read_cursor(after, LIKELY_CURSOR) if after else ""
        found, has_next = await info.context.services.review.likely_pairs(
            first=page_size(first), after=start, minimum=_probability(minimum)
        )
        edges = [
            LikelyPairEdge(cursor=global_id(LIKELY_CURSOR, one.key), node=likely_of(one)) for one in found
        ]
        return LikelyPairConnection(edges=edges, page_info=_page_info(edges, start, has_next=has_next))

    @strawberry.field(
        description="Profiles that fit several people equally well, most at stake first, at most 100 a page. Only "
        "for keys that may judge."
    )
    async def ambiguities(
        self, info: GqlInfo, first: First = 20, after: After = strawberry.UNSET
    ) -> AmbiguousConnection:
        """One statement."""
        info.context.caller.require(Permission.JUDGE)
        start = _read_cursor(after, AMBIGUOUS_CURSOR) if after else ""
        found, has_next = await info.context.services.review.ambiguities(first=page_size(first), after=start)
        edges = [
            AmbiguousEdge(cursor=global_id(AMBIGUOUS_CURSOR, one.key), node=ambiguous_of(one))
            for one in found
        ]
        return AmbiguousConnection(edges=edges, page_info=_page_info(edges, start, has_next=has_next))


def ambiguous_of(found: model.Ambiguous) -> AmbiguousProfile:
    """One of the queue as GraphQL shows it."""
    return AmbiguousProfile(
        profile=strawberry.ID(found.profile_id),
        one_id=strawberry.ID(found.one_id),
        tier=found.tier,
        candidates=[strawberry.ID(one_id) for one_id in found.candidates],
        value_at_stake=found.stake,
    )


def likely_of(found: model.LikelyPair) -> LikelyPair:
    """One of the queue as GraphQL shows it."""
    return LikelyPair(
        left=_side(found.left),
        right=_side(found.right),
        probability=found.probability,
        model=found.model,
        value_at_stake=found.stake,
        reasons=[
            FieldAgreement(
                field=reason.field,
                level=reason.level,
                agrees=reason.agrees,
                bits=reason.bits,
                left_mask=reason.left,
                right_mask=reason.right,
            )
            for reason in found.reasons
        ],
    )


def _side(side: model.LikelyProfile) -> LikelyProfile:
    return LikelyProfile(
        profile=strawberry.ID(side.profile_id), one_id=strawberry.ID(side.one_id), source=side.source
    )


def _page_info(edges: Sequence[LikelyPairEdge | AmbiguousEdge], start: str, *, has_next: bool) -> PageInfo:
    return page_info_of(edges, has_next=has_next, has_previous=start != "")


def _probability(minimum: float) -> float:
    if not 0 <= minimum <= 1:
        raise InputError("`minimum` is no probability.", remedy="Give a number from 0 to 1.")
    return minimum


def _read_cursor(text: str, kind: str) -> str:
    parsed = parse_id(text)
    if parsed is None or parsed[0] != kind or not _PLACE.fullmatch(parsed[1]):
        raise InputError(f"`after` is not a cursor of {kind}.", remedy="Pass back an `endCursor`.")
    return parsed[1]
