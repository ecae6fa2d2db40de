"""Evidence, judgements and scores as a set that changes; only the components touched are resolved again.

No database: thousands of steps cost seconds. What was put together piece by piece must be what the oracle
answers from scratch, and nobody whose read set was left alone may notice.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from graph.identity.evidence import Grade, Holding, Identifier, Judgement, ProfileEvidence, Score, Verdict
from graph.identity.gather import components
from graph.identity.resolve import resolve
from graph.identity.rules import Rules
from tests.graph.identity.oracle import Oracle
from tests.graph.identity.worlds import BIRTHS, NAMES, holding, identifier, rules
from tests.graph.machine.said import plain

Key = tuple[str, str]
numbers = st.integers(0, 9)
seeds = st.integers(0, 2**16)


class PureMachine(RuleBasedStateMachine):
    """Profiles come, change and leave; the partition is kept up as the write path keeps it."""

    def __init__(self) -> None:
        super().__init__()
        self.profiles: dict[Key, ProfileEvidence] = {}
        self.judgements: list[Judgement] = []
        self.scores: dict[frozenset[Key], Score] = {}
        self.marked: set[Identifier] = set()
        self.people: dict[Key, frozenset[Key]] = {}
        self.born = 0

    @initialize(seed=seeds)
    def begin(self, seed: int) -> None:
        """Sizes small enough to be hit."""
        self.rules_: Rules = rules(Random(seed))

    def pick(self, number: int) -> Key:
        keys = sorted(self.profiles)
        return keys[number % len(keys)]

    @rule(count=st.integers(1, 3), seed=seeds)
    def come(self, count: int, seed: int) -> None:
        rng = Random(seed)
        before = self.parts()
        touched: set[Key] = set()
        for _ in range(count if len(self.profiles) < 14 else 0):
            self.born += 1
            key = (rng.choice(["crm", "web", "app"]), f"{rng.randrange(10**6):06d}-{self.born}")
            names = frozenset(rng.sample(NAMES, rng.choice([0, 0, 1])))
            births = frozenset(rng.sample(BIRTHS, rng.choice([0, 0, 1])))
            self.profiles[key] = ProfileEvidence(key, seq=self.born, names=names, birth_dates=births)
            for _ in range(rng.choice([1, 2, 2, 3])):
                self.hold(key, self.some_holding(rng))
            touched.add(key)
        self.settle(before, touched)

    def some_holding(self, rng: Random) -> Holding:
        return holding(rng, identifier(rng, rng.choice(list(self.rules_.namespaces)), 2))

    def hold(self, key: Key, held: Holding) -> None:
        profile = self.profiles[key]
        self.profiles[key] = replace(profile, holdings=(*profile.holdings, held))

    @precondition(lambda self: self.profiles)
    @rule(number=numbers, seed=seeds)
    def say_more(self, number: int, seed: int) -> None:
        key, rng, before = self.pick(number), Random(seed), self.parts()
        self.hold(key, self.some_holding(rng))
        if rng.random() < 0.3:
            self.profiles[key] = replace(self.profiles[key], names=frozenset([rng.choice(NAMES)]))
        self.settle(before, {key})

    @precondition(lambda self: self.profiles)
    @rule(number=numbers, which=numbers)
    def take_away(self, number: int, which: int) -> None:
        """An identifier was wrong of a profile."""
        key, before = self.pick(number), self.parts()
        held = self.profiles[key].holdings
        if held:
            gone = held[which % len(held)].identifier
            left = tuple(h for h in held if h.identifier != gone)
            self.profiles[key] = replace(self.profiles[key], holdings=left)
            self.settle(before, {key}, {gone})

    @precondition(lambda self: self.profiles)
    @rule(number=numbers)
    def leave(self, number: int) -> None:
        """A profile is erased."""
        key, before = self.pick(number), self.parts()
        gone = self.profiles.pop(key)
        self.judgements = [j for j in self.judgements if key not in (j.left, j.right)]
        self.scores = {pair: score for pair, score in self.scores.items() if key not in pair}
        self.settle(before, {key}, {h.identifier for h in gone.holdings})

    @precondition(lambda self: len(self.profiles) > 1)
    @rule(one=numbers, other=numbers, verdict=st.sampled_from(Verdict))
    def judge(self, one: int, other: int, verdict: Verdict) -> None:
        a, b, before = self.pick(one), self.pick(other), self.parts()
        if a != b:
            self.judgements.append(Judgement(a, b, verdict))
            self.settle(before, {a, b})

    @precondition(lambda self: self.judgements)
    @rule(which=numbers)
    def take_back(self, which: int) -> None:
        before = self.parts()
        gone = self.judgements.pop(which % len(self.judgements))
        self.settle(before, {gone.left, gone.right})

    @precondition(lambda self: len(self.profiles) > 1)
    @rule(one=numbers, other=numbers, probability=st.sampled_from([0.0, 0.6, 0.95, 0.98, 0.999]))
    def score(self, one: int, other: int, probability: float) -> None:
        a, b, before = self.pick(one), self.pick(other), self.parts()
        if a != b:
            self.scores.pop(frozenset((a, b)), None)
            if probability:
                self.scores[frozenset((a, b))] = Score(a, b, probability)
            self.settle(before, {a, b})

    @precondition(lambda self: self.profiles)
    @rule(number=numbers, which=numbers)
    def mark(self, number: int, which: int) -> None:
        """An identifier is marked shared, or no longer."""
        key, before = self.pick(number), self.parts()
        held = self.profiles[key].holdings
        if held:
            self.marked ^= {held[which % len(held)].identifier}
            self.settle(before, {key})

    def parts(self) -> dict[Key, frozenset[Key]]:
        found = components(
            self.profiles.values(), rules=self.rules_, judgements=self.judgements, scores=self.scores.values()
        )
        return {key: part for part in found for key in part}

    def settle(
        self, before: dict[Key, frozenset[Key]], touched: set[Key], gone: set[Identifier] = frozenset()
    ) -> None:  # type: ignore[assignment]
        """Resolve again the components, old and new, of whoever reads what was touched; keep all others."""
        held = gone | {
            h.identifier for key in touched & self.profiles.keys() for h in self.profiles[key].holdings
        }
        readers = touched | {
            key for key, one in self.profiles.items() if any(h.identifier in held for h in one.holdings)
        }
        now = self.parts()
        again = set[Key]().union(*(parts.get(key, ()) for key in readers for parts in (before, now)))
        again = set[Key]().union(*(now[key] for key in again & self.profiles.keys()))
        degrees: dict[Identifier, tuple[int, int]] = {}
        for one in self.profiles.values():
            for name in {h.identifier for h in one.holdings}:
                sure = any(h.identifier == name and h.grade is not Grade.CLAIMED for h in one.holdings)
                trusted, every = degrees.get(name, (0, 0))
                degrees[name] = (trusted + sure, every + 1)
        answer = resolve(
            [self.profiles[key] for key in sorted(again)],
            self.judgements,
            self.scores.values(),
            rules=self.rules_,
            degrees=degrees,
            shared=self.marked,
        )
        people = {
            key: person for key, person in self.people.items() if key in self.profiles and key not in again
        }
        for person in answer.people:
            people |= dict.fromkeys(person.members, person.members)
        self.people = people
        whole = Oracle(
            self.profiles.values(),
            self.judgements,
            plain(self.rules_),
            scores=self.scores.values(),
            shared=self.marked,
        ).run()
        assert set(self.people.values()) == whole.partition
        assert self.people.keys() == self.profiles.keys()
