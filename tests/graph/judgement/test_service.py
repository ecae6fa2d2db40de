"""Judging by hand, through a real graph."""

from __future__ import annotations

import pytest

from graph.clock import new_id
from graph.errors import InputError, NotFoundError
from graph.identity.changes import ChangeKind
from graph.judgement.model import (
    Against,
    Attached,
    Change,
    Different,
    Kind,
    MarkShared,
    MarkWrong,
    MergeConflictError,
    Move,
    Retract,
    Same,
    Split,
    UserNotFoundError,
)
from graph.judgement.service import JudgementService
from tests.graph.judgement.people import PHONE, People, said, seen

BY = "key-1"
ID_ONE, ID_TWO = "110101198001010010", "110101198001010379"


async def test_two_users_become_one_and_stay_so(people: People, service: JudgementService) -> None:
    await people.bring(said("a", name="王建国"), said("b", name="李敏"), seen("b"))
    a, b = await people.one_id("a"), await people.one_id("b")
    outcome = await service.judge(Same(b, a), by=BY, why="她说是同一个人 13912340001")

    assert await people.who() == [["a", "b"]]
    assert await people.one_id("b") == a
    assert [(c.kind, c.one_id, c.other) for c in outcome.changes] == [(ChangeKind.MERGED, a, b)]
    assert (outcome.judgement.kind, outcome.judgement.by) == (Kind.SAME, BY)
    assert outcome.judgement.why == "她说是同一个人 13912340001"

    await people.bring(said("a", name="王建国", phone=PHONE), said("b", email="b@example.com"))
    assert await people.who() == [["a", "b"]]


async def test_taken_back_everything_is_as_before(people: People, service: JudgementService) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone="13912340002"), seen("b"))
    before = await people.all()
    outcome = await service.judge(Same(await people.id("b"), await people.id("a")), by=BY)
    assert await people.who() == [["a", "b"]]
    undone = await service.judge(Retract(outcome.judgement.id), by="key-2")

    assert await people.all() == before
    (merged,), (split,) = outcome.changes, undone.changes
    assert (split.kind, split.one_id, split.other) == (ChangeKind.SPLIT, merged.one_id, merged.other)
    assert split.profiles == merged.profiles
    assert undone.judgement.retracted_by == "key-2"


async def test_different_people_never_meet_whatever_comes_later(
    people: People, service: JudgementService
) -> None:
    await people.bring(said("a", wechatUnionId="union-1"), said("b"))
    await service.judge(Different(await people.id("a"), await people.one_id("b")), by=BY)
    await people.bring(said("b", wechatUnionId="union-1"), said("b", phone=PHONE), said("a", phone=PHONE))
    assert await people.who() == [["a"], ["b"]]


class TestSplit:
    async def test_parts_hold_together_and_stay_apart(
        self, people: People, service: JudgementService
    ) -> None:
        await people.bring(*(said(record, phone=PHONE) for record in "abcd"))
        assert await people.who() == [["a", "b", "c", "d"]]
        one_id = await people.one_id("a")
        part = (await people.id("c"), await people.id("d"))
        outcome = await service.judge(Split(one_id, part), by=BY)

        assert await people.who() == [["a", "b"], ["c", "d"]]
        assert await people.one_id("a") == one_id
        assert [c.kind for c in outcome.changes] == [ChangeKind.SPLIT]
        await people.bring(said("d", wechatUnionId="union-1"), said("b", wechatUnionId="union-1"))
        assert await people.who() == [["a", "b"], ["c", "d"]]

    async def test_what_a_judgement_joined_can_be_split(
        self, people: People, service: JudgementService
    ) -> None:
        await people.bring(said("a", phone=PHONE), said("b", phone=PHONE), said("c"), said("d", name="李敏"))
        before = await people.who()
        for record in "cd":
            await service.judge(Same(await people.id("a"), await people.id(record)), by=BY)
        assert await people.who() == [["a", "b", "c", "d"]]
        await service.judge(Split(await people.one_id("a"), (await people.id("d"),)), by=BY)
        await service.judge(Split(await people.one_id("a"), (await people.id("c"),)), by=BY)
        assert await people.who() == before

    async def test_taken_back_everything_is_as_before(
        self, people: People, service: JudgementService
    ) -> None:
        await people.bring(*(said(record, phone=PHONE) for record in "abcd"))
        before = await people.all()
        part = tuple([await people.id(record) for record in "ab"])
        outcome = await service.judge(Split(await people.one_id("a"), part), by=BY)
        await service.judge(Retract(outcome.judgement.id), by=BY)
        assert await people.all() == before

    async def test_a_part_is_some_profiles_of_the_person(
        self, people: People, service: JudgementService
    ) -> None:
        await people.bring(said("a", phone=PHONE), said("b", phone=PHONE), said("c"))
        one_id, ids = await people.one_id("a"), [await people.id(record) for record in "abc"]
        for wrong in ((), tuple(ids[:2]), (ids[2],), (ids[0], ids[2])):
            with pytest.raises(InputError):
                await service.judge(Split(one_id, wrong), by=BY)
        with pytest.raises(UserNotFoundError):
            await service.judge(Split(one_id, (new_id(),)), by=BY)


async def test_a_profile_is_moved_and_its_old_people_stay_together(
    people: People, service: JudgementService
) -> None:
    await people.bring(*(said(record, phone=PHONE) for record in "abc"), said("d", name="李敏"))
    old, new = await people.one_id("a"), await people.one_id("d")
    outcome = await service.judge(Move(await people.id("b"), new), by=BY)
    assert await people.who() == [["a", "c"], ["b", "d"]]
    # b came before d, so the two are founded by b and the person's oneId is b's birth id
    assert await people.one_id("a") == old
    assert {change.kind for change in outcome.changes} == {ChangeKind.SPLIT, ChangeKind.REFOUNDED}


class TestWrong:
    async def test_it_counts_no_longer_and_never_again(
        self, people: People, service: JudgementService
    ) -> None:
        await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
        assert await people.who() == [["a", "b"]]
        outcome = await service.judge(MarkWrong(await people.id("b"), "phone", PHONE), by=BY)
        assert await people.who() == [["a"], ["b"]]
        assert [i.mask for i in outcome.judgement.identifiers] == ["139****0001"]

        await people.bring(said("b", phone=PHONE), said("b", checked=True, phone=PHONE))
        await people.writer.write([said("b", phone=PHONE), said("c", phone=PHONE)])
        rows = await people.database.run_schema(
            "CYPHER 5 MATCH (p:Profile)-[e:HAS|CLAIMS]->(:Identifier {namespace: 'phone'}) "
            "RETURN e.uses AS uses, e.retractedAt IS NULL AS counts ORDER BY p.seq"
        )
        assert [(row["uses"], row["counts"]) for row in rows] == [(1, True), (4, False), (1, True)]

    async def test_taken_back_everything_is_as_if_never_marked(
        self, people: People, service: JudgementService
    ) -> None:
        first = [said("a", phone=PHONE), said("b", phone=PHONE), said("c", name="王建国")]
        await people.bring(*first)
        before = await people.all()
        outcome = await service.judge(MarkWrong(await people.one_id("b"), "phone", PHONE), by=BY)
        assert await people.who() == [["a"], ["b"], ["c"]]
        await people.bring(*first)  # again: nothing new
        await service.judge(Retract(outcome.judgement.id), by=BY)
        assert await people.all() == before

    async def test_what_comes_meanwhile_joins_when_it_is_taken_back(
        self, people: People, service: JudgementService
    ) -> None:
        await people.bring(said("a", phone=PHONE))
        outcome = await service.judge(MarkWrong(await people.id("a"), "phone", PHONE), by=BY)
        await people.bring(said("b", phone=PHONE))
        assert await people.who() == [["a"], ["b"]]
        await service.judge(Retract(outcome.judgement.id), by=BY)
        assert await people.who() == [["a", "b"]]

    async def test_of_nobody_who_holds_it(self, people: People, service: JudgementService) -> None:
        await people.bring(said("a", phone=PHONE), said("b"))
        with pytest.raises(NotFoundError, match="Nobody"):
            await service.judge(MarkWrong(await people.id("b"), "phone", PHONE), by=BY)
        with pytest.raises(InputError, match="namespace"):
            await service.judge(MarkWrong(await people.id("b"), "shoes", "42"), by=BY)
        with pytest.raises(InputError):
            await service.judge(MarkWrong(await people.id("b"), "phone", "42"), by=BY)


async def test_a_shared_identifier_joins_only_equal_names(people: People, service: JudgementService) -> None:
    await people.bring(
        said("a", phone=PHONE, name="王建国"), said("b", phone=PHONE), said("c", phone=PHONE, name="王建国")
    )
    assert await people.who() == [["a", "b", "c"]]
    before = await people.all()
    outcome = await service.judge(MarkShared("phone", PHONE), by=BY)
    assert await people.who() == [["a", "c"], ["b"]]
    await people.bring(said("d", phone=PHONE))
    assert await people.who() == [["a", "c"], ["b"], ["d"]]
    with pytest.raises(NotFoundError):
        await service.judge(MarkShared("phone", "13912349999"), by=BY)
    await service.judge(Retract(outcome.judgement.id), by=BY)
    assert await people.who() == [["a", "b", "c", "d"]]
    after = (await people.all())[0]
    assert {key: after[key] for key in before[0]} == before[0]


class TestRefusals:
    async def test_two_government_ids_are_two_people(self, people: People, service: JudgementService) -> None:
        await people.bring(
            said("a", checked=True, governmentId=ID_ONE),
            said("b", checked=True, governmentId=ID_TWO, phone=PHONE),
            said("c", checked=True, phone=PHONE),
        )
        assert await people.who() == [["a"], ["b", "c"]]
        before = await people.all()
        with pytest.raises(MergeConflictError) as refused:
            await service.judge(Same(await people.one_id("a"), await people.id("c")), by=BY)
        (conflict,) = refused.value.conflicts
        assert (conflict.against, conflict.namespace) == (Against.IDENTIFIER, "governmentId")
        assert conflict.values == (f"110********{ID_ONE[-4:]}", f"110********{ID_TWO[-4:]}")
        assert set(conflict.profiles) == {await people.id("a"), await people.id("b")}
        assert ID_ONE not in str(refused.value)
        with pytest.raises(MergeConflictError):
            await service.judge(Move(await people.id("a"), await people.id("b")), by=BY)
        assert await people.all() == before

    async def test_a_wrong_identifier_clears_the_way(self, people: People, service: JudgementService) -> None:
        await people.bring(
            said("a", checked=True, governmentId=ID_ONE), said("b", checked=True, governmentId=ID_TWO)
        )
        await service.judge(MarkWrong(await people.id("b"), "governmentId", ID_TWO), by=BY)
        await service.judge(Same(await people.id("a"), await people.id("b")), by=BY)
        assert await people.who() == [["a", "b"]]

    async def test_people_judged_to_differ(self, people: People, service: JudgementService) -> None:
        await people.bring(said("a"), said("b"))
        a, b = await people.id("a"), await people.id("b")
        ban = await service.judge(Different(a, b), by=BY)
        with pytest.raises(MergeConflictError) as refused:
            await service.judge(Same(a, b), by=BY)
        assert [(c.against, c.profiles) for c in refused.value.conflicts] == [
            (Against.JUDGEMENT, tuple(sorted((a, b))))
        ]
        await service.judge(Retract(ban.judgement.id), by=BY)
        await service.judge(Same(a, b), by=BY)
        assert await people.who() == [["a", "b"]]

    async def test_ids_that_lead_nowhere_or_twice_to_one(
        self, people: People, service: JudgementService
    ) -> None:
        await people.bring(said("a"), said("b"))
        a, unknown = await people.id("a"), new_id()
        with pytest.raises(UserNotFoundError) as missing:
            await service.judge(Same(a, unknown), by=BY)
        assert missing.value.ref == unknown
        for change in (Same(a, a), Different(a, await people.one_id("a")), Move(a, await people.one_id("a"))):
            with pytest.raises(InputError):
                await service.judge(change, by=BY)
        with pytest.raises(NotFoundError):
            await service.judge(Retract(unknown), by=BY)
        for key in ("", "x" * 200, "schlüssel"):
            with pytest.raises(InputError, match="idempotency"):
                await service.judge(Same(a, await people.id("b")), by=BY, idempotency_key=key)
        with pytest.raises(InputError, match="reason"):
            await service.judge(Same(a, await people.id("b")), by=BY, why="x" * 3000)

    async def test_a_person_of_too_many_profiles(self, people: People, service: JudgementService) -> None:
        cap = people.rules.cap
        await people.writer.write([said(f"a{n}", phone=PHONE) for n in range(cap)])
        assert len(await people.who()) == 1
        await people.bring(said("b"))
        with pytest.raises(MergeConflictError) as refused:
            await service.judge(Same(await people.id("a0"), await people.id("b")), by=BY)
        assert {conflict.against for conflict in refused.value.conflicts} == {Against.CAP}


class TestRepeated:
    async def test_the_same_judgement_stands_once(self, people: People, service: JudgementService) -> None:
        await people.bring(said("a", phone=PHONE), said("b"), said("c", phone="13912340002"))
        a, b, c = [await people.id(record) for record in "abc"]
        made: list[Change] = [Same(a, b), Different(a, c), MarkWrong(c, "phone", "13912340002")]
        made += [MarkShared("phone", PHONE), Split(await people.one_id("a"), (b,))]
        for change in made[:-1]:
            first = await service.judge(change, by=BY)
            again = await service.judge(change, by="other")
            assert (first.repeated, again.repeated) == (False, True)
            assert again.judgement == first.judgement
            assert (await service.what_if(change)).repeated
        again = await service.judge(Same(b, a), by=BY)
        assert again.repeated

    async def test_an_idempotency_key_is_used_once(self, people: People, service: JudgementService) -> None:
        await people.bring(said("a"), said("b"), said("c"))
        a, b, c = [await people.id(record) for record in "abc"]
        first = await service.judge(Same(a, b), by=BY, idempotency_key="k")
        again = await service.judge(Same(a, c), by=BY, idempotency_key="k")
        assert (again.repeated, again.judgement.id) == (True, first.judgement.id)
        assert await people.who() == [["a", "b"], ["c"]]
        back = await service.judge(Retract(first.judgement.id), by=BY, idempotency_key="l")
        twice = await service.judge(Retract(first.judgement.id), by=BY, idempotency_key="l")
        later = await service.judge(Retract(first.judgement.id), by=BY)
        assert (back.repeated, twice.repeated, later.repeated) == (False, True, True)
        other = await service.judge(Same(a, c), by="key-2", idempotency_key="k")
        assert not other.repeated


class TestPreview:
    async def test_it_tells_what_would_move_and_moves_nothing(
        self, people: People, service: JudgementService
    ) -> None:
        await people.bring(said("a"), said("b"), seen("b"), seen("b"))
        before = await people.all()
        a, b = await people.one_id("a"), await people.one_id("b")
        preview = await service.what_if(Same(a, b))
        assert await people.all() == before
        assert (preview.profiles, preview.appearing, preview.vanishing) == (1, (), (b,))
        assert preview.attached == (
            Attached("BROUGHT", "Message", 1),
            Attached("BROUGHT", "Touchpoint", 2),
        )
        outcome = await service.judge(Same(a, b), by=BY)
        assert outcome.changes == preview.changes
        back = await service.what_if(Retract(outcome.judgement.id))
        assert (back.appearing, back.vanishing) == ((b,), ())

    async def test_it_tells_why_it_would_be_refused(self, people: People, service: JudgementService) -> None:
        await people.bring(
            said("a", checked=True, governmentId=ID_ONE), said("b", checked=True, governmentId=ID_TWO)
        )
        preview = await service.what_if(Same(await people.id("a"), await people.id("b")))
        assert [conflict.against for conflict in preview.conflicts] == [Against.IDENTIFIER]
        assert preview.changes == ()


async def test_a_persons_judgements_are_listed_with_their_reasons(
    people: People, service: JudgementService
) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=PHONE), said("c"))
    await service.judge(Same(await people.id("a"), await people.id("c")), by=BY, why="asked her")
    await service.judge(MarkWrong(await people.id("b"), "phone", PHONE), by=BY, why="typo")
    wrong = await service.judge(MarkShared("phone", PHONE), by=BY)
    await service.judge(Retract(wrong.judgement.id), by=BY)
    found = await service.judgements(await people.one_id("c"))
    assert found is not None
    assert [(j.kind, j.why, j.retracted_at is None) for j in found] == [
        (Kind.SAME, "asked her", True),
        (Kind.SHARED, None, False),
    ]
    assert await service.judgements(new_id()) is None
    whys = await people.database.run_schema("CYPHER 5 MATCH (j:Judgement) RETURN j.why AS why")
    assert all(row["why"] is None or b"asked" not in row["why"] for row in whys)


class TestWhoCameSince:
    """A judgement that stands is a repetition only where it left nothing to do."""

    async def test_a_part_is_split_again_from_those_who_joined_it_since(
        self, people: People, service: JudgementService
    ) -> None:
        await people.bring(said("a", phone=PHONE), said("b", phone=PHONE))
        part = (await people.id("a"),)
        await service.judge(Split(await people.one_id("a"), part), by=BY)
        await people.bring(said("a", email="a@example.com"), said("c", email="a@example.com"))
        assert await people.who() == [["a", "c"], ["b"]]
        again = await service.judge(Split(await people.one_id("a"), part), by=BY)
        assert not again.repeated
        assert await people.who() == [["a"], ["b"], ["c"]]
        assert (await service.judge(Split(await people.one_id("a"), part), by=BY)).repeated

    async def test_what_is_wrong_of_one_profile_can_be_wrong_of_the_whole_person(
        self, people: People, service: JudgementService
    ) -> None:
        await people.bring(said("a", phone=PHONE), said("b", phone=PHONE), said("c", phone=PHONE))
        await service.judge(Same(await people.id("a"), await people.id("b")), by=BY)
        await service.judge(MarkWrong(await people.id("a"), "phone", PHONE), by=BY)
        assert await people.who() == [["a", "b", "c"]]
        again = await service.judge(MarkWrong(await people.one_id("a"), "phone", PHONE), by=BY)
        assert not again.repeated
        assert await people.who() == [["a", "b"], ["c"]]
        assert (await service.judge(MarkWrong(await people.one_id("a"), "phone", PHONE), by=BY)).repeated

    async def test_a_hot_identifier_links_again_when_a_whole_person_lets_it_go(
        self, people: People, service: JudgementService
    ) -> None:
        email, hot = "all@example.com", people.rules.namespace("email").hot
        await people.writer.write([said(f"h{n:03d}", email=email) for n in range(hot + 3)])
        ids = await people.stored()
        for other in ("h001", "h002"):
            await service.judge(Same(ids["h000"].id, ids[other].id), by=BY)
        await service.judge(MarkWrong(await people.one_id("h000"), "email", email), by=BY)
        assert len(await people.who()) < hot
