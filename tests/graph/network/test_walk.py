"""Walks from person to person, against networkx on made-up graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.network.walk import (
    MOST_AT_ONCE,
    Link,
    Near,
    Read,
    Tie,
    TieKind,
    find_neighbourhood,
    find_path,
)
from tests.laws import examples

Sharing = dict[str, frozenset[str]]
"""Who shares a thing, by its key."""

PEOPLE = [f"u{n}" for n in range(9)]
SHARING = st.dictionaries(
    st.sampled_from([f"k{n}" for n in range(9)]),
    st.frozensets(st.sampled_from(PEOPLE), min_size=2, max_size=4),
    max_size=9,
)


class World:
    """People and what they share, read as the graph is; counts its reads."""

    def __init__(self, sharing: Sharing, people: Sequence[str] = PEOPLE) -> None:
        self.sharing = sharing
        self.people = people
        self.reads: list[Sequence[str]] = []

    async def read(self, one_ids: Sequence[str]) -> Mapping[str, Near]:
        """As `network.read_ties`; `old-u1` is a former id of `u1`."""
        self.reads.append(one_ids)
        return {
            asked: Near(
                one_id := asked.removeprefix("old-"),
                tuple(
                    Link(Tie(TieKind.IDENTIFIER, key, "phone"), other)
                    for key, people in sorted(self.sharing.items())
                    if one_id in people
                    for other in sorted(people - {one_id})
                ),
            )
            for asked in one_ids
            if asked.removeprefix("old-") in self.people
        }

    def drawn(self) -> nx.Graph[str]:
        """The same as networkx has it."""
        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(self.people)
        for people in self.sharing.values():
            graph.add_edges_from((a, b) for a in people for b in people if a < b)
        return graph


@given(sharing=SHARING, longest=st.integers(1, 6))
@settings(max_examples=examples(200))
async def test_a_path_is_as_short_as_networkx_finds_it(sharing: Sharing, longest: int) -> None:
    world = World(sharing)
    found = await find_path(world.read, "u0", "u8", longest=longest)
    assert found is not None
    assert found.whole
    assert len(world.reads) <= longest
    away = nx.single_source_shortest_path_length(world.drawn(), "u0", cutoff=longest)
    assert bool(found.people) is ("u8" in away)
    if "u8" not in away:
        assert found.ties == ()
        return
    assert len(found.ties) == away["u8"]
    assert (found.people[0], found.people[-1]) == ("u0", "u8")
    for tie, left, right in zip(found.ties, found.people[:-1], found.people[1:], strict=True):
        assert {left, right} <= sharing[tie.key]


@given(sharing=SHARING, depth=st.integers(1, 2), first=st.integers(1, 9))
@settings(max_examples=examples(200))
async def test_a_neighbourhood_is_everybody_near(sharing: Sharing, depth: int, first: int) -> None:
    world = World(sharing)
    found = await find_neighbourhood(world.read, "u0", depth=depth, first=first)
    assert found is not None
    assert len(world.reads) <= depth
    away = nx.single_source_shortest_path_length(world.drawn(), "u0", cutoff=depth)
    expected = sorted(away.items(), key=lambda item: (item[1], item[0]))
    assert list(found.people) == expected[:first]
    if found.whole:
        assert len(expected) <= first
    shown = dict(found.people)
    for tie, people in found.ties:
        assert len(people) >= 2
        assert set(people) <= shown.keys() & sharing[tie.key]


async def test_everybody_told_is_said_to_be_everybody() -> None:
    world = World({"k": frozenset({"u0", "u1"})})
    found = await find_neighbourhood(world.read, "u0", depth=2, first=9)
    assert found is not None
    assert (found.people, found.whole) == ((("u0", 0), ("u1", 1)), True)


async def test_former_ids_lead_on() -> None:
    world = World({"k": frozenset({"u0", "u1"})})
    found = await find_path(world.read, "old-u0", "old-u1", longest=6)
    assert found is not None
    assert found.people == ("u0", "u1")
    same = await find_path(world.read, "old-u0", "u0", longest=6)
    assert same is not None
    assert (same.people, same.ties) == (("u0",), ())
    assert await find_path(world.read, "u0", "nobody", longest=6) is None
    assert await find_neighbourhood(world.read, "nobody", depth=1, first=9) is None


async def test_a_level_of_too_many_is_cut_and_says_so() -> None:
    crowd = [f"v{n:03}" for n in range(MOST_AT_ONCE + 1)]
    sharing = {f"k{n}": frozenset({"a", person}) for n, person in enumerate(crowd)}
    sharing["far"] = frozenset({crowd[-1], "far"})
    world = World(sharing, ["a", "far", *crowd])
    read: Read = world.read
    found = await find_neighbourhood(read, "a", depth=2, first=1_000)
    assert found is not None
    assert not found.whole
    assert max(map(len, world.reads)) == MOST_AT_ONCE
    assert "far" not in dict(found.people)
