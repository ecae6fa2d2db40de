"""`resolve` answers as the oracle does, on random worlds that reach everything."""

from __future__ import annotations

from collections import Counter
from random import Random

from tests.graph.identity.oracle import TIERS, Oracle
from tests.graph.identity.worlds import World, record, world
from tests.laws import examples

WORLDS = examples(600)
EVERYTHING = {
    *("personal", "shared", "generic", "hot", "tenures", "limit", "cap", "overgrown"),
    *("conflict", "twice", "ambiguous", "ambiguous-afterwards", "read-limit"),
    *("thin", "model-undoubted", "model-certain", "model-likely", "model-probable", "outweighed", "slip"),
}
ORDER = ["steward", *(tier[0] for tier in TIERS), "shared"]


def answers(one: World) -> tuple[list[object], list[object], dict[str, int]]:
    """What the two say, in one form, and what the oracle passed through."""
    mine = one.resolve()
    other = Oracle(one.profiles, one.judgements, one.plain(), one.degrees, one.scores, one.shared).run()
    least = {key: min(person.members) for person in mine.people for key in person.members}
    found: list[object] = [
        {person.members for person in mine.people},
        {(least[m], c) for doubt in mine.ambiguities for m in doubt.members for c in doubt.candidates},
        {member for doubt in mine.ambiguities for member in doubt.members},
        {(least[min(doubt.members)], doubt.tier) for doubt in mine.ambiguities},
        {(house.identifier, frozenset(least[f] for f in house.founders)) for house in mine.households},
        mine.classes,
    ]
    expected: list[object] = [
        other.partition,
        {(least[member], candidate) for member, candidate, _ in other.ambiguous},
        {member for member, _, _ in other.ambiguous},
        {
            (person, min((tier for m, _, tier in other.ambiguous if least[m] == person), key=ORDER.index))
            for person in {least[member] for member, _, _ in other.ambiguous}
        },
        other.households,
        other.classes,
    ]
    return found, expected, other.reached


def test_the_oracle_agrees() -> None:
    reached: Counter[str] = Counter(worlds=WORLDS)
    for seed in range(WORLDS):
        found, expected, passed = answers(world(Random(seed)))
        assert found == expected, f"world {seed}"
        reached.update(passed.keys())
    record("oracle, worlds that reached", reached)
    assert reached.keys() >= EVERYTHING
    assert min(reached[what] for what in EVERYTHING) >= 5


def test_the_oracle_agrees_on_bigger_worlds() -> None:
    reached: Counter[str] = Counter()
    for seed in range(examples(60)):
        found, expected, passed = answers(world(Random(1_000_000 + seed), most=24))
        assert found == expected, f"big world {seed}"
        reached.update(passed.keys())
    record("oracle, bigger worlds that reached", reached)
    assert reached["ambiguous"] > 0
