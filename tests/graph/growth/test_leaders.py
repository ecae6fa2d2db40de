"""Places of a leaderboard: a plain count agrees; pages have no gap; only a standing yes is one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.growth.leaders import agrees, board_of, page_of
from graph.standing.statement import Statement
from tests.laws import examples

counts = st.dictionaries(st.text("abcdef0123456789", min_size=8, max_size=8), st.integers(1, 4), max_size=20)


@settings(max_examples=examples(300))
@given(counts, st.integers(1, 5))
def test_places_are_those_of_a_plain_count_and_pages_give_all_of_them(
    brought: dict[str, int], first: int
) -> None:
    board = board_of(brought.items())
    assert {place.one_id: place.brought for place in board} == brought
    for place in board:
        assert place.rank == 1 + sum(other > place.brought for other in brought.values())
        assert place.tied == (list(brought.values()).count(place.brought) > 1)
        assert place.one_id not in place.key
    assert [place.rank for place in board] == sorted(place.rank for place in board)
    told, after, more = [], None, True
    while more:
        places, more = page_of(board, first=first, after=after)
        told += places
        after = (places[-1].brought, places[-1].key) if places else None
    assert tuple(told) == board


def said(kind: str, at: int, *, purpose: str = "leaderboard", dealer: str | None = None) -> Statement:
    return Statement(f"m{at}", "p", f"consent:{purpose}", kind, at, dealer=dealer)


def test_only_a_yes_to_the_brand_that_stands_is_one() -> None:
    assert agrees([said("consent", 1)])
    assert not agrees([])
    assert not agrees([said("consent", 1, purpose="marketing")])
    assert not agrees([said("consent", 1, dealer="d-1")])
    assert not agrees([said("consent", 1), said("consentWithdrawal", 2)])
    assert not agrees([said("consent", 1), said("consentWithdrawal", 2, purpose="unspecified")])
    assert agrees([said("consentWithdrawal", 1), said("consent", 2)])
