"""The change feed: positions follow commits, without a gap, whoever writes and whoever reads meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from graph.access.roles import Role
from graph.access.service import AccessService
from graph.clock import new_id
from graph.db import feed
from graph.db.database import Database, Row, Transaction
from graph.identity.rules import Rules
from graph.ingest.registry import SourceRegistry
from graph.ingest.sources import SourceDeclaration
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.graph.ingest import worlds

_AFTER = (
    "CYPHER 5 MATCH (e:FeedEntry {lane: 0}) WHERE e.position > $after "
    "RETURN e.position AS position, e.recordedAt AS at, e.kind AS kind ORDER BY position LIMIT 5"
)


async def entries(database: Database, after: int = 0) -> list[Row]:
    """The next few entries after a position, as a subscriber reads them."""
    return await database.run_schema(_AFTER, after=after)


async def leave(database: Database, operation_id: str, *, now: int = worlds.NOW, **begin: object) -> bool:
    """A write that leaves nothing but an entry; answers whether what it had read was stale."""

    async def work(tx: Transaction) -> bool:
        begun = await feed.begin(tx, operation_id=operation_id, now=now, **begin)  # type: ignore[arg-type]
        await feed.append(tx, begun, kind="test")
        return begun.stale

    return await database.in_write(work)


async def test_one_reader_sees_each_commit_of_eight_writers_once_and_in_order(
    database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules
) -> None:
    messages = worlds.messages(worlds.events(random.Random(3), 96))
    access = AccessService(database)
    seen: list[Row] = []
    done = asyncio.Event()

    async def write(number: int) -> None:
        writer = Writer(database, keyring=keyring, blind=blind, rules=rules)
        share = messages[number::8]
        for start in range(0, len(share), 4):
            await writer.write(share[start : start + 4])
        await access.create(Role.FRONTEND)

    async def read() -> None:
        while True:
            last = done.is_set()
            found = await entries(database, seen[-1]["position"] if seen else 0)
            seen.extend(found)
            if last and not found:
                return

    reader = asyncio.create_task(read())
    async with asyncio.TaskGroup() as writers:
        for number in range(8):
            writers.create_task(write(number))
    done.set()
    await reader

    assert [entry["position"] for entry in seen] == list(range(1, 8 * 3 + 8 + 1))
    assert all(early["at"] < late["at"] for early, late in pairwise(seen))
    assert sorted(entry["kind"] for entry in seen) == ["ingest"] * 24 + ["key"] * 8


async def test_every_kind_of_write_leaves_one_entry(database: Database, writer: Writer) -> None:
    await AccessService(database).create(Role.FRONTEND)
    registry = SourceRegistry(database)
    await registry.apply([SourceDeclaration(name="web")])
    await registry.apply([SourceDeclaration(name="web")])  # nothing new: no entry, and no hole
    messages = worlds.messages(worlds.events(random.Random(1), 8))
    await writer.write(messages)
    await writer.write(messages)
    assert [entry["kind"] for entry in await entries(database)] == ["key", "source", "ingest"]


async def test_recorded_at_grows_though_the_clock_stands_or_runs_back(database: Database) -> None:
    for number, now in enumerate((worlds.NOW, worlds.NOW, worlds.NOW - 9_000_000, worlds.NOW + 5)):
        await leave(database, f"operation-{number}", now=now)
    times = [entry["at"] - worlds.NOW for entry in await entries(database)]
    assert times == [0, 1, 2, 5]


async def test_the_same_operation_is_written_once(database: Database) -> None:
    operation_id = new_id()
    await leave(database, operation_id)
    with pytest.raises(feed.AlreadyCommittedError):
        await leave(database, operation_id)
    await leave(database, new_id())
    assert [entry["position"] for entry in await entries(database)] == [1, 2]


@pytest.mark.parametrize(
    ("read", "since", "stale"),
    [
        (lambda component: [component, "other"], 0, True),
        (lambda component: [component], 1, False),  # read after that commit
        (lambda _: ["other"], 0, False),
        (lambda _: [], 0, False),
    ],
)
async def test_what_was_read_and_has_changed_since_is_stale(
    database: Database, writer: Writer, read: Callable[[str], list[str]], since: int, stale: bool
) -> None:
    await writer.write(worlds.messages(worlds.events(random.Random(1), 1)))
    component = (await database.run_schema("CYPHER 5 MATCH (p:Profile) RETURN p.component AS name"))[0][
        "name"
    ]
    found = await leave(database, new_id(), read_position=since, components=read(component))
    assert found is stale
