"""Scores counted from a contingency table equal those counted pair by pair."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seed.metrics import Scores, compare
from tests.laws import examples

Rows = list[tuple[int, str, str]]


def brute_force(truth: Rows, predicted: dict[int, str]) -> Scores:
    cluster = {key: predicted.get(key, f"alone-{key}") for key, _, _ in truth}
    person = {key: who for key, who, _ in truth}
    household = {who: home for _, who, home in truth}
    same = {"right": 0, "predicted": 0, "true": 0}
    for a, b in combinations(cluster, 2):
        together, one = cluster[a] == cluster[b], person[a] == person[b]
        same["predicted"] += together
        same["true"] += one
        same["right"] += together and one

    def b3(of: dict[int, str], within: dict[int, str]) -> float:
        if not of:
            return 1.0
        shares = []
        for key, value in of.items():
            mates = [other for other, group in within.items() if group == within[key]]
            shares.append(sum(of[mate] == value for mate in mates) / len(mates))
        return sum(shares) / len(shares)

    def f1(p: float, r: float) -> float:
        return 2 * p * r / (p + r) if p + r else 0.0

    clusters: dict[str, set[str]] = {name: set() for name in cluster.values()}
    for key, name in cluster.items():
        clusters[name].add(person[key])
    fused = [
        members
        for members in clusters.values()
        if any(household[a] == household[b] for a, b in combinations(members, 2))
    ]
    precision = same["right"] / same["predicted"] if same["predicted"] else 1.0
    recall = same["right"] / same["true"] if same["true"] else 1.0
    b3_precision, b3_recall = b3(person, cluster), b3(cluster, person)
    return Scores(
        precision=precision,
        recall=recall,
        f1=f1(precision, recall),
        b3_precision=b3_precision,
        b3_recall=b3_recall,
        b3_f1=f1(b3_precision, b3_recall),
        family_over_merge=len(fused) / len(clusters) if clusters else 0.0,
        profiles=len(truth),
        people=len(set(person.values())),
        clusters=len(clusters),
    )


@st.composite
def partitions(draw: st.DrawFn) -> tuple[Rows, dict[int, str]]:
    size = draw(st.integers(min_value=0, max_value=14))
    people = draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))
    truth = [(key, f"p{who}", f"h{who // 2}") for key, who in enumerate(people)]
    predicted = draw(st.dictionaries(st.integers(0, 16), st.sampled_from("abcde")))
    return truth, predicted


@settings(max_examples=examples(300), deadline=None)
@given(partitions())
def test_scores_equal_those_of_brute_force(case: tuple[Rows, dict[int, str]]) -> None:
    truth, predicted = case
    scores, expected = compare(iter(truth), predicted), brute_force(truth, predicted)
    for name in Scores.__slots__:
        assert getattr(scores, name) == pytest.approx(getattr(expected, name)), name


def test_a_perfect_partition_scores_one() -> None:
    truth = [(n, f"p{n // 3}", f"h{n // 6}") for n in range(12)]
    scores = compare(truth, {key: person for key, person, _ in truth})
    assert (scores.precision, scores.recall, scores.b3_f1, scores.family_over_merge) == (1.0, 1.0, 1.0, 0.0)


def test_one_big_cluster_fuses_families_and_finds_every_pair() -> None:
    truth = [(0, "p0", "h0"), (1, "p0", "h0"), (2, "p1", "h0"), (3, "p2", "h1")]
    scores = compare(truth, dict.fromkeys(range(4), "all"))
    assert scores.recall == 1.0
    assert scores.precision == pytest.approx(1 / 6)
    assert scores.family_over_merge == 1.0


def test_strangers_in_one_cluster_are_no_family_over_merge() -> None:
    scores = compare([(0, "p0", "h0"), (1, "p1", "h1")], {0: "x", 1: "x"})
    assert (scores.precision, scores.family_over_merge) == (0.0, 0.0)


def test_keys_beyond_the_truth_are_left_out_and_missing_ones_stand_alone() -> None:
    scores = compare([(0, "p0", "h0"), (1, "p0", "h0")], {0: "x", 99: "x"})
    assert (scores.profiles, scores.clusters, scores.precision, scores.recall) == (2, 2, 1.0, 0.0)
