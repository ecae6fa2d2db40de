"""A case is judged alike whatever the order, whoever is founder, and as it was known at any time."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY
from graph.ledger.model import Side
from graph.referral.case import Claimed, Invited, Judged
from graph.referral.judge import judge
from graph.referral.progress import Progress
from graph.referral.terms import Milestone, Participant
from graph.standing.statement import Statement
from tests.graph.referral.cases import CODES, ONE_LEVEL, OWNERS, T0, case, statements, terms
from tests.laws import examples

A, B, C = CODES
NOW = T0 + 90 * DAY
times = st.integers(0, 80).map(lambda day: T0 + day * DAY)


def said(kind: str, day: float, fact: str = "", *, profile: str = "bob1", **rest: object) -> Statement:
    at = T0 + round(day * DAY)
    return Statement(f"{kind}-{day}-{fact}-{profile}", profile, fact or f"{kind}:{day}", kind, at, **rest)  # pyright: ignore[reportArgumentType]


def click(code: str, day: float, **rest: object) -> Statement:
    return said("referralClick", day, f"referral:{code}", **rest)


def bought(day: float, *, delivered: float | None = None, order: str = "order:x") -> list[Statement]:
    return [said("order", day, order), *([] if delivered is None else [said("delivery", delivered, order)])]


def of(judged: list[Judged], referrer: str) -> Judged:
    (one,) = [each for each in judged if each.referrer == referrer]
    return one


@settings(max_examples=examples(100), deadline=None)
@given(statements(), st.integers(0, 10**6), times, st.sampled_from(["first", "last", "claim"]))
def test_order_and_repetition_do_not_matter(known: list[Statement], seed: int, now: int, rule: str) -> None:
    again = random.Random(seed).sample([*known, *known], 2 * len(known))
    assert judge(case(known, terms(rule)), policy=ONE_LEVEL, now=now) == judge(
        case(again, terms(rule)), policy=ONE_LEVEL, now=now
    )


@settings(max_examples=examples(100), deadline=None)
@given(statements(), times)
def test_what_lies_after_a_time_is_not_known_then(known: list[Statement], now: int) -> None:
    before = [each for each in known if each.occurred_at <= now]
    assert judge(case(known), policy=ONE_LEVEL, now=now) == judge(case(before), policy=ONE_LEVEL, now=now)


@settings(max_examples=examples(100), deadline=None)
@given(statements(), times)
def test_who_is_founder_does_not_matter(known: list[Statement], now: int) -> None:
    others = [f"other-{owner}" for owner in reversed(OWNERS)]
    here = judge(case(known), policy=ONE_LEVEL, now=now)
    there = judge(case(known, friend="rob", owners=others), policy=ONE_LEVEL, now=now)
    names = dict(zip(others, OWNERS, strict=True))
    back = [replace(each, friend="bob", referrer=names[each.referrer]) for each in there]
    assert [replace(each, dues=()) for each in back] == [replace(each, dues=()) for each in here]
    assert [[replace(due, profile="") for due in each.dues] for each in back] == [
        [replace(due, profile="") for due in each.dues] for each in here
    ]


@settings(max_examples=examples(100), deadline=None)
@given(statements(), times, st.sampled_from(["first", "last"]))
def test_an_order_is_credited_once(known: list[Statement], now: int, rule: str) -> None:
    judged = judge(case(known, terms(rule)), policy=ONE_LEVEL, now=now)
    orders = [each.course.order for each in judged if each.course.order]
    assert len(orders) == len(set(orders)), "no two have the same"
    for each in judged:
        assert (each.credited is not None) == (each.course.order is not None)
        assert each.credited is None or each.lost is None
    driven = [each for each in judged for due in each.dues if due.on is Milestone.TEST_DRIVEN and due.at]
    if not any(code.startswith("order") for code in (each.fact for each in known)):
        assert len({(each.referrer, each.course.when(Progress.TEST_DRIVEN)) for each in driven}) == len(
            driven
        )


@settings(max_examples=examples(100), deadline=None)
@given(statements(), times)
def test_two_codes_of_one_person_are_one_referrer(known: list[Statement], now: int) -> None:
    judged = judge(case(known, owners=("ann", "ann", "dan")), policy=ONE_LEVEL, now=now)
    assert len({each.referrer for each in judged}) == len(judged)
    touched = {each.fact for each in known if each.kind.startswith("referral") and each.occurred_at <= now}
    members = [member for each in judged for member in each.members]
    assert {f"referral:{member.code}" for member in members} == touched
    assert len({member.id for member in members}) == len(members)


def test_shares_of_a_claim_sum_to_the_whole() -> None:
    claim = Claimed("c", "order:x", "bob1", {A: 1, B: 2}, T0 + 12 * DAY, T0 + 13 * DAY, accepted=True)
    known = [click(A, 1), *bought(10, delivered=20)]
    judged = judge(case(known, claims=[claim]), policy=ONE_LEVEL, now=NOW)
    assert [of(judged, who).credited for who in ("ann", "cid")] == [1, 2]
    for rule, whole in (("mine", 350), ("yours", 3501)):
        amounts = [due.amount for each in judged for due in each.dues if due.rule == rule]
        assert sum(amounts) == whole
        assert len(amounts) == 2
    assert of(judged, "cid").members[0].opened_at == claim.made_at, (
        "nobody touched that code: the claim begins it"
    )
    refused = replace(claim, accepted=False)
    assert [each.referrer for each in judge(case(known, claims=[refused]), policy=ONE_LEVEL, now=NOW)] == [
        "ann"
    ]
    late = replace(claim, made_at=T0 + 45 * DAY)
    assert of(judge(case(known, claims=[late]), policy=ONE_LEVEL, now=NOW), "ann").credited == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"owners": ("bob", "cid", "dan")}, "samePerson"),
        ({"tags": frozenset({Participant.STAFF})}, "excluded"),
        ({}, ""),
    ],
)
def test_who_may_not_take_part_is_told_why(changes: dict[str, object], why: str) -> None:
    judged = judge(case([click(A, 1), *bought(10, delivered=20)], **changes), policy=ONE_LEVEL, now=NOW)
    (one,) = judged
    assert {due.disqualified for due in one.dues} == {why}


def test_an_owner_may_be_referred_only_where_the_terms_say_so() -> None:
    known = [click(A, 1), *bought(10, delivered=20)]
    strict = terms(eligibility={"referrers": ["owner"], "referees": ["prospect"]})
    for since, why in ((T0, "notEligible"), (T0 + 20 * DAY, "")):
        (one,) = judge(case(known, strict, owner_since=since), policy=ONE_LEVEL, now=NOW)
        assert {due.disqualified for due in one.dues} == {why}


def test_a_model_or_a_time_that_the_programme_does_not_have_is_not_its_own() -> None:
    known = [click(A, 1), said("order", 10, "order:x", model="ET7"), said("delivery", 20, "order:x")]
    (one,) = judge(case(known, terms(models=["ET5"])), policy=ONE_LEVEL, now=NOW)
    assert (one.course.progress, one.credited) == (Progress.LAPSED, None)
    (one,) = judge(case(known, terms(models=["ET7"])), policy=ONE_LEVEL, now=NOW)
    assert one.course.progress is Progress.MATURED
    assert judge(case(known, terms(startsOn="2027-01-01")), policy=ONE_LEVEL, now=NOW) == []


def test_it_is_judged_by_the_version_in_force_when_it_was_touched() -> None:
    first, second = terms(), terms(version=2, startsOn="2026-06-20", maturity={"returnDays": 60})
    for day, version in ((1, 1), (30, 2)):
        (one,) = judge(case([click(A, day)], first, second), policy=ONE_LEVEL, now=NOW)
        assert one.terms.version == version


def test_it_says_when_it_changes_by_itself() -> None:
    for known, due_at in (
        ([click(A, 1)], T0 + 31 * DAY),
        ([click(A, 1), *bought(10)], None),
        ([click(A, 1), *bought(10, delivered=12)], T0 + 19 * DAY),
    ):
        (one,) = judge(case(known), policy=ONE_LEVEL, now=T0 + 13 * DAY)
        assert one.due_at == due_at
    for now in (T0 + 31 * DAY, T0 + 40 * DAY):
        (one,) = judge(case([click(A, 1)]), policy=ONE_LEVEL, now=now)
        assert (one.course.progress, one.due_at) == (Progress.LAPSED, None)


def test_level_two_goes_to_who_brought_the_referrer() -> None:
    (one,) = judge(case([click(A, 1), *bought(10, delivered=12)]), policy=ONE_LEVEL, now=NOW)
    receivers = {due.rule: (due.profile, due.level, due.side) for due in one.dues}
    assert receivers == {
        "mine": ("profile-0", 1, Side.REFERRER),
        "yours": ("bob1", 0, Side.REFEREE),
        "above": ("up-1", 2, Side.REFERRER),
        "honour": ("up-2", 3, Side.REFERRER),
    }


def test_what_came_back_undoes_what_the_order_brought_and_nothing_else() -> None:
    known = [
        click(A, 0),
        said("testDrive", 1, profile="bob1"),
        *bought(2, delivered=10),
        said("vehicleReturn", 12, "order:x"),
    ]
    (one,) = judge(case(known), policy=ONE_LEVEL, now=NOW)
    assert one.course.progress is Progress.RETURNED
    assert {due.rule: due.at for due in one.dues if due.at is not None} == {"drive": T0 + DAY}


def test_what_is_not_reached_any_more_is_not_due() -> None:
    known = [click(A, 0), said("testDrive", 1), *bought(2, delivered=10)]
    back = said("vehicleReturn", 12, "order:x")
    (returned,) = judge(case([*known, back]), policy=ONE_LEVEL, now=NOW)
    assert [due.rule for due in returned.dues] == ["drive"]
    (lapsed,) = judge(case([click(A, 0)]), policy=ONE_LEVEL, now=NOW)
    assert (lapsed.course.progress, lapsed.dues) == (Progress.LAPSED, ())
    (awaited,) = judge(case([click(A, 0)]), policy=ONE_LEVEL, now=T0 + DAY)
    assert {"drive", "mine", "yours"} <= {due.rule for due in awaited.dues}


def test_who_has_no_share_has_nothing_due() -> None:
    judged = judge(case([click(A, 0), click(B, 1), said("testDrive", 2)]), policy=ONE_LEVEL, now=T0 + 3 * DAY)
    reached = {one.referrer: [due.rule for due in one.dues if due.at is not None] for one in judged}
    assert reached == {"ann": ["drive"], "cid": []}


def test_an_invitation_counts_from_when_it_was_sent_if_it_is_one_of_this_code() -> None:
    """A link may name anything: what was never sent, or under another's code, is nothing, and the click is a click."""
    known = [
        click(A, 5, details={"invitation": "sent"}),
        click(B, 6, details={"invitation": "made up"}),
        click(C, 7, details={"invitation": "sent"}),
    ]
    judged = judge(case(known, invited={"sent": Invited(A, T0 + 2 * DAY)}), policy=ONE_LEVEL, now=NOW)
    opened = {one.referrer: one.course.opened_at for one in judged}
    assert opened == {"ann": T0 + 2 * DAY, "cid": T0 + 6 * DAY, "dan": T0 + 7 * DAY}
