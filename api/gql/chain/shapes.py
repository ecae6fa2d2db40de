"""Chains as GraphQL shows them."""

from __future__ import annotations

import re
from typing import Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import CURSOR, PAGE_INFO, describe_enum
from api.gql.household.loaders import loader_of as people_loader_of
from api.gql.ids import global_id, parse_id
from api.gql.profile.people import User
from api.gql.profile.touchpoints import PageInfo, page_info_of
from api.gql.scalars import Instant, MoneyText, instant_of, price_of
from api.gql.selection import LONGEST_PAGE, Resolving, read_selection
from graph.chain import bridges, influence, model
from graph.chain.influence import Tree
from graph.errors import InputError
from graph.referral.forest import Also

DESCENDANTS: Final = "referrals"
SPREADERS: Final = "spreaders"
"""Kinds of cursors; each is a number and a oneId."""

_PLACE: Final = re.compile(r"(\d{1,9})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")

describe_enum(
    Also,
    {
        Also.SECOND: "Somebody else had brought the friend before.",
        Also.CYCLE: "The friend stands above the referrer already.",
        Also.SELF: "Both are one person.",
    },
    name="AlsoReferredReason",
    description="Why a referral is none of a chain.",
    by_value=True,
)


@strawberry.type(description="Somebody of a chain of referrals. Not for dealers.")
class ChainPerson:
    """What all rows of people have."""

    one_id: strawberry.ID = strawberry.field(description="The person's OneID.")

    @strawberry.field(
        description="The person, as `user` shows it; all people of the answer are read in one statement."
    )
    async def user(self, info: GqlInfo) -> User | None:
        """One statement for all that are selected alike."""
        context = info.context
        raw: Resolving = info._raw_info  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
        selection = read_selection(raw, clear=context.clear, users=LONGEST_PAGE, dealer=context.caller.dealer)
        return await people_loader_of(context).user(self.one_id, selection)


@strawberry.type(description="Somebody who brought a person, or brought one who did. Not for dealers.")
class ChainReferrer(ChainPerson):
    """Above."""

    distance: int = strawberry.field(
        description="1 for whoever brought the person, 2 for whoever brought that one, at most 30."
    )
    at: Instant = strawberry.field(
        description="When the referral of the one below by this one was first heard of."
    )
    reason: Also | None = strawberry.field(
        description="Why this one is none of the chain; null where they are. Never null for the rest of what "
        "`also` tells."
    )


@strawberry.type(description="Somebody whom a person brought, themselves or by others. Not for dealers.")
class ChainReferral(ChainPerson):
    """Below."""

    generation: int = strawberry.field(
        description="1 for whom the person brought, 2 for whom these brought, at most 30."
    )
    by: strawberry.ID = strawberry.field(description="OneID of whoever brought this one.")
    at: Instant = strawberry.field(description="When that referral was first heard of.")
    progress: str | None = strawberry.field(
        description="How far that referral has come, as `delivered`; null before it was judged."
    )
    delivered_at: Instant | None = strawberry.field(
        description="When the vehicle of that referral was delivered; null where it was not, was returned, or the "
        "order is another referral's."
    )


@strawberry.type(description="Somebody whom a person brought, and the cursor. Not for dealers.")
class ChainReferralEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: ChainReferral = strawberry.field(description="The person.")


@strawberry.type(description="A page of whom a person brought. Not for dealers.")
class ChainReferralConnection:
    """By generation, then oneId."""

    edges: list[ChainReferralEdge] = strawberry.field(
        description="The nearest generation first, in it by oneId."
    )
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(
    description="A friend whom a person brought too, and who is not counted among their own. Not for dealers."
)
class AlsoReferral(ChainPerson):
    """Beside."""

    at: Instant = strawberry.field(description="When that referral was first heard of.")
    reason: Also = strawberry.field(description="Why they are not.")
    progress: str | None = strawberry.field(
        description="How far that referral has come, as `delivered`; null before it was judged."
    )
    delivered_at: Instant | None = strawberry.field(
        description="When the vehicle of that referral was delivered; null where it was not."
    )


@strawberry.type(description="How many people there are in a generation below a person. Not for dealers.")
class GenerationCount:
    """One generation."""

    generation: int = strawberry.field(description="1 for whom the person brought.")
    people: int = strawberry.field(description="How many they are.")


@strawberry.type(
    description="Money of one currency that a person and those below them came to. Not for dealers."
)
class InfluenceValue:
    """One currency."""

    currency: str = strawberry.field(description="ISO 4217 code.")
    own: MoneyText = strawberry.field(
        description="The person's own delivered orders that were not returned. It is no part of the others."
    )
    direct: MoneyText = strawberry.field(
        description="Delivered orders of friends that were credited to the person; of a split order the share."
    )
    below: MoneyText = strawberry.field(
        description="Delivered orders that were credited to people below the person, undiscounted."
    )
    referral: MoneyText = strawberry.field(
        description="Referral value (CRV): `direct`, and of what is `below` the part that is left when each "
        "generation counts `discount` of the one above. It is told beside `own` and never added to it; nor are "
        "those of several people added, since one may stand above another."
    )
    orders: int = strawberry.field(description="How many credited orders there are, direct and below.")


@strawberry.type(description="What a person is worth, and what by those whom they brought. Not for dealers.")
class Influence:
    """Of a present person."""

    discount: float = strawberry.field(description="λ, as it was asked for.")
    people: int = strawberry.field(description="How many people are below, at most 30 generations.")
    generations: list[GenerationCount] = strawberry.field(
        description="How many people each generation has, the nearest first."
    )
    values: list[InfluenceValue] = strawberry.field(
        description="The totals, one a currency, by its code: nothing is converted."
    )


@strawberry.type(
    description="Somebody without whom their tree of referrals would fall apart. Not for dealers."
)
class Bridge(ChainPerson):
    """A cut vertex and its weight."""

    parts: int = strawberry.field(
        description="How many parts would be left: the branch of each friend, and the rest above."
    )
    separated: int = strawberry.field(description="How many people would be outside the largest part.")
    dealers: list[str] = strawberry.field(
        description="Dealers to whom most owners of a part belong, by who delivered first, each once: more than one "
        "where the person ties together people of several dealers."
    )
    cities: list[str] = strawberry.field(description="The same of the cities where people live.")


@strawberry.type(description="Who holds a tree of referrals together. Not for dealers.")
class Bridges:
    """Of one tree."""

    people: int = strawberry.field(description="How many people the tree has, as far as it was read.")
    complete: bool = strawberry.field(description="False where the tree has more than 20,000 people.")
    bridges: list[Bridge] = strawberry.field(
        description="Those without whom most people would be cut off from the largest part, first; empty where "
        "nobody would be."
    )


@strawberry.type(description="Somebody who brought people that were delivered to. Not for dealers.")
class Spreader(ChainPerson):
    """A row of the ranking."""

    brought: int = strawberry.field(
        description="How many people; each counts once, whatever their orders and profiles."
    )
    first_at: Instant = strawberry.field(description="When the first vehicle of these was delivered.")
    last_at: Instant = strawberry.field(description="When the last vehicle of these was delivered.")


@strawberry.type(description="Somebody of the ranking, and the cursor. Not for dealers.")
class SpreaderEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: Spreader = strawberry.field(description="The person.")


@strawberry.type(description="A page of those who brought most people. Not for dealers.")
class SpreaderConnection:
    """Most first."""

    edges: list[SpreaderEdge] = strawberry.field(
        description="Who brought most people first; of equally many by oneId."
    )
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)
    complete: bool = strawberry.field(
        description="False where a programme has more than 200,000 referrals in the span: the newest were counted."
    )


def referrer_of(one: model.Ancestor) -> ChainReferrer:
    """The row as GraphQL shows it."""
    return ChainReferrer(
        one_id=strawberry.ID(one.one_id), distance=one.distance, at=Instant(one.at), reason=one.reason
    )


def referrals_of(found: model.Descendants, page: model.DescendantsPage) -> ChainReferralConnection:
    """A page as a Relay connection."""
    edges = [
        ChainReferralEdge(
            cursor=global_id(DESCENDANTS, f"{one.generation}/{one.one_id}"),
            node=ChainReferral(
                one_id=strawberry.ID(one.one_id),
                generation=one.generation,
                by=strawberry.ID(one.by),
                at=Instant(one.at),
                progress=one.progress,
                delivered_at=instant_of(one.delivered_at),
            ),
        )
        for one in found.people
    ]
    page_info = page_info_of(edges, has_next=found.has_more, has_previous=page.after != (0, ""))
    return ChainReferralConnection(edges=edges, page_info=page_info)


def also_of(one: model.BroughtToo) -> AlsoReferral:
    """The row as GraphQL shows it."""
    return AlsoReferral(
        one_id=strawberry.ID(one.one_id),
        at=Instant(one.at),
        reason=one.reason,
        progress=one.progress,
        delivered_at=instant_of(one.delivered_at),
    )


def influence_of(own: dict[str, int], tree: Tree, *, discount: float) -> Influence:
    """The totals as GraphQL shows them. Raises InputError for a discount that is not 0 to 1."""
    if not 0 <= discount <= 1:
        raise InputError("`discount` is not 0 to 1.", remedy="Give 0.5, or leave it out.")
    return Influence(
        discount=discount,
        people=tree.people,
        generations=[
            GenerationCount(generation=generation, people=people) for generation, people in tree.generations
        ],
        values=[_value_of(worth) for worth in influence.worth_of(own, tree, discount=discount)],
    )


def _value_of(worth: influence.Worth) -> InfluenceValue:
    own, direct, below, referral = (
        price_of(minor, worth.currency) for minor in (worth.own, worth.direct, worth.below, worth.referral)
    )
    return InfluenceValue(
        currency=worth.currency,
        own=own,
        direct=direct,
        below=below,
        referral=referral,
        orders=worth.orders,
    )


def bridge_of(one: bridges.Bridge) -> Bridge:
    """The row as GraphQL shows it."""
    return Bridge(
        one_id=strawberry.ID(one.one_id),
        parts=one.parts,
        separated=one.separated,
        dealers=list(one.dealers),
        cities=list(one.cities),
    )


def spreaders_of(
    found: list[model.Spreader], *, has_next: bool, complete: bool, after: bool
) -> SpreaderConnection:
    """A page as a Relay connection."""
    edges = [
        SpreaderEdge(
            cursor=global_id(SPREADERS, f"{one.brought}/{one.one_id}"),
            node=Spreader(
                one_id=strawberry.ID(one.one_id),
                brought=one.brought,
                first_at=Instant(one.first_at),
                last_at=Instant(one.last_at),
            ),
        )
        for one in found
    ]
    page_info = page_info_of(edges, has_next=has_next, has_previous=after)
    return SpreaderConnection(edges=edges, page_info=page_info, complete=complete)


def read_place(text: str, kind: str) -> tuple[int, str]:
    """The place in a cursor. Raises InputError for what is no cursor of this kind."""
    parsed = parse_id(text)
    place = _PLACE.fullmatch(parsed[1]) if parsed and parsed[0] == kind else None
    if place is None:
        raise InputError(
            f"`after` is not a cursor of {kind}.",
            remedy="Pass back an `endCursor` or `cursor` of the same field as it came, or leave it out.",
        )
    return int(place[1]), place[2]
