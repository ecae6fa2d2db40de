"""Households follow the feed: after every commit, and as if all had come at once."""

from __future__ import annotations

import asyncio

from graph.db.database import Database
from graph.feed.follow import catch_up
from graph.household.evidence import Kind
from graph.household.repository import HouseholdRepository, HouseholdView
from graph.household.service import Households
from graph.identity.rules import Rules
from graph.ingest.files.mapping import any_people
from graph.ingest.files.records import RowReader, as_file
from graph.ingest.message import Message
from graph.ingest.sources import default_source
from graph.ingest.writer import Writer
from graph.judgement.model import Retract, Same
from graph.judgement.service import JudgementService
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from seed.load import Doors, seed_sources
from seed.world import world
from tests.graph.machine.words import PHONES, Event

NOW = 1_795_000_000_000_000


def messages(people: int) -> list[Message]:
    doors = Doors(seed_sources())
    read = [doors.read(item, now=NOW) for item in world(people=people, seed=11)]
    return [one for one in read if isinstance(one, Message)]


async def stored(database: Database) -> list[HouseholdView]:
    found: list[HouseholdView] = []
    for kind in Kind:
        views, more = await HouseholdRepository(database).households(kind, first=1_000, after="")
        assert not more
        found += views
    return found


def content(views: list[HouseholdView]) -> list[object]:
    """All but since when it is believed."""
    return [
        (v.id, v.confidence, v.reasons, [(m.one_id, m.role, m.confidence) for m in v.members]) for v in views
    ]


async def start_over(database: Database) -> None:
    """Forget every household, and let the follower begin at the first entry."""
    await database.run_schema("CYPHER 5 MATCH (h:Household) DETACH DELETE h")
    await database.run_schema("CYPHER 5 MATCH (c:FeedCursor) DELETE c")


async def test_following_each_commit_is_as_following_once(
    database: Database, writer: Writer, keyring: Keyring, rules: Rules
) -> None:
    followers = [Households(database, keyring=keyring, rules=rules) for _ in range(2)]
    waiting = messages(60)
    for start in range(0, len(waiting), 150):
        await writer.write(waiting[start : start + 150])
        await asyncio.gather(*(catch_up(follower) for follower in followers))
    step_by_step = await stored(database)
    assert any(view.id.startswith("household-") for view in step_by_step)
    assert await catch_up(followers[0]) == 0
    await start_over(database)
    assert await catch_up(followers[0]) > 0
    assert content(await stored(database)) == content(step_by_step)


async def test_a_merge_by_hand_ends_what_it_makes_one(
    database: Database, writer: Writer, keyring: Keyring, blind: BlindIndex, rules: Rules
) -> None:
    households = Households(database, keyring=keyring, rules=rules)
    judgements = JudgementService(database, keyring=keyring, blind=blind, rules=rules)
    reader = RowReader(as_file(default_source("crm")), NOW, any_people())
    shared = {"phone": "13912345678", "address": "上海市浦东新区世纪大道100号2栋301", "postcode": "200120"}
    rows = [
        {"recordId": "1", "name": "王建国", "birthDate": "1980-05-17", "gender": "male", **shared},
        {"recordId": "2", "name": "李敏", "birthDate": "1982-08-01", "gender": "female", **shared},
    ]
    read = [reader.read(row) for row in rows]
    await writer.write([one for one in read if isinstance(one, Message)])
    await catch_up(households)
    [couple] = await stored(database)
    one, other = (member.one_id for member in couple.members)
    judged = await judgements.judge(Same(one, other), by="test")
    await catch_up(households)
    assert await stored(database) == []
    await judgements.judge(Retract(judged.judgement.id), by="test")
    await catch_up(households)
    [back] = await stored(database)
    assert content([back]) == content([couple])


async def test_what_moves_nobody_goes_no_further(
    database: Database, writer: Writer, keyring: Keyring, rules: Rules
) -> None:
    """A later use of a phone resolves its component anew; where that changes nothing, nothing is written."""
    follower = Households(database, keyring=keyring, rules=rules)
    phone = (("phone", PHONES[0]),)
    said = [
        Event("crm", "user-1", None, "identify", 1, (*phone, ("name", "王建国"))),
        Event("shop", "user-2", None, "identify", 1, (*phone, ("name", "李敏"))),
    ]
    for number, event in enumerate(said):
        await writer.write([event.message(f"m-{number}")])
    await catch_up(follower)
    before = await database.run_schema(_STANDING)
    head = before[0]["head"]
    await writer.write([Event("crm", "user-1", None, "identify", 9, phone).message("later")])
    (entry,) = await database.run_schema(
        "CYPHER 5 MATCH (e:FeedEntry) WHERE e.position > $head "
        "RETURN e.kind AS kind, e.userIds AS users, e.changes AS changes, size(e.components) AS components",
        head=head,
    )
    assert entry == {"kind": "ingest", "users": [], "changes": [], "components": 1}
    assert await catch_up(follower) == 2
    assert await database.run_schema(_STANDING) == [{**before[0], "head": head + 1}]


_STANDING = (
    "CYPHER 5 MATCH (h:FeedHead) OPTIONAL MATCH (:Profile)-[r:RESOLVED_TO]->() "
    "WITH h, count(r) AS intervals, max(coalesce(r.since, r.from)) AS latest "
    "OPTIONAL MATCH (:User)-[m]->(g:Household) "
    "RETURN h.position AS head, intervals, latest, count(m) AS members, count(DISTINCT g) AS groups"
)
