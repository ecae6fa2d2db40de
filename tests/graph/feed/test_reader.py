"""Changes of who is who, read from a cursor while eight writers write."""

from __future__ import annotations

import asyncio
import random

import pytest

from graph.db.database import Database
from graph.errors import InputError
from graph.feed.reader import FedChange, FeedReader
from graph.identity.changes import ChangeKind, IdentityChange
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.judgement.model import Retract, Same
from graph.judgement.service import JudgementService
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.graph.ingest import worlds
from tests.graph.judgement.people import People, said


async def test_a_reader_misses_nothing_of_eight_writers(
    database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules
) -> None:
    messages = worlds.messages(worlds.events(random.Random(4), 96))
    reader = FeedReader(database)
    done = asyncio.Event()
    seen: list[FedChange] = []

    async def write(number: int) -> None:
        writer = Writer(database, keyring=keyring, blind=blind, rules=rules)
        share = messages[number::8]
        for start in range(0, len(share), 3):
            await writer.write(share[start : start + 3])

    async def read() -> None:
        cursor = None
        while True:
            last = done.is_set()
            page = await reader.changes(after=cursor, first=2)
            seen.extend(page.changes)
            cursor = page.cursor
            if last and not page.changes and not page.has_next:
                return

    reading = asyncio.create_task(read())
    async with asyncio.TaskGroup() as writers:
        for number in range(8):
            writers.create_task(write(number))
    done.set()
    await reading

    rows = await database.run_schema(
        "CYPHER 5 MATCH (e:FeedEntry) WHERE e.position > 0 WITH e ORDER BY e.position "
        "UNWIND e.changes AS change RETURN change, e.recordedAt AS at"
    )
    assert [(fed.change.to_json(), fed.at) for fed in seen] == [(row["change"], row["at"]) for row in rows]
    assert len(seen) > 5
    assert {fed.kind for fed in seen} == {"ingest"}


async def test_a_map_kept_by_the_feed_is_who_is_who(
    database: Database, keyring: Keyring, people: People, service: JudgementService
) -> None:
    """Whoever folds merges, splits and moves over births knows each profile's present user."""
    await people.writer.write([said(name) for name in "abc"])
    births = {p.id: p.birth_id for p in (await people.stored()).values()}
    merge = await service.judge(Same(await people.id("a"), await people.id("b")), by="k")
    await people.bring(said("c", phone="13912340001"), said("a", phone="13912340001"))
    await service.judge(Retract(merge.judgement.id), by="k")
    for fed in (await FeedReader(database).changes()).changes:
        target = fed.change.other if fed.change.kind is ChangeKind.SPLIT else fed.change.one_id
        births.update(dict.fromkeys(fed.change.profiles, target))
    assert births == {p.id: p.one_id for p in (await people.stored()).values()}


async def test_a_merge_undone_reads_as_its_inverse(
    database: Database, people: People, service: JudgementService
) -> None:
    await people.bring(said("a"), said("b"))
    a, b = await people.one_id("a"), await people.one_id("b")
    merge = await service.judge(Same(a, b), by="k")
    reader = FeedReader(database)
    page = await reader.changes(first=1)
    assert [fed.change.kind for fed in page.changes] == [ChangeKind.MERGED]
    assert not page.has_next
    await service.judge(Retract(merge.judgement.id), by="k")
    later = await reader.changes(after=page.cursor, first=1)
    profile = (await people.id("b"),)
    assert [fed.change for fed in later.changes] == [IdentityChange(ChangeKind.SPLIT, a, b, profile)]
    assert (await reader.changes(after=later.cursor)).changes == ()
    assert (await reader.changes(after=page.cursor, first=1)) == later


@pytest.mark.parametrize("cursor", ["x", "é", "ZmVlZDox", "A" * 200])
async def test_what_is_no_cursor_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(InputError, match="cursor"):
        await FeedReader(database).changes(after=cursor)


@pytest.mark.parametrize("first", [0, 1_001])
async def test_pages_have_a_size(database: Database, first: int) -> None:
    with pytest.raises(InputError, match="page"):
        await FeedReader(database).changes(first=first)
