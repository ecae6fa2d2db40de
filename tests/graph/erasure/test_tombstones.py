"""Every oneId ever given leads on by every door, also that of an erased profile."""

from __future__ import annotations

import pytest

from graph.db.database import Database
from graph.erasure.model import ByRecord
from graph.erasure.service import ErasureService
from graph.explanation.repository import find_subjects
from graph.household.repository import HouseholdRepository
from graph.judgement.model import Same
from graph.judgement.service import JudgementService
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.corrections import CorrectionService
from tests.graph.judgement.people import PHONE, People, said

BY = "key-1"
LIVE_TOGETHER = """CYPHER 5 MATCH (a:User {oneId: $a}) MATCH (b:User {oneId: $b})
CREATE (h:Household {householdId: 'household-' + $a, kind: 'household', confidence: 0.9, reasons: []})
CREATE (a)-[:MEMBER_OF {from: 1, role: 'member', confidence: 0.9}]->(h)
CREATE (b)-[:MEMBER_OF {from: 1, role: 'member', confidence: 0.9}]->(h)"""


@pytest.fixture
async def gone(people: People, service: ErasureService) -> str:
    """The oneId of an erased profile, whose person is b and c now."""
    await people.bring(*(said(record, phone=PHONE) for record in "abc"), said("d"))
    one_id = await people.one_id("a")
    await service.erase(ByRecord("of-a", "a"), by=BY)
    assert await people.one_id("b") != one_id
    return one_id


async def test_a_judgement_and_its_list(
    gone: str, people: People, database: Database, keyring: Keyring, blind: BlindIndex
) -> None:
    steward = JudgementService(database, keyring=keyring, blind=blind, rules=people.rules)
    made = await steward.judge(Same(gone, await people.id("d")), by=BY)
    assert await people.who() == [["b", "c", "d"]]
    assert {judged.id for judged in await steward.judgements(gone) or ()} == {made.judgement.id}
    assert await steward.judgements("nobody") is None


async def test_a_correction(gone: str, people: People, database: Database, keyring: Keyring) -> None:
    corrections = CorrectionService(database, keyring=keyring)
    made = await corrections.correct(gone, "city", "Shanghai", why="moved", by=BY)
    founder = (await people.stored())["b"]
    rows = await database.run_schema(
        "CYPHER 5 MATCH (p:Profile)-[:CORRECTED]->(c:Correction) RETURN p.id AS profile, c.id AS id"
    )
    assert rows == [{"profile": founder.id, "id": made.correction.id}]


async def test_a_household(gone: str, people: People, database: Database) -> None:
    b, d = await people.one_id("b"), await people.one_id("d")
    await database.run_schema(LIVE_TOGETHER, a=b, b=d)
    found = await HouseholdRepository(database).household(f"household-{gone}")
    assert found is not None
    assert {member.one_id for member in found.members} == {b, d}


async def test_an_explanation(gone: str, people: People, database: Database) -> None:
    found = await find_subjects(database.read_one, [gone, "nobody"])
    assert set(found) == {gone}
    assert (found[gone].profile_id, found[gone].one_id) == (await people.id("b"), await people.one_id("b"))
