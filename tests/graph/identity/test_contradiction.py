"""Full names and birth dates that contradict, and what a model's scores may do about it (ADR 0016)."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from random import Random

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.identity.contradiction import is_slip, near_births, near_names
from graph.identity.evidence import PersonName, ProfileEvidence
from graph.identity.resolve import resolve
from graph.identity.rules import Strength
from graph.identity.summary import full_name
from tests.graph.identity.oracle import slipped
from tests.graph.identity.test_cases import LI, RULES, WANG, WANG_JUNIOR, ambiguous, people, profile
from tests.graph.identity.test_support import scored
from tests.graph.identity.worlds import World, record, world
from tests.laws import examples

SLIP = PersonName("王建囯", "王", "建囯")
PINYIN = PersonName("jianguowang", "wang", "jianguo")
BORN, MISTYPED, SON = "1966-03-05", "1966-05-03", "1996-10-17"


def two(*, name: PersonName = WANG, born: str | None = None, also: str = "email:2") -> list[ProfileEvidence]:
    """王建国 of 1966 with a phone, and a second record."""
    return [
        profile("a", "phone:1", name=WANG, born=BORN if born else None),
        profile("b", also, name=name, born=born),
    ]


CASES: dict[str, tuple[list[ProfileEvidence], list[str], set[str]]] = {
    "a certain score outweighs no other name": (two(name=LI), ["ab.999"], {"a", "b"}),
    "nor another birth date": (two(born=SON), ["ab.999"], {"a", "b"}),
    "one that leaves no doubt outweighs a name": (two(name=LI), ["ab.9999"], {"a b"}),
    "and a birth date": (two(born=SON), ["ab.9999"], {"a b"}),
    "but not where both have the phone": (two(name=LI, also="phone:1"), ["ab.9999"], {"a", "b"}),
    "or a device": (
        [profile("a", "deviceId:1", name=WANG), profile("b", "deviceId:1", name=LI)],
        ["ab.9999"],
        {"a", "b"},
    ),
    "an address is shared by strangers and proves nothing against them": (
        [profile("a", "address:1", name=WANG), profile("b", "address:1", name=LI)],
        ["ab.9999"],
        {"a b"},
    ),
    "a slip of the pen contradicts nobody": (two(name=SLIP, also="phone:1"), ["ab.96"], {"a b"}),
    "nor does a name in pinyin": (two(name=PINYIN, also="phone:1"), ["ab.96"], {"a b"}),
    "nor day and month swapped": (two(born=MISTYPED, also="phone:1"), ["ab.96"], {"a b"}),
    "a slip of the name excuses no birth date": (two(name=SLIP, born=SON), ["ab.999"], {"a", "b"}),
    "brothers share half a name, not its sound": (two(name=WANG_JUNIOR), ["ab.999"], {"a", "b"}),
    "a name that two tell on either side is no slip": (
        [*two(name=SLIP), profile("c", name=WANG), profile("d", name=SLIP)],
        ["ac", "bd", "ab", "ad", "bc", "cd"],
        {"a c", "b d"},
    ),
    "a slip that the model found unlikely is none": (
        [*two(name=SLIP), profile("x")],
        ["ax.96", "bx.96", "ab.8"],
        {"a", "b", "x"},
    ),
    "who does not tell his age bridges nobody": (
        [*two(born=SON), profile("x", name=WANG)],
        ["ax.96", "bx.96"],
        {"a", "b", "x"},
    ),
    "a better tier joins him with one of them first": (
        [*two(born=SON), profile("x", name=WANG)],
        ["ax.999", "bx.96"],
        {"a x", "b"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_case(case: str) -> None:
    profiles, pairs, expected = CASES[case]
    assert people(resolve(profiles, scores=scored(*pairs), rules=RULES)) == expected
    assert people(resolve(profiles[::-1], scores=scored(*pairs)[::-1], rules=RULES)) == expected


def test_who_fits_two_that_contradict_is_ambiguous() -> None:
    profiles, pairs, _ = CASES["who does not tell his age bridges nobody"]
    assert ambiguous(resolve(profiles, scores=scored(*pairs), rules=RULES)) == {"x": "a b"}


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("annamaier", "hannamaier", True),
        ("annamaier", "maierhanna", True),
        ("annamaier", "annameier", True),
        ("annamaier", "annamiaer", True),
        ("annamaier", "hannameier", False),
        ("annamaier", "annabecker", False),
        ("陈国强", "陳國強", True),
        ("林江", "江林", False),
        ("王小明", "mingxiaowang", False),
        ("王小明", "xiaomingwang", True),
    ],
)
def test_near_names(left: str, right: str, near: bool) -> None:
    assert near_names(left, right) is near_names(right, left) is near


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("1980-05-17", "1980-05-18", True),
        ("1980-05-17", "1980-05-71", True),
        ("1980-05-06", "1980-06-05", True),
        ("1980-05-17", "1908-05-17", True),
        ("1980-05-06", "1981-06-05", False),
        ("1980-05-17", "1991-05-17", False),
    ],
)
def test_near_births(left: str, right: str, near: bool) -> None:
    assert near_births(left, right) is near_births(right, left) is near


@settings(max_examples=examples(300), deadline=None)
@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_a_slip_is_one_edit(left: str, right: str) -> None:
    assert is_slip(left, right) is is_slip(right, left) is slipped(left, right)


worlds = st.integers(0, 2**32).map(lambda seed: world(Random(seed)))


@settings(max_examples=examples(250), deadline=None)
@given(worlds)
def test_scores_that_leave_doubt_join_equal_names_and_dates_or_slips_of_them(one: World) -> None:
    """Without strong evidence and stewards, who tells one name and one date each meets others by these only."""

    def plain(p: ProfileEvidence) -> ProfileEvidence:
        weak = [
            h for h in p.holdings if RULES.namespace(h.identifier.namespace).strength is not Strength.STRONG
        ]
        names = frozenset(sorted((n for n in p.names if n.full), key=str)[:1])
        births = frozenset(sorted(d for d in p.birth_dates if len(d) == 10)[:1])
        return replace(p, names=names, birth_dates=births, holdings=tuple(weak))

    undoubted = one.rules.model.undoubted
    profiles = {p.key: plain(p) for p in one.profiles}
    doubtful = tuple(s for s in one.scores if s.probability < undoubted)
    resolution = replace(one, profiles=tuple(profiles.values()), judgements=(), scores=doubtful).resolve()
    slips = 0
    for person in resolution.people:
        members = [profiles[key] for key in person.members]
        for told in (
            {name.full or "" for p in members for name in p.names},
            {date for p in members for date in p.birth_dates},
        ):
            graph = nx.Graph()
            graph.add_nodes_from(told)
            graph.add_edges_from(pair for pair in combinations(told, 2) if _near(*pair))
            assert not told or nx.is_connected(graph)
            slips += len(told) > 1
    record("doubtful scores", {"worlds": 1, "slips": slips})


def _near(one: str, other: str) -> bool:
    if one[0].isdigit():
        return near_births(one, other)
    return near_names(one, other) or full_name(PersonName(full=one)) == full_name(PersonName(full=other))
