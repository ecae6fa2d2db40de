"""The sieve drops no pair that reaches the floor, and keys bring together whom they should."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.matching.difference import Difference, batches
from graph.matching.duck import connection, rows_of
from graph.matching.pairs import keyed_pairs
from graph.matching.score import prepare_all, probabilities, score_all
from tests.graph.matching.conftest import Trained, digest
from tests.laws import examples

_KEYS = st.lists(st.lists(st.sampled_from("abcdef"), unique=True), min_size=1, max_size=12)


@pytest.mark.parametrize("name", ["latin", "chinese", "historical"])
@settings(max_examples=examples(12), deadline=None)
@given(floor=st.floats(0.0, 1.0, exclude_max=True))
def test_a_floor_leaves_out_what_is_below_it_and_nothing_else(
    name: str, floor: float, latin: Trained, chinese: Trained, historical: Trained
) -> None:
    trained = {"latin": latin, "chinese": chinese, "historical": historical}[name]
    records = trained.table.records[:400]
    everything = score_all(records, trained.model, digest=digest, floor=0.0)
    kept = score_all(records, trained.model, digest=digest, floor=floor)
    assert kept == [pair for pair in everything if pair.probability >= floor]


def test_probabilities_are_those_of_the_scored_pairs(any_trained: Trained) -> None:
    records, model = any_trained.table.records, any_trained.model
    scored = score_all(records, model, digest=digest)
    assert scored
    assert probabilities(prepare_all(records, model), model, digest=digest) == [
        (pair.left, pair.right, pair.probability) for pair in scored
    ]


@settings(max_examples=examples(60), deadline=None)
@given(
    keys=_KEYS,
    cap=st.integers(2, 5),
    hot=st.frozensets(st.sampled_from("abcdef")),
    fresh=st.none() | st.sets(st.integers(0, 11)),
)
def test_rows_meet_by_a_key_under_the_cap(
    keys: list[list[str]], cap: int, hot: frozenset[str], fresh: set[int] | None
) -> None:
    bringing = {key for key in "abcdef" if key not in hot and sum(key in held for held in keys) <= cap}
    expected = {
        (left, right)
        for left, right in combinations(range(len(keys)), 2)
        if bringing.intersection(keys[left], keys[right]) and (fresh is None or fresh & {left, right})
    }
    with connection() as database:
        assert keyed_pairs(database, keys, cap=cap, hot=hot, fresh=fresh) == len(expected)
        assert set(rows_of(database, "SELECT l, r FROM pairs")) == expected


@settings(max_examples=examples(100), deadline=None)
@given(
    pairs=st.sets(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] < pair[1])),
    components=st.dictionaries(st.integers(0, 30), st.integers(0, 5)),
    size=st.integers(1, 12),
)
def test_batches_are_the_whole_and_cut_no_component(
    pairs: set[tuple[int, int]], components: dict[int, int], size: int
) -> None:
    named = {f"{id_:02}": f"+{component}" for id_, component in components.items()}
    rows = [(f"{left:02}", f"{right:02}", 0.9) for left, right in sorted(pairs)]
    difference = Difference(scored=rows[::2], unscored=[row[:2] for row in rows[1::2]])
    found = batches(difference, named, size=size)
    assert sorted(row for batch in found for row in batch.scored) == difference.scored
    assert sorted(row for batch in found for row in batch.unscored) == difference.unscored
    seen: set[str] = set()
    for batch in found:
        members = batch.touched | {named[id_] for id_ in batch.touched if id_ in named}
        assert seen.isdisjoint(members)
        seen |= members
