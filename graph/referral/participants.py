"""What a person is to the brand, as programmes name it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from graph.referral.terms import Participant
from graph.standing.orders import OrderStatus, orders_of
from graph.standing.statement import Statement

_BY_ROLE = {"owner": Participant.OWNER, "coBuyer": Participant.CO_USER, "driver": Participant.CO_USER}
_BY_TAG = {"staff": Participant.STAFF, "partner": Participant.PARTNER}


def participant_kinds(
    roles: Iterable[str], tags: Iterable[str], statements: Iterable[Statement]
) -> frozenset[Participant]:
    """All that a person is: by their cars, by the tags `staff` and `partner`, by their orders and payments.

    Who has an order that stands and is not delivered is an order holder; who paid for one, a deposit holder, too. A
    prospect is who is nothing else but staff or partner.
    """
    said = list(statements)
    open_orders = {order.key for order in orders_of(said) if order.status is OrderStatus.ORDERED}
    kinds = {_BY_ROLE[role] for role in roles if role in _BY_ROLE}
    if open_orders:
        kinds.add(Participant.ORDER_HOLDER)
    if any(each.kind == "payment" and each.fact in open_orders for each in said):
        kinds.add(Participant.DEPOSIT_HOLDER)
    if not kinds:
        kinds.add(Participant.PROSPECT)
    return frozenset(kinds | {_BY_TAG[tag] for tag in tags if tag in _BY_TAG})
