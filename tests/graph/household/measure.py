"""Households of the seed world against its truth: pairwise, over all and over the reachable pairs."""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations

from graph.household.adapt import household_people
from graph.household.bonds import READ
from graph.household.evidence import Household, Kind
from graph.household.infer import households
from graph.identity.evidence import Identifier, Resolution
from graph.identity.resolve import components
from graph.identity.rules import Rules, load_rules
from graph.identity.stored import Key, evidence_of
from tests.graph.household.worlds import World, stored_world

Pair = frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs of persons of one household: found rightly, wrongly, missed of the reachable, and there in truth.

    `alone` counts households whose members are all one person in truth.
    """

    right: int
    wrong: int
    missed: int
    true: int
    alone: int
    found: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Of the reachable pairs."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def infer_world(world: World, rules: Rules) -> tuple[list[Household], float, int]:
    """The groups of every component of two people or more, seconds spent, and how many components."""
    people_of = {key: person for person in world.resolution.people for key in person.members}
    vehicles = {id_: tuple(ties.values()) for id_, ties in world.vehicles.items()}
    groups: list[Household] = []
    spent, count = 0.0, 0
    for part in components(evidence_of(world.profiles.values()).profiles, rules=rules):
        people = {people_of[key].founder: people_of[key] for key in part}
        if len(people) < 2:
            continue
        profiles = [world.profiles[key] for key in sorted(part)]
        here = {identifier for profile in profiles for identifier in profile.identifiers.values()}
        classes = {i: kind for i in here if (kind := world.resolution.classes.get(i)) is not None}
        resolution = Resolution(tuple(people.values()), classes=classes)
        start = time.perf_counter()
        groups += households(household_people(profiles, resolution, rules=rules, vehicles=vehicles))
        spent += time.perf_counter() - start
        count += 1
    return groups, spent, count


def infer_at_once(world: World, rules: Rules) -> list[Household]:
    """The groups of all people, given together."""
    vehicles = {id_: tuple(ties.values()) for id_, ties in world.vehicles.items()}
    return list(
        households(
            household_people(world.profiles.values(), world.resolution, rules=rules, vehicles=vehicles)
        )
    )


def true_pairs(world: World) -> set[Pair]:
    """Pairs of persons of one household. Who is a household's namesake is nobody: a company, a tablet."""
    homes: dict[str, set[str]] = defaultdict(set)
    for truth in world.truth.values():
        homes[truth.household_id].add(truth.person_id)
    return {
        frozenset(pair)
        for home, people in homes.items()
        if home not in people
        for pair in combinations(people, 2)
    }


def reachable_pairs(world: World, true: set[Pair]) -> set[Pair]:
    """The true pairs whose records any phone, e-mail, address, car, plate or device joins, over any steps at home."""
    on: dict[Identifier, set[str]] = defaultdict(set)
    home_of = {truth.person_id: truth.household_id for truth in world.truth.values()}
    for key, profile in world.profiles.items():
        for identifier in profile.identifiers.values():
            if identifier.namespace in READ:
                on[identifier].add(world.truth[key].person_id)
    near: dict[str, set[str]] = defaultdict(set)
    for people in on.values():
        by_home: dict[str, list[str]] = defaultdict(list)
        for person in people:
            by_home[home_of[person]].append(person)
        for home in by_home.values():
            for person in home:
                near[person] |= set(home)
    return {pair for pair in true if _connected(near, *sorted(pair))}


def _connected(near: dict[str, set[str]], start: str, end: str) -> bool:
    seen, todo = {start}, [start]
    while todo:
        for other in near[todo.pop()] - seen:
            seen.add(other)
            todo.append(other)
    return end in seen


def score(world: World, groups: list[Household]) -> Score:
    """How well the households agree with the truth; a member is the person most of whose records it has."""
    person_of = person_by_founder(world)
    true = true_pairs(world)
    reachable = reachable_pairs(world, true)
    found: set[Pair] = set()
    alone = 0
    homes = [group for group in groups if group.kind is Kind.HOUSEHOLD]
    for group in homes:
        persons = {person_of[member.key] for member in group.members}
        alone += len(persons) == 1
        found |= {frozenset(pair) for pair in combinations(persons, 2)}
    right = found & true
    return Score(len(right), len(found - true), len(reachable - found), len(true), alone, len(homes))


def person_by_founder(world: World) -> dict[Key, str]:
    """The true person of each resolved one."""
    return {
        person.founder: Counter(world.truth[key].person_id for key in person.members).most_common(1)[0][0]
        for person in world.resolution.people
    }


def as_true(world: World, rules: Rules) -> World:
    """The same world resolved without error: each true person one person."""
    from graph.identity.evidence import Person

    members: dict[str, list[Key]] = defaultdict(list)
    for key, truth in world.truth.items():
        members[truth.person_id].append(key)
    people = tuple(
        Person(
            frozenset(keys), min(keys, key=lambda k: (world.profiles[k].founder_class, world.profiles[k].seq))
        )
        for keys in members.values()
    )
    return World(
        world.profiles, world.vehicles, world.truth, Resolution(people, classes=world.resolution.classes)
    )


def main() -> None:
    rules = load_rules()
    people, seed = int(sys.argv[1]), int(sys.argv[2])
    resolved = stored_world(rules, people=people, seed=seed)
    for name, world in (("resolved", resolved), ("true people", as_true(resolved, rules))):
        if name == "resolved":
            groups, spent, count = infer_world(world, rules)
        else:
            groups, spent, count = infer_at_once(world, rules), 0.0, 0
        s = score(world, groups)
        print(
            name,
            s,
            f"P {s.precision:.3f} R {s.recall:.3f} F1 {s.f1:.3f} all-R {s.right / max(1, s.true):.3f}",
        )
        print(
            Counter(group.kind for group in groups),
            f"{spent / max(1, count) * 1e6:.0f} us a component of {count}",
        )


if __name__ == "__main__":
    main()
