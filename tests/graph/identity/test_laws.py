"""The laws of `resolve` (docs/reference/resolve.md §4) on random worlds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from random import Random

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.identity.evidence import (
    Grade,
    Identifier,
    Judgement,
    PersonName,
    ProfileEvidence,
    Resolution,
    Verdict,
)
from graph.identity.resolve import canonical_hash, components, resolve
from graph.identity.rules import Strength
from graph.identity.summary import full_name
from tests.graph.identity.worlds import BIRTHS, MULTIPLIER, World, full_degrees, name, record, world

Key = tuple[str, str]
Space = tuple[str, str]

worlds = st.integers(0, 2**32).map(lambda seed: world(Random(seed)))
many = settings(max_examples=250 * MULTIPLIER, deadline=None)


def run(one: World) -> Resolution:
    return resolve(one.profiles, one.judgements, rules=one.rules, degrees=one.degrees)


def parts(resolution: Resolution) -> set[frozenset[Key]]:
    return {person.members for person in resolution.people}


def reached(resolution: Resolution) -> Counter[str]:
    found = Counter(worlds=1)
    found.update(set(resolution.classes.values()))
    found.update({refusal.rule for refusal in resolution.refusals})
    found.update({"ambiguous"} if resolution.ambiguities else ())
    return found


@many
@given(worlds, st.integers(0, 2**32))
def test_any_order_and_any_repetition_answers_the_same(one: World, seed: int) -> None:
    rng = Random(seed)
    profiles = [
        replace(
            profile,
            holdings=tuple(rng.sample(profile.holdings, len(profile.holdings))) + profile.holdings[:1],
        )
        for profile in rng.sample(one.profiles, len(one.profiles)) + rng.choices(one.profiles, k=3)
    ]
    judgements = [*one.judgements, *one.judgements[:1]]
    rng.shuffle(judgements)
    judgements = [Judgement(j.right, j.left, j.verdict) if rng.random() < 0.5 else j for j in judgements]

    first = run(one)
    again = resolve(profiles, judgements, rules=one.rules, degrees=one.degrees)

    assert again == first
    assert canonical_hash(again) == canonical_hash(first)
    record("any order", reached(first))


@many
@given(worlds, st.integers(0, 2**32))
def test_founders_are_all_that_the_order_of_commits_decides(one: World, seed: int) -> None:
    rng = Random(seed)
    profiles = [replace(profile, seq=rng.randrange(100)) for profile in one.profiles]
    first = run(one)
    again = resolve(profiles, one.judgements, rules=one.rules, degrees=one.degrees)
    assert canonical_hash(again) == canonical_hash(first)
    assert [person.reasons for person in again.people] == [person.reasons for person in first.people]
    for person in again.people:
        mine = [profile for profile in profiles if profile.key in person.members]
        known = {profile.key for profile in mine if profile.source_class.value == "known"}
        seq = {key: min(p.seq for p in mine if p.key == key) for key in person.members}
        assert person.founder == min(known or person.members, key=lambda key: (seq[key], key))


@many
@given(worlds, st.integers(0, 2**32))
def test_renaming_every_record_changes_nothing_where_no_size_was_hit(one: World, seed: int) -> None:
    patient = {n: replace(rule, max_people=50) for n, rule in one.rules.namespaces.items()}  # never generic
    one = replace(one, rules=replace(one.rules, namespaces=patient))
    first = run(one)
    if any(refusal.rule in ("limit", "cap") for refusal in first.refusals):
        record("renaming, left out", {"a size was hit": 1})
        return
    keys = sorted({profile.key for profile in one.profiles})
    renamed = Random(seed).sample(range(1000), len(keys))
    new = {key: (f"s{number % 3}", f"{number}") for key, number in zip(keys, renamed, strict=True)}
    again = resolve(
        [replace(profile, key=new[profile.key]) for profile in one.profiles],
        [Judgement(new[j.left], new[j.right], j.verdict) for j in one.judgements],
        rules=one.rules,
        degrees=one.degrees,
    )

    assert parts(again) == {frozenset(new[key] for key in members) for members in parts(first)}
    assert {doubt.members for doubt in again.ambiguities} == {
        frozenset(new[key] for key in doubt.members) for doubt in first.ambiguities
    }
    assert again.classes == first.classes
    record("renaming", reached(first))


@many
@given(worlds)
def test_a_component_answers_alone_as_it_does_among_others(one: World) -> None:
    degrees = full_degrees(one)
    whole = resolve(one.profiles, one.judgements, rules=one.rules, degrees=degrees)
    found = components(one.profiles, rules=one.rules, degrees=degrees, judgements=one.judgements)
    assert sorted(key for part in found for key in part) == sorted({profile.key for profile in one.profiles})

    alone = [
        resolve([p for p in one.profiles if p.key in part], one.judgements, rules=one.rules, degrees=degrees)
        for part in found
    ]

    assert sorted((p for r in alone for p in r.people), key=lambda p: min(p.members)) == list(whole.people)
    assert {a for r in alone for a in r.ambiguities} == set(whole.ambiguities)
    assert {h for r in alone for h in r.households} == set(whole.households)
    assert {r for one in alone for r in one.refusals} == set(whole.refusals)
    record("locality", Counter(worlds=1, components=len(found)))


@many
@given(worlds)
def test_a_constraint_is_never_broken(one: World) -> None:
    resolution = run(one)
    profiles: dict[Key, list[ProfileEvidence]] = {}
    for profile in one.profiles:
        profiles.setdefault(profile.key, []).append(profile)
    different = {frozenset((j.left, j.right)) for j in one.judgements if j.verdict is Verdict.DIFFERENT_FROM}
    for person in resolution.people:
        if len(person.members) == 1:
            continue  # what one record says of itself is beyond repair
        assert len(person.members) <= one.rules.cap
        assert not any(frozenset(pair) in different for pair in combinations(person.members, 2))
        proven: dict[Key, dict[Space, set[str]]] = {}
        counted: dict[Space, set[str]] = {}
        for key in person.members:
            for held in (held for profile in profiles[key] for held in profile.holdings):
                rule = one.rules.namespaces[held.identifier.namespace]
                space = (held.identifier.namespace, held.identifier.scope)
                if not rule.one_per_person:
                    counted.setdefault(space, set()).add(held.identifier.value)
                elif held.grade in (rule.proof, Grade.VERIFIED):
                    proven.setdefault(key, {}).setdefault(space, set()).add(held.identifier.value)
        assert all(len(found) <= one.rules.namespaces[space[0]].limit for space, found in counted.items())
        for left, right in combinations(proven.values(), 2):
            assert all(len(left[space] | right[space]) == 1 for space in left.keys() & right.keys())
    for doubt in resolution.ambiguities:
        home = next(person for person in resolution.people if doubt.members & person.members)
        assert doubt.members <= home.members
        assert not home.members & set(doubt.candidates)
    record("constraints", reached(resolution))


@many
@given(worlds)
def test_full_names_and_birth_dates_meet_only_through_equal_ones_or_trusted_strong_evidence(
    one: World,
) -> None:
    resolution = run(one)
    same = [(j.left, j.right) for j in one.judgements if j.verdict is Verdict.SAME_AS]
    names: dict[Key, set[str]] = {}
    births: dict[Key, set[str]] = {}
    strong: dict[Key, set[Identifier]] = {}
    for p in one.profiles:
        names.setdefault(p.key, set()).update(full for n in p.names if (full := full_name(n)))
        births.setdefault(p.key, set()).update(date for date in p.birth_dates if len(date) == 10)
        strong.setdefault(p.key, set()).update(
            h.identifier
            for h in p.holdings
            if one.rules.namespaces[h.identifier.namespace].strength is Strength.STRONG
            and h.grade is not Grade.CLAIMED
        )
    several = 0
    for person in resolution.people:
        for values in (names, births):
            graph = nx.Graph()
            graph.add_nodes_from(person.members)
            graph.add_edges_from(pair for pair in same if set(pair) <= person.members)
            graph.add_edges_from(
                pair
                for pair in combinations(person.members, 2)
                if values[pair[0]] & values[pair[1]] or strong[pair[0]] & strong[pair[1]]
            )
            told = [key for key in person.members if values[key]]
            several += len(told) > 1
            assert all(nx.has_path(graph, told[0], key) for key in told)
    record("names and births", Counter(worlds=1, people_with_several=several))


@many
@given(worlds)
def test_without_strong_evidence_nobody_has_two_full_names_or_birth_dates(one: World) -> None:
    def single(profile: ProfileEvidence) -> ProfileEvidence:
        return replace(
            profile,
            names=frozenset(sorted(profile.names, key=str)[:1]),
            birth_dates=frozenset(sorted(profile.birth_dates)[:1]),
            holdings=tuple(
                h
                for h in profile.holdings
                if one.rules.namespaces[h.identifier.namespace].strength is not Strength.STRONG
            ),
        )

    profiles = {profile.key: single(profile) for profile in one.profiles}
    resolution = resolve(profiles.values(), rules=one.rules, degrees=one.degrees)
    for person in resolution.people:
        members = [profiles[key] for key in person.members]
        assert len({full for p in members for n in p.names if (full := full_name(n))}) <= 1
        assert len({date for p in members for date in p.birth_dates if len(date) == 10}) <= 1
    record("phones never merge names", reached(resolution))


@many
@given(worlds, st.integers(0, 2**32))
def test_claims_never_part_whom_trusted_evidence_joins(one: World, seed: int) -> None:
    """A law of phones and e-mails: who claims a strong identifier may join a person before them."""
    rng = Random(seed)
    rules = replace(
        one.rules,
        namespaces={n: rule for n, rule in one.rules.namespaces.items() if rule.strength is Strength.MEDIUM},
    )
    trusted = [
        replace(
            profile,
            holdings=tuple(h for h in profile.holdings if h.grade is not Grade.CLAIMED),
        )
        for profile in one.profiles
    ]
    values = sorted({h.identifier for profile in trusted for h in profile.holdings})
    told = (
        sorted({n for profile in trusted for n in profile.names}, key=str) * 5
    )  # forms may know the victim's name
    forms = [
        ProfileEvidence(
            key=("form", str(number)),
            names=frozenset([rng.choice([*told, name("某", str(number))])])
            if rng.random() < 0.7
            else frozenset(),
            birth_dates=frozenset([rng.choice(BIRTHS)]) if rng.random() < 0.5 else frozenset(),
            holdings=tuple(
                replace(h, grade=Grade.CLAIMED) for p in trusted for h in p.holdings if rng.random() < 0.4
            ),
        )
        for number in range(rng.choice([1, 3, 10]))
        if values
    ]
    before = resolve(
        trusted, rules=rules, degrees=dict.fromkeys(values, (0, 1_000_000))
    )  # trusted tiers only
    after = resolve([*trusted, *forms], rules=rules)
    home = {key: person.members for person in after.people for key in person.members}
    for person in before.people:
        assert all(home[min(person.members)] == home[key] for key in person.members)
    record("claims", Counter(worlds=1, people=sum(len(person.members) > 1 for person in before.people)))


@many
@given(worlds)
def test_a_person_that_leaves_was_never_there(one: World) -> None:
    """No history: without one person's profiles, and with them again, all is as the evidence says."""
    first = run(one)
    gone = min(person.members for person in first.people)
    rest = [profile for profile in one.profiles if profile.key not in gone]
    without = resolve(rest, one.judgements, rules=one.rules, degrees=one.degrees)
    assert parts(without) == parts(resolve(rest[::-1], one.judgements, rules=one.rules, degrees=one.degrees))
    assert run(one) == first


def test_a_partial_name_of_every_kind_is_generated() -> None:
    """The worlds mean something: they hold full, family-only and given-only names."""
    seen: set[PersonName] = set()
    for seed in range(50):
        seen |= {n for p in world(Random(seed)).profiles for n in p.names}
    assert {bool(n.full) for n in seen} == {True, False}
    assert any(n.family and not n.given for n in seen)
    assert any(n.given and not n.family for n in seen)
