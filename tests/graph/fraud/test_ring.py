"""The search of rings, against every simple cycle that networkx finds on small made-up graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY
from graph.fraud.evidence import Above, Ends, Ring, Share
from graph.fraud.ring import Around, Neighbour, find_rings
from graph.fraud.rules import load_fraud_rules
from graph.fraud.signals import share_weight
from tests.graph.fraud.worlds import NOW
from tests.laws import examples

RULES = load_fraud_rules()
PEOPLE = "ABCDEF"
Referrals = dict[tuple[str, str], int]
Sharing = dict[tuple[str, str], int]

PAIRS = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).filter(lambda pair: pair[0] != pair[1])
REFERRALS = st.dictionaries(PAIRS, st.sampled_from([0, 100, 300, 400]), min_size=1, max_size=9)
SHARING = st.dictionaries(
    PAIRS.filter(lambda pair: pair[0] < pair[1]), st.sampled_from([2, 3, 9]), max_size=4
)
"""Who shares a device of their own kind with whom, and how many people have it."""


class World:
    """Referrals and shared things, read as the graph is; counts its reads."""

    def __init__(self, referrals: Referrals, sharing: Sharing) -> None:
        self.referrals = {pair: NOW + day * DAY for pair, day in referrals.items()}
        self.sharing = sharing
        self.reads = 0

    def ends(self) -> list[Ends]:
        return [
            Ends("".join(pair), "c", at, f"p{pair[0]}", pair[0], f"p{pair[1]}", pair[1])
            for pair, at in self.referrals.items()
        ]

    def share(self, one: str, other: str) -> Share | None:
        low, high = sorted((one, other))
        if (people := self.sharing.get((low, high))) is None:
            return None
        return Share("deviceId", f"{low}~{high}", f"p{one}", f"p{other}", people)

    async def look(self, one_ids: Sequence[str]) -> Mapping[str, Around]:
        self.reads += 1
        found: dict[str, Around] = {}
        for one in one_ids:
            near = [Neighbour(share, other) for other in PEOPLE if (share := self.share(one, other))]
            who = [one, *(neighbour.one_id for neighbour in near)]
            found[one] = Around(one, tuple(near), {each: self.above(each) for each in who})
        return found

    def above(self, friend: str) -> tuple[Above, ...]:
        return tuple(
            Above(f"{maker}{of}", at, f"p{of}", f"p{maker}", maker)
            for (maker, of), at in self.referrals.items()
            if of == friend
        )


def best(world: World, ends: Ends) -> tuple[float, int] | None:
    """What the best ring through a referral says and how many referrals it has, by all simple cycles.

    Edges of kind `r` lead from a friend to who referred them; edges of kind `s` between who shares. No two shared ones
    follow each other, and none is as long as there are people.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for (maker, friend), at in world.referrals.items():
        graph.add_edge(friend, maker, kind="r", at=at, weight=1.0)
    for one, other in world.sharing:
        share = world.share(one, other)
        assert share is not None
        if weight := share_weight(share, RULES):
            graph.add_edge(one, other, kind="s", at=None, weight=weight)
            graph.add_edge(other, one, kind="s", at=None, weight=weight)
    found: list[tuple[float, int]] = []
    if graph.has_node(ends.referrer) and graph.has_node(ends.friend):
        for path in nx.all_simple_edge_paths(graph, ends.referrer, ends.friend):
            edges: list[Any] = [graph.get_edge_data(one, other, key) for one, other, key in path]  # pyright: ignore[reportUnknownMemberType, reportAssignmentType]
            kinds = ["r", *(edge["kind"] for edge in edges)]
            times = [ends.opened_at, *(edge["at"] for edge in edges if edge["kind"] == "r")]
            if (
                2 <= kinds.count("r") <= RULES.ring.referrals
                and ("s", "s") not in list(pairwise(kinds))
                and kinds != ["r", "r"]
                and max(times) - min(times) <= RULES.ring.window_days * DAY
            ):
                found.append((round(prod(edge["weight"] for edge in edges), 9), kinds.count("r")))
    return min(found, key=lambda each: (-each[0], each[1]), default=None)


def said(ring: Ring) -> tuple[float, int]:
    return round(prod(share_weight(share, RULES) for share in ring.shares), 9), 1 + len(ring.steps)


@given(referrals=REFERRALS, sharing=SHARING)
@settings(max_examples=examples(300))
async def test_the_best_ring_is_that_of_all_simple_cycles(referrals: Referrals, sharing: Sharing) -> None:
    world = World(referrals, sharing)
    found = await find_rings(world.look, world.ends(), RULES)
    assert {id_: said(ring) for id_, ring in found.items()} == {
        ends.referral: expected for ends in world.ends() if (expected := best(world, ends))
    }
    assert world.reads <= RULES.ring.referrals - 1


@given(referrals=REFERRALS, sharing=SHARING)
@settings(max_examples=examples(100))
async def test_any_order_finds_the_same_rings(referrals: Referrals, sharing: Sharing) -> None:
    one, other = World(referrals, sharing), World(dict(reversed(referrals.items())), sharing)
    found = await find_rings(one.look, one.ends(), RULES)
    assert found == await find_rings(other.look, other.ends(), RULES)
    for ends in one.ends():
        assert (await find_rings(one.look, [ends], RULES)).get(ends.referral) == found.get(ends.referral)
