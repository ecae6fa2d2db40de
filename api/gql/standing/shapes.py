"""Orders, consents and follow-ups as GraphQL shows them."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

import strawberry

from api.gql.described import describe_enum
from api.gql.ids import global_id, parse_id
from api.gql.profile.people import VEHICLE
from api.gql.profile.records import PROFILE
from api.gql.scalars import Instant, MoneyText, amount_of, instant_of, money_of
from graph.standing import consents, follow_ups, orders
from graph.standing.follow_ups import FollowUpKind
from graph.standing.orders import OrderStatus
from graph.standing.statement import public_id

ORDER: Final = "Order"
FOLLOW_UP: Final = "FollowUp"


class ConsentState(StrEnum):
    """What holds of a consent."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


describe_enum(
    OrderStatus,
    {
        OrderStatus.ORDERED: "Placed, and neither delivered nor undone since.",
        OrderStatus.DELIVERED: "The vehicle was handed over.",
        OrderStatus.CANCELLED: "Called off, and nothing later places or delivers it.",
        OrderStatus.RETURNED: "The vehicle was given back and the sale undone; nothing later places or delivers it.",
    },
    name="OrderStatus",
    description="Where an order stands.",
    by_value=True,
)
describe_enum(
    ConsentState,
    {
        ConsentState.GIVEN: "No profile of the person said otherwise since.",
        ConsentState.WITHDRAWN: "A profile of the person took it back, or objected.",
    },
    name="ConsentState",
    description="Whether something is agreed to. Where nothing was said there is no consent.",
    by_value=True,
)
describe_enum(
    FollowUpKind,
    {
        FollowUpKind.APPOINTMENT: "A booked test drive.",
        FollowUpKind.FOLLOW_UP: "A consultant's plan to speak to the person again.",
    },
    name="FollowUpKind",
    description="What is planned.",
    by_value=True,
)


@strawberry.type(
    description="An order of a vehicle: all that was said under one order id, by any profile of the person."
)
class Order:
    """One order."""

    id: strawberry.ID = strawberry.field(
        description="Derived from the order's id in its system: the same for all people who have the order."
    )
    status: OrderStatus = strawberry.field(description="Where it stands now.")
    ordered_at: Instant | None = strawberry.field(description="When it was first placed; null where unknown.")
    delivered_at: Instant | None = strawberry.field(description="When it was first delivered.")
    cancelled_at: Instant | None = strawberry.field(
        description="When it was cancelled; null where its status is another."
    )
    returned_at: Instant | None = strawberry.field(
        description="When the vehicle was given back; null where its status is another."
    )
    amount: Decimal | None = strawberry.field(description="Its total in `currency`, as it was said last.")
    currency: str | None = strawberry.field(description="ISO 4217 code.")
    price: MoneyText | None = strawberry.field(
        description="`amount` and `currency` in one, with all the decimals of the currency, as `249900.00 CNY`."
    )
    model: str | None = strawberry.field(description="Vehicle model.")
    dealer: str | None = strawberry.field(description="Id of the dealer.")
    consultant: str | None = strawberry.field(
        description="Id of the consultant; a dealer is told its own consultants only."
    )
    vehicle: strawberry.ID | None = strawberry.field(
        description="Global id of the delivered car, as among the `vehicles` of its driver; a dealer is told of cars "
        "of its own orders only."
    )


@strawberry.type(
    description="What holds for one purpose: the most restrictive of what the person's profiles said last."
)
class Consent:
    """One consent."""

    purpose: str = strawberry.field(
        description="What it is for, as `marketing`; `unspecified` where a source named none."
    )
    state: ConsentState = strawberry.field(description="Given or withdrawn.")
    dealer: str | None = strawberry.field(description="Id of the dealer it concerns; null for the brand.")
    since: Instant = strawberry.field(description="When that was said that decides.")
    channel: str | None = strawberry.field(description="The channel it was said on.")
    wording: str | None = strawberry.field(description="Version of the wording.")
    source: str = strawberry.field(description="The source that told it.")
    profile: strawberry.ID = strawberry.field(description="Global id of the profile that said it.")


@strawberry.type(description="Something planned with a person: a consultant's follow-up, or an appointment.")
class FollowUp:
    """One plan."""

    id: strawberry.ID = strawberry.field(
        description="Derived from its id in its system, so that it stays when it is moved to another time."
    )
    kind: FollowUpKind = strawberry.field(description="What is planned.")
    due_at: Instant = strawberry.field(description="When it is due, as it was planned last.")
    planned_at: Instant = strawberry.field(description="When that was planned.")
    open: bool = strawberry.field(
        description="Whether it is still to be done, overdue or not. A test drive or visit at the same dealer closes "
        "both kinds, a completion a follow-up, a cancellation an appointment."
    )
    topic: str | None = strawberry.field(description="What about, as `price`.")
    dealer: str | None = strawberry.field(description="Id of the dealer.")
    consultant: str | None = strawberry.field(
        description="Id of the consultant; a dealer is told its own consultants only."
    )
    model: str | None = strawberry.field(description="Vehicle model.")
    closed_at: Instant | None = strawberry.field(description="When it was closed; null while open.")
    outcome: str | None = strawberry.field(
        description="How it ended: `reached`, `notReached`, `lost` or what else a completion said; otherwise the kind "
        "of the touchpoint that closed it, as `storeVisit`. Null while open."
    )


def order_of(order: orders.Order) -> Order:
    """The order as GraphQL shows it."""
    return Order(
        id=_derived_id(ORDER, order.key),
        status=order.status,
        ordered_at=instant_of(order.ordered_at),
        delivered_at=instant_of(order.delivered_at),
        cancelled_at=instant_of(order.cancelled_at),
        returned_at=instant_of(order.returned_at),
        amount=amount_of(order.total_minor, order.currency),
        price=money_of(order.total_minor, order.currency),
        currency=order.currency,
        model=order.model,
        dealer=order.dealer,
        consultant=order.consultant,
        vehicle=strawberry.ID(global_id(VEHICLE, order.vehicle)) if order.vehicle else None,
    )


def consent_of(consent: consents.Consent) -> Consent:
    """The consent as GraphQL shows it."""
    return Consent(
        purpose=consent.purpose,
        state=ConsentState.GIVEN if consent.given else ConsentState.WITHDRAWN,
        dealer=consent.dealer,
        since=Instant(consent.since),
        channel=consent.channel,
        wording=consent.wording,
        source=consent.source,
        profile=strawberry.ID(global_id(PROFILE, consent.profile_id)),
    )


def follow_up_of(plan: follow_ups.FollowUp) -> FollowUp:
    """The plan as GraphQL shows it."""
    return FollowUp(
        id=_derived_id(FOLLOW_UP, plan.key),
        kind=plan.kind,
        due_at=Instant(plan.due_at),
        planned_at=Instant(plan.planned_at),
        open=plan.open,
        topic=plan.topic,
        dealer=plan.dealer,
        consultant=plan.consultant,
        model=plan.model,
        closed_at=instant_of(plan.closed_at),
        outcome=plan.outcome,
    )


def _derived_id(kind: str, key: str) -> strawberry.ID:
    """Of a digest: the key itself is what the graph finds the thing by."""
    return strawberry.ID(global_id(kind, public_id(key)))


def order_named(text: str) -> str:
    """What an order is called inside, of its `Order.id`; a text that is no such id stays as it is."""
    parsed = parse_id(text)
    return parsed[1] if parsed and parsed[0] == ORDER else text
