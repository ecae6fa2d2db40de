"""Laws of the signals: order, rarity, super-nodes, symmetry, and paths that are chains."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY
from graph.fraud.evidence import CODES, Beside, Evidence, Home, Line, Share
from graph.fraud.flag import CLEARS, Code, Flag
from graph.fraud.rules import Rules, load_fraud_rules
from graph.fraud.signals import FIRMS, judge_signals
from tests.graph.fraud.worlds import ENDS, NOW, evidence, shares
from tests.laws import examples

RULES = load_fraud_rules()
LISTS = ("shares", "homes", "paid", "staff", "said", "beside")


def scores(found: Evidence, rules: Rules = RULES) -> dict[Code, float]:
    return {flag.code: flag.score for flag in judge_signals(found, rules)}


def everything() -> Rules:
    """The packaged rules, raising whatever says anything at all."""
    return RULES.model_copy(
        update={
            name: getattr(RULES, name).model_copy(update={"least": 0.0}) for name in type(RULES).model_fields
        }
    )


@given(found=evidence, seed=st.integers(0, 99))
@settings(max_examples=examples(200))
def test_any_order_and_repetition_says_the_same(found: Evidence, seed: int) -> None:
    random_ = random.Random(seed)
    parts = {name: list(getattr(found, name)) for name in LISTS}
    twice = {name: [*rows, *rows] if name != "beside" else rows for name, rows in parts.items()}
    for rows in twice.values():
        random_.shuffle(rows)
    assert judge_signals(replace(found, **twice), RULES) == judge_signals(found, RULES)


@given(found=evidence, at=st.integers(0, 4), more=st.integers(1, 9))
@settings(max_examples=examples(200))
def test_what_more_people_have_never_says_more(found: Evidence, at: int, more: int) -> None:
    if at >= len(found.shares):
        return
    crowded = list(found.shares)
    crowded[at] = crowded[at]._replace(people=crowded[at].people + more)
    after = scores(replace(found, shares=crowded))
    assert all(score <= scores(found).get(code, 0) for code, score in after.items())


@given(found=evidence, share=shares())
@settings(max_examples=examples(200))
def test_a_super_node_changes_nothing(found: Evidence, share: Share) -> None:
    rules = everything()
    most = rules.shared[CODES[share.kind]].most
    crowd = share._replace(people=most + 1)
    assert judge_signals(replace(found, shares=[*found.shares, crowd]), rules) == judge_signals(found, rules)


@given(found=evidence)
@settings(max_examples=examples(200))
def test_what_both_share_is_the_same_from_either_end(found: Evidence) -> None:
    turned = replace(
        found,
        ends=replace(
            ENDS,
            referrer_profile="pb",
            referrer=found.ends.friend,
            friend_profile="pa",
            friend=found.ends.referrer,
        ),
        shares=[share._replace(left=share.right, right=share.left) for share in found.shares],
        homes=[replace(home, left=home.right, right=home.left) for home in found.homes],
    )
    alike = {Code.SAME_PERSON, Code.HOUSEHOLD, *RULES.shared} - {Code.SHARED_PAYER}
    rules = everything()
    assert {c: s for c, s in scores(turned, rules).items() if c in alike} == {
        c: s for c, s in scores(found, rules).items() if c in alike
    }


@given(found=evidence)
@settings(max_examples=examples(200))
def test_each_flag_has_a_chain_from_referrer_to_friend_and_a_way_out(found: Evidence) -> None:
    flags = judge_signals(found, everything())
    assert len({flag.code for flag in flags}) == len(flags)
    assert [flag.score for flag in flags] == sorted((flag.score for flag in flags), reverse=True)
    for flag in flags:
        _check(flag)


def _check(flag: Flag) -> None:
    assert 0 < flag.score <= 1
    assert flag.clears == CLEARS[flag.code]
    assert flag.why
    assert all(one.to == other.of for one, other in zip(flag.path, flag.path[1:], strict=False))
    assert all(0 < hop.rarity <= 1 for hop in flag.path)
    through = [flag.path[0].of, *(hop.to for hop in flag.path)]
    assert through.index("pa") <= through.index("pb")


def test_one_person_shares_everything_so_nothing_else_is_told() -> None:
    one = Evidence(replace(ENDS, friend="A"), shares=[Share("phone", "k", "pa", "pb", 2)])
    assert scores(one) == {Code.SAME_PERSON: 1.0}


@pytest.mark.parametrize("code", sorted(FIRMS))
def test_what_colleagues_share_is_the_firms(code: Code) -> None:
    kind = next((kind for kind, of in CODES.items() if of is code), "phone")
    shared = Evidence(ENDS, shares=[Share(kind, "k", "pa", "pb", 2)] if kind != "payer" else [])
    assert scores(replace(shared, colleagues=True)) == {}


@pytest.mark.parametrize(
    ("reasons", "family"),
    [
        ({"phone", "ages"}, False),
        ({"address", "ages"}, False),
        ({"address", "phone"}, True),
        ({"familyName"}, True),
    ],
)
def test_a_family_shares_with_less_weight(reasons: set[str], family: bool) -> None:
    home = Home("household-1", 0.9, 0.8, frozenset(reasons))
    assert home.family is family
    alone = Evidence(ENDS, shares=[Share("deviceId", "k", "pa", "pb", 2)])
    together = scores(replace(alone, homes=[home]), everything())
    assert together[Code.HOUSEHOLD] == pytest.approx(0.24)
    factor = RULES.shared_device.family if family else 1
    assert together[Code.SHARED_DEVICE] == pytest.approx(factor * scores(alone)[Code.SHARED_DEVICE])


def test_a_burst_is_counted_in_every_window_that_holds_the_referral() -> None:
    hour = DAY // 24
    burst = [Beside(str(n), NOW - n * hour // 5, None) for n in range(5)]
    assert Code.VELOCITY in scores(Evidence(ENDS, beside=burst))
    assert Code.VELOCITY not in scores(Evidence(ENDS, beside=burst[:-1]))
    spread = [Beside(str(n), NOW - n * hour // 4, None) for n in range(5)]
    assert Code.VELOCITY not in scores(Evidence(ENDS, beside=spread))


@given(
    st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=12),
    st.integers(0, 12),
    st.integers(1, 6),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
@settings(max_examples=examples(300))
def test_beside_a_referral_are_the_nearest_whatever_else_was_read(
    referrals: list[tuple[int, bool]], at: int, window: int, most: int, random_: random.Random
) -> None:
    known = [(Beside(f"r{n:02}", opened_at, None), idle) for n, (opened_at, idle) in enumerate(referrals)]
    by_time = sorted(known, key=lambda each: (each[0].opened_at, each[0].referral))
    near = [each for each in by_time if abs(each[0].opened_at - at) < window]
    before = [each for each in near if each[0].opened_at <= at][-most:]
    after = [each for each in near if each[0].opened_at > at][:most]
    expected = tuple(referral for referral, idle in (*before, *after) if not idle)
    alone = Line([*before, *after])
    random_.shuffle(known)
    together = Line(known)
    assert alone.beside(at, window, most=most) == together.beside(at, window, most=most) == expected


def test_places_count_as_far_as_they_are_mixed() -> None:
    home = [Beside(str(n), NOW, "city-0") for n in range(20)]
    abroad = [Beside(str(n), NOW, f"city-{n}") for n in range(8)]
    assert Code.TRADED_CODE not in scores(Evidence(ENDS, beside=[*home, *abroad]))
    assert scores(Evidence(ENDS, beside=abroad))[Code.TRADED_CODE] == pytest.approx(0.8 * (1 - 1 / 8))
