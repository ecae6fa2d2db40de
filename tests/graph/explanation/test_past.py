"""Explanations of a time in the past, on the real graph: from stored intervals, by what was known then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.db.database import Database
from graph.erasure.model import ByRecord
from graph.erasure.service import ErasureService
from graph.explanation.model import Language, Untold
from graph.explanation.repository import FORGOTTEN, read_decisions
from graph.explanation.service import Explanations
from graph.identity.explain_facts import LinkKind, Obstacle
from graph.identity.rules import Rules
from graph.judgement.model import Different, MarkWrong, Retract, Same, UserNotFoundError
from graph.judgement.service import JudgementService
from graph.matching.service import Matching
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.graph.judgement.people import PHONE, People, said

MAIL = "li@example.com"
ID_ONE, ID_TWO = "110101198001010010", "110101198001010379"
BY = "tests"
REASONS = """CYPHER 5 MATCH (:Profile {id: $id})-[r:RESOLVED_TO]->(u)
RETURN u.oneId AS oneId, r.from AS from, r.to AS to, r.since AS since, r.earlier AS earlier ORDER BY r.from"""


async def now(people: People) -> int:
    """The time of the latest commit."""
    (head,) = await people.database.run_schema("CYPHER 5 MATCH (h:FeedHead) RETURN h.recordedAt AS at")
    return head["at"]


class TestReasons:
    async def test_a_new_reason_keeps_the_former_ones(
        self, people: People, database: Database, rules: Rules
    ) -> None:
        await people.bring(said("a", phone=PHONE))
        alone = await now(people)
        await people.bring(said("b", phone=PHONE))
        typed = await now(people)
        await people.bring(
            said("a", checked=True, governmentId=ID_ONE), said("b", checked=True, governmentId=ID_ONE)
        )
        checked = await now(people)
        a = await people.id("a")
        (interval,) = await database.run_schema(REASONS, id=a)  # still one user, so still one interval
        assert (interval["from"], interval["to"], interval["since"]) == (alone, None, checked)
        decided = (await read_decisions(database.read_one, [a])).decisions
        assert [(one.since, one.until, one.tier, one.rule, one.namespace) for one in decided] == [
            (alone, typed, "", "alone", ""),
            (typed, checked, "medium-all", "linked", "phone"),
            (checked, None, "strong-trusted", "linked", "governmentId"),
        ]
        assert {one.rules for one in decided} == {rules.version}

    async def test_what_is_kept_is_bounded_and_says_what_is_lost(
        self, people: People, database: Database, service: JudgementService, explanations: Explanations
    ) -> None:
        await people.bring(said("a"), said("b"))
        a, b = await people.id("a"), await people.id("b")
        begun = await now(people)
        first = await now(people)
        for _ in range(26):
            made = await service.judge(Same(a, b), by=BY)
            await service.judge(Retract(made.judgement.id), by=BY)
        (interval,) = await database.run_schema(REASONS, id=a)
        assert len(interval["earlier"]) == 50
        history = (await explanations.how(a)).history
        own = [one for one in history if one.record.id == a]
        assert (own[0].rule, own[0].rules, own[0].current) == (FORGOTTEN, "", False)
        assert own[0].sentence.endswith("the reason of that time is not kept any more.")
        assert [one.since for one in own[1:]] == [one.until for one in own[:-1]]
        past = (await explanations.how(a, as_of=first)).past
        assert past is not None
        assert Untold.REASON in {one.code for one in past.untold}
        assert begun == first


class TestWhy:
    async def test_who_were_one_and_are_not(
        self, people: People, explanations: Explanations, service: JudgementService
    ) -> None:
        await people.bring(said("a", phone=PHONE), said("b", email=MAIL), said("c", phone=PHONE, email=MAIL))
        a, b, c = [await people.id(record) for record in "abc"]
        one_id = await people.one_id("b")
        joined = await now(people)
        wrong = await service.judge(MarkWrong(a, "phone", PHONE), by=BY)
        await people.bring(said("a", name="王建国"))
        assert await people.who() == [["a"], ["b", "c"]]
        assert not (await explanations.why(a, b)).same

        found = await explanations.why(a, b, as_of=joined)
        assert found.same
        assert [(link.left.id, link.right.id, link.left_value) for link in found.path] == [
            (a, c, "139****0001"),
            (c, b, "l***@example.com"),
        ]
        past = found.past
        assert past is not None
        assert past.as_of == joined
        told = {(one.record.id, one.one_id, one.tier, one.rule, one.current) for one in past.decisions}
        assert told == {(id_, one_id, "medium-all", "linked", True) for id_ in (a, b, c)}
        assert [one.code for one in past.untold] == [Untold.OVERWRITTEN]
        assert found.sentence.startswith("Yes: on 20")
        assert found.sentence.endswith("joins them by 2 links in a row.")
        chinese = await explanations.why(a, b, as_of=joined, language=Language.ZH)
        assert chinese.sentence.startswith("是：在20")
        assert (await explanations.why_not(a, b, as_of=joined)).hindrances == ()

        taken_back = await now(people)
        await service.judge(Retract(wrong.judgement.id), by=BY)
        assert (await explanations.why(a, b)).same
        apart = await explanations.why(a, b, as_of=taken_back)  # what was wrong then did not count then
        assert (apart.same, apart.path, apart.basis.differs) == (False, (), False)
        assert apart.sentence.startswith("No: on 20")

    async def test_an_id_leads_to_whom_it_led_then(
        self, people: People, explanations: Explanations, service: JudgementService
    ) -> None:
        await people.bring(said("a", phone=PHONE))
        early = await now(people)
        await people.bring(said("b", phone=PHONE), said("c", phone=PHONE))
        one_id = await people.one_id("a")
        a, b = await people.id("a"), await people.id("b")
        with pytest.raises(UserNotFoundError):  # b was not there yet
            await explanations.why(a, b, as_of=early)
        how = await explanations.how(one_id, as_of=early)
        assert [record.id for record in how.records] == [a]
        assert [(one.rule, one.until is None) for one in how.history] == [("alone", False)]
        assert how.sentence.endswith("this person was a single record.")
        later = await explanations.how(one_id, as_of=await now(people))
        assert (len(later.records), [step.tier for step in later.steps]) == (3, ["medium-all"])
        assert later.past is not None
        assert {one.tier for one in later.past.decisions} == {"medium-all"}
        del service

    async def test_other_rules_decided(
        self,
        people: People,
        database: Database,
        keyring: Keyring,
        blind: BlindIndex,
        rules: Rules,
        matching: Matching,
    ) -> None:
        await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
        a, b, at = await people.id("a"), await people.id("b"), await now(people)
        today = replace(rules, cap=1)
        stricter = Explanations(database, keyring=keyring, blind=blind, rules=today, matching=matching)
        found = await stricter.why(a, b, as_of=at)
        assert (found.same, found.path, found.basis.differs, found.basis.outdated) == (True, (), True, True)
        assert found.past is not None
        assert {one.rules for one in found.past.decisions} == {rules.version}
        assert Untold.RULES in {one.code for one in found.past.untold}
        assert "no link is shown" in found.sentence
        assert (await stricter.how(a, as_of=at)).steps == ()

    async def test_what_was_erased_since_is_not_told(
        self,
        people: People,
        explanations: Explanations,
        database: Database,
        keyring: Keyring,
        blind: BlindIndex,
        rules: Rules,
    ) -> None:
        await people.bring(said("c", phone=PHONE, email=MAIL), said("a", phone=PHONE), said("b", email=MAIL))
        a, b, c = [await people.id(record) for record in "abc"]
        gone, at = await people.one_id("c"), await now(people)
        erasing = ErasureService(database, keyring=keyring, blind=blind, rules=rules)
        await erasing.erase(ByRecord("of-c", "c"), by=BY)
        found = await explanations.why(a, b, as_of=at)
        assert (found.same, found.path, found.basis.differs) == (True, (), True)
        assert found.past is not None
        assert Untold.ERASED in {one.code for one in found.past.untold}
        with pytest.raises(UserNotFoundError):
            await explanations.why(a, c, as_of=at)
        for as_of in (None, at):  # its oneId leads to the next founder
            how = await explanations.how(gone, as_of=as_of)
            assert a in {record.id for record in how.records}


async def test_what_kept_two_apart_then(
    people: People, explanations: Explanations, service: JudgementService
) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
    a, b = await people.id("a"), await people.id("b")
    judged = await service.judge(Different(a, b), by=BY)
    banned = await now(people)
    await service.judge(Retract(judged.judgement.id), by=BY)
    assert (await explanations.why_not(a, b)).same
    found = await explanations.why_not(a, b, as_of=banned)
    assert (found.same, found.hindrances[0].obstacle, found.needed) == (False, Obstacle.BANNED, ())
    assert "keeps them apart." in found.sentence or "keep them apart." in found.sentence


async def test_a_claim_that_was_checked_later_was_a_claim(people: People, explanations: Explanations) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
    claimed = await now(people)
    await people.bring(said("a", phone=PHONE, checked=True), said("b", phone=PHONE, checked=True))
    a, b = await people.id("a"), await people.id("b")
    (then,) = (await explanations.why(a, b, as_of=claimed)).path
    (today,) = (await explanations.why(a, b)).path
    assert (then.kind, then.tier, then.left_grade, today.tier, today.left_grade) == (
        LinkKind.IDENTIFIER,
        "medium-all",
        "claimed",
        "medium-trusted",
        "verified",
    )
