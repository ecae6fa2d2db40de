"""The laws of identity, through the whole write path and a real Neo4j."""

from __future__ import annotations

import random

import pytest

from graph.db.database import Database
from graph.identity.rules import Rules
from graph.identity.stored import resolve_stored
from graph.ingest.message import Message
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.conftest import empty
from tests.graph.ingest import worlds
from tests.graph.ingest.state import counts, facts, partition, relations, stored_profiles
from tests.graph.machine.words import PHONES, SIZES, Event


async def write_all(
    database: Database, keyring: Keyring, rules: Rules, messages: list[Message], size: int
) -> None:
    writer = Writer(database, keyring=keyring, blind=BlindIndex(keyring.index_root), rules=rules)
    for start in range(0, len(messages), size):
        await writer.write(messages[start : start + size])


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_batching_and_repetition_give_one_graph(
    database: Database, keyring: Keyring, rules: Rules, seed: int
) -> None:
    random_ = random.Random(seed)
    messages = worlds.messages(worlds.events(random_, 60))
    seen = []
    for size in (60, 1, 7):
        await empty(database)
        shuffled = messages + random_.sample(messages, 10)
        random_.shuffle(shuffled)
        await write_all(database, keyring, rules, shuffled, size)
        profiles = await stored_profiles(database, keyring)
        known = await relations(database)
        seen.append((partition(profiles), facts(profiles), await counts(database), known))
        from_scratch = resolve_stored(profiles, rules=rules)
        assert partition(profiles) == {person.members for person in from_scratch.people}
    assert seen[0] == seen[1]
    assert seen[0] == seen[2]
    assert {name for row in seen[0][3] for name in row["told"]} > {"consultant", "dueAt", "closedAt"}


async def test_writing_again_changes_nothing(database: Database, writer: Writer, keyring: Keyring) -> None:
    messages = worlds.messages(worlds.events(random.Random(1), 40))
    first = await writer.write(messages)
    before = facts(await stored_profiles(database, keyring)), await counts(database)
    known = await relations(database)
    again = await writer.write(messages)
    assert (first.stored, first.duplicates) == (40, 0)
    assert (again.stored, again.duplicates) == (0, 40)
    assert (facts(await stored_profiles(database, keyring)), await counts(database)) == before
    assert await relations(database) == known


async def test_who_fits_two_people_stays_apart_and_names_them(database: Database, writer: Writer) -> None:
    said = [("website", "王建国"), ("app", "王建军"), ("crm", "王先生")]
    events = [
        (
            source,
            {
                "type": "identify",
                "userId": "u",
                "messageId": "m",
                "traits": {"phone": "13912340000", "name": name},
            },
        )
        for source, (_, name) in zip(worlds.SOURCES, said, strict=True)
    ]
    for message in worlds.messages(events):
        await writer.write([message])
    rows = await database.run_schema(
        "CYPHER 5 MATCH (p:Profile) RETURN p.source AS source, [(p)-[c:CANDIDATE]->(u:User) | c.tier] AS tiers, "
        "COUNT { (p)-[:RESOLVED_TO]->(:User)<-[:RESOLVED_TO]-(:Profile) } AS others ORDER BY source"
    )
    assert [(row["source"], len(row["tiers"]), row["others"]) for row in rows] == [
        ("app", 0, 0),
        ("crm", 2, 0),
        ("website", 0, 0),
    ]


async def test_ids_that_are_hot_only_together_link_nobody(
    database: Database, keyring: Keyring, blind: BlindIndex
) -> None:
    """web's user-1 was user-2, so one id has four holders where three are allowed; each by itself has three."""
    said = [
        Event("web", "user-1", None, "identify", 1),
        Event("app", "user-1", None, "identify", 1),
        Event("web", "user-2", None, "identify", 1),
        Event("app", "user-2", None, "identify", 1),
        Event("web", "user-1", None, "alias", 2, (("previousId", "user-2"),)),
        Event("app", "user-2", None, "identify", 3, (("phone", PHONES[0]),)),
    ]
    rules = next(size for size in SIZES if size.hot == 3).rules()
    writer = Writer(database, keyring=keyring, blind=blind, rules=rules)
    for number, event in enumerate(said):
        await writer.write([event.message(f"m-{number}")])
    profiles = await stored_profiles(database, keyring)
    assert {len(person) for person in partition(profiles)} == {1}
    assert len({profile.component for profile in profiles}) == 1  # whoever comes next must read them all
