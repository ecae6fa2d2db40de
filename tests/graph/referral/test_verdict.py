"""Judgement: rules and people apart, the newest decision over the rules, in any order."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.referral.progress import IllegalMoveError
from graph.referral.verdict import MOVES, Decision, Judgement, Outcome, check_decision, verdict_of
from tests.laws import examples

FLAGS = st.frozensets(st.sampled_from(["sameDevice", "samePayer", "ring"]))
DECISIONS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(Outcome), FLAGS),
    max_size=5,
).map(
    lambda drawn: [
        Decision(f"d{n}", "ann", at, outcome, flags) for n, (at, outcome, flags) in enumerate(drawn)
    ]
)


def argued(flags: frozenset[str], checked: bool, decisions: list[Decision]) -> tuple[str, frozenset[str]]:
    """The oracle: a docket that hears of the decisions one by one and keeps the last word."""
    word, covered = "", frozenset[str]()
    for each in sorted(decisions, key=lambda one: (one.at, one.key)):
        word = "" if each.outcome == "withdrawn" else each.outcome.value
        covered = each.flags if each.outcome == "cleared" else frozenset()
    open_flags = frozenset(flag for flag in flags if flag not in covered)
    if word == "rejected":
        return "rejected", open_flags
    if open_flags:
        return "flagged", open_flags
    return word or ("clear" if checked or flags else "unchecked"), open_flags


@settings(max_examples=examples(300))
@given(FLAGS, st.booleans(), DECISIONS, st.randoms(use_true_random=False))
def test_the_docket_agrees_in_any_order(
    flags: frozenset[str], checked: bool, decisions: list[Decision], random: Random
) -> None:
    verdict = verdict_of(flags, checked=checked, decisions=decisions)
    assert (verdict.judgement.value, verdict.flags) == argued(flags, checked, decisions)
    again = decisions + decisions[:2]
    random.shuffle(again)
    assert verdict_of(sorted(flags), checked=checked, decisions=again) == verdict


@settings(max_examples=examples(200))
@given(FLAGS, st.booleans(), DECISIONS)
def test_what_rules_say_stands_beside_what_people_say(
    flags: frozenset[str], checked: bool, decisions: list[Decision]
) -> None:
    verdict = verdict_of(flags, checked=checked, decisions=decisions)
    assert verdict.automatic == verdict_of(flags, checked=checked).judgement
    assert verdict.manual is None or verdict.manual in decisions
    if verdict.manual is None:
        assert verdict.judgement is verdict.automatic


@settings(max_examples=examples(300))
@given(FLAGS, st.booleans(), DECISIONS, st.sampled_from(Outcome))
def test_a_decision_is_taken_or_refused_by_name(
    flags: frozenset[str], checked: bool, decisions: list[Decision], outcome: Outcome
) -> None:
    verdict = verdict_of(flags, checked=checked, decisions=decisions)
    taken = outcome in MOVES[verdict.judgement] or (outcome == "withdrawn" and verdict.manual is not None)
    if not taken:
        with pytest.raises(IllegalMoveError, match=f"is {verdict.judgement} cannot be {outcome}") as refused:
            check_decision(verdict, outcome)
        assert refused.value.remedy.startswith("It can be ")
        return
    check_decision(verdict, outcome)
    decided = [*decisions, Decision("z", "bob", 9, outcome, verdict.flags | flags)]
    after = verdict_of(flags, checked=checked, decisions=decided)
    assert after.judgement == (after.automatic if outcome is Outcome.WITHDRAWN else outcome.value)


def test_a_clearance_covers_what_was_looked_at_and_nothing_that_comes_later() -> None:
    cleared = Decision("d", "ann", 1, Outcome.CLEARED, frozenset({"sameDevice"}), "one showroom")
    assert verdict_of({"sameDevice"}, checked=True, decisions=[cleared]).judgement is Judgement.CLEARED
    ring = verdict_of({"sameDevice", "ring"}, checked=True, decisions=[cleared])
    assert (ring.judgement, ring.flags, ring.manual) == (Judgement.FLAGGED, {"ring"}, cleared)


def test_no_rule_undoes_a_rejection() -> None:
    rejected = Decision("d", "ann", 1, Outcome.REJECTED, frozenset({"ring"}))
    assert verdict_of(frozenset(), checked=True, decisions=[rejected]).judgement is Judgement.REJECTED
