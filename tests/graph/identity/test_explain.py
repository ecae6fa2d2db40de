"""Explanations: the facts of known cases, and that every one is true of random worlds."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY
from graph.identity.evidence import Identifier, Judgement, ProfileEvidence, Score, Verdict
from graph.identity.explain import Explainer
from graph.identity.explain_facts import Change, LinkKind, Obstacle, Remedy
from tests.graph.identity.test_cases import (
    FAMILY,
    FULL,
    LI,
    RULES,
    WANG,
    WANG_JUNIOR,
    chain,
    different,
    held,
    profile,
    same,
)
from tests.graph.identity.test_support import group, records, scored
from tests.graph.identity.worlds import World, world
from tests.laws import examples

Key = tuple[str, str]


def explainer(
    profiles: tuple[ProfileEvidence, ...] | list[ProfileEvidence],
    *judgements: Judgement,
    scores: list[Score] | None = None,
    **more: object,
) -> Explainer:
    return Explainer(profiles, judgements, scores or [], rules=RULES, **more)  # type: ignore[arg-type]


def key(name: str) -> Key:
    return ("s", name)


def obstacles(of: Explainer, left: str, right: str) -> list[str]:
    return [one.obstacle.value for one in of.why_not(key(left), key(right)).hindrances]


def needed(of: Explainer, left: str, right: str) -> set[tuple[str, str]]:
    """What would join the two, as (change, record ids)."""
    return {
        (one.change.value, " ".join(sorted(who[1] for who in one.profiles)))
        for one in of.why_not(key(left), key(right)).needed
    }


def test_why_is_a_path_of_the_links_that_joined() -> None:
    of = explainer(
        [
            profile("a", "wechatOpenId:mp/1", "phone:1"),
            profile("b", "wechatOpenId:mp/1"),
            profile("c", "phone:1?", "email:1"),
            profile("d", "email:1"),
            profile("e"),
        ],
        same("d", "e"),
    )
    why = of.why(key("b"), key("e"))
    assert why.same
    assert [(s.left[1], s.right[1], s.kind, s.tier) for s in why.path] == [
        ("b", "a", LinkKind.IDENTIFIER, "strong-trusted"),
        ("a", "c", LinkKind.IDENTIFIER, "medium-all"),
        ("c", "d", LinkKind.IDENTIFIER, "medium-trusted"),
        ("d", "e", LinkKind.JUDGEMENT, "steward"),
    ]
    claim = why.path[1]
    assert claim.identifier == Identifier("phone", "*", "1")
    assert (claim.identifier_class, claim.people) == ("personal", 1)
    assert (claim.left_grade, claim.right_grade) == ("trusted", "claimed")


def test_why_tells_the_class_the_people_and_the_name_of_a_family_phone() -> None:
    of = explainer([*FAMILY, profile("c", "phone:1", name=WANG)])
    (step,) = of.why(key("c"), key("a")).path
    assert (step.tier, step.identifier_class, step.people, step.agreeing) == (
        "medium-agree-trusted",
        "shared",
        2,
        WANG.full,
    )
    assert not of.why(key("a"), key("b")).same


def test_why_tells_scores() -> None:
    of = explainer(records("abc"), scores=scored("ab.999", "bc.96"))
    assert [(step.tier, step.probability) for step in of.why(key("a"), key("c")).path] == [
        ("model-certain", 0.999),
        ("model-probable", 0.96),
    ]


def test_how_tells_the_steps_in_order() -> None:
    of = explainer(
        [profile("a", "userId:web/1", "phone:1"), profile("b", "userId:web/1"), profile("c", "phone:1")]
    )
    how = of.how(key("c"))
    assert [step.tier for step in how.steps] == ["strong-trusted", "medium-trusted"]
    assert how.steps[0].parts == (frozenset([key("a")]), frozenset([key("b")]))
    assert how.steps[1].parts == (frozenset([key("a"), key("b")]), frozenset([key("c")]))
    assert how.steps[1].through[0].identifier == Identifier("phone", "*", "1")
    assert how.members == {key("a"), key("b"), key("c")}
    assert of.how(key("a")) == how


def case_names() -> Explainer:
    return explainer(FAMILY)


WHY_NOT: list[tuple[str, Explainer, str, str, list[str], set[tuple[str, str]]]] = [
    ("unknown", case_names(), "a", "z", ["unknown"], set()),
    ("names on one phone", case_names(), "a", "b", ["names", "class"], {("same_as", "a b")}),
    ("ambiguous", explainer(FULL), "x", "a", ["ambiguous"], {("same_as", "a x"), ("name", "x")}),
    (
        "two verified government ids",
        explainer([profile("a", "governmentId:1!", "phone:1"), profile("b", "governmentId:2!", "phone:1")]),
        "a",
        "b",
        ["values", "class"],
        {("wrong", "a"), ("wrong", "b")},
    ),
    (
        "a steward's word",
        explainer([profile("a", "phone:1"), profile("b", "phone:1")], different("a", "b")),
        "a",
        "b",
        ["banned", "class"],
        {("withdraw", "a b")},
    ),
    ("no evidence", explainer(records("ab")), "a", "b", ["no_evidence"], {("same_as", "a b")}),
    (
        "two tenures",
        explainer([profile("a", held("phone:1", at=0)), profile("b", held("phone:1", at=700))]),
        "a",
        "b",
        ["tenure"],
        {("same_as", "a b")},
    ),
    (
        "a car",
        explainer([profile("a", "vin:1", name=WANG), profile("b", "vin:1")]),
        "a",
        "b",
        ["corroborates"],
        {("same_as", "a b"), ("name", "b")},
    ),
    (
        "a cookie of two known people",
        explainer([profile("a", "phone:1", "anonymousId:w/1"), profile("b", "phone:2", "anonymousId:w/1")]),
        "a",
        "b",
        ["anchored"],
        {("same_as", "a b")},
    ),
    (
        "a low score",
        explainer(records("ab"), scores=scored("ab.9")),
        "a",
        "b",
        ["low_score"],
        {("same_as", "a b")},
    ),
    (
        "a thin score",
        explainer(records("abcdef"), scores=scored(*group("abc"), *group("def"), "cd")),
        "c",
        "d",
        ["support"],
        {("same_as", "c d")},
    ),
    (
        "a chain too long",
        explainer(chain(1000)),
        "00000",
        "00999",
        ["overgrown", "no_evidence"],
        set(),
    ),
]


@pytest.mark.parametrize("case", WHY_NOT, ids=lambda case: case[0])
def test_why_not(case: tuple[str, Explainer, str, str, list[str], set[tuple[str, str]]]) -> None:
    _, of, left, right, told, remedies = case
    assert obstacles(of, left, right) == told
    assert needed(of, left, right) >= remedies
    assert obstacles(of, right, left) == told


def test_an_obstacle_carries_its_facts() -> None:
    of = explainer([profile("a", "governmentId:1!"), profile("b", "governmentId:2!")])
    values = of.why_not(key("a"), key("b")).hindrances[0]
    assert values.namespace == "governmentId"
    assert [i.value for i in (*values.left_identifiers, *values.right_identifiers)] == ["1", "2"]
    shared = explainer(FAMILY).why_not(key("a"), key("b")).hindrances
    assert (shared[0].left_texts, shared[0].right_texts) == ((WANG.full,), (LI.full,))
    assert (shared[1].identifier_class, shared[1].count, shared[1].limit) == ("shared", 2, 6)
    thin = explainer(records("abcdef"), scores=scored(*group("abc"), *group("def"), "cd.99"))
    (support,) = thin.why_not(key("a"), key("f")).hindrances
    assert support.probability == pytest.approx(0.99 / 9)
    assert support.needed == RULES.model.support


def test_limits_and_cap_are_told_with_their_counts() -> None:
    crowd = explainer([profile(f"{n:03d}", "phone:1") for n in range(64)])
    (cap, *_) = crowd.why_not(key("000"), key("063")).hindrances
    assert (cap.obstacle, cap.count, cap.limit) == (Obstacle.CAP, 64, RULES.cap)
    long = explainer(chain(100))
    (limit, *_) = long.why_not(key("00007"), key("00008")).hindrances
    assert (limit.obstacle, limit.limit) == (Obstacle.LIMIT, 5)
    assert limit.count > 5


def test_the_weakest_link_is_the_one_between_two_that_hold() -> None:
    of = explainer(
        [
            profile("a", "phone:1", "email:1"),
            profile("b", "phone:1", "email:1", "phone:5"),
            profile("c", "phone:2", "email:2", "phone:5"),
            profile("d", "phone:2", "email:2"),
        ]
    )
    weak = of.weakest_links(key("a"))
    assert {
        (link.removal.change, link.removal.identifier.value) for link in weak if link.removal.identifier
    } == {(Change.WRONG, "5")}
    assert {frozenset(link.parts) for link in weak} == {
        frozenset([frozenset([key("a"), key("b")]), frozenset([key("c"), key("d")])])
    }


def test_judgements_and_scores_are_weak_links_too() -> None:
    said = explainer(records("ab"), same("a", "b")).weakest_links(key("a"))
    assert [link.removal for link in said] == [
        Remedy(Change.WITHDRAW, (key("a"), key("b")), verdict=Verdict.SAME_AS)
    ]
    (scored_,) = explainer(records("ab"), scores=scored("ab")).weakest_links(key("b"))
    assert scored_.removal.change is Change.NO_SCORE
    assert explainer(records("a")).weakest_links(key("a")) == ()


def test_a_same_as_across_a_hard_conflict_is_refused_with_what_must_change() -> None:
    of = explainer(
        [
            profile("a", "phone:1", name=WANG),
            profile("a2", "phone:1", "governmentId:1!", name=WANG),
            profile("b", "governmentId:2!", name=WANG_JUNIOR),
        ]
    )
    refused = of.refused_same_as(key("a"), key("b"))
    assert refused.refused
    assert [one.obstacle for one in refused.conflicts] == [Obstacle.VALUES]
    assert {(one.change, one.identifier.value, one.profiles) for one in refused.needed if one.identifier} == {
        (Change.WRONG, "1", (key("a2"),)),
        (Change.WRONG, "2", (key("b"),)),
    }
    assert not explainer(FAMILY).refused_same_as(key("a"), key("b")).refused


def test_an_identifier_marked_shared_is_told_as_the_reason() -> None:
    phone = Identifier("phone", "*", "1")
    of = explainer([profile("a", "phone:1"), profile("b", "phone:1")], shared=[phone])
    (told,) = of.why_not(key("a"), key("b")).hindrances
    assert (told.obstacle, told.identifier, told.identifier_class) == (Obstacle.CLASS, phone, "shared")


def test_two_tenures_of_one_person_are_no_obstacle_to_a_third() -> None:
    of = explainer(
        [
            profile("a", held("phone:1", at=0), name=WANG),
            profile("b", held("phone:1", at=700), name=LI),
        ]
    )
    assert obstacles(of, "a", "b") == ["names", "tenure"]
    assert held("phone:1", at=700).first == 700 * DAY


worlds = st.integers(0, 2**32).map(lambda seed: world(Random(seed)))


def _explainer(one: World) -> Explainer:
    return Explainer(
        one.profiles, one.judgements, one.scores, rules=one.rules, degrees=one.degrees, shared=one.shared
    )


@settings(max_examples=examples(120), deadline=None)
@given(worlds)
def test_every_explanation_is_true(one: World) -> None:
    of = _explainer(one)
    assert of.resolution == one.resolve()  # a log changes nothing
    holds = {(p.key, h.identifier) for p in one.profiles for h in p.holdings}
    said = {frozenset((j.left, j.right)) for j in one.judgements if j.verdict is Verdict.SAME_AS}
    for person in of.resolution.people:
        for left, right in list(combinations(sorted(person.members), 2))[:6]:
            why = of.why(left, right)
            assert why.same
            assert why.path[0].left == left
            assert why.path[-1].right == right
            for step, after in zip(why.path, why.path[1:], strict=False):
                assert step.right == after.left
            for step in why.path:
                assert {step.left, step.right} <= person.members
                if step.kind is LinkKind.IDENTIFIER:
                    assert {(step.left, step.identifier), (step.right, step.identifier)} <= holds
                    assert step.identifier_class == "personal" or step.agreeing
                elif step.kind is LinkKind.JUDGEMENT:
                    assert frozenset((step.left, step.right)) in said
                else:
                    assert step.probability is not None
                    assert step.probability >= one.rules.model.probable
        how = of.how(min(person.members))
        built = {frozenset([member]) for member in person.members}
        for step in how.steps:
            assert set(step.parts) <= built
            built = (built - set(step.parts)) | {frozenset().union(*step.parts)}
        assert built == {person.members}
    heads = [min(person.members) for person in of.resolution.people][:4]
    for left, right in combinations(heads, 2):
        answer = of.why_not(left, right)
        assert not answer.same
        assert of.refused_same_as(left, right).refused == any(
            one.obstacle in (Obstacle.VALUES, Obstacle.BANNED) for one in answer.hindrances
        )


@settings(max_examples=examples(40), deadline=None)
@given(worlds)
def test_a_weak_link_taken_away_splits_the_person(one: World) -> None:
    of = _explainer(one)
    person = max(of.resolution.people, key=lambda person: len(person.members))
    for link in of.weakest_links(min(person.members), most=4):
        assert len(link.parts) > 1
        assert frozenset().union(*link.parts) == person.members
        if link.removal.change is Change.WRONG:
            changed = [
                replace(p, holdings=tuple(h for h in p.holdings if h.identifier != link.removal.identifier))
                if p.key in link.removal.profiles
                else p
                for p in one.profiles
            ]
            parts = {
                frozenset(q.members & person.members)
                for q in replace(one, profiles=tuple(changed)).resolve().people
            }
            assert parts - {frozenset()} == set(link.parts)
