"""Reachable recall, splits, over-merge and hard rules on worlds small enough to count by hand."""

from __future__ import annotations

import pytest

from bench.identity.evidence import Key, World
from bench.identity.hard import broken_rules
from bench.identity.score import Report, Share, connected, reach_of, report
from graph.identity.evidence import ProfileEvidence
from seed.kinds import Kind
from tests.bench.identity.cases import account, browser, government, key, phone, profile, world

WANG = {
    "wang": [
        profile("w1", phone("1"), full="wanggang"),
        profile("w2", phone("1"), browser("b")),
        profile("w3", browser("b")),
        profile("w4"),
    ],
    "li": [profile("l1", phone("2")), profile("l2", phone("2"))],
}


def clusters(*parts: str) -> dict[Key, int]:
    return {key(name): number for number, part in enumerate(parts) for name in part.split()}


def scored(made: World, *parts: str) -> Report:
    return report(made, clusters(*parts), reach=reach_of(made))


def test_a_chain_is_connected_and_a_lonely_profile_is_not() -> None:
    parts = {frozenset(part) for part in connected(world(WANG).evidence)}
    assert parts == {
        frozenset({key("w1"), key("w2"), key("w3")}),
        frozenset({key("w4")}),
        frozenset({key("l1"), key("l2")}),
    }


def test_reachable_recall_counts_only_pairs_that_own_evidence_connects() -> None:
    """Three of Wang's four profiles hang together (3 pairs), both of Li's (1); w1–w2 and Li's are found."""
    found = scored(world(WANG), "w1 w2", "w3", "w4", "l1 l2")
    assert found.reachable == Share(2, 4)
    assert found.scores.recall == pytest.approx(2 / 7)
    assert found.split == {Kind.SINGLE: Share(1, 2)}
    assert found.over_merged == {Kind.SINGLE: Share(0, 2)}


def test_connected_recall_also_counts_pairs_that_a_stranger_connects() -> None:
    made = world(
        {
            "wang": [profile("w1", phone("1")), profile("w2", phone("2"))],
            "x1": [profile("x", phone("1"), phone("2"))],
        }
    )
    found = scored(made, "w1", "w2", "x")
    assert found.reachable == Share(0, 0)
    assert found.connected == Share(0, 1)


def test_whole_clusters_are_counted_by_people() -> None:
    found = scored(world(WANG), "w1 w2 w3 w4", "l1", "l2")
    assert (found.cluster_precision, found.cluster_recall) == (pytest.approx(1 / 3), 0.5)
    assert found.cluster_f1 == pytest.approx(2 / 5)


def test_over_merge_is_counted_by_kind_and_silent_where_nothing_contradicts() -> None:
    made = world(
        {
            "an": [profile("a", phone("1"), full="anan")],
            "ama": [profile("m", phone("1"))],
            "bo": [profile("b", phone("2"), full="bobo")],
            "bea": [profile("e", phone("2"), full="beabea")],
        },
        {"an": Kind.TWINS, "ama": Kind.TWINS},
    )
    found = scored(made, "a m", "b e")
    assert found.over_merged == {Kind.SINGLE: Share(2, 2), Kind.TWINS: Share(2, 2)}
    assert found.silent == Share(2, 4)
    assert (found.hard.names, found.hard.births, found.hard.verified_ids) == (1, 0, 0)


def test_joining_a_person_with_nobodys_record_is_an_over_merge_of_that_person() -> None:
    made = world({"wang": [profile("w", phone("1"))], "x1": [profile("x", phone("1"))]})
    found = scored(made, "w x")
    assert found.over_merged == {Kind.SINGLE: Share(1, 1)}
    assert found.scores.precision == 0.0


OTHERS = [
    ([profile("a1", full="anan"), profile("b1", full="bobo")], (0, 1, 0)),
    ([profile("a1", full="anan smith"), profile("b1", full="smith anan")], (0, 0, 0)),
    ([profile("a1", born="1980-01-02"), profile("b1", born="1980-02-01")], (0, 0, 1)),
    ([profile("a1", born="1980"), profile("b1", born="1980-02-01")], (0, 0, 0)),
    ([profile("a1", government("1")), profile("b1", government("2"))], (1, 0, 0)),
    ([profile("a1", full="anan"), profile("a2", full="bobo")], (0, 0, 0)),
    ([profile("a1", account("u"), full="anan"), profile("b1", account("u"), full="bobo")], (0, 0, 0)),
]


@pytest.mark.parametrize(("cluster", "expected"), OTHERS)
def test_hard_rules_are_counted_by_pairs_of_people(
    cluster: list[ProfileEvidence], expected: tuple[int, int, int]
) -> None:
    """The first letter of a profile names its person."""
    broken = broken_rules(cluster, lambda one: one[1][0])
    assert (broken.verified_ids, broken.names, broken.births) == expected
    assert broken.people == ({"a", "b"} if any(expected) else frozenset())
