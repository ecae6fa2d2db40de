"""The stewards' queue on a real graph: who is in it, in which order, and who leaves it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from graph.clock import DAY
from graph.db.database import Database
from graph.db.plans import example_parameters
from graph.db.shelf import shelf
from graph.feed.follow import catch_up
from graph.identity.rules import Rules
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.judgement.model import Different, LikelyPair, MarkWrong, Retract, Same
from graph.judgement.review import ReviewQueue
from graph.judgement.service import JudgementService
from graph.judgement.stake import CONTACT, VEHICLE
from graph.matching.service import Matching
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.graph.judgement.likely import keep_model
from tests.graph.judgement.people import NOW, PHONE, People, said, seen, source

BY = "key-1"
ID_ONE, ID_TWO = "110101198001010010", "110101198001010379"
LI, WANG = ("李丽华", "李晓峰"), ("王建国", "王晓峰")
"""Two names of one family each, that nobody takes for one name."""


def bought(user: str, *, amount: float, vin: str | None = None) -> Message:
    """An order of a record, or the delivery of what it ordered."""
    event, properties = (
        ("Order Placed", {"amount": amount}) if vin is None else ("Vehicle Delivered", {"vin": vin})
    )
    body = {
        "type": "track",
        "event": event,
        "userId": user,
        "messageId": f"b-{user}-{vin}",
        "properties": properties,
    }
    made = read_message(body, Arrival(source(user), NOW))
    assert isinstance(made, Message), made
    return made


@pytest.fixture
def matching(database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules) -> Matching:
    return Matching(database, keyring=keyring, blind=blind, rules=rules)


@pytest.fixture
def queue(
    database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules, matching: Matching
) -> ReviewQueue:
    return ReviewQueue(database, keyring=keyring, blind=blind, rules=rules, matching=matching)


@pytest.fixture
async def linked(database: Database, matching: Matching) -> Matching:
    """A model in use, on nobody yet."""
    await keep_model(database)
    await matching.link()
    return matching


async def bring(people: People, matching: Matching, queue: ReviewQueue, *messages: Message) -> None:
    """Bring people and let matching and the queue follow."""
    await people.bring(*messages)
    await catch_up(matching)
    await catch_up(queue)


async def listed(people: People, queue: ReviewQueue, **asked: Any) -> list[tuple[str, str]]:
    """The records of each pair in the queue, in its order."""
    names = {profile.id: profile.key[1] for profile in await people.profiles()}
    pairs, _ = await queue.likely_pairs(first=100, **asked)
    return [_names(pair, names) for pair in pairs]


def _names(pair: LikelyPair, names: dict[str, str]) -> tuple[str, str]:
    left, right = sorted((names[pair.left.profile_id], names[pair.right.profile_id]))
    return left, right


def couple(number: int, name: str, names: tuple[str, str]) -> tuple[Message, Message]:
    """Two records of one birth date and family name: a likely pair of their own."""
    birth = f"1980-05-{number:02d}"
    return said(f"{name}1", name=names[0], birthDate=birth), said(f"{name}2", name=names[1], birthDate=birth)


async def test_most_at_stake_comes_first_then_the_likelier(
    people: People, linked: Matching, queue: ReviewQueue
) -> None:
    await bring(
        people, linked, queue,
        *couple(1, "poor", LI), *couple(2, "seen", LI), *couple(3, "rich", WANG), *couple(4, "owner", LI),
        seen("seen2"), bought("rich1", amount=250_000), bought("owner2", amount=0, vin="LSVAM4187C2184847"),
    )  # fmt: skip
    pairs, more = await queue.likely_pairs(first=10)
    assert not more
    assert await listed(people, queue) == [
        ("rich1", "rich2"), ("owner1", "owner2"), ("seen1", "seen2"), ("poor1", "poor2"),
    ]  # fmt: skip
    assert [pair.stake for pair in pairs] == [250_000 + CONTACT, VEHICLE + CONTACT, CONTACT, 0]
    assert {(pair.probability > 0.8, pair.model) for pair in pairs} == {(True, "by-hand")}

    await bring(people, linked, queue, *(seen("poor1") for _ in range(3)))
    assert (await listed(people, queue))[2:] == [("poor1", "poor2"), ("seen1", "seen2")]
    assert await listed(people, queue, minimum=0.95) == []


async def test_reasons_are_masked(people: People, linked: Matching, queue: ReviewQueue) -> None:
    await bring(people, linked, queue, *couple(1, "a", LI))
    (pair,), _ = await queue.likely_pairs(first=1)
    told = {one.field: (one.agrees, {one.left, one.right}) for one in pair.reasons}
    assert told == {
        "birthDate": (True, {"1980****"}),
        "familyName": (True, {"***"}),
        "givenName": (False, {"丽*", "晓*"}),
    }
    assert [one.bits for one in pair.reasons] == sorted((one.bits for one in pair.reasons), reverse=True)
    assert {pair.left.one_id, pair.right.one_id} == {await people.one_id("a1"), await people.one_id("a2")}


async def test_pages_have_no_gap_and_no_double(people: People, linked: Matching, queue: ReviewQueue) -> None:
    everybody = [message for number in range(1, 8) for message in couple(number, f"p{number}", LI)]
    await bring(people, linked, queue, *everybody, seen("p31"), seen("p52"))
    whole = await listed(people, queue)
    after, paged = "", list[LikelyPair]()
    while True:
        page, more = await queue.likely_pairs(first=3, after=after)
        paged += page
        after = page[-1].key
        if not more:
            break
    names = {profile.id: profile.key[1] for profile in await people.profiles()}
    assert [_names(pair, names) for pair in paged] == whole
    assert len(whole) == len(set(whole)) == 7


class TestWhoLeaves:
    """What was answered is not on the next page, before the queue is written anew and after."""

    async def test_by_a_verdict_until_it_is_taken_back(
        self, people: People, linked: Matching, queue: ReviewQueue, service: JudgementService
    ) -> None:
        await bring(people, linked, queue, *couple(1, "a", LI), *couple(2, "b", LI))
        a1, a2 = await people.id("a1"), await people.id("a2")
        different = await service.judge(Different(a1, a2), by=BY)
        assert await listed(people, queue) == [("b1", "b2")]
        same = await service.judge(Same(await people.id("b1"), await people.id("b2")), by=BY)
        assert await listed(people, queue) == []
        await catch_up(queue)
        assert await listed(people, queue) == []
        for judged in (different, same):
            await service.judge(Retract(judged.judgement.id), by=BY)
        await catch_up(queue)
        assert set(await listed(people, queue)) == {("a1", "a2"), ("b1", "b2")}

    async def test_by_becoming_one_user(self, people: People, linked: Matching, queue: ReviewQueue) -> None:
        await bring(people, linked, queue, *couple(1, "a", LI))
        await people.bring(said("a2", name=LI[0], at=NOW + DAY))
        await catch_up(linked)
        assert await people.who() == [["a1", "a2"]]
        assert await listed(people, queue) == []
        await catch_up(queue)
        assert await listed(people, queue) == []
        assert await places(people.database) == {}

    async def test_a_verdict_about_one_pair_of_two_users_answers_for_all(
        self, people: People, linked: Matching, queue: ReviewQueue, service: JudgementService
    ) -> None:
        a1, a2 = couple(1, "a", LI)
        again = said("a3", name=LI[0], birthDate="1980-05-01")  # of one user with a1, by the model
        await bring(people, linked, queue, a1, a2, again)
        assert await people.who() == [["a1", "a3"], ["a2"]]
        ((one, other),) = await listed(people, queue)
        assert other == "a2"
        await service.judge(
            Different(await people.id({"a1": "a3", "a3": "a1"}[one]), await people.id("a2")), by=BY
        )
        assert await listed(people, queue) == []
        await catch_up(queue)
        assert await listed(people, queue) == []


async def test_what_cannot_be_joined_is_not_asked(
    people: People, linked: Matching, queue: ReviewQueue, service: JudgementService
) -> None:
    await bring(
        people, linked, queue, *couple(1, "a", LI),
        said("a1", checked=True, governmentId=ID_ONE), said("a2", checked=True, governmentId=ID_TWO),
    )  # fmt: skip
    assert await listed(people, queue) == []
    await service.judge(MarkWrong(await people.id("a2"), "governmentId", ID_TWO), by=BY)
    await catch_up(queue)
    assert await listed(people, queue) == [("a1", "a2")]


async def test_what_was_refused_for_want_of_support_is_asked(
    people: People, linked: Matching, queue: ReviewQueue
) -> None:
    first = said("a", name="李丽华", birthDate="1980-05-01", phone=PHONE)
    others = [said(record, name="李丽华", phone=PHONE) for record in "bcd"]
    lone = said("x", name="王丽华", birthDate="1980-05-01")
    await bring(people, linked, queue, first, *others, lone)
    assert await people.who() == [["a", "b", "c", "d"], ["x"]]
    (pair,), _ = await queue.likely_pairs(first=5)
    assert pair.probability > people.rules.model.probable
    assert await listed(people, queue) == [("a", "x")]


async def test_following_each_commit_is_as_following_once(
    people: People,
    linked: Matching,
    queue: ReviewQueue,
    service: JudgementService,
    database: Database,
    keyring: Keyring,
    blind: BlindIndex,
    rules: Rules,
) -> None:
    other = ReviewQueue(database, keyring=keyring, blind=blind, rules=rules, matching=linked)
    births = ("1980-05-01", "1980-05-02")
    names = ("李丽华", "李晓峰", "王晓峰", "王先生")
    for number in range(24):
        traits: dict[str, Any] = {"name": names[number % 4], "birthDate": births[number % 3 % 2]}
        if number % 5 == 0:
            traits = {"name": names[3], "phone": PHONE}
        elif number % 7 == 0:
            traits["phone"] = PHONE
        await people.bring(said(f"r{number:02d}", **traits), *[seen(f"r{number:02d}")] * (number % 2))
        if number == 12:
            pairs, _ = await queue.likely_pairs(first=2)
            await service.judge(Different(pairs[0].left.profile_id, pairs[0].right.profile_id), by=BY)
            await service.judge(Same(pairs[1].left.profile_id, pairs[1].right.profile_id), by=BY)
        await catch_up(linked)
        await asyncio.gather(catch_up(queue), catch_up(other))
    step_by_step = await places(database)
    assert len(step_by_step) > 3
    assert any(isinstance(key, str) for key in step_by_step)
    assert await catch_up(queue) == 0
    await database.run_schema("CYPHER 5 MATCH (c:FeedCursor) DELETE c")
    await database.run_schema("CYPHER 5 MATCH (p:Profile) SET p.place = NULL, p.stake = NULL")
    await database.run_schema("CYPHER 5 MATCH ()-[s:SCORED]->() SET s.place = NULL, s.stake = NULL")
    assert await catch_up(queue) > 0
    assert await places(database) == step_by_step


async def places(database: Database) -> dict[Any, Any]:
    """Every place and value at stake, by pair or profile."""
    pairs = await database.run_schema(
        "CYPHER 5 MATCH (p)-[s:SCORED]->(q) WHERE s.place IS NOT NULL"
        " RETURN [p.id, q.id] AS key, [s.place, s.stake] AS place"
    )
    profiles = await database.run_schema(
        "CYPHER 5 MATCH (p:Profile) WHERE p.place IS NOT NULL RETURN p.id AS key, [p.place, p.stake] AS place"
    )
    found = {tuple(row["key"]): row["place"] for row in pairs}
    return found | {row["key"]: row["place"] for row in profiles}


async def test_the_queue_of_the_ambiguous_is_paged_in_order(
    people: People, queue: ReviewQueue, service: JudgementService
) -> None:
    for number in range(3):
        phone = f"1391234{number:04d}"
        await people.bring(
            said(f"a{number}", phone=phone, name="王建国"),
            said(f"b{number}", phone=phone, name="王建军"),
            said(f"x{number}", phone=phone, name="王先生"),
        )
    await people.bring(seen("b2"))  # the last to come, but most is at stake
    assert await queue.ambiguities(first=5) == ([], False)
    await catch_up(queue)
    first, more = await queue.ambiguities(first=2)
    rest, end = await queue.ambiguities(first=2, after=first[-1].key)
    assert (more, end) == (True, False)
    assert [a.profile_id for a in first + rest] == [await people.id(f"x{number}") for number in (2, 0, 1)]
    assert [a.stake for a in first + rest] == [CONTACT, 0, 0]
    assert set(first[0].candidates) == {await people.one_id("a2"), await people.one_id("b2")}
    await service.judge(Same(await people.id("x0"), await people.id("a0")), by=BY)
    for _ in range(2):  # at once, and when the queue has followed
        left, _ = await queue.ambiguities(first=5)
        assert [a.profile_id for a in left] == [await people.id(f"x{number}") for number in (2, 1)]
        await catch_up(queue)


async def test_a_page_is_a_range_of_an_index(database: Database) -> None:
    for name in ("judgement.list_likely_pairs", "judgement.list_ambiguities"):
        statement = shelf()[name]
        text: Any = statement.text.replace("CYPHER 5\n", "CYPHER 5 EXPLAIN\n", 1)
        plan, _ = await database.explain(text, **example_parameters(statement))
        operators = [name.partition("@")[0] for name in _operators(plan)]
        assert {"DirectedRelationshipIndexSeekByRange", "NodeIndexSeekByRange"} & set(operators)
        assert not [one for one in operators if "Sort" in one or "Top" in one], operators


def _operators(plan: Mapping[str, Any]) -> Iterator[str]:
    yield str(plan["operatorType"])
    for child in plan.get("children") or ():
        yield from _operators(child)
