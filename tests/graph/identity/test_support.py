"""Scores: what they join, what lacks support, and that names of nodes never matter."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.identity.evidence import PersonName, ProfileEvidence, Score
from graph.identity.resolve import components, resolve
from graph.identity.rules import ModelRules
from graph.identity.support import supported
from tests.graph.identity.test_cases import (
    LI,
    RULES,
    WANG,
    ambiguous,
    different,
    people,
    profile,
)
from tests.laws import examples


def scored(*pairs: str, at: float = 0.99) -> list[Score]:
    """`ab` a pair at the usual probability, `ab.6` one at .6."""
    return [Score(("s", p[0]), ("s", p[1]), float("0" + p[2:]) if p[2:] else at) for p in pairs]


def group(names: str, *missing: str) -> list[str]:
    """Every pair of these records but the missing ones."""
    return ["".join(pair) for pair in combinations(names, 2) if "".join(pair) not in missing]


def records(names: str) -> list[ProfileEvidence]:
    return [profile(who) for who in names]


CASES: dict[str, tuple[list[str], set[str]]] = {
    "two records that match": (["ab"], {"a b"}),
    "a chain of three holds": (["ab", "bc"], {"a b c"}),
    "a chain of three whose ends scored low but not lowest": (["ab", "bc", "ac.5"], {"a b c"}),
    "a chain of four is two pairs": (["ab", "bc", "cd"], {"a b", "c d"}),
    "a ring of four holds": (["ab", "bc", "cd", "ad"], {"a b c d"}),
    "a long ring is nobody": (["ab", "bc", "cd", "de", "ef", "fg", "gh", "ah"], set("abcdefgh")),
    "two families and one bad pair": ([*group("abc"), *group("def"), "cd.999"], {"a b c", "d e f"}),
    "two big families and three bad pairs": (
        [*group("abcdef"), *group("uvwxyz"), "au", "bv", "cw"],
        {"a b c d e f", "u v w x y z"},
    ),
    "six duplicates, three pairs missing": (group("abcdef", "ab", "cd", "ef"), {"a b c d e f"}),
    "six duplicates, all three missing at one": (group("abcdef", "af", "bf", "cf"), {"a b c d e f"}),
    "a record between two pairs belongs to neither": (
        ["ab", "de", "bc", "cd"],
        {"a b", "c", "d e"},
    ),
    "low scores support what a high one says": (
        [*group("abc"), *group("def"), "cd", "ad.9", "be.9", "cf.9"],
        {"a b c d e f"},
    ),
    "a low score joins nobody": (["ab.94"], {"a", "b"}),
    "scores below the floor do not count": (
        ["ab", "bc", "cd", "ac.4", "ad.4", "bd.4"],
        {"a b", "c d"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("turned", [False, True])
def test_case(case: str, turned: bool) -> None:
    pairs, expected = CASES[case]
    names = sorted({letter for pair in pairs for letter in pair[:2]})
    new = dict(zip(names, reversed(names), strict=True)) if turned else dict(zip(names, names, strict=True))
    scores = scored(*(new[pair[0]] + new[pair[1]] + pair[2:] for pair in pairs))
    resolution = resolve(records("".join(names)), scores=scores, rules=RULES)
    assert people(resolution) == {" ".join(sorted(new[who] for who in one.split())) for one in expected}


def test_a_thin_link_is_refused_told_and_explained() -> None:
    scores = scored(*group("abc"), *group("def"), "cd")
    resolution = resolve(records("abcdef"), scores=scores, rules=RULES)
    (refusal,) = resolution.refusals
    assert (refusal.rule, refusal.tier) == ("support", "model-likely")
    assert refusal.members == {("s", who) for who in "abcdef"}
    reasons = {key[1]: reason.rule for person in resolution.people for key, reason in person.reasons.items()}
    assert reasons == {
        "a": "linked",
        "b": "linked",
        "c": "support",
        "d": "support",
        "e": "linked",
        "f": "linked",
    }
    lenient = replace(RULES, model=ModelRules(support=0.1))
    assert len(resolve(records("abcdef"), scores=scores, rules=lenient).people) == 1


def test_people_whom_better_evidence_joined_need_support_for_all_of_them() -> None:
    """A thin edge between two big clusters, in the tier's snapshot: strong identifiers made them."""
    left = [profile(who, "wechatOpenId:a/1", name=WANG) for who in "abc"]
    right = [profile(who, "wechatOpenId:a/2", name=WANG) for who in "xyz"]
    scores = scored("ax")
    assert people(resolve([*left, *right], scores=scores, rules=RULES)) == {"a b c", "x y z"}
    silent = [profile(who, "wechatOpenId:a/1") for who in "bc"]  # nothing a model could compare
    others = [profile(who, "wechatOpenId:a/2") for who in "yz"]
    found = resolve([left[0], *silent, right[0], *others], scores=scores, rules=RULES)
    assert people(found) == {"a b c x y z"}


def test_two_who_are_left_of_a_part_need_support_of_their_own() -> None:
    """Whoever made the part hold conflicts with both, so only a thin edge is left between them."""
    left = [profile(who, "wechatOpenId:a/1", name=WANG) for who in "ab"]
    right = [profile(who, "wechatOpenId:a/2", name=WANG) for who in "xy"]
    scores = scored("ac", "bc", "xc", "yc", "ax")
    apart = [different("a", "c"), different("x", "c")]
    found = resolve([*left, *right, profile("c")], apart, scores, rules=RULES)
    assert people(found) == {"a b", "c", "x y"}


def test_scores_never_cross_a_hard_conflict() -> None:
    proven = [profile("a", "governmentId:1!"), profile("b", "governmentId:2!"), profile("c")]
    resolution = resolve(proven, scores=scored("ab", "ac", "bc"), rules=RULES)
    assert people(resolution) == {"a", "b", "c"}
    assert ambiguous(resolution) == {"c": "a b"}
    banned = resolve(records("ab"), [different("a", "b")], scored("ab"), rules=RULES)
    assert people(banned) == {"a", "b"}


def test_nearly_equal_scores_are_a_tie_and_a_better_tier_decides() -> None:
    two = [profile("a", "governmentId:1!"), profile("b", "governmentId:2!"), profile("x")]
    tied = resolve(two, scores=scored("ax.971", "bx.970"), rules=RULES)
    assert people(tied) == {"a", "b", "x"}
    assert ambiguous(tied) == {"x": "a b"}
    decided = resolve(two, scores=scored("ax.981", "bx.970"), rules=RULES)
    assert people(decided) == {"a x", "b"}


def test_a_certain_score_comes_before_a_shared_phone() -> None:
    typo = PersonName("王建囯", "王", "建囯")
    pair = [profile("a", "phone:1", name=WANG), profile("b", "phone:1", name=typo), profile("c", "phone:1")]
    assert people(resolve(pair, rules=RULES)) == {"a", "b", "c"}
    assert people(resolve(pair, scores=scored("ab.999"), rules=RULES)) == {"a b c"}
    late = resolve([*pair[:2], profile("c", "phone:2", name=LI)], scores=scored("ab.96"), rules=RULES)
    assert people(late) == {"a b", "c"}


def test_scores_that_reach_a_tier_connect_what_must_be_read_together() -> None:
    found = components(records("abcd"), rules=RULES, scores=scored("ab.95", "cd.94", "ad.2"))
    assert {frozenset(key[1] for key in part) for part in found} == {
        frozenset("ab"),
        frozenset("c"),
        frozenset("d"),
    }
    assert resolve(records("abcd"), scores=scored("ab.95"), rules=RULES).components == tuple(
        sorted(found, key=min)
    )


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, dict[tuple[int, int], int], list[tuple[int, int]], dict[int, int]]:
    count = draw(st.integers(2, 9))
    pairs = list(combinations(range(count), 2))
    weights = {pair: draw(st.sampled_from([500, 900, 1000])) for pair in pairs if draw(st.booleans())}
    links = [pair for pair in weights if draw(st.booleans())]
    sizes = {node: draw(st.sampled_from([1, 1, 2, 4])) for node in range(count)}
    return count, {pair: w * sizes[pair[0]] * sizes[pair[1]] for pair, w in weights.items()}, links, sizes


@settings(max_examples=examples(200), deadline=None)
@given(graphs(), st.integers(0, 2**32), st.sampled_from([200, 300, 500]))
def test_renaming_and_shuffling_nodes_renames_the_parts(
    graph: tuple[int, dict[tuple[int, int], int], list[tuple[int, int]], dict[int, int]],
    seed: int,
    support: int,
) -> None:
    count, weights, links, sizes = graph
    rng = Random(seed)
    new = rng.sample(range(count), count)

    def named(pair: tuple[int, int]) -> tuple[int, int]:
        low, high = sorted((new[pair[0]], new[pair[1]]))
        return low, high

    parts = supported(range(count), links, weights=weights, sizes=sizes, support=support)
    again = supported(
        sorted(new),
        rng.sample([named(pair) for pair in links], len(links)),
        weights={named(pair): weights[pair] for pair in rng.sample(sorted(weights), len(weights))},
        sizes={new[node]: size for node, size in sizes.items()},
        support=support,
    )
    assert again == sorted(sorted(new[node] for node in part) for part in parts)
    assert sorted(node for part in parts for node in part) == list(range(count))
    for part in parts:
        inside = sum(w for pair, w in weights.items() if set(pair) <= set(part))
        pairs = sum(sizes[a] * sizes[b] for a, b in combinations(part, 2))
        assert inside >= support * pairs
