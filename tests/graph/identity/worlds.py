"""Random small worlds that really reach conflicts, ties, limits, caps and every class of identifier."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from random import Random

from graph.clock import DAY
from graph.identity.evidence import (
    Grade,
    Holding,
    Identifier,
    Judgement,
    PersonName,
    ProfileEvidence,
    Resolution,
    Score,
    SourceClass,
    Verdict,
)
from graph.identity.resolve import resolve
from graph.identity.rules import ModelRules, NamespaceRule, Rules, Strength
from tests.graph.identity.oracle import PlainRules, Row

REPORT: dict[str, Counter[str]] = {}
"""By test: how often it reached what; printed at the end of the run."""


def record(test: str, what: dict[str, int] | Counter[str]) -> None:
    REPORT.setdefault(test, Counter()).update(what)


@dataclass(frozen=True)
class World:
    profiles: tuple[ProfileEvidence, ...]
    judgements: tuple[Judgement, ...]
    rules: Rules
    degrees: dict[Identifier, tuple[int, int]]
    scores: tuple[Score, ...] = ()
    shared: frozenset[Identifier] = frozenset()

    def resolve(self) -> Resolution:
        return resolve(
            self.profiles,
            self.judgements,
            self.scores,
            rules=self.rules,
            degrees=self.degrees,
            shared=self.shared,
        )

    def plain(self) -> PlainRules:
        """The rules as the oracle takes them."""
        rows = {
            name: Row(
                strength=rule.strength.value,
                limit=rule.limit,
                people=rule.max_people,
                hot=rule.hot,
                gap=None if rule.gap_days is None else rule.gap_days * DAY,
                one=rule.one_per_person,
                proof=rule.proof.value,
            )
            for name, rule in self.rules.namespaces.items()
        }
        model = self.rules.model
        return PlainRules(
            rows,
            self.rules.cap,
            self.rules.budget,
            self.rules.read_limit,
            (model.undoubted, model.certain, model.likely, model.probable),
            model.floor,
            model.support,
        )


def name(family: str, given: str) -> PersonName:
    return PersonName(family + given, family, given)


NAMES = [
    name("王", "建国"),
    name("王", "建军"),
    name("王", "建囯"),  # a slip of the first
    name("李", "梅"),
    PersonName("weili", "li", "wei"),
    PersonName("liwei", "wei", "li"),
    PersonName("weilli", "lli", "wei"),  # a slip of both
    PersonName(family="王"),
    PersonName(family="李"),
    PersonName(given="建国"),
    PersonName(given="wei"),
]
SLIPS = [(NAMES[0], NAMES[2]), (NAMES[4], NAMES[6])]
BIRTHS = ["1980-05-17", "1980-06-01", "1980-01-06", "1980-05-18", "1990-01-01", "1980", "1990", "1980-05"]
GRADES = [Grade.CLAIMED, Grade.TRUSTED, Grade.TRUSTED, Grade.VERIFIED]


def rules(rng: Random) -> Rules:
    """Sizes small enough to be hit, or large enough to let other things happen."""
    tight = rng.random() < 0.6
    size = (lambda *few: rng.choice(few)) if tight else (lambda *few: 50)
    hot = rng.choice([3, 4, 6, 50])

    def row(strength: Strength, limit: int, people: int, **more: object) -> NamespaceRule:
        return NamespaceRule(strength, limit, people, hot, **more)  # type: ignore[arg-type]

    return Rules(
        namespaces={
            "governmentId": row(Strength.STRONG, 1, 2, one_per_person=True),
            "userId": row(Strength.STRONG, 1, 2, one_per_person=True, proof=Grade.TRUSTED),
            "wechatOpenId": row(Strength.STRONG, size(2, 3), rng.choice([1, 2])),
            "phone": row(
                Strength.MEDIUM, size(1, 2, 3), rng.choice([1, 2, 3]), gap_days=rng.choice([None, 10])
            ),
            "email": row(Strength.MEDIUM, size(2, 3), rng.choice([1, 2, 4])),
            "anonymousId": row(Strength.WEAK, size(2, 4), rng.choice([1, 2, 4])),
            "deviceId": row(Strength.WEAK, size(2, 4), rng.choice([2, 4])),
            "vin": row(Strength.CORROBORATING, size(2, 4), rng.choice([1, 2, 4])),
        },
        cap=size(3, 4, 6),
        budget=rng.choice([3, 5, 8, 50, 50]),
        read_limit=rng.choice([3, 5]) if rng.random() < 0.1 else 5_000,
        model=ModelRules(support=rng.choice([0.1, 0.3, 0.3, 0.6])),
    )


SCOPED = {"userId": ["web", "app"], "wechatOpenId": ["a", "b"]}


def holding(rng: Random, identifier: Identifier) -> Holding:
    grade = rng.choice(GRADES)
    if rng.random() < 0.25:
        return Holding(identifier, grade)
    first = rng.randrange(0, 60) * DAY
    last = first + rng.choice([0, 0, 5, 15]) * DAY
    if grade is Grade.CLAIMED or rng.random() < 0.1:
        return Holding(identifier, grade, first, last)
    late = rng.choice([0, 0, 3]) * DAY
    return Holding(identifier, grade, first, max(last, first + late), first + late, max(last, first + late))


def identifier(rng: Random, namespace: str, values: int) -> Identifier:
    return Identifier(namespace, rng.choice(SCOPED.get(namespace, ["*"])), str(rng.randrange(values)))


def people(rng: Random, count: int, named: float) -> list[ProfileEvidence]:
    """Profiles without holdings."""
    pool = rng.sample(NAMES, rng.randint(1, len(NAMES)))
    return [
        ProfileEvidence(
            key=(rng.choice(["crm", "web", "app"]), f"{rng.randrange(10**6):06d}"),
            source_class=rng.choice(list(SourceClass)),
            seq=number,
            names=frozenset(rng.sample(pool, rng.choice([1, 1, 1, min(2, len(pool))])))
            if rng.random() < named
            else frozenset(),
            birth_dates=frozenset([rng.choice(BIRTHS)]) if rng.random() < named / 2 else frozenset(),
        )
        for number in range(count)
    ]


def holdings(rng: Random, profiles: list[ProfileEvidence], space: Rules) -> list[ProfileEvidence]:
    """Evidence in one of several shapes: scattered, a chain, a ring, or a star on one identifier."""
    shape = rng.choice(["scattered", "scattered", "chain", "ring", "star", "double"])
    namespaces = rng.sample(list(space.namespaces), rng.randint(1, len(space.namespaces)))
    values = rng.randint(1, 4)
    extra: dict[int, list[Holding]] = {number: [] for number in range(len(profiles))}
    last = len(profiles) - 1
    if shape in ("chain", "ring", "double"):
        kinds = rng.sample(["phone", "email", "wechatOpenId", "deviceId", "vin"], rng.randint(1, 3))
        for number in range(len(profiles)):
            if number == last and shape != "ring":
                break
            for again in range(1 + (shape == "double" and rng.random() < 0.6)):
                link = Identifier(kinds[(number + again) % len(kinds)], "*", f"link{number}")
                for end in (number, (number + 1) % len(profiles)):
                    extra[end].append(holding(rng, link))
    if shape == "star":
        centre = identifier(
            rng, rng.choice(["phone", "email", "deviceId", "wechatOpenId", "governmentId"]), 2
        )
        for number in range(len(profiles)):
            extra[number].append(holding(rng, centre))
    share = rng.choice([0.15, 0.35, 0.6]) if shape == "scattered" else rng.choice([0.0, 0.1, 0.25])
    for number in range(len(profiles)):
        for namespace in namespaces:
            if rng.random() < share:
                extra[number].append(holding(rng, identifier(rng, namespace, values)))
    return [replace(profile, holdings=tuple(extra[n])) for n, profile in enumerate(profiles)]


PROBABILITIES = [0.4, 0.6, 0.6, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999, 0.9999, 1.0]


def scores(rng: Random, keys: list[tuple[str, str]]) -> list[Score]:
    """A model's scores: scattered, in a chain, or in two families with a bad pair between them."""
    shape = rng.choice(["scattered", "chain", "families", "families"])
    order = rng.sample(keys, len(keys))
    half = len(order) // 2
    if shape == "chain":
        pairs = list(pairwise(order))
    elif shape == "families":
        pairs = [*combinations(order[:half], 2), *combinations(order[half:], 2)]
        pairs = [pair for pair in pairs if rng.random() < 0.8] + [(order[0], order[-1])]
    else:
        pairs = [pair for pair in combinations(order, 2) if rng.random() < rng.choice([0.2, 0.5])]
    few = rng.sample(PROBABILITIES, rng.choice([1, 2, 4]))
    return [Score(*rng.sample(pair, 2), rng.choice(few)) for pair in pairs]


def nameless(rng: Random, most: int) -> tuple[list[ProfileEvidence], Rules]:
    """A chain or ring of nameless profiles and sizes that it may exceed."""
    count = rng.randint(4, most)
    around = rng.random() < 0.5
    namespace = rng.choice(["phone", "email", "wechatOpenId", "anonymousId"])
    found = [
        ProfileEvidence(
            key=("crm", f"{number:06d}"),
            seq=number,
            holdings=tuple(
                Holding(Identifier(namespace, "*", f"{link % count:02d}"), Grade.TRUSTED)
                for link in (number, number + 1)
                if around or 0 < link < count
            ),
        )
        for number in rng.sample(range(count), count)
    ]
    return found, replace(
        rules(rng),
        cap=rng.choice([2, 3, 50]),
        budget=rng.choice([3, 4, 50]),
        read_limit=rng.choice([3, 5_000]),
    )


def world(rng: Random, most: int = 10) -> World:
    if rng.random() < 0.1:
        profiles, space = nameless(rng, most)
    else:
        space = rules(rng)
        profiles = holdings(rng, people(rng, rng.randint(2, most), rng.choice([0.0, 0.3, 0.7])), space)
    if rng.random() < 0.2:  # a record seen twice
        twin = rng.choice(profiles)
        profiles.append(replace(rng.choice(profiles), key=twin.key))
    keys = sorted({profile.key for profile in profiles})
    judgements = [
        Judgement(rng.choice(keys), rng.choice(keys), rng.choice(list(Verdict)))
        for _ in range(rng.choice([0, 0, 0, 1, 2, 4]))
    ]
    if rng.random() < 0.15:  # a quarrel: many who differ, on links of few names
        profiles = [replace(profile, names=frozenset(), birth_dates=frozenset()) for profile in profiles]
        pairs = list(combinations(keys, 2))
        judgements += [
            Judgement(*pair, Verdict.DIFFERENT_FROM)
            for pair in rng.sample(pairs, min(len(pairs), rng.randint(1, 6)))
        ]
    scored = scores(rng, keys) if rng.random() < 0.4 else []
    if scored and rng.random() < 0.4:  # nothing but the model
        profiles = [replace(profile, holdings=()) for profile in profiles]
    if scored and rng.random() < 0.3:  # a name and a slip of it
        two = rng.choice(SLIPS)
        profiles = [replace(p, names=frozenset([rng.choice(two)]) if p.names else p.names) for p in profiles]
    held = sorted({h.identifier for p in profiles for h in p.holdings})
    degrees = {i: (rng.choice([0, 1, 9]), 9) for i in held if rng.random() < 0.05}
    marked = frozenset(i for i in held if rng.random() < 0.1) if rng.random() < 0.2 else frozenset()
    return World(tuple(profiles), tuple(judgements), space, degrees, tuple(scored), marked)


def full_degrees(world: World) -> dict[Identifier, tuple[int, int]]:
    """Holders of every identifier as the whole graph counts them."""
    trusted: dict[Identifier, set[tuple[str, str]]] = {}
    every: dict[Identifier, set[tuple[str, str]]] = {}
    for profile in world.profiles:
        for held in profile.holdings:
            every.setdefault(held.identifier, set()).add(profile.key)
            if held.grade is not Grade.CLAIMED:
                trusted.setdefault(held.identifier, set()).add(profile.key)
    counted = {i: (len(trusted.get(i, ())), len(on)) for i, on in every.items()}
    return {
        i: (max(seen[0], world.degrees.get(i, (0, 0))[0]), max(seen[1], world.degrees.get(i, (0, 0))[1]))
        for i, seen in counted.items()
    }
