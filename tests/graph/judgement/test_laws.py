"""Laws of judging, through the whole write path and a real Neo4j."""

from __future__ import annotations

import asyncio
import random

import pytest

from graph.db.database import Database
from graph.errors import DatabaseUnavailableError, InputError
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.judgement.model import (
    Change,
    Different,
    MarkShared,
    MarkWrong,
    Move,
    Retract,
    Same,
    Split,
)
from graph.judgement.service import JudgementService
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.conftest import empty
from tests.graph.ingest import worlds
from tests.graph.judgement.people import PHONE, People, said


async def random_change(people: People, random_: random.Random) -> Change:
    """Something a steward may judge of whoever there is."""
    stored = await people.profiles()
    one, other = random_.sample(stored, 2)
    kind = random_.randrange(6)
    members = [profile.id for profile in stored if profile.one_id == one.one_id]
    if kind == 0:
        return Same(one.id, other.id)
    if kind == 1:
        return Different(one.id, other.id)
    if kind == 2 and len(members) > 1:
        return Split(one.one_id or "", tuple(random_.sample(members, random_.randrange(1, len(members)))))
    if kind == 3:
        return Move(one.id, other.id)
    if one.identifiers:
        identifier = random_.choice(sorted(one.identifiers.values()))
        value = identifier.value if identifier.scope == "*" else f"{identifier.scope}/{identifier.value}"
        return (
            MarkWrong(one.id, identifier.namespace, value)
            if kind == 4
            else MarkShared(identifier.namespace, value)
        )
    return Same(one.id, other.id)


@pytest.mark.parametrize("seed", range(4))
async def test_each_judgement_taken_back_leaves_no_trace(
    people: People, service: JudgementService, seed: int
) -> None:
    random_ = random.Random(seed)
    await people.writer.write(worlds.messages(worlds.events(random_, 40)))
    done = 0
    for _ in range(6):
        before = await people.all()
        change = await random_change(people, random_)
        try:
            outcome = await service.judge(change, by="k")
        except InputError:  # a merge that evidence forbids, a move to where it is
            assert await people.all() == before
            continue
        await people.who()
        await service.judge(Retract(outcome.judgement.id), by="k")
        assert await people.all() == before, change
        done += 1
    assert done > 1


@pytest.mark.parametrize("seed", range(3))
async def test_judgements_pile_up_and_are_taken_back_in_any_order(
    people: People, service: JudgementService, seed: int
) -> None:
    random_ = random.Random(100 + seed)
    await people.writer.write(worlds.messages(worlds.events(random_, 40)))
    before = await people.all()
    made: list[str] = []
    for _ in range(8):
        try:
            outcome = await service.judge(await random_change(people, random_), by="k")
        except InputError:
            continue
        if not outcome.repeated:
            made.append(outcome.judgement.id)
        await people.who()
    random_.shuffle(made)
    for judgement_id in made:
        await service.judge(Retract(judgement_id), by="k")
        await people.who()
    assert await people.all() == before
    assert len(made) > 2


async def test_judgements_in_any_order_give_one_partition(
    people: People, service: JudgementService, database: Database
) -> None:
    seen = []
    for order in range(3):
        await empty(database)
        await people.bring(
            said("a", phone=PHONE), said("b", phone=PHONE), said("c", phone=PHONE, name="王建国"), said("d")
        )
        ids = {record: await people.id(record) for record in "abcd"}
        changes: list[Change] = [
            Different(ids["a"], ids["b"]),
            MarkWrong(ids["c"], "phone", PHONE),
            Same(ids["c"], ids["d"]),
        ]
        random.Random(order).shuffle(changes)
        for change in changes:
            await service.judge(change, by="k")
        seen.append(await people.who())
    assert seen[0] == seen[1] == seen[2]


async def test_judged_while_others_write_the_graph_is_as_from_scratch(
    people: People, database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules
) -> None:
    random_ = random.Random(7)
    messages = worlds.messages(worlds.events(random_, 90))
    await people.writer.write(messages[:30])
    ids = sorted(profile.id for profile in await people.profiles())
    judged = 0

    async def write(share: int) -> None:
        writer = Writer(database, keyring=keyring, blind=blind, rules=rules)
        part = messages[30 + share :: 2]
        for start in range(0, len(part), 3):
            await writer.write(part[start : start + 3])

    async def judge(number: int) -> None:
        nonlocal judged
        steward = JudgementService(database, keyring=keyring, blind=blind, rules=rules)
        own = random.Random(number)
        phones = [f"1391234{n:04d}" for n in range(5)]
        for _ in range(5):
            one, other = own.sample(ids, 2)
            choices: list[Change] = [Same(one, other), Different(one, other), Move(one, other)]
            choices += [MarkWrong(one, "phone", own.choice(phones)), MarkShared("phone", own.choice(phones))]
            change = own.choice(choices)
            try:
                outcome = await steward.judge(change, by="k")
                if own.random() < 0.4:
                    await steward.judge(Retract(outcome.judgement.id), by="k")
            except InputError:
                continue
            judged += 1

    async with asyncio.TaskGroup() as tasks:
        for number in range(2):
            tasks.create_task(write(number))
            tasks.create_task(judge(number))
    await people.who()
    assert judged > 1


class Deaf(Database):
    """A database whose first commit nobody hears of."""

    deaf = True

    async def in_write(self, work):  # type: ignore[no-untyped-def]
        answer = await super().in_write(work)
        if self.deaf:
            self.deaf = False
            raise DatabaseUnavailableError("The connection broke.")
        return answer


async def test_a_commit_of_unknown_outcome_is_not_repeated(
    people: People, database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules
) -> None:
    await people.bring(said("a"), said("b"))
    deaf = Deaf(database._driver)
    service = JudgementService(deaf, keyring=keyring, blind=blind, rules=rules)
    change = Same(await people.id("a"), await people.id("b"))
    with pytest.raises(DatabaseUnavailableError):
        await service.judge(change, by="k", idempotency_key="once")
    again = await service.judge(change, by="k", idempotency_key="once")
    assert again.repeated
    rows = await database.run_schema("CYPHER 5 MATCH (j:Judgement) RETURN count(j) AS made")
    assert rows[0]["made"] == 1


async def test_a_hot_identifier_links_again_when_a_holder_is_taken_away(
    people: People, service: JudgementService
) -> None:
    limit = people.rules.namespace("email").hot
    await people.writer.write([said(f"h{n:03d}", email="all@example.com") for n in range(limit + 1)])
    assert len(await people.who()) == limit + 1
    before = await people.all()
    outcome = await service.judge(MarkWrong(await people.id("h000"), "email", "all@example.com"), by="k")
    assert len(await people.who()) < limit + 1
    await service.judge(Retract(outcome.judgement.id), by="k")
    assert await people.all() == before
