"""Erasing somebody with more messages than one transaction holds, on the real graph."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from graph.db.database import Database
from graph.db.invariants import broken_invariants
from graph.db.shelf import shelf
from graph.erasure.model import ByProfile, ByRecord
from graph.erasure.service import ErasureService
from graph.erasure.sweep import MOST_MESSAGES, Sweeper
from graph.errors import DatabaseUnavailableError
from graph.identity.rules import Rules
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.repository import ProfileRepository
from graph.profile.rows import Want
from graph.profile.service import RelationshipView
from graph.runtime import Endpoint
from graph.vocabulary import RELATIONSHIPS
from tests.graph.ingest.state import counts
from tests.graph.judgement.people import PHONE, People, said, seen

BY = "key-1"
MANY = 50_000
PATIENCE = 120  # seconds, on a machine that is busy

FILL = """CYPHER 5 MATCH (p:Profile {id: $id})
UNWIND range($first, $last) AS n
CREATE (p)-[:BROUGHT]->(t:Message:Touchpoint {key: 'filled' + n, type: 'track', payload: $payload, profileId: $id,
  at: '0' + n, kind: 'page', occurredAt: n, receivedAt: n, channel: 'web', recordedAt: 1})
WITH t, n WHERE n % 1000 = 0
MERGE (v:Vehicle {key: 'car' + n}) ON CREATE SET v.mask = '***', v.recordedAt = 1
CREATE (t)-[:ABOUT]->(v)
RETURN count(t) AS made"""


async def fill(database: Database, profile_id: str, number: int) -> None:
    """Give a profile so many touchpoints, one in a thousand about a car."""
    for first in range(1, number + 1, 10_000):
        last = min(first + 9_999, number)
        await database.run_schema(FILL, id=profile_id, first=first, last=last, payload=b"x" * 300)


async def left(database: Database) -> dict[str, int]:
    """What is in the graph of messages, of the erased and of cars, and how many erasures the feed tells of."""
    (row,) = await database.run_schema(
        "CYPHER 5 RETURN COUNT { (:Message) } AS messages, COUNT { (:Erasing) } AS erasing, "
        "COUNT { (:Vehicle) } AS vehicles, "
        "COUNT { (e:FeedEntry) WHERE e.kind = 'erasure' AND size(e.profileIds) > 0 } AS told, "
        "COUNT { (e:FeedEntry) WHERE e.kind = 'erasure' } AS entries"
    )
    return row


def test_nothing_but_messages_stays_behind() -> None:
    text = shelf()["erasure.erase_profiles"].text
    kept = {one.type for one in RELATIONSHIPS if any("Profile" in labels for labels in one.joins)}
    named = text.split("[r:", 1)[1].split("]", 1)[0].split("|")
    assert set(named) == kept - {"BROUGHT", "CORRECTED"}  # corrections go before


async def test_fifty_thousand_go_in_steps_and_a_killed_erasure_is_ended(
    people: People,
    service: ErasureService,
    database: Database,
    keyring: Keyring,
    blind: BlindIndex,
    endpoint: Endpoint,
    tmp_path: Path,
) -> None:
    await people.bring(said("a", phone=PHONE), said("b", phone=PHONE), seen("b"))
    a, birth = await people.id("a"), await people.one_id("a")
    await fill(database, a, MANY)
    await database.run_schema(
        "CYPHER 5 MATCH (t:Touchpoint {profileId: $id}) MATCH (v:Vehicle {key: 'car1000'}) "
        "WITH t, v LIMIT 1 CREATE (t)-[:ABOUT]->(v)",
        id=await people.id("b"),
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.graph.erasure.victim", stdin=asyncio.subprocess.PIPE
    )
    told = {
        "uri": endpoint.uri,
        "password": endpoint.password.get_secret_value(),
        "database": endpoint.database,
        "data_dir": str(tmp_path / "keys"),
        "profile": a,
        "steps": 3,
    }
    await asyncio.wait_for(process.communicate(json.dumps(told).encode() + b"\n"), PATIENCE)
    assert process.returncode == -signal.SIGKILL

    half = await left(database)
    assert half["messages"] == MANY + 1 + 2 - 3 * MOST_MESSAGES
    assert (half["erasing"], half["told"]) == (1, 1)
    assert keyring.keys_for([a]) == {}  # what is left, nobody can open
    assert not await broken_invariants(database)
    view = RelationshipView(ProfileRepository(database), keyring=keyring, blind=blind)
    now = await view.user(birth, Want())
    assert now is not None
    assert [profile.record_id for profile in now.profiles] == ["b"]
    some = await database.run_schema(
        "CYPHER 5 MATCH (t:Touchpoint {profileId: $id}) RETURN t.at AS at LIMIT 1", id=a
    )
    assert (
        await database.read_one("profile.find_touchpoint", profileId=a, at=some[0]["at"], dealer=None) is None
    )
    (bare,) = await database.run_schema(
        "CYPHER 5 MATCH (e:Erasing)-[r]-() RETURN properties(e) AS has, collect(DISTINCT type(r)) AS types"
    )
    assert bare == {"has": {"id": a}, "types": ["BROUGHT"]}

    assert await service.resume() == 1
    done = await left(database)
    assert (done["messages"], done["erasing"], done["vehicles"], done["told"]) == (2, 0, 1, 1)
    assert await service.resume() == 0
    assert (await service.erase(ByProfile(a), by=BY)).repeated
    assert (await left(database))["entries"] == done["entries"]
    assert await people.who() == [["b"]]


class TestBounded:
    @pytest.fixture
    def small(self, database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules) -> ErasureService:
        return ErasureService(database, keyring=keyring, blind=blind, rules=rules, most_messages=4)

    async def test_it_is_as_if_it_had_gone_at_once(
        self, people: People, small: ErasureService, database: Database
    ) -> None:
        await people.bring(said("b", phone=PHONE))
        before = await counts(database)
        await people.bring(said("a", phone=PHONE), *(seen("a") for _ in range(11)))
        preview = await small.what_if(ByRecord("of-a", "a"))
        done = await small.erase(ByRecord("of-a", "a"), by=BY)
        assert (done.removed, done.removed.messages) == (preview.removed, 12)
        assert await counts(database) == before
        assert (await left(database))["erasing"] == 0

    async def test_a_step_that_fails_is_done_when_it_is_asked_for_again(
        self, people: People, small: ErasureService, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        messages = [said("a", phone=PHONE), *(seen("a") for _ in range(11))]
        await people.bring(*messages)
        step, taken = Sweeper._step, iter(range(100))

        async def failing(self: Sweeper, profile_id: str) -> bool:
            if next(taken) == 1:
                raise DatabaseUnavailableError("The connection broke.")
            return await step(self, profile_id)

        with monkeypatch.context() as patched:
            patched.setattr(Sweeper, "_step", failing)
            with pytest.raises(DatabaseUnavailableError):
                await small.erase(ByRecord("of-a", "a"), by=BY)
        assert (await left(database))["messages"] == 8
        assert (await people.writer.write(messages)).suppressed == 12  # it cannot come back meanwhile
        assert (await small.erase(ByRecord("of-a", "a"), by=BY)).repeated
        assert (await left(database))["messages"] == 0

    async def test_lifted_what_comes_back_is_new(
        self, people: People, small: ErasureService, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        messages = [said("a", phone=PHONE), *(seen("a") for _ in range(8))]
        await people.bring(*messages)

        async def cut(self: Sweeper, profile_ids: object) -> None:
            raise DatabaseUnavailableError("The connection broke.")

        with monkeypatch.context() as patched:
            patched.setattr(Sweeper, "sweep", cut)
            with pytest.raises(DatabaseUnavailableError):
                await small.erase(ByRecord("of-a", "a"), by=BY)
        assert await small.lift("of-a", "a")
        assert (await people.writer.write(messages)).stored == 9
