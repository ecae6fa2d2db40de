"""Survivorship: what each strategy prefers, and the laws of the golden record."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.identity.evidence import Grade
from graph.profile.golden import (
    Contribution,
    Correction,
    GoldenField,
    Stated,
    golden_field,
    golden_record,
    text_of,
)
from graph.profile.golden_rules import FieldRule, GoldenRules, Strategy, load_golden_rules
from tests.laws import examples

PACKAGED = load_golden_rules()


def said(
    value: Any, at: int | None = 1, *, source: str = "web", record: str = "", **more: Any
) -> Contribution:
    record_id = record or f"{value}"
    field = more.pop("field", "city")
    return Contribution(field, value, source, record_id, f"p-{source}-{record_id}", at, **more)


def named(display: str, at: int | None, *, full: bool = True, record: str = "") -> Contribution:
    name = {"display": display, "full": display if full else None, "family": None, "given": None, "mask": "*"}
    return said(name, at, field="name", record=record or display)


def chosen(
    contributions: list[Contribution], *strategies: Strategy, sources: tuple[str, ...] = ()
) -> GoldenField:
    rules = GoldenRules(FieldRule(strategies, sources))
    found = golden_field(contributions[0].field, contributions, (), rules)
    assert found is not None
    return found


RECENT, TRUSTED, FREQUENT, LONGEST, VERIFIED = (
    Strategy.MOST_RECENT,
    Strategy.MOST_TRUSTED,
    Strategy.MOST_FREQUENT,
    Strategy.LONGEST,
    Strategy.VERIFIED_FIRST,
)


@pytest.mark.parametrize(
    ("contributions", "strategies", "value", "rule"),
    [
        ([said("old", 1), said("new", 2)], [RECENT], "new", "most_recent"),
        ([said("untimed", None), said("old", -5)], [RECENT], "old", "most_recent"),
        ([said("a", 1), said("b", 1)], [RECENT], "b", "tie"),
        ([said("a", 1)], [RECENT], "a", "only"),
        ([said("a", 1, record="1"), said("a", 9, record="2")], [RECENT], "a", "only"),
        ([said("a", 1, source="crm"), said("b", 9)], [TRUSTED], "a", "most_trusted"),
        ([said("a", 1, source="crm-2"), said("b", 9, source="dms")], [TRUSTED], "b", "most_trusted"),
        ([said("a", 1, source="x"), said("b", 9, source="y")], [TRUSTED, RECENT], "b", "most_recent"),
        (
            [said("a", 1, record="1"), said("a", 1, record="2"), said("b", 9)],
            [FREQUENT],
            "a",
            "most_frequent",
        ),
        ([said("上海", 1), said("上海市浦东", 1), said("Z", 9)], [LONGEST, RECENT], "上海市浦东", "longest"),
        (
            [said("a", 1, grade=Grade.VERIFIED), said("b", 8, grade=Grade.TRUSTED), said("c", 9)],
            [VERIFIED],
            "a",
            "verified_first",
        ),
        ([said("b", 8, grade=Grade.TRUSTED), said("c", 9)], [VERIFIED], "b", "verified_first"),
        ([named("Wang", 9, full=False), named("王建国", 1)], [RECENT], "王建国", "full_name"),
        ([named("untimed", None), named("old", 1)], [RECENT], "old", "most_recent"),
        ([said([1, 2], 1), said({"k": True}, 2)], [LONGEST], '{"k":true}', "longest"),
    ],
)
def test_what_a_strategy_prefers(
    contributions: list[Contribution], strategies: list[Strategy], value: str, rule: str
) -> None:
    found = chosen(contributions, *strategies, sources=("dms*", "crm*"))
    assert text_of(found.field, found.shown.stated.value) == value
    assert found.rule == rule


def test_a_value_is_told_by_the_best_who_state_it_and_the_others_follow_in_order() -> None:
    found = chosen(
        [said("a", 3, record="1"), said("a", 5, record="2"), said("b", 4), said("c", 1)], Strategy.MOST_RECENT
    )
    assert (found.shown.stated.record_id, found.shown.profiles) == ("2", 2)
    assert [(other.stated.value, other.profiles) for other in found.alternatives] == [("b", 1), ("c", 1)]


def test_generated_ids_decide_nothing() -> None:
    rows = [said("a", 1, record="1"), said("a", 1, record="2"), said("b", 1, record="3")]
    before = chosen(rows, Strategy.MOST_RECENT)
    after = chosen([replace(r, profile_id=f"{9 - n}") for n, r in enumerate(rows)], Strategy.MOST_RECENT)
    assert before.shown.stated.record_id == after.shown.stated.record_id


def correction(value: str, at: int, *, profile: str = "p", field: str = "city") -> Correction:
    return Correction(f"c{at}", field, value, "crm", profile, profile, at)


def test_a_correction_wins_and_the_latest_of_several() -> None:
    corrections = [correction("first", 10), correction("second", 20)]
    found = golden_field("city", [said("newest", 99), said("second", 1)], corrections, PACKAGED)
    assert found is not None
    assert (found.shown.stated, found.shown.profiles, found.rule) == (corrections[1], 2, "correction")
    assert [other.stated.value for other in found.alternatives] == ["first", "newest"]


def test_a_field_that_only_a_correction_states() -> None:
    [found] = golden_record([], [correction("上海", 1)], PACKAGED)
    assert (found.field, found.shown.stated.value, found.rule) == ("city", "上海", "correction")
    assert golden_field("city", [], [], PACKAGED) is None


VALUES = st.one_of(st.sampled_from(["a", "b", "ccc"]), st.integers(0, 2), st.none(), st.booleans())
CONTRIBUTIONS = st.lists(
    st.builds(
        lambda value, at, source, record, field, grade: Contribution(
            field, value, source, str(record), f"{source}/{record}", at, grade
        ),
        VALUES,
        st.sampled_from([None, 1, 2]),
        st.sampled_from(["crm", "dms", "web"]),
        st.integers(0, 3),
        st.sampled_from(["city", "level"]),
        st.sampled_from(list(Grade)),
    ),
    max_size=10,
    unique_by=lambda c: (c.source, c.record_id, c.field),
)
CORRECTIONS = st.lists(
    st.builds(
        lambda value, at, profile: correction(value, at, profile=profile),
        st.sampled_from("ab"),
        st.integers(1, 50),
        st.sampled_from(["crm/0", "crm/1"]),
    ),
    max_size=3,
    unique_by=lambda c: c.recorded_at,
)
CHAINS = st.builds(
    lambda chain, sources: GoldenRules(FieldRule(tuple(chain), tuple(sources))),
    st.lists(st.sampled_from(list(Strategy)), min_size=1, max_size=5, unique=True),
    st.lists(st.sampled_from(["dms", "c*", "web"]), max_size=3, unique=True),
)


@settings(max_examples=examples(150), deadline=None)
@given(CONTRIBUTIONS, CORRECTIONS, CHAINS, st.randoms(use_true_random=False))
def test_order_and_repetition_say_nothing(
    contributions: list[Contribution], corrections: list[Correction], rules: GoldenRules, mix: random.Random
) -> None:
    again = contributions + mix.sample(contributions, len(contributions) // 2)
    corrected = corrections + corrections[:1]
    mix.shuffle(again)
    mix.shuffle(corrected)
    record = golden_record(contributions, corrections, rules)
    assert golden_record(again, corrected, rules) == record
    for field in record:  # every value once, and the shown one is never beaten
        values = [field.shown, *field.alternatives]
        stated = [c for c in contributions if c.field == field.field]
        assert len({repr(v.stated.value) for v in values}) == len(values)
        assert {repr(c.value) for c in stated} <= {repr(v.stated.value) for v in values}


@settings(max_examples=examples(60), deadline=None)
@given(CONTRIBUTIONS, CONTRIBUTIONS, CHAINS)
def test_the_winner_of_the_whole_is_a_winner_of_a_part(
    left: list[Contribution], right: list[Contribution], rules: GoldenRules
) -> None:
    """Without counting, no value wins that won in no part: merging invents nothing."""
    if Strategy.MOST_FREQUENT in rules.default.strategies:
        rules = GoldenRules(FieldRule((Strategy.MOST_RECENT,)))
    there = [replace(c, record_id=f"r{c.record_id}", profile_id=f"r{c.profile_id}") for c in right]
    parts = {f.field: [f] for f in golden_record(left, (), rules)}
    for field in golden_record(there, (), rules):
        parts.setdefault(field.field, []).append(field)
    for field in golden_record([*left, *there], (), rules):
        assert field.shown.stated in [part.shown.stated for part in parts[field.field]]


def test_corrections_survive_a_thousand_random_merges_and_splits() -> None:
    """The person who holds a corrected profile shows its correction, whatever is merged and split around it.

    And what a split takes away has the record that it had before, to the last alternative.
    """
    mix = random.Random(4)
    profiles = [f"p{n}" for n in range(24)]
    stated = {
        p: [said(mix.choice("abcd"), mix.choice([None, 1, 2, 3]), source="web", record=p)] for p in profiles
    }
    corrected = {p: correction(f"set on {p}", 100 + n, profile=p) for n, p in enumerate(profiles[:9])}
    known: dict[frozenset[str], tuple[GoldenField, ...]] = {}
    partition = [frozenset({p}) for p in profiles]
    merges = splits = 0

    def record(members: frozenset[str]) -> tuple[GoldenField, ...]:
        rows = [c for p in sorted(members, key=lambda _: mix.random()) for c in stated[p]]
        return golden_record(rows, [corrected[p] for p in members if p in corrected], PACKAGED)

    for _ in range(1_000):
        person = mix.choice(partition)
        if len(person) > 1 and mix.random() < 0.55:
            leaving = frozenset(mix.sample(sorted(person), mix.randrange(1, len(person))))
            parts = [leaving, person - leaving]
            splits += 1
        else:
            other = mix.choice(partition)
            parts = [person | other]
            merges += other != person
        gone = frozenset().union(*parts)
        partition = [p for p in partition if not p <= gone] + parts
        for members in parts:
            [city] = record(members)
            standing = [corrected[p] for p in members if p in corrected]
            if standing:
                assert city.shown.stated == max(standing, key=_time)
            shown: list[Stated] = [city.shown.stated, *(v.stated for v in city.alternatives)]
            assert all(c in shown for c in standing)
            assert known.setdefault(members, (city,)) == (city,)
    assert min(merges, splits) > 300


def _time(made: Correction) -> int:
    return made.recorded_at
