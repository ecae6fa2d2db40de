"""Desks as GraphQL shows them."""

from __future__ import annotations

from typing import Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import CURSOR, PAGE_INFO, describe_enum
from api.gql.household.loaders import loader_of
from api.gql.ids import global_id
from api.gql.profile.people import User
from api.gql.profile.touchpoints import PageInfo, Touchpoint, page_info_of, touchpoint_of
from api.gql.scalars import Instant
from api.gql.selection import LONGEST_PAGE, Resolving, read_selection
from graph.desk import model
from graph.desk.model import Step

FOLLOW_UPS: Final = "deskFollowUps"
PEOPLE: Final = "deskPeople"

describe_enum(
    Step,
    {
        Step.KNOWN: "The dealer knows the person, and none of the others happened there.",
        Step.ENQUIRED: "They asked for contact, an offer or information.",
        Step.VISITED: "They were in the store.",
        Step.TEST_DRIVEN: "They completed a test drive.",
        Step.ORDERED: "They placed an order, also one that was cancelled.",
        Step.DELIVERED: "They got a vehicle there.",
    },
    name="PipelineStep",
    description="How far a person has come with a dealer: the furthest of what was done there.",
    by_value=True,
)


@strawberry.type(description="What a dealer and a person are to each other. A dealer is told of itself only.")
class DealerRelation:
    """Over all profiles of the person that the caller may see."""

    dealer: strawberry.ID = strawberry.field(description="Id of the dealer, as events name it.")
    since: Instant = strawberry.field(
        description="The earliest time that an event or record named the dealer."
    )
    last_at: Instant | None = strawberry.field(
        description="The last contact; follow-ups that are only planned or reached nobody are none. Null where there "
        "was none."
    )
    step: Step = strawberry.field(description="The furthest step with this dealer.")
    consultant: str | None = strawberry.field(
        description="Id of the consultant named last; null where none was named."
    )


@strawberry.type(description="How many people of a desk are at a step.")
class PipelineCount:
    """One step."""

    step: Step = strawberry.field(description="The step.")
    people: int = strawberry.field(
        description="How many people have come so far and no further; each counts once, whatever their profiles."
    )


@strawberry.type(description="A person of a desk.")
class DeskPerson:
    """One row."""

    one_id: strawberry.ID = strawberry.field(description="The person's OneID.")
    relation: DealerRelation = strawberry.field(
        description="What the dealer and the person are to each other."
    )

    @strawberry.field(
        description="The person, as `user` shows it; all of the answer are read in one statement."
    )
    async def user(self, info: GqlInfo) -> User | None:
        """One statement for all that are selected alike."""
        return await _user(info, self.one_id)


@strawberry.type(description="An open next step with a person: a follow-up or a test drive that was planned.")
class DeskFollowUp:
    """One row."""

    one_id: strawberry.ID = strawberry.field(description="The person's OneID.")
    relation: DealerRelation = strawberry.field(
        description="What the dealer and the person are to each other."
    )
    due_at: Instant = strawberry.field(description="When it is due; overdue where that has passed.")
    plan: Touchpoint = strawberry.field(
        description="The touchpoint that planned it, a `FollowUpPlanned` or a `TestDriveBooked`."
    )

    @strawberry.field(
        description="The person, as `user` shows it; all of the answer are read in one statement."
    )
    async def user(self, info: GqlInfo) -> User | None:
        """One statement for all that are selected alike."""
        return await _user(info, self.one_id)


@strawberry.type(description="A person of a desk and the cursor.")
class DeskPersonEdge:
    """A row and its cursor."""

    cursor: str = strawberry.field(description=CURSOR)
    node: DeskPerson = strawberry.field(description="The person.")


@strawberry.type(description="A page of a desk's people.")
class DeskPersonConnection:
    """Quiet longest first."""

    edges: list[DeskPersonEdge] = strawberry.field(description="By last contact, the oldest first.")
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


@strawberry.type(description="A next step and the cursor.")
class DeskFollowUpEdge:
    """A row and its cursor."""

    cursor: str = strawberry.field(description=CURSOR)
    node: DeskFollowUp = strawberry.field(description="The next step.")


@strawberry.type(description="A page of a desk's next steps.")
class DeskFollowUpConnection:
    """First due first."""

    edges: list[DeskFollowUpEdge] = strawberry.field(description="By when they are due, the earliest first.")
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


async def _user(info: GqlInfo, one_id: str) -> User | None:
    context = info.context
    raw: Resolving = info._raw_info  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
    selection = read_selection(raw, clear=context.clear, users=LONGEST_PAGE, dealer=context.caller.dealer)
    return await loader_of(context).user(one_id, selection)


def relation_of(found: model.Relation) -> DealerRelation:
    """The relation as GraphQL shows it."""
    return DealerRelation(
        dealer=strawberry.ID(found.dealer),
        since=Instant(found.since),
        last_at=None if found.last_at is None else Instant(found.last_at),
        step=found.step,
        consultant=found.consultant,
    )


def person_of(found: model.DeskPerson) -> DeskPerson:
    """The person as GraphQL shows them."""
    return DeskPerson(one_id=strawberry.ID(found.one_id), relation=relation_of(found.relation))


def people_of(found: list[model.DeskPerson], *, has_next: bool, after: bool) -> DeskPersonConnection:
    """A page as a Relay connection."""
    edges = [
        DeskPersonEdge(
            cursor=_cursor(PEOPLE, one.relation.quiet_since, one.one_id),
            node=person_of(one),
        )
        for one in found
    ]
    return DeskPersonConnection(edges=edges, page_info=_page_info(edges, has_next=has_next, after=after))


def follow_ups_of(found: list[model.DueStep], *, has_next: bool, after: bool) -> DeskFollowUpConnection:
    """A page as a Relay connection."""
    edges = [
        DeskFollowUpEdge(
            cursor=_cursor(FOLLOW_UPS, one.due_at, one.key),
            node=DeskFollowUp(
                one_id=strawberry.ID(one.one_id),
                relation=relation_of(one.relation),
                due_at=Instant(one.due_at),
                plan=touchpoint_of(one.plan),
            ),
        )
        for one in found
    ]
    return DeskFollowUpConnection(edges=edges, page_info=_page_info(edges, has_next=has_next, after=after))


def _cursor(kind: str, at: int, key: str) -> str:
    return global_id(kind, f"{at}/{key}")


def _page_info(
    edges: list[DeskPersonEdge] | list[DeskFollowUpEdge], *, has_next: bool, after: bool
) -> PageInfo:
    return page_info_of(edges, has_next=has_next, has_previous=after)
