"""Progress: a second writing that lives day by day says the same, in any order and repetition, at any time."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.ingest.catalogue import EVENT_TYPES
from graph.referral.progress import (
    BY_TOUCHPOINT,
    MOVES,
    Evidence,
    IllegalMoveError,
    Kind,
    Progress,
    check_move,
    course_of,
    placements,
)
from tests.laws import examples

ABOUT_ORDERS = {Kind.ORDER, Kind.CANCELLATION, Kind.DELIVERY, Kind.RETURN, Kind.CLAIM}
LAST_DAY = 22


OFTEN = (*Kind, Kind.ORDER, Kind.DELIVERY, Kind.DELIVERY, Kind.RETURN, Kind.RETURN, Kind.CANCELLATION)


@st.composite
def evidence(draw: st.DrawFn) -> list[Evidence]:
    """Up to twelve things of a few days and two orders; most begin with a click, so that orders count."""
    kinds = draw(st.lists(st.sampled_from(OFTEN), max_size=11))
    if draw(st.integers(0, 4)):
        kinds.append(Kind.CLICK)
    return [
        Evidence(
            f"m{number}",
            kind,
            draw(st.integers(0, 3 if kind is Kind.CLICK else 10)),
            draw(st.sampled_from(["a", "a", "b"])) if kind in ABOUT_ORDERS else None,
        )
        for number, kind in enumerate(kinds)
    ]


EVIDENCE = evidence()
WINDOWS = st.integers(1, 6)
RETURNS = st.integers(0, 4)


def lived(
    said: list[Evidence], window: int, returns: int, now: int
) -> tuple[str, str | None, int | None] | None:
    """The oracle: progress, order and late return, by living every day up to now and keeping a diary of each order."""
    diary: dict[str, dict[str, int]] = {}
    for day in range(now + 1):
        for kind in ("order", "delivery", "cancellation", "return"):
            for name in {e.order for e in said if e.kind == kind and e.at == day and e.order}:
                page = diary.setdefault(name, {})
                handed_over = "delivered" in page
                if kind == "order" and not ("placed" in page and "cancelled" not in page):
                    page.clear()
                    page["placed"] = day
                if kind == "delivery" and not (handed_over and "returned" not in page):
                    if "placed" not in page or "cancelled" in page:
                        page.clear()
                        page["placed"] = day
                    page.pop("returned", None)
                    page["delivered"] = day
                if kind in ("cancellation", "return") and "placed" in page:
                    if handed_over and "returned" not in page:
                        in_time = day - page["delivered"] < returns
                        page.setdefault("returned" if in_time else "late", day)
                    if not handed_over and kind == "cancellation":
                        page["cancelled"] = day
    so_far = [e for e in said if e.at <= now]
    if not any(e.kind in ("invitation", "click", "code", "claim") for e in so_far):
        return None
    opened = [e.at for e in so_far if e.kind in ("click", "code")]
    live = {day for start in opened for day in range(start, start + window)}
    claimed = {e.order for e in so_far if e.kind == "claim"}
    standing = {
        name: page
        for name, page in diary.items()
        if "placed" in page and "cancelled" not in page and (name in claimed or page["placed"] in live)
    }
    driving = sorted(
        (page["delivered"], name)
        for name, page in standing.items()
        if "delivered" in page and "returned" not in page
    )
    waiting = sorted((page["placed"], name) for name, page in standing.items() if "delivered" not in page)
    back = sorted((page["returned"], name) for name, page in standing.items() if "returned" in page)
    if driving:
        day, name = driving[0]
        return ("matured" if now - day >= returns else "delivered"), name, standing[name].get("late")
    if waiting:
        return "ordered", waiting[0][1], None
    if back:
        return "returned", back[0][1], None
    begun = opened or [e.at for e in so_far if e.kind in ("invitation", "claim")]
    if all(now - start >= window for start in begun):
        return "lapsed", None, None
    if any(e.kind == "testDrive" and e.at in live for e in so_far):
        return "testDriven", None, None
    if any(e.kind == "lead" and (e.at in live or (opened and e.at < min(opened))) for e in so_far):
        return "identified", None, None
    return ("clicked" if opened else "invited"), None, None


@settings(max_examples=examples(500))
@given(EVIDENCE, WINDOWS, RETURNS, st.integers(0, LAST_DAY))
def test_who_lives_day_by_day_agrees(said: list[Evidence], window: int, returns: int, now: int) -> None:
    course = course_of(said, window=window, return_window=returns, now=now)
    told = (course.progress.value, course.order, course.late_return_at) if course else None
    assert told == lived(said, window, returns, now)


@settings(max_examples=examples(300))
@given(EVIDENCE, WINDOWS, RETURNS, st.integers(0, LAST_DAY), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_answers_the_same(
    said: list[Evidence], window: int, returns: int, now: int, random: Random
) -> None:
    again = said + said[:4]
    random.shuffle(again)
    late_known = [each for each in said if each.at <= now]
    once = course_of(said, window=window, return_window=returns, now=now)
    assert course_of(again, window=window, return_window=returns, now=now) == once
    assert course_of(late_known, window=window, return_window=returns, now=now) == once


@settings(max_examples=examples(400))
@given(EVIDENCE, WINDOWS, RETURNS)
def test_from_day_to_day_only_moves_of_the_table_are_seen(
    said: list[Evidence], window: int, returns: int
) -> None:
    seen = [course_of(said, window=window, return_window=returns, now=day) for day in range(LAST_DAY)]
    for before, after in pairwise(seen):
        if before is None:
            continue
        assert after is not None
        if before.progress is not after.progress:
            check_move(before.progress, after.progress)


@settings(max_examples=examples(300))
@given(EVIDENCE, WINDOWS, RETURNS, st.integers(0, LAST_DAY))
def test_the_dates_are_of_what_was_said_and_the_last_is_the_progress(
    said: list[Evidence], window: int, returns: int, now: int
) -> None:
    course = course_of(said, window=window, return_window=returns, now=now)
    if course is None:
        return
    assert course.progress is course.reached[-1][0]
    assert all(at <= now for _, at in course.reached)
    times = {(each.kind.value, each.at) for each in said if each.order in (None, course.order)}
    for progress, kinds in (
        (Progress.ORDERED, ("order", "delivery")),
        (Progress.DELIVERED, ("delivery",)),
        (Progress.RETURNED, ("return", "cancellation")),
        (Progress.TEST_DRIVEN, ("testDrive",)),
        (Progress.CLICKED, ("click", "code")),
    ):
        when = course.when(progress)
        assert when is None or any((kind, when) in times for kind in kinds), progress
    assert course.when(Progress.ORDERED) == (
        placements(said, now=now)[course.order] if course.order else None
    )
    delivered = course.when(Progress.DELIVERED)
    if course.progress is Progress.MATURED:
        assert course.when(Progress.MATURED) == (delivered or 0) + returns
    if course.progress is Progress.LAPSED:
        assert course.order is None
        assert (course.when(Progress.LAPSED) or 0) >= course.closes_at


def told(*said: tuple[Kind, int]) -> list[Evidence]:
    """Evidence with keys of its own, all of order `a`."""
    return [
        Evidence(f"m{n}", kind, at, "a" if kind in ABOUT_ORDERS else None)
        for n, (kind, at) in enumerate(said)
    ]


class TestByHand:
    def test_a_car_bought_kept_and_matured(self) -> None:
        said = told(
            (Kind.INVITATION, 0), (Kind.CLICK, 1), (Kind.LEAD, 2), (Kind.TEST_DRIVE, 3), (Kind.ORDER, 5)
        )
        said += [Evidence("d", Kind.DELIVERY, 40, "a")]
        course = course_of(said, window=10, return_window=7, now=47)
        assert course is not None
        assert [(each.value, at) for each, at in course.reached] == [
            ("invited", 0), ("clicked", 1), ("identified", 2), ("testDriven", 3), ("ordered", 5),
            ("delivered", 40), ("matured", 47),
        ]  # fmt: skip
        assert (course.order, course.opened_at, course.closes_at) == ("a", 0, 11)

    @pytest.mark.parametrize(("at", "progress"), [(10, "ordered"), (11, "lapsed")])
    def test_the_window_is_half_open(self, at: int, progress: str) -> None:
        course = course_of(told((Kind.CLICK, 1), (Kind.ORDER, at)), window=10, return_window=7, now=20)
        assert course is not None
        assert course.progress == progress

    @pytest.mark.parametrize(("at", "progress", "late"), [(46, "returned", None), (47, "matured", 47)])
    def test_a_return_undoes_within_its_window_and_is_noted_after(
        self, at: int, progress: str, late: int | None
    ) -> None:
        said = told((Kind.CLICK, 1), (Kind.ORDER, 2), (Kind.DELIVERY, 40), (Kind.RETURN, at))
        course = course_of(said, window=10, return_window=7, now=60)
        assert course is not None
        assert (course.progress, course.late_return_at) == (progress, late)

    def test_a_cancelled_order_falls_back_and_lapses_at_the_later_of_window_and_cancellation(self) -> None:
        said = told((Kind.CLICK, 0), (Kind.TEST_DRIVE, 1), (Kind.ORDER, 2), (Kind.CANCELLATION, 4))
        open_still = course_of(said, window=10, return_window=7, now=9)
        assert open_still is not None
        assert open_still.progress is Progress.TEST_DRIVEN
        late = [*said[:3], Evidence("c", Kind.CANCELLATION, 30, "a")]
        over = course_of(late, window=10, return_window=7, now=31)
        assert over is not None
        assert over.when(Progress.LAPSED) == 30

    def test_of_a_returned_order_and_one_that_stands_the_standing_one_counts(self) -> None:
        returned = told((Kind.CLICK, 0), (Kind.ORDER, 1), (Kind.DELIVERY, 3), (Kind.RETURN, 4))
        placed = [*returned, Evidence("b1", Kind.ORDER, 6, "b")]
        course = course_of(placed, window=10, return_window=7, now=8)
        assert course is not None
        assert (course.progress, course.order) == (Progress.ORDERED, "b")
        course = course_of(
            [*placed, Evidence("b2", Kind.DELIVERY, 9, "b")], window=10, return_window=7, now=9
        )
        assert course is not None
        assert (course.progress, course.order) == (Progress.DELIVERED, "b")

    def test_a_late_claim_brings_an_order_that_no_click_did(self) -> None:
        said = told((Kind.ORDER, 2), (Kind.DELIVERY, 9), (Kind.CLAIM, 12))
        assert course_of(said, window=10, return_window=7, now=11) is None
        course = course_of(said, window=10, return_window=7, now=12)
        assert course is not None
        assert (course.progress, course.order) == (Progress.DELIVERED, "a")

    def test_a_lead_from_before_the_code_counts_when_the_code_opens(self) -> None:
        course = course_of(told((Kind.LEAD, 1), (Kind.CODE, 5)), window=10, return_window=7, now=6)
        assert course is not None
        assert course.when(Progress.IDENTIFIED) == 5

    def test_evidence_about_an_order_names_it_and_no_other_does(self) -> None:
        with pytest.raises(ValueError, match="has an order exactly"):
            Evidence("m", Kind.ORDER, 1)
        with pytest.raises(ValueError, match="has an order exactly"):
            Evidence("m", Kind.CLICK, 1, "a")


def test_what_touchpoints_say_is_in_the_catalogue() -> None:
    kinds = {entry.kind for entry in EVENT_TYPES}
    assert BY_TOUCHPOINT.keys() <= kinds
    assert set(Kind) - set(BY_TOUCHPOINT.values()) == {Kind.INVITATION, Kind.CLAIM}


class TestMoves:
    def test_the_table_has_every_progress_and_none_stays(self) -> None:
        assert set(MOVES) == set(Progress)
        assert all(before not in after for before, after in MOVES.items())

    @pytest.mark.parametrize("before", Progress)
    @pytest.mark.parametrize("after", Progress)
    def test_a_move_that_is_not_in_the_table_is_refused_by_name(
        self, before: Progress, after: Progress
    ) -> None:
        if after in MOVES[before]:
            check_move(before, after)
            return
        with pytest.raises(IllegalMoveError, match=f"is {before} cannot become {after}") as refused:
            check_move(before, after)
        assert refused.value.status == 409
        assert refused.value.remedy.startswith(f"From {before} it can become")
