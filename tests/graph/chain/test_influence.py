"""What a person is worth: own orders, and credits by generation, side by side."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.chain.influence import Credit, Tree, Worth, own_value, worth_of
from graph.standing.statement import Statement
from tests.laws import examples

CURRENCIES = st.sampled_from(["CNY", "EUR"])
credit_rows = st.lists(
    st.builds(Credit, st.integers(0, 5), CURRENCIES, st.integers(0, 10**9).map(float), st.integers(1, 9)),
    max_size=10,
)


@settings(max_examples=examples(300))
@given(credit_rows, st.dictionaries(CURRENCIES, st.integers(0, 10**9)), st.sampled_from([0.0, 0.5, 1.0]))
def test_each_currency_has_its_own_totals_and_nothing_is_added_to_own(
    credited: list[Credit], own: dict[str, int], discount: float
) -> None:
    found = {worth.currency: worth for worth in worth_of(own, Tree((), tuple(credited)), discount=discount)}
    assert set(found) == {*own, *(each.currency for each in credited)}
    for currency, worth in found.items():
        its = [each for each in credited if each.currency == currency]
        assert worth.own == own.get(currency, 0)
        assert worth.direct == sum(each.minor for each in its if each.generation == 0)
        assert worth.below == sum(each.minor for each in its if each.generation > 0)
        expected = {
            0.0: worth.direct,
            1.0: worth.direct + worth.below,
            0.5: sum(each.minor / 2**each.generation for each in its),
        }[discount]
        assert worth.referral == pytest.approx(expected, abs=0.5)
        assert worth.orders == sum(each.orders for each in its)


@pytest.mark.parametrize("discount", [-0.1, 1.1, float("nan")])
def test_another_discount_is_refused(discount: float) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        worth_of({}, Tree(), discount=discount)


def said(kind: str, at: int, *, order: str = "o1", minor: int | None = None) -> Statement:
    return Statement(
        f"{kind}{order}{at}",
        "p",
        f"order:{order}",
        kind,
        at,
        amount_minor=minor,
        currency="CNY" if minor is not None else None,
    )


def test_own_value_is_delivered_orders_that_were_not_returned() -> None:
    bought = [said("order", 1, minor=100), said("delivery", 2)]
    assert own_value(bought) == {"CNY": 100}
    assert own_value(bought[:1]) == {}
    assert own_value([*bought, said("vehicleReturn", 3)]) == {}
    assert own_value([*bought, said("vehicleReturn", 2)]) == {}
    assert own_value([*bought, said("vehicleReturn", 3), said("delivery", 4)]) == {"CNY": 100}
    assert own_value([*bought, said("orderCancellation", 3)]) == {}
    assert own_value([said("delivery", 2)]) == {}
    second = [said("order", 5, order="o2", minor=7), said("delivery", 6, order="o2")]
    assert own_value([*second, *bought]) == {"CNY": 107}


def test_an_empty_tree_is_worth_what_is_ones_own() -> None:
    assert worth_of({"CNY": 5}, Tree(), discount=0.5) == (Worth("CNY", 5, 0, 0, 0, 0),)
    assert Tree(((1, 2), (2, 4))).people == 6
