"""The laws of `resolve` (docs/reference/resolve.md §4) on random worlds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from random import Random

import networkx as nx
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph.identity.evidence import (
    Grade,
    Identifier,
    Judgement,
    PersonName,
    ProfileEvidence,
    Resolution,
    Score,
    Verdict,
)
from graph.identity.resolve import canonical_hash, components, resolve
from graph.identity.rules import Strength
from graph.identity.summary import full_name
from tests.graph.identity.worlds import BIRTHS, World, full_degrees, name, record, world
from tests.laws import examples

Key = tuple[str, str]
Space = tuple[str, str]

worlds = st.integers(0, 2**32).map(lambda seed: world(Random(seed)))
many = settings(max_examples=examples(250), deadline=None)


def run(one: World) -> Resolution:
    return one.resolve()


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

    scores = [
        Score(s.right, s.left, s.probability) if rng.random() < 0.5 else s
        for s in rng.sample([*one.scores, *one.scores[:1]], len(one.scores) + bool(one.scores))
    ]

    first = run(one)
    again = replace(
        one, profiles=tuple(profiles), judgements=tuple(judgements), scores=tuple(scores)
    ).resolve()

    assert again == first
    assert canonical_hash(again) == canonical_hash(first)
    record("any order", reached(first))


@many
@given(worlds, st.integers(0, 2**32))
def test_founders_are_all_that_the_order_of_commits_decides(one: World, seed: int) -> None:
    rng = Random(seed)
    profiles = [replace(profile, seq=rng.randrange(100)) for profile in one.profiles]
    first = run(one)
    again = replace(one, profiles=tuple(profiles)).resolve()
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
    again = replace(
        one,
        profiles=tuple(replace(profile, key=new[profile.key]) for profile in one.profiles),
        judgements=tuple(Judgement(new[j.left], new[j.right], j.verdict) for j in one.judgements),
        scores=tuple(Score(new[s.left], new[s.right], s.probability) for s in one.scores),
    ).resolve()

    assert parts(again) == {frozenset(new[key] for key in members) for members in parts(first)}
    assert {doubt.members for doubt in again.ambiguities} == {
        frozenset(new[key] for key in doubt.members) for doubt in first.ambiguities
    }
    assert again.classes == first.classes
    record("renaming", reached(first))


@many
@given(worlds)
@example(world(Random(29187)))  # a budget that three profiles reach, whom scores alone tie
def test_a_component_answers_alone_as_it_does_among_others(one: World) -> None:
    degrees = full_degrees(one)
    one = replace(one, degrees=degrees)
    whole = run(one)
    found = components(
        one.profiles, rules=one.rules, degrees=degrees, judgements=one.judgements, scores=one.scores
    )
    assert whole.components == found
    assert sorted(key for part in found for key in part) == sorted({profile.key for profile in one.profiles})

    alone = [
        replace(one, profiles=tuple(p for p in one.profiles if p.key in part)).resolve() for part in found
    ]

    assert sorted((p for r in alone for p in r.people), key=lambda p: min(p.members)) == list(whole.people)
    assert {a for r in alone for a in r.ambiguities} == set(whole.ambiguities)
    assert {h for r in alone for h in r.households} == set(whole.households)
    assert {r for one in alone for r in one.refusals} == set(whole.refusals)
    assert {n for one in alone for n in one.warnings} == set(whole.warnings)
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
    same += [(s.left, s.right) for s in one.scores if s.probability >= one.rules.model.probable]
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
        read_limit=5_000,
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
    without = replace(one, profiles=tuple(rest)).resolve()
    assert parts(without) == parts(replace(one, profiles=tuple(rest[::-1])).resolve())
    assert run(one) == first


@many
@given(worlds, st.integers(0, 2**32))
def test_a_piece_answers_alone_when_it_is_told_what_is_too_big(one: World, seed: int) -> None:
    """What is beyond the read limit is resolved by reading one piece: nobody looks at the rest of it."""
    rng = Random(seed)
    one = replace(one, degrees=full_degrees(one), rules=replace(one.rules, read_limit=rng.randint(1, 4)))
    whole = run(one)
    assert sorted(key for part, _ in whole.pieces for key in part) == sorted({p.key for p in one.profiles})
    some = [piece for piece in whole.pieces if rng.random() < 0.5]
    keys = {key for part, _ in some for key in part}
    alone = resolve(
        [profile for profile in one.profiles if profile.key in keys],
        one.judgements,
        one.scores,
        rules=one.rules,
        degrees=one.degrees,
        shared=one.shared,
        outgrown={key: step for part, step in some for key in part},
    )
    assert set(alone.pieces) == set(some)
    assert list(alone.people) == [person for person in whole.people if person.members <= keys]
    assert list(alone.ambiguities) == [doubt for doubt in whole.ambiguities if doubt.members <= keys]
    beyond = {h.identifier for p in one.profiles if p.key not in keys for h in p.holdings}
    assert all(whole.classes[name] == kind for name, kind in alone.classes.items() if name not in beyond)
    record("pieces", Counter(worlds=1, cut=any(step for _, step in some), several=len(some) > 1))


@many
@given(worlds, st.integers(0, 2**32))
def test_a_judgement_taken_back_leaves_what_was_before(one: World, seed: int) -> None:
    """`split(merge(x)) == x`: said and unsaid is never said, whole answer, founders included."""
    rng = Random(seed)
    keys = sorted({profile.key for profile in one.profiles})
    said = Judgement(rng.choice(keys), rng.choice(keys), rng.choice(list(Verdict)))
    pair = {said.left, said.right}
    before = replace(
        one,
        judgements=tuple(j for j in one.judgements if {j.left, j.right} != pair or j.verdict != said.verdict),
    )
    during = replace(before, judgements=(*before.judgements, said)).resolve()
    first = before.resolve()
    touched = {key for part in (*during.components, *first.components) if part & pair for key in part}

    assert replace(one, judgements=before.judgements).resolve() == first
    for was, now in ((first, during), (during, first)):  # nobody else noticed
        mine = {person.members: person for person in now.people}
        assert all(mine[p.members] == p for p in was.people if not p.members & touched)
    record("judgements", Counter(worlds=1, moved=parts(during) != parts(first)))


@many
@given(worlds)
def test_scores_join_only_what_they_support(one: World) -> None:
    """Without any other evidence every person is tied by scores, and by enough of them."""
    bare = replace(
        one,
        profiles=tuple(
            replace(p, holdings=(), names=frozenset(), birth_dates=frozenset()) for p in one.profiles
        ),
        judgements=(),
    )
    model = one.rules.model
    best: dict[frozenset[Key], float] = {}
    for score in one.scores:
        pair = frozenset((score.left, score.right))
        if score.probability >= model.floor:
            best[pair] = max(best.get(pair, 0), score.probability)
    resolution = bare.resolve()
    for person in resolution.people:
        if len(person.members) > 1:
            graph = nx.Graph(
                [tuple(p) for p, s in best.items() if p <= person.members and s >= model.probable]
            )
            assert set(graph) == person.members
            assert nx.is_connected(graph)
            pairs = list(combinations(person.members, 2))
            mean = sum(best.get(frozenset(pair), 0) for pair in pairs) / len(pairs)
            assert mean >= model.support - 0.001
    record("support", Counter(worlds=1, refused=any(r.rule == "support" for r in resolution.refusals)))


def test_a_partial_name_of_every_kind_is_generated() -> None:
    """The worlds mean something: they hold full, family-only and given-only names."""
    seen: set[PersonName] = set()
    for seed in range(50):
        seen |= {n for p in world(Random(seed)).profiles for n in p.names}
    assert {bool(n.full) for n in seen} == {True, False}
    assert any(n.family and not n.given for n in seen)
    assert any(n.given and not n.family for n in seen)
