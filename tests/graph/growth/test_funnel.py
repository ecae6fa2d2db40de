"""The factors multiply to K, whatever the owners."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY
from graph.growth.factor import k_of_mature
from graph.growth.funnel import funnel_of
from graph.growth.owners import Friend, Invitation, Owner, Stage
from tests.graph.growth.worlds import NOW
from tests.laws import examples

WINDOW = 30
BEGUN = NOW - 60 * DAY

later = st.one_of(st.none(), st.integers(0, 50))


@st.composite
def friends(draw: st.DrawFn) -> Friend:
    """A friend who came by some of the stages, in order, with or without a trace."""
    at, times = draw(st.integers(-10, 40)), list[int | None]()
    begun = at
    for _ in range(4):
        step = draw(later)
        times.append(None if step is None else BEGUN + (at := at + step) * DAY)
    return Friend(BEGUN + begun * DAY, None, *times)


@st.composite
def owners(draw: st.DrawFn) -> Owner:
    """An owner of old, or of last week."""
    sent = draw(st.lists(st.tuples(st.integers(-5, 40), st.one_of(st.none(), st.integers(0, 9))), max_size=3))
    return Owner(
        draw(st.sampled_from([BEGUN, NOW - 7 * DAY])),
        invitations=tuple(
            Invitation(BEGUN + at * DAY, None if took is None else BEGUN + (at + took) * DAY)
            for at, took in sent
        ),
        friends=tuple(draw(st.lists(friends(), max_size=3))),
    )


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(owners(), max_size=8))
def test_the_factors_multiply_to_k(drawn: list[Owner]) -> None:
    funnel = funnel_of(drawn, window=WINDOW * DAY, now=NOW)
    k = k_of_mature(drawn, window=WINDOW * DAY, now=NOW)
    assert funnel.owners == sum(owner.delivered_at == BEGUN for owner in drawn)
    assert (k is None) == (funnel.participation is None)
    if k is None or funnel.participation is None:
        return
    product = funnel.participation.value
    for factor in (funnel.invitations, *(step for _, step in funnel.steps)):
        product *= factor.value if factor else 0
    assert product == pytest.approx(k.value)
    shares = [step for _, step in funnel.steps if step]
    assert all(0 <= step.lower <= step.value <= step.upper <= 1 for step in shares)


def test_a_step_without_a_trace_was_taken_all_the_same() -> None:
    came = Friend(BEGUN + DAY, ordered_at=BEGUN + 9 * DAY, delivered_at=BEGUN + 20 * DAY)
    looked = Friend(BEGUN + DAY, lead_at=BEGUN + 2 * DAY)
    owner = Owner(
        BEGUN,
        invitations=(Invitation(BEGUN, BEGUN + DAY), Invitation(BEGUN, None)),
        friends=(came, looked),
    )
    idle = Owner(BEGUN)
    funnel = funnel_of([owner, idle], window=WINDOW * DAY, now=NOW)
    assert funnel.participation is not None
    assert (funnel.participation.events, funnel.participation.of) == (1, 2)
    assert funnel.invitations is not None
    assert funnel.invitations.value == 3  # two sent, and one of the two friends came by none of these
    told = {stage: (step.events, step.of) for stage, step in funnel.steps if step}
    assert told == {
        Stage.OPENED: (2, 3),
        Stage.LEAD: (2, 2),
        Stage.TEST_DRIVEN: (1, 2),
        Stage.ORDERED: (1, 1),
        Stage.DELIVERED: (1, 1),
    }
