"""Consents: a ledger of each profile, read page by page, says the same; the most restrictive profile counts."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.standing.consents import consents_of
from graph.standing.statement import Statement
from tests.graph.standing.worlds import CONSENTS
from tests.laws import examples

Held = dict[tuple[str, str | None], bool]


def ledger(statements: list[Statement]) -> Held:
    """The oracle: each profile's book is written in time, withdrawals last in their moment; then all must agree."""
    books: dict[str, dict[tuple[str, str | None], bool]] = {}
    for each in sorted(statements, key=lambda s: (s.occurred_at, s.kind == "consentWithdrawal")):
        book = books.setdefault(each.profile_id, {})
        purpose = each.fact.split(":")[1]
        given_now = each.kind == "consent"
        book[purpose, each.dealer] = given_now
        if purpose == "unspecified" and not given_now:
            for known in book:
                if known[1] == each.dealer:
                    book[known] = False
    held: Held = {}
    for book in books.values():
        for key, given_here in book.items():
            held[key] = held.get(key, True) and given_here
    return held


def said(kind: str, at: int, *, profile: str = "p1", purpose: str = "marketing", **rest: object) -> Statement:
    """One statement to the brand."""
    key = f"{profile}-{kind}-{purpose}-{at}"
    return Statement(key, profile, f"consent:{purpose}", kind, at, **rest)  # type: ignore[arg-type]


@settings(max_examples=examples(400))
@given(CONSENTS)
def test_the_ledger_agrees(statements: list[Statement]) -> None:
    assert {(each.purpose, each.dealer): each.given for each in consents_of(statements)} == ledger(statements)


@settings(max_examples=examples(200))
@given(CONSENTS, st.randoms())
def test_any_order_and_any_repetition_answers_the_same(statements: list[Statement], random: Random) -> None:
    again = statements + statements[:3]
    random.shuffle(again)
    assert consents_of(again) == consents_of(statements)


@settings(max_examples=examples(200))
@given(CONSENTS)
def test_a_merge_gives_nothing_that_a_side_withdrew(statements: list[Statement]) -> None:
    left = [each for each in statements if each.profile_id == "p1"]
    right = [each for each in statements if each.profile_id != "p1"]
    sides = [{(c.purpose, c.dealer): c for c in consents_of(side)} for side in (left, right)]
    for merged in consents_of(statements):
        told = [
            side[merged.purpose, merged.dealer] for side in sides if (merged.purpose, merged.dealer) in side
        ]
        assert merged.given == all(each.given for each in told)
        assert merged in told  # one side's own word, with its profile


def test_who_gives_again_on_the_same_profile_has_given() -> None:
    (found,) = consents_of([said("consent", 1), said("consentWithdrawal", 2), said("consent", 3)])
    assert (found.given, found.since) == (True, 3)


def test_an_objection_elsewhere_stands() -> None:
    objected = said("consentWithdrawal", 2, profile="p2", channel="website", source="web")
    (found,) = consents_of([objected, said("consent", 9, profile="p1", channel="app")])
    assert (found.given, found.since, found.profile_id, found.channel, found.source) == (
        False, 2, "p2", "website", "web",
    )  # fmt: skip


def test_a_withdrawal_without_purpose_counts_for_all_of_the_same_one() -> None:
    to_dealer = said("consent", 1, purpose="profiling", dealer="d1")
    found = consents_of([said("consent", 1), to_dealer, said("consentWithdrawal", 4, purpose="unspecified")])
    assert [(each.purpose, each.dealer, each.given) for each in found] == [
        ("marketing", None, False), ("profiling", "d1", True), ("unspecified", None, False),
    ]  # fmt: skip
    assert found[0].since == 4
