"""K by month, generation, dealer and channel."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY, from_datetime
from graph.errors import InputError
from graph.growth.cohorts import Axis, cohorts_of, generations_of, groups_of
from graph.growth.factor import k_of_all, k_of_mature
from graph.growth.months import month_of, months_between
from graph.growth.owners import Friend, Owner
from tests.laws import examples

MONTHS = months_between(date(2025, 11, 30), date(2026, 2, 1), "Asia/Shanghai")
NOW = from_datetime(datetime(2026, 3, 15, tzinfo=UTC))
WINDOW = 30 * DAY


def test_months_are_those_of_the_calendar_there() -> None:
    assert [month.name for month in MONTHS] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert [month.end for month in MONTHS[:-1]] == [month.start for month in MONTHS[1:]]
    assert MONTHS[0].start == from_datetime(datetime(2025, 10, 31, 16, tzinfo=UTC))
    assert MONTHS[-1].end == from_datetime(datetime(2026, 2, 28, 16, tzinfo=UTC))
    for month in MONTHS:
        assert month_of(MONTHS, month.start) == month
        assert month_of(MONTHS, month.end - 1) == month


@pytest.mark.parametrize(
    ("first", "last", "zone", "named"),
    [
        (date(2026, 1, 1), date(2026, 2, 1), "Mars/Base", "timeZone"),
        (date(2026, 3, 1), date(2026, 2, 1), "UTC", "months"),
        (date(2020, 1, 1), date(2026, 2, 1), "UTC", "months"),
        (date(9999, 12, 1), date(9999, 12, 1), "UTC", "months"),
    ],
)
def test_other_months_are_refused(first: date, last: date, zone: str, named: str) -> None:
    with pytest.raises(InputError, match=named):
        months_between(first, last, zone)


owners = st.lists(
    st.builds(
        lambda at, dealer, generation, friends: Owner(
            at,
            dealer,
            generation=generation,
            friends=tuple(Friend(at, channel, delivered_at=at + delay * DAY) for channel, delay in friends),
        ),
        st.integers(MONTHS[0].start, MONTHS[-1].end - 1),
        st.sampled_from(["d-1", "d-2", None]),
        st.integers(0, 2),
        st.lists(st.tuples(st.sampled_from(["app", "wechat", None]), st.integers(0, 40)), max_size=3),
    ),
    max_size=15,
)


@settings(max_examples=examples(200), deadline=None)
@given(owners)
def test_cohorts_part_the_owners_and_tell_k_once_they_are_old_enough(drawn: list[Owner]) -> None:
    found = cohorts_of(drawn, MONTHS, window=WINDOW, now=NOW)
    assert [cohort.month for cohort in found] == [month.name for month in MONTHS]
    assert sum(cohort.owners for cohort in found) == len(drawn)
    for cohort, month in zip(found, MONTHS, strict=True):
        its = [owner for owner in drawn if month.start <= owner.delivered_at < month.end]
        old = month.end + WINDOW <= NOW
        assert cohort.k == (k_of_mature(its, window=WINDOW, now=NOW) if old else None)
        if cohort.k:
            assert (cohort.k.events, cohort.k.of) == (cohort.referees, cohort.owners)
    assert found[-1].k is None  # February has had 15 days


@settings(max_examples=examples(200), deadline=None)
@given(owners)
def test_channels_part_the_friends_and_dealers_the_owners(drawn: list[Owner]) -> None:
    whole = k_of_all(drawn, window=WINDOW, now=NOW)
    channels = groups_of(drawn, Axis.CHANNEL, window=WINDOW, now=NOW)
    if whole:
        told = sum(group.k.value for group in channels if group.k)
        assert told == pytest.approx(whole.value)
    dealers = groups_of(drawn, Axis.DEALER, window=WINDOW, now=NOW)
    assert sum(group.owners for group in dealers) == len(drawn)
    assert [group.owners for group in dealers] == sorted((g.owners for g in dealers), reverse=True)
    for group in dealers:
        its = [owner for owner in drawn if owner.dealer == group.value]
        assert group.k == k_of_all(its, window=WINDOW, now=NOW)
    models = groups_of(drawn, Axis.MODEL, window=WINDOW, now=NOW)
    assert [group.value for group in models] == ([None] if drawn else [])


def test_generations_tell_what_is_kept_of_the_one_above() -> None:
    at = MONTHS[0].start

    def owner(generation: int, friends: int) -> Owner:
        return Owner(at, generation=generation, friends=(Friend(at, delivered_at=at + DAY),) * friends)

    found = generations_of(
        [owner(0, 2), owner(0, 0), owner(1, 1), owner(1, 0), owner(3, 1)], window=WINDOW, now=NOW
    )
    assert [(each.generation, each.owners, each.kept) for each in found] == [
        (0, 2, None),
        (1, 2, 0.5),
        (3, 1, None),
    ]
