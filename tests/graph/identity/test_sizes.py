"""What is too big, what is nearly so, and what a steward says is shared."""

from __future__ import annotations

from dataclasses import replace

from graph.identity.evidence import (
    Identifier,
    Judgement,
    NearSize,
    PersonName,
    ProfileEvidence,
    Resolution,
    Score,
    SizeKind,
)
from graph.identity.resolve import resolve
from tests.graph.identity.test_cases import LI, RULES, WANG, people, profile, same
from tests.graph.identity.test_support import scored


def tangle() -> list[ProfileEvidence]:
    """Ten records: two strong pairs, tied by phones into halves of five, and these by a cookie."""
    return [
        profile("a1", "userId:web/a"),
        profile("a2", "userId:web/a", "phone:a"),
        profile("a3", "phone:a", "deviceId:d/1"),
        profile("a4", "phone:a"),
        profile("a5", "phone:a"),
        profile("b1", "userId:web/b"),
        profile("b2", "userId:web/b", "phone:b"),
        profile("b3", "phone:b", "deviceId:d/1"),
        profile("b4", "phone:b"),
        profile("b5", "phone:b"),
    ]


def limited(limit: int, *judgements: Judgement, scores: list[Score] | None = None) -> Resolution:
    return resolve(tangle(), judgements, scores or (), rules=replace(RULES, read_limit=limit))


A, B = "a1 a2 a3 a4 a5", "b1 b2 b3 b4 b5"


def test_beyond_the_read_limit_the_weakest_evidence_is_left_out_first() -> None:
    whole = limited(10)
    assert people(whole) == {A, B}
    assert whole.refusals == ()
    assert whole.classes[Identifier("deviceId", "d", "1")] == "shared"

    halves = limited(9)
    assert people(halves) == {A, B}
    assert halves.classes[Identifier("deviceId", "d", "1")] == "hot"
    (refusal,) = halves.refusals
    assert (refusal.rule, refusal.tier, len(refusal.members)) == ("read-limit", "weak-agree-trusted", 10)
    reasons = {reason.rule for person in halves.people for reason in person.reasons.values()}
    assert reasons == {"read-limit"}
    assert halves.components == whole.components
    assert [(len(members), step) for members, step in halves.pieces] == [(5, 1), (5, 1)]

    strong = limited(4)
    assert people(strong) == {"a1 a2", "a3", "a4", "a5", "b1 b2", "b3", "b4", "b5"}
    assert [(r.tier, len(r.members)) for r in strong.refusals] == [
        ("model-certain", 5),
        ("model-certain", 5),
        ("weak-agree-trusted", 10),
    ]
    assert strong.classes[Identifier("phone", "*", "a")] == "hot"
    assert sorted((len(members), step) for members, step in strong.pieces) == [
        *[(1, 2)] * 6,
        *[(2, 2)] * 2,
    ]
    assert len(limited(1).people) == 10


def test_each_piece_is_cut_only_as_far_as_it_must_be() -> None:
    small = [one for one in tangle() if one.key[1] not in ("b4", "b5")]
    found = resolve(small, rules=replace(RULES, read_limit=4))
    assert people(found) == {"a1 a2", "a3", "a4", "a5", "b1 b2 b3"}


def test_scores_go_with_the_medium_evidence_and_a_stewards_word_last() -> None:
    tied = scored("pq", at=0.999)
    rest = [profile(who, f"phone:{who}", "phone:all") for who in "pqrstu"]
    rules = replace(RULES, read_limit=5)
    assert people(resolve(rest, scores=tied, rules=rules)) == set("pqrstu")
    assert people(resolve(rest, [same("p", "q")], tied, rules=rules)) == {"p q", *"rstu"}


def near(resolution: Resolution) -> dict[SizeKind, NearSize]:
    return {warning.kind: warning for warning in resolution.warnings}


def test_what_is_nearly_full_is_told_before_it_is() -> None:
    calm = [profile(f"{n:03d}", "phone:1") for n in range(47)]
    assert resolve(calm, rules=RULES).warnings == ()
    found = near(resolve([*calm, profile("047", "phone:1")], rules=RULES))
    assert found.keys() == {SizeKind.CAP}
    assert (found[SizeKind.CAP].subject, found[SizeKind.CAP].count, found[SizeKind.CAP].limit) == (
        ("s", "000"),
        48,
        60,
    )
    many = [profile(f"{n:03d}", "phone:1") for n in range(52)]
    assert near(resolve(many, rules=RULES)).keys() == {SizeKind.CAP, SizeKind.HOT}
    over = [profile(f"{n:03d}", "phone:1") for n in range(65)]
    assert resolve(over, rules=RULES).warnings == ()  # crossed: told as hot


def test_people_on_an_identifier_and_values_of_a_person_are_told() -> None:
    named = [profile(f"{n}", "phone:1", name=PersonName(f"某{n}", "某", str(n))) for n in range(5)]
    phone = Identifier("phone", "*", "1")
    assert resolve(named, rules=RULES).warnings == (NearSize(SizeKind.MAX_PEOPLE, phone, 5, 6),)
    assert resolve(named[:4], rules=RULES).warnings == ()
    lone = resolve([profile("a", *(f"phone:{n}" for n in range(4)))], rules=RULES)
    assert lone.warnings == (NearSize(SizeKind.LIMIT, ("s", "a"), 4, 5, "phone"),)


def test_big_components_and_knots_are_told() -> None:
    ring = [profile(f"{n:02d}", f"anonymousId:w/{n}", f"anonymousId:w/{(n + 1) % 40}") for n in range(40)]
    rules = replace(RULES, budget=50, read_limit=45)
    found = near(resolve(ring, rules=rules))
    assert (found[SizeKind.BUDGET].count, found[SizeKind.READ_LIMIT].count) == (40, 40)
    assert near(resolve(ring, rules=replace(rules, warn_share=0.9))).keys() & {SizeKind.BUDGET} == set()


def test_an_identifier_marked_shared_links_only_equal_full_names() -> None:
    phone = Identifier("phone", "*", "1")
    crowd = [
        profile("a", "phone:1", name=WANG),
        profile("b", "phone:1", name=WANG),
        profile("n", "phone:1"),
        profile("m", "phone:1"),
    ]
    assert people(resolve(crowd, rules=RULES)) == {"a b m n"}
    marked = resolve(crowd, rules=RULES, shared=[phone])
    assert people(marked) == {"a b", "m", "n"}
    assert marked.classes == {phone: "shared"}
    (household,) = marked.households
    assert len(household.founders) == 3
    strong = Identifier("wechatOpenId", "mp", "1")
    two = [profile("a", "wechatOpenId:mp/1"), profile("b", "wechatOpenId:mp/1", name=LI)]
    assert people(resolve(two, rules=RULES, shared=[strong])) == {"a", "b"}
    assert people(resolve(two, rules=RULES, shared=[Identifier("wechatOpenId", "mp", "2")])) == {"a b"}
    alone = resolve([crowd[0], crowd[1]], [same("a", "b")], rules=RULES, shared=[phone])
    assert alone.classes == {phone: "shared"}
