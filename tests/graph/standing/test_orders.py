"""Orders: a state machine that takes one statement after the other says the same, in any order of arrival."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.standing.orders import OrderStatus, orders_of
from graph.standing.statement import Statement
from tests.graph.standing.worlds import ORDERS
from tests.laws import examples

RANK = {"order": 0, "delivery": 1, "orderCancellation": 2, "vehicleReturn": 3}


def said(kind: str, at: int, key: str, **rest: object) -> Statement:
    """One statement of the order `order:a`."""
    return Statement(key=key, profile_id="p1", fact="order:a", kind=kind, occurred_at=at, **rest)  # type: ignore[arg-type]


def played(statements: list[Statement]) -> dict[str, str]:
    """The oracle: each order as a machine that hears of it day by day."""
    status: dict[str, str] = {}
    handed_over: set[str] = set()
    for each in sorted(statements, key=lambda s: (s.occurred_at, RANK[s.kind])):
        if each.kind == "orderCancellation":
            status[each.fact] = "cancelled"
        elif each.kind == "vehicleReturn":
            handed_over.discard(each.fact)
            status[each.fact] = "returned"
        elif each.kind == "delivery":
            handed_over.add(each.fact)
            status[each.fact] = "delivered"
        else:
            status[each.fact] = "delivered" if each.fact in handed_over else "ordered"
    known = {each.fact for each in statements if each.kind != "vehicleReturn"}
    return {fact: found for fact, found in status.items() if fact in known}


@settings(max_examples=examples(300))
@given(ORDERS)
def test_the_machine_agrees(statements: list[Statement]) -> None:
    assert {order.key: order.status.value for order in orders_of(statements)} == played(statements)


@settings(max_examples=examples(200))
@given(ORDERS, st.randoms())
def test_any_order_and_any_repetition_answers_the_same(statements: list[Statement], random: Random) -> None:
    again = statements + statements[:3]
    random.shuffle(again)
    assert orders_of(again) == orders_of(statements)


@settings(max_examples=examples(200))
@given(ORDERS)
def test_times_and_totals_are_those_of_its_statements(statements: list[Statement]) -> None:
    for order in orders_of(statements):
        own = [each for each in statements if each.fact == order.key]
        times = {kind: sorted(each.occurred_at for each in own if each.kind == kind) for kind in RANK}
        assert order.ordered_at == (times["order"] or [None])[0]
        assert order.delivered_at == (times["delivery"] or [None])[0]
        assert (order.cancelled_at is not None) == (order.status is OrderStatus.CANCELLED)
        if order.cancelled_at is not None:
            assert order.cancelled_at == times["orderCancellation"][-1]
        assert (order.returned_at is not None) == (order.status is OrderStatus.RETURNED)
        if order.returned_at is not None:
            assert order.returned_at == times["vehicleReturn"][-1]
        placed = [each for each in own if each.kind == "order" and each.amount_minor is not None]
        if placed:
            assert (
                order.total_minor == max(placed, key=lambda each: (each.occurred_at, each.key)).amount_minor
            )


def test_who_is_last_spoken_of_comes_first() -> None:
    other = Statement(key="m9", profile_id="p2", fact="order:b", kind="order", occurred_at=5)
    found = orders_of([said("order", 1, "m1"), other, said("delivery", 9, "m2", vehicle="v1")])
    assert [order.key for order in found] == ["order:a", "order:b"]
    assert (found[0].vehicle, found[0].ordered_at, found[0].delivered_at) == ("v1", 1, 9)
    assert found[1].vehicle is None


def test_a_cancellation_that_arrives_before_its_order_cancels_it() -> None:
    cancelled, placed = said("orderCancellation", 5, "m2"), said("order", 1, "m1", amount_minor=100)
    (early,) = orders_of([cancelled])
    assert (early.status, early.ordered_at) == (OrderStatus.CANCELLED, None)
    (late,) = orders_of([cancelled, placed])
    assert (late.status, late.ordered_at, late.total_minor) == (OrderStatus.CANCELLED, 1, 100)
    (renewed,) = orders_of([cancelled, placed, said("order", 6, "m3")])
    assert (renewed.status, renewed.ordered_at, renewed.cancelled_at) == (OrderStatus.ORDERED, 1, None)


def test_what_is_paid_is_said_of_an_order_and_makes_none() -> None:
    placed, delivered = said("order", 1, "m1", amount_minor=100), said("delivery", 5, "m2")
    paid = said("payment", 2, "m3", amount_minor=7)
    assert orders_of([placed, delivered, paid]) == orders_of([placed, delivered])
    assert orders_of([paid]) == ()


def test_what_is_given_back_undoes_the_sale_and_makes_no_order() -> None:
    bought = [said("order", 1, "m1", amount_minor=100), said("delivery", 5, "m2")]
    back = said("vehicleReturn", 9, "m3")
    (order,) = orders_of([*bought, back])
    assert (order.status, order.delivered_at, order.returned_at) == (OrderStatus.RETURNED, 5, 9)
    assert (order.cancelled_at, order.last_at) == (None, 9)
    (again,) = orders_of([*bought, back, said("order", 10, "m4")])
    assert (again.status, again.returned_at) == (OrderStatus.ORDERED, None)
    assert orders_of([back]) == ()
