"""The ledger has what a case says: once, no more than the law lets be paid, and the same by whatever way it came."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graph.clock import DAY
from graph.ledger.book import Book
from graph.ledger.commands import Redeem
from graph.ledger.decide import decide
from graph.ledger.model import AccountKind, EntryKind, Result
from graph.ledger.moves import State
from graph.referral.case import Case, Claimed
from graph.referral.judge import judge
from graph.referral.policy import Policy
from graph.referral.settle import Decided, Fell, settle
from graph.referral.verdict import Decision, Outcome
from graph.standing.statement import Statement
from tests.graph.referral.cases import (
    CODES,
    ONE_LEVEL,
    T0,
    case,
    funded,
    reward_rule,
    settled,
    statements,
    terms,
)
from tests.graph.referral.test_judge import NOW, bought, click, said
from tests.laws import examples

A, B, C = CODES


def checked(of: Case) -> Case:
    """Rules have looked, and say nothing."""
    ids = {member.id for one in judge(of, policy=ONE_LEVEL, now=NOW) for member in one.members}
    return replace(of, flags={id_: frozenset[str]() for id_ in ids})


def settle_case(book: Book, of: Case, *, now: int = NOW, **rest: Any) -> list[str]:
    """The kinds of reviews that are asked then."""
    return [str(r.kind) for r in settled(book, judge(of, policy=ONE_LEVEL, now=now), now=now, **rest).reviews]


def held(book: Book) -> Counter[tuple[str, str, str]]:
    """What everybody has in all, pending or available, by rule."""
    found: Counter[tuple[str, str, str]] = Counter()
    for reward in book.rewards.values():
        found[reward.rule, reward.profile, reward.unit] += reward.pending + reward.available
    return +found


def held_by_person(book: Book, of: Case) -> Counter[tuple[str, str, str]]:
    """The same by the people that profiles are."""
    people = {code.profile: code.one_id for code in of.codes.values()}
    people |= {each.profile_id: of.friend for each in of.statements}
    found: Counter[tuple[str, str, str]] = Counter()
    for (rule, profile, unit), amount in held(book).items():
        found[rule, people[profile], unit] += amount
    return found


@settings(max_examples=examples(100), deadline=None)
@given(statements(), st.lists(st.integers(0, 80), max_size=6))
def test_however_it_came_there_the_ledger_has_what_the_case_says(
    known: list[Statement], days: list[int]
) -> None:
    """As time goes by, and as it would have been had all been known at once."""
    of = checked(case(known))
    straight, stepwise = funded(), funded()
    settle_case(straight, of)
    for day in sorted(days):
        settle_case(stepwise, of, now=T0 + day * DAY)
    reviews = settle_case(stepwise, of)
    assert not settle(
        judge(of, policy=ONE_LEVEL, now=NOW), stepwise, policy=ONE_LEVEL, decided=Decided(), now=NOW
    ).commands
    if not reviews:
        assert held(stepwise) == held(straight)


@settings(max_examples=examples(100), deadline=None)
@given(st.data(), statements())
def test_however_events_come_nobody_has_a_reward_twice(data: st.DataObject, known: list[Statement]) -> None:
    """Late and disordered: what was granted on less than all is taken back, or rests; never is there two of a rule."""
    book = funded()
    arrived: list[Statement] = []
    for each in data.draw(st.permutations(known)):
        arrived.append(each)
        settle_case(book, checked(case(arrived)))
        live = Counter(
            (reward.rule, reward.side)
            for reward in book.rewards.values()
            if reward.state not in (State.REVERSED, State.REVIEW_REQUIRED)
        )
        # Two referrers may have one each, of two orders or of two test drives: what was done in the window of each.
        did = Counter(each.fact.partition(":")[0] for each in {each.fact: each for each in arrived}.values())
        for (rule, _), count in live.items():
            assert count <= max(1, did["testDrive" if rule == "drive" else "order"])
    straight = funded()
    of = checked(case(known))
    settle_case(straight, of)
    if not settle_case(book, of):
        assert held_by_person(book, of) == held_by_person(straight, of)


@settings(max_examples=examples(100), deadline=None)
@given(
    statements(),
    st.integers(0, 3),
    st.booleans(),
    st.permutations(range(4)).map(lambda order: order[:3]),
)
def test_no_posting_exceeds_the_policy(
    known: list[Statement], levels: int, status: bool, order: list[int]
) -> None:
    policy = Policy(payable_levels=levels, status_follows_depth=status, basis="test")
    of = checked(case(known))
    book = funded()
    for _ in order:
        settled(book, judge(of, policy=policy, now=NOW), now=NOW, policy=policy)
    depth = {"drive": 1, "mine": 1, "yours": 0, "above": 2, "honour": 3}
    for reward in book.rewards.values():
        allowed = 1_000 if reward.unit == "status" and status else levels
        assert depth[reward.rule] <= allowed
    posted = sum(
        posting.amount
        for entry in book.entries.values()
        for posting in entry.postings
        if posting.account.kind is AccountKind.PENDING and posting.amount > 0
    )
    assert posted == sum(reward.amount for reward in book.rewards.values())


@settings(max_examples=examples(100), deadline=None)
@given(statements("bob"), statements("rob"))
def test_two_who_turn_out_to_be_one_and_two_again_have_what_they_had(
    of_bob: list[Statement], of_rob: list[Statement]
) -> None:
    bob, rob = checked(case(of_bob)), checked(case(of_rob, friend="rob"))
    both = checked(case([*of_bob, *of_rob]))
    book = funded()
    settle_case(book, bob)
    settle_case(book, rob)
    before = dict(book.rewards)
    asked = settle_case(book, both)
    objective = any(e.kind in ("vehicleReturn", "orderCancellation") for e in (*of_bob, *of_rob))
    assume(not objective)  # an order of the one that the other cancelled was cancelled
    settle_case(book, bob)
    settle_case(book, rob)
    granted = {key: reward for key, reward in book.rewards.items() if key in before}
    assert {k: (r.pending + r.available, r.returned) for k, r in granted.items()} == {
        k: (r.pending + r.available, r.returned) for k, r in before.items()
    }, asked
    assert not settle_case(book, bob) or len(book.rewards) > len(before)


def test_one_who_referred_themselves_is_paid_nothing_and_told_why() -> None:
    book = funded()
    of = checked(case([click(A, 1), *bought(10, delivered=20)], owners=("bob", "cid", "dan")))
    assert settle_case(book, of) == []
    results = {(o.result, o.reason) for e in book.entries.values() for o in e.outcomes}
    assert results == {(Result.DISQUALIFIED, "samePerson")}


def test_a_reward_stays_where_it_is_though_another_profile_of_the_person_came_first() -> None:
    book = funded()
    known = [click(A, 2), *bought(10, delivered=20)]
    settle_case(book, checked(case(known)))
    paid = held(book)
    before = replace(click(A, 1), key="heard-late", profile_id="bob2")
    at_once = funded()
    settle_case(at_once, checked(case([before, *known])))
    assert held(at_once) != paid, "it would be that profile's"
    assert settle_case(book, checked(case([*known, before]))) == []
    assert held(book) == paid


def test_what_was_paid_is_asked_about_and_taken_back_only_then() -> None:
    book = funded()
    known = [click(A, 1), *bought(10, delivered=20)]
    settle_case(book, checked(case(known)))
    paid = held(book)
    merged = checked(case(known, owners=("bob", "cid", "dan")))
    assert settle_case(book, merged) == [Fell.SAME_PERSON] * 2
    assert held(book) == paid
    reviews = settled(book, judge(merged, policy=ONE_LEVEL, now=NOW), now=NOW).reviews
    refused = Decided(refused=frozenset({reviews[0].key}), accepted=frozenset({reviews[1].key}))
    settle_case(book, merged, decided=refused)
    assert held(book) == {
        key: value for key, value in paid.items() if key[0] == reviews_rule(book, reviews[0])
    }


def reviews_rule(book: Book, review: Any) -> str:
    return book.rewards[review.reward].rule


def test_while_one_has_it_another_gets_nothing() -> None:
    book = funded()
    known = [click(A, 1), click(B, 2), *bought(10, delivered=20)]
    settle_case(book, checked(case(known)))
    claim = Claimed("c", "order:x", "bob1", {B: 1}, T0 + 12 * DAY, T0 + 30 * DAY, accepted=True)
    moved = checked(case(known, claims=[claim]))
    asked = settled(book, judge(moved, policy=ONE_LEVEL, now=NOW), now=NOW).reviews
    assert [review.kind for review in asked] == [Fell.CREDIT_MOVED] * 2
    assert {reward.profile for reward in book.rewards.values()} == {"profile-0", "bob1"}
    settle_case(book, moved, decided=Decided(accepted=frozenset(review.key for review in asked)))
    assert held(book) == {
        ("mine", "profile-1", "points"): 350,
        ("yours", "bob1", "CNY"): 3501,
    }


def test_spent_rewards_are_for_a_person_and_rejection_is_not() -> None:
    book = funded()
    known = [click(A, 1), *bought(10, delivered=20)]
    of = checked(case(known))
    settle_case(book, of)
    book.record(decide(book, Redeem("spend", "v", ("profile-0",), "points", 100, "shop", NOW)))
    (one,) = judge(of, policy=ONE_LEVEL, now=NOW)
    rejected = replace(of, decisions={one.id: [Decision("d", "k", NOW, Outcome.REJECTED)]})
    assert settle_case(book, rejected) == [Fell.SPENT]
    states = {reward.rule: reward.state for reward in book.rewards.values()}
    assert states == {"mine": State.REVIEW_REQUIRED, "yours": State.REVERSED}
    (review,) = settled(book, judge(rejected, policy=ONE_LEVEL, now=NOW), now=NOW).reviews
    assert settle_case(book, rejected, decided=Decided(refused=frozenset({review.key}))) == [Fell.SPENT]
    settle_case(book, rejected, decided=Decided(accepted=frozenset({review.key})))
    assert {reward.state for reward in book.rewards.values()} == {State.REVERSED}
    assert sum(reward.available for reward in book.rewards.values()) == -100


def test_what_is_not_clear_is_granted_and_waits() -> None:
    book = funded()
    of = case([click(A, 1), said("testDrive", 3), *bought(10, delivered=20)])
    settle_case(book, of)
    assert {reward.state for reward in book.rewards.values()} == {State.PENDING}
    manual = terms(maturity={"returnDays": 7, "approval": "manual"})
    by_hand = funded()
    settle_case(by_hand, checked(case(of.statements, manual)))
    assert {reward.state for reward in by_hand.rewards.values()} == {State.PENDING}
    settle_case(book, checked(of))
    assert {reward.state for reward in book.rewards.values()} == {State.POSTED}


@pytest.mark.parametrize(
    ("kind", "cause"), [("vehicleReturn", Fell.RETURNED), ("orderCancellation", Fell.RETURNED)]
)
def test_what_came_back_is_taken_back_with_its_reason_and_the_drive_stays(kind: str, cause: Fell) -> None:
    book = funded()
    known = [click(A, 1), said("testDrive", 2), *bought(10, delivered=20)]
    settle_case(book, checked(case(known)), now=T0 + 21 * DAY)
    returned = checked(case([*known, said(kind, 22, "order:x")]))
    assert settle_case(book, returned, now=T0 + 23 * DAY) == []
    assert {entry.cause for entry in book.entries.values() if entry.kind is EntryKind.REVERSE} == {cause}
    assert held(book) == {("drive", "profile-0", "points"): 20}


def test_what_was_refused_stays_and_matures() -> None:
    book = funded()
    known = [click(A, 1), *bought(10, delivered=20)]
    settle_case(book, checked(case(known)), now=T0 + 21 * DAY)
    merged = checked(case(known, owners=("bob", "cid", "dan")))
    asked = settled(book, judge(merged, policy=ONE_LEVEL, now=NOW), now=NOW).reviews
    assert {reward.state for reward in book.rewards.values()} == {State.APPROVED}
    settle_case(book, merged, decided=Decided(refused=frozenset(review.key for review in asked)))
    assert {reward.state for reward in book.rewards.values()} == {State.POSTED}


def test_an_order_that_was_cancelled_is_told_from_one_that_is_not_known_any_more() -> None:
    """The first is the friend's doing, and taken back; the second is asked about."""
    on_order = terms(rewards=[reward_rule("mine", "ordered", "points", 350)])
    known = [click(A, 1), *bought(10)]
    for then, asked, causes in (
        ([*known, said("orderCancellation", 12, "order:x")], [], {"cancelled"}),
        ([click(A, 1)], [Fell.NOT_PROVEN], set[str]()),
    ):
        book = funded()
        settle_case(book, checked(case(known, on_order)), now=T0 + 11 * DAY)
        assert settle_case(book, checked(case(then, on_order)), now=T0 + 13 * DAY) == asked
        assert {entry.cause for entry in book.entries.values() if entry.kind is EntryKind.REVERSE} == causes
        assert bool(held(book)) == bool(asked)


def test_a_test_drive_that_is_not_known_any_more_is_asked_about_though_the_order_was_cancelled() -> None:
    book = funded()
    known = [click(A, 1), *bought(10), said("orderCancellation", 12, "order:x")]
    settle_case(book, checked(case([*known, said("testDrive", 2)])), now=T0 + 13 * DAY)
    assert settle_case(book, checked(case(known)), now=T0 + 13 * DAY) == [Fell.NOT_PROVEN]
    assert held(book) == {("drive", "profile-0", "points"): 20}
