"""Attribution: an exhaustive oracle agrees, claims go before rules, and splits sum exactly."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY
from graph.referral.attribution import Claim, Lost, Touch, attribute, split
from graph.referral.progress import Evidence, Kind, course_of, placements
from graph.referral.terms import Attribution, Rule
from tests.laws import examples

HALF = DAY // 2
TIMES = st.integers(0, 12).map(lambda halves: halves * HALF)
TOUCHES = st.lists(st.builds(Touch, referral=st.sampled_from(["r1", "r2", "r3"]), at=TIMES), max_size=8)
TERMS = st.tuples(st.sampled_from([Rule.FIRST, Rule.LAST]), st.integers(1, 5), st.integers(0, 5)).map(
    lambda drawn: Attribution(rule=drawn[0], window_days=drawn[1], claim_days=drawn[2])
)
CLAIMS = st.lists(
    st.tuples(
        TIMES, TIMES, st.sampled_from([True, True, False]), st.sampled_from([{"r1": 1}, {"r2": 2, "r4": 1}])
    ),
    max_size=4,
).map(lambda drawn: [Claim(f"c{n}", *each) for n, each in enumerate(drawn)])


def terms(rule: str, window: int = 3, claims: int = 2) -> Attribution:
    """Terms of attribution, in days."""
    return Attribution(rule=Rule(rule), window_days=window, claim_days=claims)


def sold(
    placed: int, touches: list[Touch], rules: Attribution, claims: list[Claim]
) -> tuple[dict[str, int], str | None]:
    """The oracle: a clerk with all cards on the table, who throws out what does not count and takes the top one."""
    heard = [c for c in claims if c.accepted and 0 <= c.made_at - placed < rules.claim_days * DAY]
    for claim in sorted(heard, key=lambda c: (c.decided_at, c.key), reverse=True):
        return dict(claim.shares), claim.key
    cards = sorted({(t.at, t.referral) for t in touches if 0 <= placed - t.at < rules.window_days * DAY})
    if not cards:
        return {}, None
    if rules.rule == "first":
        return {cards[0][1]: 1}, None
    newest = [card for card in cards if card[0] == cards[-1][0]]
    return {newest[0][1]: 1}, None


@settings(max_examples=examples(500))
@given(TIMES, TOUCHES, TERMS, CLAIMS)
def test_the_clerk_agrees(placed: int, touches: list[Touch], rules: Attribution, claims: list[Claim]) -> None:
    credit = attribute(placed, touches, terms=rules, claims=claims)
    assert (dict(credit.shares), credit.claim) == sold(placed, touches, rules, claims)


@settings(max_examples=examples(200))
@given(TIMES, TOUCHES, TERMS, CLAIMS, st.one_of(st.none(), TIMES), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_answers_the_same(
    placed: int,
    touches: list[Touch],
    rules: Attribution,
    claims: list[Claim],
    lead: int | None,
    random: Random,
) -> None:
    again, claims_again = touches + touches[:3], claims + claims[:1]
    random.shuffle(again)
    random.shuffle(claims_again)
    one = attribute(placed, touches, terms=rules, claims=claims, lead_at=lead)
    assert attribute(placed, again, terms=rules, claims=claims_again, lead_at=lead) == one


@settings(max_examples=examples(300))
@given(TIMES, TOUCHES, TERMS, CLAIMS, TIMES)
def test_whoever_touched_gets_a_share_or_is_told_why_not(
    placed: int, touches: list[Touch], rules: Attribution, claims: list[Claim], lead: int
) -> None:
    credit = attribute(placed, touches, terms=rules, claims=claims, lead_at=lead)
    touched = {each.referral for each in touches}
    assert not credit.shares.keys() & credit.lost.keys()
    assert touched <= credit.shares.keys() | credit.lost.keys()
    assert credit.lost.keys() <= touched
    for each in credit.shares:
        first = min((touch.at for touch in touches if touch.referral == each), default=None)
        assert (each in credit.after_lead) == (first is not None and lead < first)


FOUR = (Touch("old", 0), Touch("early", 2 * DAY), Touch("late", 4 * DAY), Touch("after", 6 * DAY))


@settings(max_examples=examples(300))
@given(st.lists(TIMES, min_size=1, max_size=3), st.lists(TIMES, min_size=1, max_size=3), TIMES, TERMS)
def test_who_gets_an_order_has_it_in_its_course_and_who_could_not_has_not(
    one: list[int], other: list[int], placed: int, rules: Attribution
) -> None:
    touches = [Touch("one", at) for at in one] + [Touch("other", at) for at in other]
    credit = attribute(placed, touches, terms=rules)
    for referral in ("one", "other"):
        said = [
            Evidence(f"t{n}", Kind.CLICK, each.at)
            for n, each in enumerate(touches)
            if each.referral == referral
        ]
        said.append(Evidence("o", Kind.ORDER, placed, "a"))
        assert placements(said, now=100 * DAY) == {"a": placed}
        course = course_of(said, window=rules.window, return_window=0, now=100 * DAY)
        assert course is not None
        could = credit.lost.get(referral) not in (Lost.AFTER_ORDER, Lost.WINDOW_OVER)
        assert (course.order == "a") == could


class TestByHand:
    def test_the_oldest_within_the_window_or_the_newest_before_the_order(self) -> None:
        first = attribute(5 * DAY - 1, FOUR, terms=terms("first"))
        assert dict(first.shares) == {"early": 1}
        assert first.lost == {
            "old": Lost.WINDOW_OVER,
            "late": Lost.ANOTHER_EARLIER,
            "after": Lost.AFTER_ORDER,
        }
        last = attribute(5 * DAY - 1, FOUR, terms=terms("last"))
        assert dict(last.shares) == {"late": 1}
        assert last.lost["early"] is Lost.ANOTHER_LATER

    def test_an_order_exactly_the_window_after_a_touch_is_too_late(self) -> None:
        assert not attribute(3 * DAY, [Touch("r", 0)], terms=terms("first")).shares
        assert attribute(3 * DAY - 1, [Touch("r", 0)], terms=terms("first")).shares

    def test_by_claims_alone_nothing_is_attributed_without_one(self) -> None:
        credit = attribute(5 * DAY - 1, FOUR, terms=terms("claim"))
        assert (credit.shares, credit.lost["early"], credit.lost["old"]) == (
            {},
            Lost.NOT_CLAIMED,
            Lost.WINDOW_OVER,
        )

    def test_a_forgotten_code_is_claimed_in_time_and_a_refusal_changes_nothing(self) -> None:
        def with_claim(made: int, *, accepted: bool) -> dict[str, int]:
            claim = Claim("c", made, 9 * DAY, accepted, {"after": 1, "early": 1})
            return dict(attribute(5 * DAY - 1, FOUR, terms=terms("first"), claims=[claim]).shares)

        assert with_claim(6 * DAY, accepted=True) == {"after": 1, "early": 1}
        assert with_claim(7 * DAY - 1, accepted=True) == {"early": 1}
        assert with_claim(6 * DAY, accepted=False) == {"early": 1}

    def test_a_code_entered_when_a_lead_existed_is_told_apart_and_not_refused(self) -> None:
        known = attribute(DAY, [Touch("r", 10)], terms=terms("first"), lead_at=9)
        assert (dict(known.shares), known.after_lead) == ({"r": 1}, {"r"})
        for lead in (10, 11, None):
            assert not attribute(DAY, [Touch("r", 10)], terms=terms("first"), lead_at=lead).after_lead


WEIGHTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=1)


@settings(max_examples=examples(300))
@given(st.integers(0, 10**12), WEIGHTS)
def test_parts_sum_exactly_and_are_within_one_of_their_share(amount: int, weights: dict[str, int]) -> None:
    parts = split(amount, weights)
    assert parts.keys() == weights.keys()
    assert sum(parts.values()) == amount
    for key, part in parts.items():
        assert abs(part - Fraction(amount * weights[key], sum(weights.values()))) < 1


@settings(max_examples=examples(200))
@given(
    st.integers(0, 60), st.dictionaries(st.sampled_from("abcd"), st.integers(1, 5), min_size=1, max_size=4)
)
def test_no_other_rounding_is_nearer(amount: int, weights: dict[str, int]) -> None:
    total = sum(weights.values())
    exact = {key: Fraction(amount * weight, total) for key, weight in weights.items()}
    floors = {key: share.numerator // share.denominator for key, share in exact.items()}
    left = amount - sum(floors.values())

    def error(parts: dict[str, int]) -> Fraction:
        return sum(((parts[key] - exact[key]) ** 2 for key in parts), Fraction(0))

    every = [
        {key: floor + (key in up) for key, floor in floors.items()}
        for up in combinations(sorted(floors), left)
    ]
    best = min(error(parts) for parts in every)
    assert split(amount, weights) == next(parts for parts in every if error(parts) == best)


def test_what_cannot_be_split_is_refused() -> None:
    assert split(100, {"b": 1, "a": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    with pytest.raises(ValueError, match="negative"):
        split(-1, {"a": 1})
    for weights in ({}, {"a": 0}, {"a": 1, "b": -1}):
        with pytest.raises(ValueError, match="positive weights"):
            split(1, weights)
        with pytest.raises(ValueError, match="positive weights"):
            Claim("c", 0, 0, True, weights)
