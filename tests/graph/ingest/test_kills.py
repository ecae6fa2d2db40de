"""A writing process killed at any moment, and commits nobody hears of: nothing is lost, nothing counted twice."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.wiring import services
from graph.db.connect import connect
from graph.db.database import Database
from graph.errors import DatabaseUnavailableError, KeyringError
from graph.identity.rules import Rules
from graph.identity.stored import resolve_stored
from graph.ingest.message import Message
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from graph.settings import load_settings
from tests.conftest import empty
from tests.faults import BoltProxy
from tests.graph.ingest import worlds
from tests.graph.ingest.state import counts, facts, partition, stored_profiles

SEED, EVENTS, BATCH = 5, 240, 4
KILLS = 20
PATIENCE = 120  # seconds for one answer of the victim, on a machine that is busy

Live = Callable[[str], Awaitable[str]]


def world(seed: int = SEED, count: int = EVENTS) -> list[Message]:
    return worlds.messages(worlds.events(random.Random(seed), count))


async def state(database: Database, keyring: Keyring, rules: Rules) -> Any:
    """The whole graph in a canonical form; its partition is that of its evidence."""
    profiles = await stored_profiles(database, keyring)
    from_scratch = resolve_stored(profiles, rules=rules)
    assert partition(profiles) == {person.members for person in from_scratch.people}
    return partition(profiles), facts(profiles), await counts(database)


async def ids(database: Database) -> dict[str, str]:
    rows = await database.run_schema("CYPHER 5 MATCH (p:Profile) RETURN p.recordKey AS record, p.id AS id")
    return {row["record"]: row["id"] for row in rows}


@pytest.fixture
async def live(
    endpoint: Endpoint, database: Database, keyring: Keyring, tmp_path: Path
) -> AsyncIterator[Live]:
    """Runs one life of the victim and tells how it ended."""
    assert keyring.id  # made, under tmp_path / "keys"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.graph.ingest.victim",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None
    assert stdout is not None
    told = {
        "uri": endpoint.uri,
        "password": endpoint.password.get_secret_value(),
        "database": endpoint.database,
        "data_dir": str(tmp_path / "keys"),
        "seed": SEED,
        "events": EVENTS,
        "batch": BATCH,
    }
    stdin.write(json.dumps(told).encode() + b"\n")

    async def live(how: str) -> str:
        stdin.write(how.encode() + b"\n")
        answer = await asyncio.wait_for(stdout.readline(), PATIENCE)
        return answer.decode().strip()

    yield live
    stdin.close()
    assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


async def test_killed_at_twenty_moments_the_graph_is_that_of_a_clean_run(
    live: Live, database: Database, keyring: Keyring, writer: Writer, rules: Rules
) -> None:
    random_ = random.Random(20)
    killed = 0
    for _ in range(KILLS):
        how = f"random {random_.uniform(0, 0.06):.3f} {random_.randrange(1, 4)}"
        killed += await live(how) == "killed"
    assert killed == KILLS
    stored = (await counts(database))["messages"]
    assert KILLS * BATCH // 2 < stored < EVENTS  # it was killed on the way, not before or after it
    assert await live("never") == "ended"
    survived = await state(database, keyring, rules)

    await empty(database)
    for start in range(0, EVENTS, 60):
        await writer.write(world()[start : start + 60])
    assert survived == await state(database, keyring, rules)


@pytest.mark.parametrize(("moment", "stored"), [("before", 0), ("after", BATCH)])
async def test_killed_beside_the_commit_the_same_people_have_the_same_ids(
    live: Live,
    database: Database,
    keyring: Keyring,
    blind: BlindIndex,
    writer: Writer,
    moment: str,
    stored: int,
) -> None:
    assert await live(moment) == "killed"
    assert (await counts(database))["messages"] == stored
    first = world()[:BATCH]
    records = [(message.source, blind.record_key(message.source, message.record_id)) for message in first]
    assert keyring.status().profiles == len(set(records))  # by the process that is dead
    allotted = {key: made.profile_id for (_, key), made in zip(records, keyring.allot(records), strict=True)}

    written = await writer.write(first)
    assert (written.stored, written.duplicates) == (BATCH - stored, stored)
    assert await ids(database) == allotted


async def test_a_keyring_that_is_gone_is_told_and_another_is_refused(
    endpoint: Endpoint, database: Database, tmp_path: Path
) -> None:
    settings = load_settings(
        data_dir=tmp_path / "site",
        neo4j_uri=endpoint.uri,
        neo4j_username=endpoint.username,
        neo4j_password=endpoint.password,
        neo4j_database=endpoint.database,
    )
    async with services(settings) as opened:
        await opened.writer.write(world(count=10))
    before = await counts(database)
    for path in settings.data_dir.glob("keyring.sqlite*"):
        path.unlink()

    with pytest.raises(KeyringError) as missing:
        async with services(settings, create=False):
            pass
    assert "backup" in missing.value.remedy
    with pytest.raises(KeyringError) as other:
        async with services(settings):
            pass
    assert "lost" in other.value.remedy
    assert await counts(database) == before


class Unheard(Writer):
    """A writer that does not hear of its next commit."""

    proxy: BoltProxy
    listening = False

    async def _commit(self, *args: Any) -> bool:
        self.proxy.lose_commit_answers = 0 if self.listening else 1
        self.listening = True
        return await super()._commit(*args)


async def test_commits_nobody_hears_of_are_repeated_and_not_doubled(
    endpoint: Endpoint, database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules, writer: Writer
) -> None:
    messages = world(count=60)
    async with BoltProxy(int(endpoint.uri.rpartition(":")[2])) as proxy:
        driver = await connect(replace(endpoint, uri=f"bolt://127.0.0.1:{proxy.port}"))
        far = Unheard(Database(driver, name=endpoint.database), keyring=keyring, blind=blind, rules=rules)
        far.proxy = proxy
        for start in range(0, 60, 12):
            drafts = await far.prepare(messages[start : start + 12])
            far.listening = False
            with pytest.raises(DatabaseUnavailableError):
                await far.write_drafts(drafts)
            again = await far.write_drafts(drafts)
            assert (again.stored, again.duplicates) == (0, 12)
        await driver.close()
    survived = await state(database, keyring, rules)
    await empty(database)
    await writer.write(messages)
    assert survived == await state(database, keyring, rules)


async def test_an_operation_of_unknown_outcome_is_not_written_again(
    database: Database, writer: Writer
) -> None:
    """The same operation once more, with what it had read then: what a driver would do that retries."""
    drafts = await writer.prepare(world(count=6))
    plan = await writer._plan(database.read_one, drafts, [])
    first = await writer._commit(plan, drafts, [], "operation")
    before = await counts(database)
    assert (await writer._commit(plan, drafts, [], "operation")).stored == first.stored
    assert await counts(database) == before
