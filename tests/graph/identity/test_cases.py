"""The counter-examples of docs/reference/resolve.md §8 and the traps of its §0, by the default rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

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
from graph.identity.resolve import canonical_hash, components, resolve
from graph.identity.rules import load_rules

RULES = load_rules()
WANG, WANG_JUNIOR, LI = (PersonName(f + g, f, g) for f, g in (("王", "建国"), ("王", "建军"), ("李", "梅")))
MR_WANG, MS_LI = PersonName(family="王"), PersonName(family="李")


def held(what: str, *, at: int | None = None) -> Holding:
    """`phone:1` trusted, `phone:1?` claimed, `governmentId:1!` verified, `userId:web/1` scoped; days."""
    namespace, value = what.split(":")
    grade = {"?": Grade.CLAIMED, "!": Grade.VERIFIED}.get(value[-1], Grade.TRUSTED)
    scope, _, value = value.rstrip("?!").rpartition("/")
    time = None if at is None else at * DAY
    return Holding(
        Identifier(namespace, scope or "*", value),
        grade,
        time,
        time,
        *((None,) * 2 if grade is Grade.CLAIMED else (time,) * 2),
    )


def profile(
    key: str, *holds: str | Holding, name: PersonName | None = None, born: str | None = None
) -> ProfileEvidence:
    return ProfileEvidence(
        key=("s", key),
        names=frozenset([name] if name else ()),
        birth_dates=frozenset([born] if born else ()),
        holdings=tuple(held(h) if isinstance(h, str) else h for h in holds),
    )


def same(left: str, right: str) -> Judgement:
    return Judgement(("s", left), ("s", right), Verdict.SAME_AS)


def different(left: str, right: str) -> Judgement:
    return Judgement(("s", left), ("s", right), Verdict.DIFFERENT_FROM)


def people(resolution: Resolution) -> set[str]:
    """The partition as words: members' record ids in order, joined by blanks."""
    return {" ".join(sorted(key[1] for key in person.members)) for person in resolution.people}


def ambiguous(resolution: Resolution) -> dict[str, str]:
    return {
        " ".join(sorted(key[1] for key in doubt.members)): " ".join(key[1] for key in doubt.candidates)
        for doubt in resolution.ambiguities
    }


FULL = (
    name_a := profile("a", "phone:1", name=WANG),
    profile("x", "phone:1", "phone:2"),
    profile("b", "phone:2", name=LI),
)
FAMILY = (profile("a", "phone:1", name=WANG), profile("b", "phone:1", name=LI))
CASES: dict[str, tuple[tuple[ProfileEvidence, ...], tuple[Judgement, ...], set[str], dict[str, str]]] = {
    "a bridge between two people stays apart": (FULL, (), {"a", "x", "b"}, {"x": "a b"}),
    "a steward's word decides a bridge": (FULL, (same("x", "a"),), {"a x", "b"}, {}),
    "same, same, but different: three people": (
        (profile("a"), profile("b"), profile("c")),
        (same("a", "b"), same("b", "c"), different("a", "c")),
        {"a", "b", "c"},
        {"b": "a c"},
    ),
    "a partial name does not bridge two full ones": (
        (
            profile("a", "phone:1", name=WANG),
            profile("m", "phone:1", name=MR_WANG),
            profile("b", "phone:1", name=WANG_JUNIOR),
        ),
        (),
        {"a", "m", "b"},
        {"m": "a b"},
    ),
    "a partial name joins the only one it fits": (
        (profile("a", "phone:1", name=WANG), profile("m", "phone:1", name=MR_WANG)),
        (),
        {"a m"},
        {},
    ),
    "a partial name of another family stays apart": (
        (profile("a", "phone:1", name=WANG), profile("m", "phone:1", name=MS_LI)),
        (),
        {"a", "m"},
        {},
    ),
    "a partial name fits one of two": (
        (*FAMILY, profile("m", "phone:1", name=MS_LI)),
        (),
        {"a", "b", "m"},  # together they are two people on a shared phone: only equal full names join
        {},
    ),
    "two on a phone: the nameless are one with both": (
        (profile("a", "phone:1", name=WANG), profile("n", "phone:1"), profile("o", "phone:1")),
        (),
        {"a n o"},
        {},
    ),
    "another named person on the phone: the nameless are let go": (
        (*FAMILY, profile("n", "phone:1"), profile("o", "phone:1")),
        (),
        {"a", "b", "n", "o"},
        {"n": "a b", "o": "a b"},
    ),
    "a third named person lets go too": (
        (*FAMILY, profile("c", "phone:1", name=WANG_JUNIOR), profile("n", "phone:1")),
        (),
        {"a", "b", "c", "n"},
        {"n": "a b c"},
    ),
    "equal full names join on a family phone": (
        (*FAMILY, profile("c", "phone:1", name=WANG), profile("d", "phone:1", name=LI)),
        (),
        {"a c", "b d"},
        {},
    ),
    "father and son of one name: the record without a birth date is ambiguous": (
        (
            profile("f", "phone:1", name=WANG, born="1950-01-01"),
            profile("s", "phone:1", name=WANG, born="1980-01-01"),
            profile("n", "phone:1", name=WANG),
        ),
        (),
        {"f", "s", "n"},
        {"n": "f s"},
    ),
    "a year fits a date of that year": (
        (
            profile("a", "phone:1", born="1980-05-17"),
            profile("b", "phone:1", born="1980"),
            profile("c", "phone:2", born="1980-05-17"),
            profile("d", "phone:2", born="1981"),
        ),
        (),
        {"a b", "c", "d"},
        {},
    ),
    "the swapped order of a Latin name is the same name": (
        (
            profile("a", "phone:1", name=PersonName("weili", "li", "wei")),
            profile("b", "phone:1", name=PersonName("liwei", "wei", "li")),
        ),
        (),
        {"a b"},
        {},
    ),
    "the swapped order of a Chinese name is another": (
        (
            profile("a", "phone:1", name=PersonName("林江", "林", "江")),
            profile("b", "phone:1", name=PersonName("江林", "江", "林")),
        ),
        (),
        {"a", "b"},
        {},
    ),
    "a recycled phone has two tenures and no household": (
        (
            profile("a", held("phone:1", at=0), name=WANG),
            profile("n", held("phone:1", at=1)),
            profile("b", held("phone:1", at=700), name=LI),
        ),
        (),
        {"a n", "b"},
        {},
    ),
    "the same full name joins across tenures": (
        (profile("a", held("phone:1", at=0), name=WANG), profile("b", held("phone:1", at=700), name=WANG)),
        (),
        {"a b"},
        {},
    ),
    "an untimed row belongs to the only tenure": (
        (profile("a", held("phone:1", at=0), name=WANG), profile("n", "phone:1")),
        (),
        {"a n"},
        {},
    ),
    "an untimed row belongs to none of two tenures, unless by its name": (
        (
            profile("a", held("phone:1", at=0), name=WANG),
            profile("b", held("phone:1", at=700), name=LI),
            profile("n", "phone:1"),
            profile("l", "phone:1", name=LI),
        ),
        (),
        {"a", "b l", "n"},
        {},
    ),
    "two shared identifiers beat one": (
        (
            profile("a", "phone:1", "email:1", name=WANG),
            profile("x", "phone:1", "email:1", "phone:2"),
            profile("b", "phone:2", name=LI),
        ),
        (),
        {"a x", "b"},
        {},
    ),
    "two verified government ids are two people, whatever the steward says": (
        (
            profile("a", "governmentId:1!", "phone:1"),
            profile("b", "governmentId:2!", "phone:1"),
            profile("n", "phone:1"),
        ),
        (same("a", "b"),),
        {"a", "b", "n"},
        {"n": "a b"},
    ),
    "two government ids that nobody verified are not": (
        (profile("a", "governmentId:1", "phone:1"), profile("b", "governmentId:2!", "phone:1")),
        (),
        {"a b"},
        {},
    ),
    "two accounts of one id space are two people": (
        (
            profile("a", "userId:web/1", "phone:1?"),
            profile("b", "userId:web/2", "phone:1?"),
            profile("c", "userId:app/9", "phone:2?"),
        ),
        (),
        {"a", "b", "c"},
        {},
    ),
    "accounts of two id spaces may be one": (
        (profile("a", "userId:web/1", "phone:1"), profile("b", "userId:app/2", "phone:1")),
        (),
        {"a b"},
        {},
    ),
    "a union id joins whatever the names say": (
        (profile("a", "wechatUnionId:p/1", name=WANG), profile("b", "wechatUnionId:p/1", name=LI)),
        (),
        {"a b"},
        {},
    ),
    "who types in another's government id does not become that person": (
        (
            profile("a", "governmentId:1!", name=WANG),
            profile("b", "governmentId:1?", "userId:web/9", name=LI),
            profile("c", "governmentId:2!", name=WANG),
            profile("d", "governmentId:2?", name=WANG),
        ),
        (),
        {"a", "b", "c d"},
        {},
    ),
    "a cookie of one person joins, of two it is ambiguous": (
        (
            profile("a", "userId:web/1", "anonymousId:web/1"),
            profile("c", "anonymousId:web/1"),
            profile("p", "userId:web/2", "anonymousId:web/2"),
            profile("q", "userId:web/3", "anonymousId:web/2"),
            profile("d", "anonymousId:web/2"),
        ),
        (),
        {"a c", "p", "q", "d"},
        {"d": "p q"},
    ),
    "a cookie between two devices of people who may be one is ambiguous": (
        (
            profile("a", "phone:1", "deviceId:app/1"),
            profile("b", "phone:2", "deviceId:app/2"),
            profile("c", "deviceId:app/1", "deviceId:app/2"),
        ),
        (),
        {"a", "b", "c"},
        {"c": "a b"},
    ),
    "a car joins only equal full names": (
        (
            profile("a", "vin:1", name=WANG),
            profile("b", "vin:1", name=WANG),
            profile("n", "vin:1"),
            profile("d", "vin:2", "phone:9"),
            profile("e", "vin:2"),
        ),
        (),
        {"a b", "n", "d", "e"},
        {},
    ),
    "the same word from two people who differ": (
        (profile("a", "phone:1"), profile("b", "phone:1")),
        (different("a", "b"),),
        {"a", "b"},
        {},
    ),
    "a judgement on somebody unknown": ((profile("a"),), (same("a", "z"), different("z", "a")), {"a"}, {}),
    "a claim of the same name and another birth date comes after trusted evidence": (
        (
            profile("a", "phone:1", name=WANG),
            profile("x", "phone:1", born="1980-01-01"),
            profile("form", "phone:1?", name=WANG, born="1990-01-01"),
        ),
        (),
        {"a x", "form"},
        {},
    ),
    "an unknown namespace links nobody": ((profile("a", "fax:1"), profile("b", "fax:1")), (), {"a", "b"}, {}),
    "nobody": ((), (), set(), {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_case(case: str) -> None:
    profiles, judgements, expected, doubts = CASES[case]
    resolution = resolve(profiles, judgements, rules=RULES)
    assert people(resolution) == expected
    assert ambiguous(resolution) == doubts


@pytest.mark.parametrize("forms", [1, 3, 10, 70])
@pytest.mark.parametrize("named", [True, False])
def test_web_forms_with_a_victims_number_take_nothing_from_the_victim(forms: int, named: bool) -> None:
    victim = [
        profile("v1", "phone:1", name=WANG),
        profile("v2", "phone:1"),
        profile("v3", "phone:1", name=MR_WANG),
    ]
    false = [
        profile(
            f"form{n}",
            "phone:1?",
            f"phone:{100 + n}?",
            name=PersonName(f"某{n}", "某", str(n)) if named else None,
        )
        for n in range(forms)
    ]
    resolution = resolve([*victim, *false], rules=RULES)
    home = next(person for person in resolution.people if ("s", "v1") in person.members)
    assert {("s", "v1"), ("s", "v2"), ("s", "v3")} <= home.members
    if named:
        assert len(home.members) == 3
    assert resolution.classes[Identifier("phone", "*", "1")] == "personal"


def test_eight_channels_on_one_phone_are_one_person() -> None:
    channels = [profile(f"c{n}", "phone:1", f"wechatOpenId:app{n}/1") for n in range(8)]
    resolution = resolve(channels, rules=RULES)
    assert len(resolution.people) == 1
    assert resolution.classes[Identifier("phone", "*", "1")] == "personal"


def test_a_family_phone_is_a_household_of_the_people_on_it() -> None:
    family = [*FAMILY, profile("c", "phone:1", name=WANG_JUNIOR), profile("d", "phone:1", name=LI)]
    resolution = resolve(family, rules=RULES)
    assert people(resolution) == {"a", "b d", "c"}
    assert resolution.classes[Identifier("phone", "*", "1")] == "shared"
    (household,) = resolution.households
    assert household.founders == {person.founder for person in resolution.people}


def test_a_showroom_phone_is_generic_and_no_household() -> None:
    visitors = [profile(f"v{n}", "phone:1", name=PersonName(f"某{n}", "某", str(n))) for n in range(7)]
    resolution = resolve([*visitors, profile("n", "phone:1")], rules=RULES)
    assert len(resolution.people) == 8
    assert resolution.classes[Identifier("phone", "*", "1")] == "generic"
    assert resolution.households == ()
    assert resolution.ambiguities == ()


def test_a_recycled_phone_is_no_household() -> None:
    profiles, judgements, _, _ = CASES["a recycled phone has two tenures and no household"]
    assert resolve(profiles, judgements, rules=RULES).households == ()


def test_a_hot_tablet_links_nobody() -> None:
    visitors = [profile(f"v{n}", "deviceId:app/1") for n in range(41)]
    tablet = Identifier("deviceId", "app", "1")
    assert len(resolve(visitors, rules=RULES).people) == 41
    assert resolve(visitors, rules=RULES).classes == {tablet: "hot"}
    assert len(components(visitors, rules=RULES)) == 41
    few = visitors[:3]
    assert len(resolve(few, rules=RULES).people) == 1
    assert len(resolve(few, rules=RULES, degrees={tablet: (41, 41)}).people) == 3
    assert len(components(few, rules=RULES, degrees={tablet: (41, 41)})) == 3


def test_claims_make_a_phone_hot_for_claims_only() -> None:
    phone = Identifier("phone", "*", "1")
    some = [profile("a", "phone:1"), profile("b", "phone:1"), profile("c", "phone:1?")]
    degrees = {phone: (2, 1_000)}
    assert people(resolve(some, rules=RULES, degrees=degrees)) == {"a b", "c"}
    assert {len(part) for part in components(some, rules=RULES, degrees=degrees)} == {1, 2}


def chain(length: int) -> list[ProfileEvidence]:
    """Nameless profiles, each with a phone and an e-mail, one of them shared with the next."""
    kinds = ("phone", "email")
    return [
        profile(f"{n:05d}", *(f"{kinds[m % 2]}:{m:05d}" for m in (n, n + 1)))
        for n in range(length)
    ]  # fmt: skip


def test_a_long_chain_is_split_by_limits_and_a_longer_one_is_left_alone_and_reported() -> None:
    split = resolve(chain(100), rules=RULES)
    assert sorted(len(person.members) for person in split.people) == [4, *[8] * 12]  # 9 would hold 10 values
    assert {refusal.rule for refusal in split.refusals} == {"limit"}

    left = resolve(chain(1_000), rules=RULES)
    assert len(left.people) == 1_000
    assert {refusal.rule for refusal in left.refusals} == {"overgrown"}
    assert all(reason.rule == "overgrown" for person in left.people for reason in person.reasons.values())


def test_a_cap_keeps_the_rest_together() -> None:
    many = [profile(f"{n:03d}", "phone:1") for n in range(64)]
    resolution = resolve(many, rules=RULES)
    assert sorted(len(person.members) for person in resolution.people) == [4, 60]
    (refusal,) = {refusal.rule for refusal in resolution.refusals}
    assert refusal == "cap"


def test_where_there_is_room_with_two_the_least_key_decides() -> None:
    pairs = [profile(f"{who}{n}", f"wechatOpenId:mp/{who}", "phone:1") for who in "ab" for n in (1, 2)]
    small = replace(RULES, cap=3)
    assert people(resolve([*pairs, profile("c", "phone:1")], rules=small)) == {"a1 a2 c", "b1 b2"}
    assert people(resolve([profile("0", "phone:1"), *pairs], rules=small)) == {"0 a1 a2", "b1 b2"}


def test_where_not_all_have_room_the_least_identifier_joins_first() -> None:
    trio = [profile("a", "phone:9"), profile("b", "phone:9", "phone:1"), profile("c", "phone:1")]
    assert people(resolve(trio, rules=replace(RULES, cap=2))) == {"a", "b c"}


def test_who_is_tied_to_one_side_by_another_way_is_not_ambiguous_about_it() -> None:
    """x fits a and b, but is also tied to a by way of s, which conflicts with b."""
    ties = ["a y", "y x", "a s", "s x", "x t", "t w", "w u", "u b"]
    profiles = [
        profile(
            who, *(f"{'phone' if n % 2 else 'email'}:{n}" for n, tie in enumerate(ties) if who in tie.split())
        )
        for who in "abstuwxy"
    ]
    quarrels = [different(*pair) for pair in ("ab", "sb", "tu", "su")]
    resolution = resolve(profiles, quarrels, rules=RULES)
    assert people(resolution) == {"a s t x y", "b", "u", "w"}
    assert ambiguous(resolution) == {"u": "a b", "w": "a b u"}


def test_who_is_ambiguous_stays_so_in_later_tiers() -> None:
    """x is torn by phones between a and b; a likely score and a cookie for a alone come too late."""
    late = [
        profile("a", "phone:1", "anonymousId:w/1", name=WANG),
        profile("x", "phone:1", "phone:2", "anonymousId:w/1"),
        profile("b", "phone:2", name=LI),
    ]
    score = Score(("s", "x"), ("s", "a"), 0.99)
    resolution = resolve(late, scores=[score], rules=RULES)
    assert people(resolution) == {"a", "x", "b"}
    assert ambiguous(resolution) == {"x": "a b"}
    certain = Score(("s", "x"), ("s", "a"), 0.999)
    assert people(resolve(late, scores=[certain], rules=RULES)) == {"a x", "b"}


def test_a_named_person_that_comes_and_goes_leaves_no_trace() -> None:
    two = [profile("a", "phone:1", name=WANG), profile("n", "phone:1")]
    before = resolve(two, rules=RULES)
    during = resolve([*two, profile("b", "phone:1", name=LI)], rules=RULES)
    assert (len(before.people), len(during.people)) == (1, 3)
    assert canonical_hash(resolve(two, rules=RULES)) == canonical_hash(before) != canonical_hash(during)


def test_the_founder_is_the_first_known_profile() -> None:
    cookie = replace(profile("a", "anonymousId:web/1"), source_class=SourceClass.ANONYMOUS, seq=1)
    late = replace(profile("b", "anonymousId:web/1", "phone:1"), seq=9)
    early = replace(profile("c", "phone:1"), seq=5)
    (person,) = resolve([cookie, late, early], rules=RULES).people
    assert person.founder == ("s", "c")


def test_reasons_say_what_happened_last() -> None:
    resolution = resolve([*FULL, profile("y", "phone:1", name=WANG), profile("z", name=LI)], rules=RULES)
    said = {key[1]: reason for person in resolution.people for key, reason in person.reasons.items()}
    assert (said["a"].tier, said["a"].rule, said["a"].namespace) == (
        "medium-agree-trusted",
        "linked",
        "phone",
    )
    assert (said["x"].tier, said["x"].rule, said["x"].namespace) == ("medium-trusted", "ambiguous", "phone")
    assert (said["z"].tier, said["z"].rule) == ("", "alone")


def test_a_profile_given_twice_is_one_with_the_evidence_of_both() -> None:
    halves = [
        profile("a", "phone:1?"),
        profile("a", "phone:1", "email:1", name=WANG),
        profile("b", "email:1"),
    ]
    assert people(resolve(halves, rules=RULES)) == {"a b"}
