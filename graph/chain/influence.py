"""What a person is worth by their own orders, and what by those whom they brought, side by side and never added. Pure.

The value of referrals is the customer referral value of Kumar, Petersen and Leone ("Driving Profitability by
Encouraging Customer Referrals", Journal of Marketing 74, 2010), over the tree: CRV = Σ λ^(depth−1) · share ·
money. They take the margin that nobody would have had otherwise; we know the money of orders, and say so.

In one person's totals no money is twice: each share of an order's credit belongs to one person of the tree, an
order that several friends state counts once, and one of the person's own is none of their referrals'. Several
people's referral values are not to be added: what is credited below one may be credited below another, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from graph.standing.orders import OrderStatus, orders_of
from graph.standing.statement import Statement

HALF: Final = 0.5
"""The discount of a generation where none is given: what a friend of a friend brings is half one's own doing."""


class Credit(NamedTuple):
    """Money of delivered orders, in its smallest part, that was credited to people of a generation; 0: the person."""

    generation: int
    currency: str
    minor: float
    orders: int


@dataclass(frozen=True, slots=True)
class Tree:
    """How many people are in each generation below a person, from the first on, and the credits of all of them."""

    generations: tuple[tuple[int, int], ...] = ()
    credits: tuple[Credit, ...] = ()

    @property
    def people(self) -> int:
        """How many are below the person."""
        return sum(people for _, people in self.generations)


@dataclass(frozen=True, slots=True)
class Worth:
    """One currency's totals, in its smallest part, rounded to it.

    `own`: the person's delivered orders. `direct`: what was credited to them. `below`: what was credited to
    people below them. `referral`: `direct`, and of what lies below the discounted part. `orders`: how many are
    in `direct` and `below`.
    """

    currency: str
    own: int
    direct: int
    below: int
    referral: int
    orders: int


def own_value(statements: Iterable[Statement]) -> dict[str, int]:
    """The money of a person's delivered orders, by currency, in its smallest part.

    As `graph.standing.orders` reads them: without what was returned or cancelled, and what has no total.
    """
    found: dict[str, int] = defaultdict(int)
    for order in orders_of(statements):
        stands = order.status is OrderStatus.DELIVERED
        if stands and order.total_minor is not None and order.currency is not None:
            found[order.currency] += order.total_minor
    return dict(found)


def worth_of(own: dict[str, int], tree: Tree, *, discount: float) -> tuple[Worth, ...]:
    """The totals of every currency, by its code.

    `discount` is λ, 0 to 1: what a generation further down counts of the one above. Raises ValueError for another.
    """
    if not 0 <= discount <= 1:
        raise ValueError("a discount is 0 to 1")
    direct: dict[str, float] = defaultdict(float)
    below: dict[str, float] = defaultdict(float)
    referral: dict[str, float] = defaultdict(float)
    orders: dict[str, int] = defaultdict(int)
    for each in tree.credits:
        (below if each.generation else direct)[each.currency] += each.minor
        referral[each.currency] += discount**each.generation * each.minor
        orders[each.currency] += each.orders
    return tuple(
        Worth(
            currency,
            own.get(currency, 0),
            round(direct[currency]),
            round(below[currency]),
            round(referral[currency]),
            orders[currency],
        )
        for currency in sorted({*own, *orders})
    )
