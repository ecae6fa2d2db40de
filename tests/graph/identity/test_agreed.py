"""What scores alone tie is joined at once, to the very answer that the tiers give."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.identity.agreed import MOST, agreed, bottleneck
from graph.identity.evidence import ProfileEvidence, Resolution, Score, SourceClass
from graph.identity.resolve import resolve
from graph.identity.rules import ModelRules, Rules
from graph.identity.run import Run
from tests.graph.identity.test_cases import LI, RULES, WANG, people, profile
from tests.laws import examples

_CHANCES = st.sampled_from([0.5, 0.94, 0.95, 0.951, 0.98, 0.985, 0.995, 0.999, 0.9999, 1.0])
_NAMES = "abcdefghij"


@st.composite
def groups(draw: st.DrawFn) -> tuple[list[ProfileEvidence], list[Score]]:
    """A few profiles of which nearly every pair is scored, mostly high."""
    names = _NAMES[: draw(st.integers(2, MOST + 2))]
    said = draw(st.lists(st.sampled_from([None, None, None, None, None, WANG, LI]), min_size=10, max_size=10))
    profiles = [
        replace(
            profile(name, name=who),
            seq=draw(st.integers(0, 3)),
            source_class=draw(st.sampled_from(SourceClass)),
        )
        for name, who in zip(names, said, strict=False)
    ]
    high = draw(st.booleans())
    chances = st.sampled_from([0.951, 0.98, 0.995, 0.9999]) if high else _CHANCES
    pairs = list(combinations(names, 2))
    gone = draw(st.sets(st.sampled_from(pairs), max_size=1)) if draw(st.integers(0, 3)) == 0 else set()
    return profiles, [Score(("s", a), ("s", b), draw(chances)) for a, b in pairs if (a, b) not in gone]


def by_tiers(profiles: list[ProfileEvidence], scores: list[Score], rules: Rules = RULES) -> Resolution:
    """A logged run goes through the tiers, whatever the scores say."""
    return Run(profiles, scores=scores, rules=rules, logged=True).resolution()


@settings(max_examples=examples(300), deadline=None)
@given(groups(), st.booleans())
def test_a_logged_run_answers_the_same(world: tuple[list[ProfileEvidence], list[Score]], tight: bool) -> None:
    profiles, scores = world
    rules = replace(RULES, budget=len(profiles)) if tight else RULES
    assert resolve(profiles, scores=scores, rules=rules) == by_tiers(profiles, scores, rules)


def reading_of(scores: list[Score], profiles: list[ProfileEvidence], rules=RULES):
    run = Run(profiles, scores=scores, rules=rules)
    (whole,) = run.wholes
    return agreed(run.evidence, whole, rules)


def three(*chances: float) -> list[Score]:
    return [
        Score(("s", a), ("s", b), chance)
        for (a, b), chance in zip(combinations("abc", 2), chances, strict=True)
    ]


def test_the_tier_is_that_of_the_weakest_score_that_still_holds_all_together() -> None:
    records = [profile(name) for name in "abc"]
    tier = reading_of(three(0.9999, 0.951, 0.985), records)
    assert tier is not None
    assert tier.name == "model-likely"
    assert people(resolve(records, scores=three(0.9999, 0.951, 0.985), rules=RULES)) == {"a b c"}


def test_the_tiers_decide_where_a_pair_is_missing_or_improbable_or_names_differ() -> None:
    records = [profile(name) for name in "abc"]
    assert reading_of(three(0.99, 0.99, 0.99)[:2], records) is None
    assert reading_of(three(0.99, 0.99, 0.94), records) is None
    named = [profile("a", name=WANG), profile("b", name=LI), profile("c")]
    assert reading_of(three(0.99, 0.99, 0.99), named) is None


def test_the_tiers_decide_where_more_support_is_wanted_than_a_probable_pair_gives() -> None:
    records = [profile(name) for name in "abc"]
    demanding = replace(RULES, model=ModelRules(support=0.98))
    assert reading_of(three(0.96, 0.96, 0.96), records, demanding) is None


def test_the_bottleneck_is_found_on_a_longer_chain() -> None:
    strong = {(0, 1): 0.99, (1, 2): 0.97, (2, 3): 0.98}
    scores = {pair: strong.get(pair, 0.95) for pair in combinations(range(4), 2)}
    assert bottleneck(range(4), scores) == 0.97
