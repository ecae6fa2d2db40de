"""Counts do not depend on how they were cut and ordered, and name the most frequent first."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.reach.counts import MOST_CHANNELS, reach_of
from tests.laws import examples

touchpoints = st.lists(
    st.tuples(
        st.sampled_from(["page", "enquiry"]), st.sampled_from([None, "wechat", "store"]), st.integers(0, 99)
    ),
    max_size=12,
)


@settings(max_examples=examples(100), deadline=None)
@given(touchpoints, st.randoms(use_true_random=False))
def test_any_cut_counts_the_same(found: list[tuple[str, str | None, int]], random_: Any) -> None:
    rows = [[kind, channel, 1, at, at] for kind, channel, at in found]
    random_.shuffle(rows)
    reach = reach_of(rows, people=3, complete=True)
    assert reach.touchpoints == len(found)
    assert (reach.first_at, reach.last_at) == (
        min((at for *_, at in found), default=None),
        max((at for *_, at in found), default=None),
    )
    assert dict(reach.by_kind) == Counter(kind for kind, *_ in found)
    assert dict(reach.by_channel) == Counter(channel for _, channel, _ in found)
    for counted in (reach.by_kind, reach.by_channel):
        assert [times for _, times in counted] == sorted((times for _, times in counted), reverse=True)


def test_of_many_channels_the_most_frequent_are_told() -> None:
    rows = [["page", f"c{n}", n + 1, 0, 0] for n in range(MOST_CHANNELS + 5)]
    reach = reach_of(rows, people=1, complete=False)
    assert len(reach.by_channel) == MOST_CHANNELS
    assert reach.by_channel[0] == (f"c{MOST_CHANNELS + 4}", MOST_CHANNELS + 5)
