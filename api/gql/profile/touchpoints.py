"""Touchpoints in GraphQL: an interface, and a type for each kind, made from the catalogue of events.

Only what the catalogue declares non-personal is here; notes, links and ids of bookings stay sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Protocol, cast

import strawberry
from strawberry import federation

from api.gql.described import CURSOR, EDGES, NODE, PAGE_INFO
from api.gql.ids import global_id, touchpoint_cursor, touchpoint_key
from api.gql.node import Node
from api.gql.scalars import Instant, MoneyText, amount_of, money_of
from graph.ingest.catalogue import EVENT_TYPES, GENERIC, EventType
from graph.ingest.event_models import Count, Moment
from graph.profile.rows import TouchpointRow
from graph.profile.view import TouchpointPage, details_of

TOUCHPOINT: Final = "Touchpoint"


@strawberry.interface(
    description="A contact between a person and the brand. What its event did not state is null; free text, "
    "links, VINs and ids of orders and bookings are never shown. A dealer sees its own, and those that name "
    "no dealer."
)
class Touchpoint(Node):
    """What every kind of touchpoint has."""

    occurred_at: Instant = strawberry.field(description="When it happened, by the clock of who sent it.")
    received_at: Instant = strawberry.field(description="When it reached us.")
    event: str = strawberry.field(description="Name of the event, as `Test Drive Completed`.")
    kind: str = strawberry.field(description="Kind in the catalogue, as `testDrive`; `generic` for others.")
    channel: str | None = strawberry.field(
        description="Channel the person came by, as `wechat`, `website`, `store`."
    )
    campaign: str | None = strawberry.field(description="Id or name of the campaign.")
    dealer: str | None = strawberry.field(
        description="Id of the dealer it was with; null for one with the brand, or where it was not said."
    )
    consultant: str | None = strawberry.field(
        description="Id of the sales or service consultant, never a name. A dealer sees those of its own touchpoints."
    )
    model: str | None = strawberry.field(description="Vehicle model.")
    content: str | None = strawberry.field(description="Content that was shown.")
    duration_seconds: float | None = strawberry.field(description="How long it took, in seconds.")
    amount: Decimal | None = strawberry.field(
        description="Amount of money in whole units of `currency`, never below 0."
    )
    currency: str | None = strawberry.field(description="ISO 4217 code of `amount`.")
    price: MoneyText | None = strawberry.field(
        description="`amount` and `currency` in one text, exactly, as `249900.00 CNY`; null without an amount."
    )


_COMMON: Final = frozenset(
    {
        "channel",
        "campaign",
        "dealer",
        "consultant",
        "model",
        "content",
        "duration_seconds",
        "amount",
        "currency",
        "price",
    }
)
_PAGE_FIELDS: Final = {"page": "Name of the page or screen.", "path": "Its path, without parameters."}
_GRAPH_TYPES: Final[Mapping[Any, type]] = {Moment: Instant, Count: int}  # pyright: ignore[reportAssignmentType]


def _own_fields(entry: EventType) -> dict[str, tuple[Any, str, str]]:
    """Name, type, alias and description of the clear fields that only this kind has."""
    fields = entry.model.model_fields
    return {
        name: (_graph_type(fields[name].annotation), alias, fields[name].description or "")
        for name, alias in entry.clear
        if name not in _COMMON
    }


def _graph_type(annotation: Any) -> Any:
    arguments = [argument for argument in annotation.__args__ if argument is not type(None)]
    declared = arguments[0]
    return _GRAPH_TYPES.get(declared) or declared.__origin__


def _make(name: str, description: str, fields: Mapping[str, tuple[Any, str, str]]) -> type[Touchpoint]:
    body: dict[str, Any] = {
        "__annotations__": {field: kind | None for field, (kind, _, _) in fields.items()},
        "__doc__": description,
        "__module__": __name__,
    }
    for field, (_, _, told) in fields.items():
        body[field] = strawberry.field(description=told, default=None)
    made = strawberry.type(type(name, (Touchpoint,), body), description=description)
    return cast("type[Touchpoint]", made)


def _page_type(name: str, description: str) -> type[Touchpoint]:
    return _make(name, description, {field: (str, field, told) for field, told in _PAGE_FIELDS.items()})


def type_name(entry: EventType) -> str:
    """The GraphQL type of a kind: its event's name in one word, as `TestDriveCompleted`."""
    return entry.name.replace(" ", "").replace("-", "")


_OWN: Final = {entry.kind: _own_fields(entry) for entry in EVENT_TYPES}
BY_KIND: Final[Mapping[str, type[Touchpoint]]] = {
    **{
        entry.kind: _make(type_name(entry), (entry.model.__doc__ or "").strip(), _OWN[entry.kind])
        for entry in EVENT_TYPES
    },
    "page": _page_type("PageViewed", "A page of a website was seen."),
    "screen": _page_type("ScreenViewed", "A screen of an app was seen."),
    "group": _make("GroupJoined", "The person was put into a group, as a company or a club.", {}),
    GENERIC: _make("Generic", "An event that the catalogue does not know.", {}),
}
"""The type of each kind of touchpoint."""

_ALIASES: Final = {
    **{kind: {alias: name for name, (_, alias, _) in own.items()} for kind, own in _OWN.items()},
    "page": {name: name for name in _PAGE_FIELDS},
    "screen": {name: name for name in _PAGE_FIELDS},
}


@federation.type(
    shareable=True,  # other graphs of a federation have Relay's pages, too
    description="Where a page stands in its list. Pages have no gap and no double, also while more arrives.",
)
class PageInfo:
    """Where a page stands among the others."""

    has_next_page: bool = strawberry.field(description="True where more follow behind this page.")
    has_previous_page: bool = strawberry.field(description="True where `after` was given.")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first on this page; null where it is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last on this page: as `after` it gives the next page. Null where the page "
        "is empty, but of `identityChanges`, whose readers go on from an empty page, too."
    )


class _Placed(Protocol):
    """An edge of any connection."""

    @property
    def cursor(self) -> str: ...


def page_info_of(edges: Sequence[_Placed], *, has_next: bool, has_previous: bool) -> PageInfo:
    """Where a page with these edges stands."""
    return PageInfo(
        has_next_page=has_next,
        has_previous_page=has_previous,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )


@strawberry.type(description="A touchpoint and its cursor.")
class TouchpointEdge:
    """An edge."""

    cursor: str = strawberry.field(description=CURSOR)
    node: Touchpoint = strawberry.field(description=NODE)


@strawberry.type(description="A page of touchpoints, newest first.")
class TouchpointConnection:
    """A page."""

    edges: list[TouchpointEdge] = strawberry.field(description=EDGES)
    page_info: PageInfo = strawberry.field(description=PAGE_INFO)


def kind_of(row: TouchpointRow) -> str:
    """Its kind in the catalogue of this version."""
    return row.kind if row.kind in BY_KIND else GENERIC


def touchpoint_id(row: TouchpointRow) -> str:
    """The global id."""
    return global_id(TOUCHPOINT, touchpoint_key(row.profile_id, row.at))


def own_alias(kind: str, name: str) -> str | None:
    """What a field that only this kind has is called in the catalogue; None for a field of every kind."""
    return next((alias for alias, own in _ALIASES.get(kind, {}).items() if own == name), None)


def touchpoint_of(row: TouchpointRow) -> Touchpoint:
    """The row as its kind's type."""
    kind = kind_of(row)
    aliases = _ALIASES.get(kind)
    details = {aliases[k]: v for k, v in details_of(row).items() if k in aliases} if aliases else {}
    return BY_KIND[kind](
        id=strawberry.ID(touchpoint_id(row)),
        occurred_at=Instant(row.occurred_at),
        received_at=Instant(row.received_at),
        event=row.event,
        kind=row.kind,
        channel=row.channel,
        campaign=row.campaign,
        dealer=row.dealer,
        consultant=row.consultant,
        model=row.model,
        content=row.content,
        duration_seconds=row.duration_seconds,
        amount=amount_of(row.amount_minor, row.currency),
        currency=row.currency,
        price=money_of(row.amount_minor, row.currency),
        **details,
    )


def connection_of(page: TouchpointPage) -> TouchpointConnection:
    """A page as a Relay connection."""
    edges = [
        TouchpointEdge(cursor=touchpoint_cursor(row.at), node=touchpoint_of(row)) for row in page.touchpoints
    ]
    return TouchpointConnection(
        edges=edges,
        page_info=page_info_of(edges, has_next=page.has_next, has_previous=page.resumed),
    )
