"""Bridges: networkx agrees on what falls apart without whom."""

from __future__ import annotations

from collections import Counter
from random import Random

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.chain.bridges import Bridge, Member, bridges_of
from tests.laws import examples


@st.composite
def trees(draw: st.DrawFn) -> list[Member]:
    """Up to 15 people; each but the first was brought by one before."""
    count = draw(st.integers(1, 15))
    return [
        Member(
            f"u{n:02}",
            f"u{draw(st.integers(0, n - 1)):02}" if n else None,
            draw(st.sampled_from(["d-1", "d-2", None])),
            draw(st.sampled_from(["上海", "北京", None])),
        )
        for n in range(count)
    ]


def main(values: list[str | None]) -> str | None:
    counted = Counter(value for value in values if value is not None)
    return min(counted, key=lambda value: (-counted[value], value)) if counted else None


def by_removal(people: list[Member]) -> list[Bridge]:
    """The oracle: take each out of a plain graph, and look at what is left."""
    graph = nx.Graph()
    graph.add_nodes_from(person.one_id for person in people)
    graph.add_edges_from((person.one_id, person.by) for person in people if person.by)
    known = {person.one_id: person for person in people}
    found = []
    for one_id in known:
        left = graph.copy()
        left.remove_node(one_id)
        parts = list(nx.connected_components(left))
        separated = len(left) - max(map(len, parts), default=0)
        dealers = {main([known[each].dealer for each in part]) for part in parts} - {None}
        cities = {main([known[each].city for each in part]) for part in parts} - {None}
        if separated:
            found.append(Bridge(one_id, len(parts), separated, tuple(sorted(dealers)), tuple(sorted(cities))))
    return sorted(found, key=lambda bridge: (-bridge.separated, bridge.one_id))


@settings(max_examples=examples(300), deadline=None)
@given(trees(), st.integers(1, 4), st.randoms(use_true_random=False))
def test_networkx_agrees_in_whatever_order_people_come(
    people: list[Member], first: int, random_: Random
) -> None:
    expected = by_removal(people)
    shuffled = people[:]
    random_.shuffle(shuffled)
    assert list(bridges_of(shuffled, first=len(people))) == expected
    assert list(bridges_of(people, first=first)) == expected[:first]


def test_who_hangs_on_nobody_of_the_tree_does_not_belong_to_it() -> None:
    line = [Member("a", None), Member("b", "a"), Member("c", "b"), Member("x", "gone"), Member("y", "x")]
    assert bridges_of(line, first=9) == (Bridge("b", 2, 1, (), ()),)


def test_a_chain_of_many_takes_no_recursion() -> None:
    line = [Member(f"u{n:06}", f"u{n - 1:06}" if n else None) for n in range(20_001)]
    [bridge] = bridges_of(line, first=1)
    assert (bridge.one_id, bridge.parts, bridge.separated) == ("u010000", 2, 10_000)
