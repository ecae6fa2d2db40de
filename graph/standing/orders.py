"""Orders, out of what was said about them. Pure.

Laws, in `tests/graph/standing/test_orders.py`: any order and repetition of the statements give the same orders; of each
key there is one; the people of a household or the profiles of a person may each bring a part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Final, TypeVar

from graph.standing.statement import Statement

T = TypeVar("T")

PLACED: Final = "order"
DELIVERED: Final = "delivery"
CANCELLED: Final = "orderCancellation"
RETURNED: Final = "vehicleReturn"
_KINDS: Final = (PLACED, DELIVERED, CANCELLED, RETURNED)


class OrderStatus(StrEnum):
    """Where an order stands."""

    ORDERED = "ordered"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Order:
    """One order; times in µs, the total in minor units of `currency`, None where nothing said it.

    `ordered_at` and `delivered_at` are the first that was said of it. `cancelled_at` and `returned_at` are the last,
    and None where its status is another. `last_at` is when anything was said of it last.
    """

    key: str
    status: OrderStatus
    last_at: int
    ordered_at: int | None
    delivered_at: int | None
    cancelled_at: int | None
    returned_at: int | None
    total_minor: int | None
    currency: str | None
    model: str | None
    dealer: str | None
    consultant: str | None
    vehicle: str | None


def orders_of(statements: Iterable[Statement]) -> tuple[Order, ...]:
    """The orders that statements speak of, those last spoken of first.

    An order is cancelled, or returned, while nothing later places or delivers it; what was delivered stays so when it
    is placed again, unless it came back. A return alone makes no order. Total, model, dealer and consultant are those
    of the newest statement that has them, placing first; the car is first that of a delivery.
    """
    by_key: dict[str, dict[str, Statement]] = defaultdict(dict)
    for statement in statements:
        if statement.kind in _KINDS:
            by_key[statement.fact][statement.key] = statement
    found = [
        _order(key, list(of_one.values()))
        for key, of_one in by_key.items()
        if any(each.kind != RETURNED for each in of_one.values())
    ]
    return tuple(sorted(found, key=lambda order: (-order.last_at, order.key)))


def _order(key: str, statements: list[Statement]) -> Order:
    newest = sorted(statements, key=attrgetter("order"), reverse=True)
    placed, delivered, cancelled, returned = (
        [each for each in newest if each.kind == kind] for kind in _KINDS
    )
    status = _status(placed, delivered, cancelled, returned)
    told = [*placed, *delivered, *cancelled, *returned]
    total = next((each for each in told if each.amount_minor is not None), None)
    return Order(
        key=key,
        status=status,
        last_at=newest[0].occurred_at,
        ordered_at=placed[-1].occurred_at if placed else None,
        delivered_at=delivered[-1].occurred_at if delivered else None,
        cancelled_at=cancelled[0].occurred_at if status is OrderStatus.CANCELLED else None,
        returned_at=returned[0].occurred_at if status is OrderStatus.RETURNED else None,
        total_minor=total.amount_minor if total else None,
        currency=total.currency if total else None,
        model=_first([each.model for each in told]),
        dealer=_first([each.dealer for each in told]),
        consultant=_first([each.consultant for each in told]),
        vehicle=_first([each.vehicle for each in (*delivered, *placed, *cancelled, *returned)]),
    )


def _status(
    placed: list[Statement], delivered: list[Statement], cancelled: list[Statement], returned: list[Statement]
) -> OrderStatus:
    """By the newest of each kind; of one time what undoes it counts, since many systems tell days only."""
    placed_at, delivered_at, cancelled_at, returned_at = (
        each[0].occurred_at if each else None for each in (placed, delivered, cancelled, returned)
    )
    stood_at = _latest(placed_at, delivered_at)
    undone_at = _latest(cancelled_at, returned_at)
    if undone_at is not None and (stood_at is None or stood_at <= undone_at):
        return OrderStatus.RETURNED if undone_at == returned_at else OrderStatus.CANCELLED
    has_it = delivered_at is not None and (returned_at is None or returned_at < delivered_at)
    return OrderStatus.DELIVERED if has_it else OrderStatus.ORDERED


def _latest(*times: int | None) -> int | None:
    return max((time for time in times if time is not None), default=None)


def _first(values: list[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
