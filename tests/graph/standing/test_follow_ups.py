"""Follow-ups: a consultant who works through the days with a list in hand ends with the same open ones."""

from __future__ import annotations

from random import Random
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.standing.follow_ups import FollowUpKind, follow_ups_of, next_of
from graph.standing.statement import Statement
from tests.graph.standing.worlds import PLANS
from tests.laws import examples

CLOSES: Final = {
    "followUpPlan": {"followUp", "testDrive", "storeVisit"},
    "testDriveBooking": {"testDriveCancellation", "testDrive", "storeVisit"},
}
Listed = dict[str, tuple[int, int | None]]


def said(kind: str, at: int, *, fact: str | None = None, **rest: object) -> Statement:
    """One statement; without a key of its own it is about itself."""
    return Statement(f"{kind}-{at}", "p1", fact or f"own:{kind}-{at}", kind, at, **rest)  # type: ignore[arg-type]


def worked(statements: list[Statement]) -> Listed:
    """The oracle: the list as it is after the last day, by key: when due, and when it was crossed out."""
    written: dict[str, Statement] = {}
    crossed: dict[str, int] = {}
    for today in sorted({each.occurred_at for each in statements}):
        news = sorted((each for each in statements if each.occurred_at == today), key=lambda s: s.key)
        happened = [each for each in news if each.kind not in CLOSES]
        for event in happened:
            for key, plan in written.items():
                if event.kind in CLOSES[plan.kind] and (event.fact == key or shares_desk(event, plan)):
                    crossed.setdefault(key, today)
        for plan in news:
            if plan.kind in CLOSES and plan.due_at is not None:
                written[plan.fact] = plan
                crossed.pop(plan.fact, None)
        for event in happened:
            plan = written.get(event.fact)
            if plan is not None and event.kind in CLOSES[plan.kind]:
                crossed.setdefault(event.fact, today)
    return {key: (plan.due_at or 0, crossed.get(key)) for key, plan in written.items()}


def shares_desk(event: Statement, plan: Statement) -> bool:
    if plan.dealer:
        return event.dealer == plan.dealer
    return not event.dealer and event.consultant == plan.consultant


@settings(max_examples=examples(500))
@given(PLANS)
def test_the_worked_list_agrees(statements: list[Statement]) -> None:
    found = follow_ups_of(statements)
    assert {each.key: (each.due_at, each.closed_at) for each in found} == worked(statements)
    open_ones = [each for each in found if each.open]
    assert [each.due_at for each in open_ones] == sorted(each.due_at for each in open_ones)
    assert found[: len(open_ones)] == tuple(open_ones)
    assert next_of(found) == (open_ones[0] if open_ones else None)
    assert all((each.outcome is None) == each.open for each in found)


@settings(max_examples=examples(200))
@given(PLANS, st.randoms())
def test_any_order_and_any_repetition_answers_the_same(statements: list[Statement], random: Random) -> None:
    again = statements + statements[:3]
    random.shuffle(again)
    assert follow_ups_of(again) == follow_ups_of(statements)


def test_a_visit_closes_its_own_dealers_plan() -> None:
    plan = said("followUpPlan", 1, dealer="d1", due_at=9, details={"topic": "price"})
    (open_one,) = follow_ups_of(
        [plan, said("storeVisit", 2, dealer="d2"), said("storeVisit", 0, dealer="d1")]
    )
    assert (open_one.open, open_one.topic, open_one.kind) == (True, "price", FollowUpKind.FOLLOW_UP)
    (closed,) = follow_ups_of([plan, said("storeVisit", 2, dealer="d1")])
    assert (closed.closed_at, closed.outcome) == (2, "storeVisit")


def test_the_next_one_planned_in_the_moment_of_completion_is_open() -> None:
    first = said("followUpPlan", 1, dealer="d1", due_at=5)
    second = said("followUpPlan", 6, dealer="d1", due_at=9)
    done = said("followUp", 6, dealer="d1", details={"outcome": "notReached"})
    found = follow_ups_of([done, second, first])
    assert [(each.due_at, each.open, each.outcome) for each in found] == [
        (9, True, None), (5, False, "notReached"),
    ]  # fmt: skip


def test_a_call_does_not_close_an_appointment_and_a_cancellation_does() -> None:
    booked = said("testDriveBooking", 1, fact="appointment:b", dealer="d1", due_at=9)
    (found,) = follow_ups_of([booked, said("followUp", 2, dealer="d1")])
    assert (found.open, found.kind) == (True, FollowUpKind.APPOINTMENT)
    (gone,) = follow_ups_of([booked, said("testDriveCancellation", 3, fact="appointment:b")])
    assert (gone.closed_at, gone.outcome) == (3, "testDriveCancellation")


def test_what_is_booked_again_is_moved() -> None:
    booked = said("testDriveBooking", 1, fact="appointment:b", due_at=9)
    moved = said("testDriveBooking", 4, fact="appointment:b", due_at=12)
    off = said("testDriveCancellation", 3, fact="appointment:b")
    (found,) = follow_ups_of([off, moved, booked])
    assert (found.due_at, found.open, found.planned_at) == (12, True, 4)
