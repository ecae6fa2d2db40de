"""The forest: networkx agrees, edge by edge; order, repetition and who else there is do not matter."""

from __future__ import annotations

from random import Random

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.referral.forest import Also, Edge, ancestors, forest_of
from tests.laws import examples

USERS = "abcdefg"


@st.composite
def edges(draw: st.DrawFn, users: str = USERS, prefix: str = "r") -> list[Edge]:
    """Up to a dozen referrals among few users, so that seconds and cycles are many."""
    ends = draw(
        st.lists(st.tuples(st.sampled_from(users), st.sampled_from(users), st.integers(0, 6)), max_size=12)
    )
    return [Edge(f"{prefix}{number}", *each) for number, each in enumerate(ends)]


def grown(given_edges: list[Edge]) -> tuple[set[str], dict[str, str]]:
    """The oracle: a graph that takes each edge if networkx still calls it a forest of arborescences."""
    tree = nx.DiGraph()
    first, also = set[str](), dict[str, str]()
    for edge in sorted(given_edges, key=lambda each: (each.at, each.referral)):
        if edge.referrer == edge.referee:
            also[edge.referral] = "self"
            continue
        grafted = tree.copy()
        grafted.add_edge(edge.referrer, edge.referee)
        if nx.is_branching(grafted) and not tree.has_edge(edge.referrer, edge.referee):
            tree = grafted
            first.add(edge.referral)
        else:
            taken = edge.referee in tree and tree.in_degree(edge.referee) > 0
            also[edge.referral] = "second" if taken else "cycle"
    return first, also


@settings(max_examples=examples(400))
@given(edges())
def test_networkx_agrees_edge_by_edge(drawn: list[Edge]) -> None:
    forest = forest_of(drawn)
    first, also = grown(drawn)
    assert {edge.referral for edge in forest.first.values()} == first
    assert {referral: reason.value for referral, (_, reason) in forest.also.items()} == also


@settings(max_examples=examples(300))
@given(edges(), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_answers_the_same(drawn: list[Edge], random: Random) -> None:
    again = drawn + drawn[:4]
    random.shuffle(again)
    assert forest_of(again) == forest_of(drawn)


@settings(max_examples=examples(300))
@given(edges())
def test_nobody_is_above_themselves_and_everybody_is_told_of(drawn: list[Edge]) -> None:
    forest = forest_of(drawn)
    assert len(forest.first) + len(forest.also) == len(drawn)
    for user, edge in forest.first.items():
        assert edge.referee == user
        line = list(ancestors(forest, user))
        assert line[0] == edge.referrer
        assert len({user, *line}) == len(line) + 1


@settings(max_examples=examples(200))
@given(edges(users="abcd"), edges(users="wxyz", prefix="s"))
def test_users_who_hang_together_by_no_referral_do_not_matter_to_each_other(
    one: list[Edge], other: list[Edge]
) -> None:
    both, left, right = forest_of(one + other), forest_of(one), forest_of(other)
    assert both.first == {**left.first, **right.first}
    assert both.also == {**left.also, **right.also}


@settings(max_examples=examples(200))
@given(edges(), st.sampled_from(USERS), st.sampled_from(USERS))
def test_after_a_merge_it_is_a_forest_and_a_split_restores_it(
    drawn: list[Edge], kept: str, gone: str
) -> None:
    def merged(user: str) -> str:
        return kept if user == gone else user

    after = [Edge(each.referral, merged(each.referrer), merged(each.referee), each.at) for each in drawn]
    forest = forest_of(after)
    tree = nx.DiGraph([(each.referrer, each.referee) for each in forest.first.values()])
    assert not tree or nx.is_branching(tree)
    back = {each.referral: each for each in drawn}
    assert forest_of([back[each.referral] for each in after]) == forest_of(drawn)


def test_a_cycle_that_a_merge_brings_to_light_is_kept_with_its_reason() -> None:
    line = [
        Edge("r1", "a", "b", 1),
        Edge("r2", "b", "c", 2),
        Edge("r3", "d", "e", 3),
        Edge("r4", "c", "f", 4),
    ]
    assert not forest_of(line).also
    a_is_e = [Edge(each.referral, each.referrer, each.referee.replace("f", "a"), each.at) for each in line]
    forest = forest_of(a_is_e)
    assert forest.also == {"r4": (Edge("r4", "c", "a", 4), Also.CYCLE)}
    assert list(ancestors(forest, "c")) == ["b", "a"]


def test_a_self_referral_and_a_second_are_kept_with_their_reasons() -> None:
    drawn = [Edge("r1", "a", "b", 1), Edge("r2", "c", "b", 0), Edge("r3", "d", "d", 0)]
    forest = forest_of(drawn)
    assert forest.first == {"b": drawn[1]}
    assert forest.also == {"r1": (drawn[0], Also.SECOND), "r3": (drawn[2], Also.SELF)}


def test_a_chain_of_many_takes_no_recursion() -> None:
    line = [Edge(f"r{n:06}", f"u{n}", f"u{n + 1}", n) for n in range(20_000)]
    forest = forest_of([*reversed(line), Edge("z", "u20000", "u0", 30_000)])
    assert len(forest.first) == 20_000
    assert forest.also == {"z": (Edge("z", "u20000", "u0", 30_000), Also.CYCLE)}
    assert sum(1 for _ in ancestors(forest, "u20000")) == 20_000
