"""Paths and neighbourhoods as GraphQL shows them."""

from __future__ import annotations

from typing import Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import describe_enum
from api.gql.household.loaders import loader_of
from api.gql.profile.people import User
from api.gql.selection import LONGEST_PAGE, Resolving, read_selection
from graph.network import walk
from graph.network.walk import TieKind

describe_enum(
    TieKind,
    {
        TieKind.IDENTIFIER: "An identifier of now, as a phone number.",
        TieKind.VEHICLE: "A vehicle that both drive or ever drove.",
        TieKind.GROUP: "A household, a fleet, a consultant's number or a shared device of now.",
    },
    name="TieKind",
    description="What people share.",
    by_value=True,
)

_MOST_PEOPLE: Final = LONGEST_PAGE


@strawberry.type(description="A person of a path or a neighbourhood. Not for dealers.")
class NetworkPerson:
    """A node of the picture."""

    one_id: strawberry.ID = strawberry.field(description="The person's OneID.")
    distance: int = strawberry.field(description="How many ties away from the person asked first.")

    @strawberry.field(
        description="The person, as `user` shows it; all people of the answer are read in one statement."
    )
    async def user(self, info: GqlInfo) -> User | None:
        """One statement for all that are selected alike."""
        context = info.context
        raw: Resolving = info._raw_info  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
        selection = read_selection(raw, clear=context.clear, users=_MOST_PEOPLE, dealer=context.caller.dealer)
        return await loader_of(context).user(self.one_id, selection)


@strawberry.type(description="One thing that people share. Not for dealers.")
class Tie:
    """An edge of the picture, or a node between more than two people."""

    kind: TieKind = strawberry.field(description="What kind of thing it is.")
    detail: str | None = strawberry.field(
        description="An identifier's namespace, a vehicle's model where it is known, a group's kind; never a value."
    )
    people: list[strawberry.ID] = strawberry.field(
        description="OneIDs of those in the answer who share it, at least two; of a path the two it joins."
    )


@strawberry.type(description="How two people are tied. Not for dealers.")
class Path:
    """A shortest path."""

    people: list[NetworkPerson] = strawberry.field(
        description="From the one to the other; empty where no path was found, one where both ids are one person's."
    )
    ties: list[Tie] = strawberry.field(description="Between each two of them, one fewer than people.")
    complete: bool = strawberry.field(
        description="False where somebody had more ties, or a level more people, than are walked: there may be a "
        "shorter path."
    )


@strawberry.type(description="Who is around a person, to draw a picture of. Not for dealers.")
class Neighbourhood:
    """A bounded neighbourhood."""

    people: list[NetworkPerson] = strawberry.field(
        description="The person asked for, then the nearest, by oneId."
    )
    ties: list[Tie] = strawberry.field(
        description="What they share; what two of the farthest share only where somebody nearer shares it too."
    )
    complete: bool = strawberry.field(description="False where there are more people than are told.")


def path_of(found: walk.Path) -> Path:
    """The path as GraphQL shows it."""
    pairs = zip(found.ties, found.people[:-1], found.people[1:], strict=True)
    return Path(
        people=[
            NetworkPerson(one_id=strawberry.ID(one_id), distance=n) for n, one_id in enumerate(found.people)
        ],
        ties=[_tie_of(tie, (left, right)) for tie, left, right in pairs],
        complete=found.whole,
    )


def neighbourhood_of(found: walk.Neighbourhood) -> Neighbourhood:
    """The neighbourhood as GraphQL shows it."""
    return Neighbourhood(
        people=[NetworkPerson(one_id=strawberry.ID(one_id), distance=away) for one_id, away in found.people],
        ties=[_tie_of(tie, people) for tie, people in found.ties],
        complete=found.whole,
    )


def _tie_of(tie: walk.Tie, people: tuple[str, ...]) -> Tie:
    return Tie(kind=tie.kind, detail=tie.detail, people=[strawberry.ID(one_id) for one_id in people])
