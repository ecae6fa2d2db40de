"""Explanations of the main shapes, on the real graph: facts, masks, and what a dealer's employee reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.clock import DAY
from graph.db.database import Database
from graph.errors import InputError, TooLargeError
from graph.explanation.model import Language
from graph.explanation.service import Explanations
from graph.identity.evidence import Grade
from graph.identity.explain_facts import Change, LinkKind, Obstacle
from graph.identity.rules import Rules
from graph.judgement.model import Different, MarkShared, Same, UserNotFoundError
from graph.judgement.service import JudgementService
from graph.matching.service import Matching
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.graph.judgement.people import NOW, PHONE, People, said

ID_ONE, ID_TWO = "110101198001010010", "110101198001010379"
OTHER_PHONE = "13912340002"
BY = "tests"


async def test_two_joined_through_a_third(explanations: Explanations, people: People) -> None:
    await people.bring(
        said("a", phone=PHONE),
        said("b", email="li@example.com"),
        said("c", phone=PHONE, email="li@example.com"),
    )
    a, b, c = [await people.id(record) for record in "abc"]
    found = await explanations.why(a, b)
    assert found.same
    assert [(link.left.id, link.right.id) for link in found.path] == [(a, c), (c, b)]
    first, second = found.path
    assert (first.kind, first.identifier_class, first.people) == (LinkKind.IDENTIFIER, "personal", 1)
    assert (first.left_value, first.right_value, first.left_grade) == (
        "139****0001",
        "139****0001",
        Grade.CLAIMED,
    )
    assert first.left.record_id is None
    assert second.identifier is not None
    assert (second.identifier.namespace, second.identifier.value) == ("email", "l***@example.com")
    assert found.sentence == "Yes: record 1 (of-a) and record 2 (of-b) are one person, by 2 links in a row."
    assert first.sentence == (
        "Both record 1 (of-a) and record 3 (of-c) show the phone number 139****0001, which only this person is "
        "known to use. In both it is typed in and not checked."
    )
    chinese = await explanations.why(a, b, language=Language.ZH)
    assert "都使用手机号139****0001" in chinese.path[0].sentence
    assert (found.basis.outdated, found.basis.differs) == (False, False)

    clear = await explanations.why(a, b, clear=True)
    assert (clear.path[0].left_value, clear.left.record_id) == ("+8613912340001", "a")
    assert "record 1 (of-a/a)" in clear.sentence
    by_one_id = await explanations.why(await people.one_id("a"), b)
    assert by_one_id.path == found.path
    not_so = await explanations.why_not(a, b)
    assert (not_so.same, not_so.hindrances, not_so.needed) == (True, (), ())


async def test_two_kept_apart_by_their_documents(explanations: Explanations, people: People) -> None:
    await people.bring(
        said("a", checked=True, governmentId=ID_ONE, phone=PHONE, birthDate="1990-03-07"),
        said("b", checked=True, governmentId=ID_TWO, phone=PHONE, birthDate="1980-01-01"),
    )
    a, b = await people.one_id("a"), await people.one_id("b")
    found = await explanations.why_not(a, b)
    first = found.hindrances[0]
    assert (found.same, first.obstacle, first.namespace) == (False, Obstacle.VALUES, "governmentId")
    assert (first.left_values, first.right_values) == (("110********0010",), ("110********0379",))
    births = next(one for one in found.hindrances if one.obstacle is Obstacle.BIRTHS)
    assert (births.left_values, births.right_values) == (("1990-**-**",), ("1980-**-**",))
    shared = next(one for one in found.hindrances if one.obstacle is Obstacle.CLASS)
    assert (shared.identifier_class, shared.count) == ("shared", 2)
    assert "but 2 different people use it" in shared.sentence
    assert "No single change" in found.sentence
    chinese = await explanations.why_not(a, b, language=Language.ZH)
    assert chinese.hindrances[0].sentence.startswith("两者的证件号码不同")
    clear = await explanations.why_not(a, b, clear=True)
    assert clear.hindrances[0].left_values == (ID_ONE,)
    assert (await explanations.why(a, b)).path == ()


async def test_one_who_fits_two(explanations: Explanations, people: People) -> None:
    await people.bring(
        said("a", phone=PHONE, name="王建国"), said("b", phone=PHONE, name="王建军"), said("x", phone=PHONE)
    )
    a, b, x = [await people.id(record) for record in "abx"]
    found = await explanations.why_not(x, a)
    doubt = next(one for one in found.hindrances if one.obstacle is Obstacle.AMBIGUOUS)
    assert {record.id for record in doubt.records} == {a, b}
    assert (Change.NAME, "王*国") in {(one.change, one.name) for one in found.needed}
    assert any(one.sentence == "A data steward confirms that the two are one person." for one in found.needed)
    names = (await explanations.why_not(a, b)).hindrances[0]
    assert (names.obstacle, names.left_values, names.right_values) == (
        Obstacle.NAMES,
        ("王*国",),
        ("王*军",),
    )
    assert "王建" not in str(await explanations.why_not(a, b))


async def test_a_steward_s_words(
    explanations: Explanations, people: People, service: JudgementService
) -> None:
    await people.bring(said("a"), said("b"), said("c", phone=PHONE), said("d", phone=PHONE))
    a, b, c, d = [await people.id(record) for record in "abcd"]
    await service.judge(Same(a, b), by=BY)
    await service.judge(Different(c, d), by=BY)
    joined = await explanations.why(a, b)
    assert [link.kind for link in joined.path] == [LinkKind.JUDGEMENT]
    assert joined.path[0].sentence.startswith("A data steward confirmed")
    apart = await explanations.why_not(c, d)
    assert apart.hindrances[0].obstacle is Obstacle.BANNED
    assert [one.change for one in apart.needed] == [Change.WITHDRAW]
    weak = await explanations.weakest_links(a)
    assert [link.removal.change for link in weak.links] == [Change.WITHDRAW]
    assert "would fall into 2: record 1 (of-a) and record 2 (of-b)" in weak.links[0].sentence


async def test_a_number_that_several_use(
    explanations: Explanations, people: People, service: JudgementService
) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
    await service.judge(MarkShared("phone", PHONE), by=BY)
    found = await explanations.why_not(await people.id("a"), await people.id("b"))
    assert found.hindrances[0].identifier_class == "shared"
    assert "a data steward says that several people use it" in found.hindrances[0].sentence


async def test_a_number_that_went_to_somebody_else(explanations: Explanations, people: People) -> None:
    await people.bring(said("a", phone=PHONE, at=NOW - 900 * DAY), said("b", phone=PHONE))
    found = await explanations.why_not(await people.id("a"), await people.id("b"))
    assert [one.obstacle for one in found.hindrances] == [Obstacle.TENURE]
    assert "may have passed to somebody else" in found.hindrances[0].sentence


async def test_two_strangers(explanations: Explanations, people: People) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=OTHER_PHONE))
    found = await explanations.why_not(await people.id("a"), await people.id("b"))
    assert [one.obstacle for one in found.hindrances] == [Obstacle.NO_EVIDENCE]
    assert [one.change for one in found.needed] == [Change.SAME_AS]


async def test_how_a_person_came_to_be_and_what_was_decided_when(
    explanations: Explanations,
    people: People,
    service: JudgementService,
    database: Database,
    keyring: Keyring,
    blind: BlindIndex,
    rules: Rules,
    matching: Matching,
) -> None:
    await people.bring(said("a", phone=PHONE), said("b", email="li@example.com"))
    first = await people.one_id("b")
    await people.bring(said("b", email="li@example.com", phone=PHONE))
    a, b = await people.id("a"), await people.id("b")
    found = await explanations.how(first)
    assert [record.id for record in found.records] == [a, b]
    assert [(step.tier, len(step.parts)) for step in found.steps] == [("medium-all", 2)]
    assert found.steps[0].sentence == (
        "Step 1: record 1 (of-a) and record 2 (of-b) became one person, through a phone number or e-mail address "
        "that somebody typed in."
    )
    told = [(one.record.id, one.one_id, one.until is None, one.rule) for one in found.history]
    joined = await people.one_id("a")
    assert told == [
        (a, joined, False, "alone"),
        (b, first, False, "alone"),
        (a, joined, True, "linked"),
        (b, joined, True, "linked"),
    ]
    assert {one.rules for one in found.history} == {rules.version}
    past = found.history[1].sentence
    assert past.startswith("From 20")
    assert past.endswith(f"belonged to person {first}: nothing linked it to anybody.")
    chinese = await explanations.how(first, language=Language.ZH)
    assert chinese.sentence == "此人由2条记录经一步合并而成。"

    stricter = Explanations(
        database, keyring=keyring, blind=blind, rules=replace(rules, cap=1), matching=matching
    )
    later = await stricter.how(first)
    assert (later.basis.outdated, later.basis.differs, later.steps) == (True, True, ())
    assert not any(one.current for one in later.history)
    assert [one.rules for one in later.history] == [rules.version] * 4
    assert f"Rules of that time: {rules.version}." in later.history[0].sentence
    assert [no.rule for no in later.refusals] == ["cap"]
    assert found.near == ()
    nearly = Explanations(
        database, keyring=keyring, blind=blind, rules=replace(rules, cap=3, warn_share=0.6), matching=matching
    )
    (near,) = (await nearly.how(first)).near
    assert (near.size, near.count, near.limit) == ("cap", 2, 3)
    assert (
        near.sentence == "This person has 2 records and may have at most 3: beyond that no more are joined."
    )
    assert "no link of today's rules" in (await stricter.why(a, b)).sentence
    weak = (await explanations.weakest_links(first)).links
    assert {link.removal.change for link in weak} == {Change.WRONG}
    alone = await explanations.how(await _alone(people))
    assert alone.sentence == "This person is a single record; nothing was joined."


async def _alone(people: People) -> str:
    await people.bring(said("z"))
    return await people.id("z")


async def test_what_cannot_be_explained(
    explanations: Explanations,
    people: People,
    database: Database,
    keyring: Keyring,
    blind: BlindIndex,
    rules: Rules,
    matching: Matching,
) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=PHONE), said("c"))
    a, b, c = [await people.id(record) for record in "abc"]
    with pytest.raises(UserNotFoundError):
        await explanations.why(a, "nobody")
    with pytest.raises(InputError, match="twice"):
        await explanations.why_not(a, a)
    assert await explanations.resolve_record("of-a/a") == a
    assert await explanations.resolve_record("of-a/nobody") == "of-a/nobody"
    assert await explanations.resolve_record(a) == a
    tight = Explanations(
        database, keyring=keyring, blind=blind, rules=replace(rules, read_limit=1), matching=matching
    )
    with pytest.raises(TooLargeError, match="More than 1 record"):
        await tight.how(a)
    keyring.shred(c)
    for ask in (explanations.how(c), explanations.weakest_links(c), explanations.why_not(b, c)):
        with pytest.raises(UserNotFoundError):
            await ask
