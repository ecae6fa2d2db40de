"""What the queue is ranked by: more is never worth less, and places sort as what they stand for."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.judgement.stake import (
    CONTACT,
    MOST,
    VEHICLE,
    Holdings,
    at_stake,
    place_of_ambiguous,
    place_of_pair,
    value_of,
)
from tests.laws import examples

PAID = st.lists(
    st.tuples(st.sampled_from(["CNY", "EUR", "JPY", "XCD"]), st.integers(0, 10**15)), max_size=5
).map(tuple)
HOLDINGS = st.builds(Holdings, contacts=st.integers(0, 10**6), vehicles=st.integers(0, 100), paid=PAID)
STAKES = st.integers(0, MOST)
PROBABILITIES = st.floats(0.5, 1)


def test_the_formula() -> None:
    assert value_of(Holdings()) == 0
    assert value_of(Holdings(contacts=3, vehicles=2)) == 3 * CONTACT + 2 * VEHICLE
    assert value_of(Holdings(paid=(("CNY", 12_399), ("EUR", 10_000)))) == 123 + 780
    assert value_of(Holdings(paid=(("JPY", 1_000),))) == 50  # a yen has no smaller unit
    assert value_of(Holdings(paid=(("XCD", 10**9),))) == 0  # no rate, no guess
    assert at_stake([MOST, MOST]) == MOST


@settings(max_examples=examples(100), deadline=None)
@given(HOLDINGS, HOLDINGS)
def test_more_is_never_worth_less(one: Holdings, other: Holdings) -> None:
    both = Holdings(one.contacts + other.contacts, one.vehicles + other.vehicles, one.paid + other.paid)
    assert 0 <= max(value_of(one), value_of(other)) <= value_of(both) <= MOST


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.tuples(STAKES, PROBABILITIES, st.uuids(), st.uuids()), max_size=8))
def test_places_sort_by_stake_then_probability_and_are_each_pairs_own(
    questions: list[tuple[int, float, object, object]],
) -> None:
    places = {(s, p, str(a), str(b)): place_of_pair(s, p, str(a), str(b)) for s, p, a, b in questions}
    wanted = sorted(places, key=lambda q: (-q[0], -round(q[1] * 10**6), q[2], q[3]))
    assert sorted(places, key=places.__getitem__) == wanted
    pairs = {(a, b) for _, _, a, b in places}
    assert len({place[16:] for place in places.values()}) == len(pairs)


@settings(max_examples=examples(100), deadline=None)
@given(STAKES, STAKES)
def test_the_longest_waiting_comes_first_where_as_much_is_at_stake(one: int, other: int) -> None:
    early, late = place_of_ambiguous(one, "1795a"), place_of_ambiguous(other, "1796a")
    assert (early < late) == (one >= other)
