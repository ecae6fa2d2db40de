"""Manual corrections on the real database: sealed, in the feed, taken back, and true to their profile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.clock import system_clock
from graph.db.database import Database
from graph.errors import InputError, NotFoundError
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration
from graph.ingest.writer import Writer
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.corrections import LONGEST, CorrectionService, read_value
from graph.profile.repository import ProfileRepository
from graph.profile.rows import Want
from graph.profile.service import RelationshipView
from graph.profile.view import UserView

CRM = SourceDeclaration.model_validate({"name": "crm", "grades": {"phone": "trusted"}})
SHOP = CRM.model_copy(update={"name": "shop"})
SECRET = "欧阳修改"


@pytest.fixture
def corrections(database: Database, keyring: Keyring) -> CorrectionService:
    return CorrectionService(database, keyring=keyring)


@pytest.fixture
def people(database: Database, keyring: Keyring, blind: BlindIndex) -> RelationshipView:
    return RelationshipView(ProfileRepository(database), keyring=keyring, blind=blind)


async def identify(
    writer: Writer, user: str, message_id: str, *, source: SourceDeclaration = CRM, **traits: Any
) -> None:
    event = {"type": "identify", "userId": user, "messageId": message_id, "traits": traits}
    read = read_message(event, Arrival(source, system_clock()))
    assert isinstance(read, Message)
    await writer.write([read])


async def everybody(people: RelationshipView) -> dict[str, UserView]:
    """Users by the record ids of their profiles."""
    views, _ = await people.users(first=100, after="", want=Want(golden=True, clear=True))
    return {record: view for view in views for record in [p.record_id for p in view.profiles] if record}


def shown(view: UserView) -> dict[str, str]:
    return {field.field: field.shown.value for field in view.golden}


async def test_it_wins_until_it_is_taken_back(
    writer: Writer, corrections: CorrectionService, people: RelationshipView
) -> None:
    await identify(writer, "u1", "1", name="王建国", city="上海")
    one_id = (await everybody(people))["u1"].one_id
    first = await corrections.correct(one_id, "name", "王建军", why="passport seen", by="k1")
    second = await corrections.correct(one_id, "name", "王建华", why="spelling", by="k2")
    assert second.correction.recorded_at > first.correction.recorded_at
    await identify(writer, "u1", "2", name="王大明")
    view = (await everybody(people))["u1"]
    [name] = [field for field in view.golden if field.field == "name"]
    assert view.display_name == name.shown.value == "王建华"
    assert name.rule == "correction"
    told = name.shown.provenance
    assert (told.correction, told.corrected_by, told.why) == (second.correction.id, "k2", "spelling")
    assert [other.value for other in name.alternatives] == ["王建军", "王大明"]

    taken = await corrections.retract(second.correction.id, by="k3")
    assert taken.retracted_at is not None
    assert not taken.repeated
    assert await corrections.retract(second.correction.id, by="k4") == replace(taken, repeated=True)
    assert (await everybody(people))["u1"].display_name == "王建军"
    await corrections.retract(first.correction.id, by="k3")
    view = (await everybody(people))["u1"]
    assert (view.display_name, shown(view)["name"]) == ("王大明", "王大明")


async def test_it_goes_with_its_profile_through_merges_and_splits(
    database: Database, writer: Writer, corrections: CorrectionService, people: RelationshipView
) -> None:
    """Two people merge by a late phone; then the profile moves to and fro, by intervals."""
    await identify(writer, "u1", "1", name="王建国", phone="13812345678")
    await identify(writer, "u2", "2", source=SHOP, name="王建国")
    before = await everybody(people)
    await corrections.correct(before["u2"].one_id, "city", "北京市", why="asked", by="k")
    before = await everybody(people)
    assert [shown(before[u]).get("city") is not None for u in ("u1", "u2")] == [False, True]
    await identify(writer, "u2", "3", source=SHOP, phone="13812345678")
    merged = await everybody(people)
    assert merged["u1"].one_id == merged["u2"].one_id
    assert shown(merged["u1"])["city"] == shown(before["u2"])["city"]

    profile = next(p.id for p in before["u2"].profiles)
    for n in range(5):
        to = before["u2" if n % 2 == 0 else "u1"].one_id
        await database.run_schema(MOVE, id=profile, to=to, now=system_clock() + n)
        now = await everybody(people)
        assert (now["u1"].one_id == now["u2"].one_id) == (n % 2 == 1)
        assert shown(now["u2"])["city"] == shown(before["u2"])["city"]
        if n % 2 == 0:
            assert shown(now["u1"]) == shown(before["u1"])


MOVE = """CYPHER 5
MATCH (p:Profile {id: $id})-[r:RESOLVED_TO WHERE r.to IS NULL]->(old)
MATCH (new WHERE (new:User OR new:FormerUser) AND new.oneId = $to)
SET r.to = $now
CREATE (p)-[:RESOLVED_TO {from: $now, tier: '', rule: 'alone', reason: '', rules: 'test'}]->(new)
WITH old, new
SET new:User REMOVE new:FormerUser, new.until
WITH old WHERE NOT EXISTS { (old)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(:Profile) }
SET old:FormerUser, old.until = $now REMOVE old:User"""


async def test_nothing_of_it_lies_in_the_clear_and_the_feed_knows(
    database: Database, writer: Writer, corrections: CorrectionService, people: RelationshipView
) -> None:
    await identify(writer, "u1", "1", name="王建国")
    view = (await everybody(people))["u1"]
    made = await corrections.correct(view.one_id, "nickname", SECRET, why=f"{SECRET} said so", by="k")
    await corrections.retract(made.correction.id, by="k")
    rows = await database.run_schema("CYPHER 5 MATCH (c:Correction) RETURN properties(c) AS c")
    assert [row["c"]["field"] for row in rows] == ["nickname"]
    assert SECRET not in repr(rows)
    assert SECRET.encode() not in rows[0]["c"]["value"] + rows[0]["c"]["why"]
    feed = await database.run_schema(
        "CYPHER 5 MATCH (e:FeedEntry {kind: 'correction'}) RETURN e.profileIds AS ids, e.recordedAt AS at"
    )
    assert [row["ids"] for row in feed] == [[view.profiles[0].id]] * 2
    assert made.correction.recorded_at in [row["at"] for row in feed]


async def test_who_was_erased_has_none(
    keyring: Keyring, writer: Writer, corrections: CorrectionService, people: RelationshipView
) -> None:
    await identify(writer, "u1", "1", name="王建国")
    view = (await everybody(people))["u1"]
    made = await corrections.correct(view.one_id, "name", "李小红", why="x", by="k")
    keyring.shred(view.profiles[0].id)
    found = await people.user(view.one_id, Want(golden=True, clear=True))
    assert found is not None
    assert (found.display_name, found.golden) == (None, ())
    with pytest.raises(NotFoundError):
        await corrections.retract(made.correction.id, by="k")
    with pytest.raises(NotFoundError):
        await corrections.correct(view.one_id, "name", "李小红", why="x", by="k")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("a b", "x"),
        ("", "x"),
        ("1st", "x"),
        ("name", "  "),
        ("name", "x" * (LONGEST + 1)),
        ("name", "\ud800"),
        ("name", "12"),
        ("birthDate", "soon"),
        ("phone", "12"),
        ("email", "@"),
        ("gender", "?"),
    ],
)
async def test_what_cannot_be_corrected(
    writer: Writer, corrections: CorrectionService, people: RelationshipView, field: str, value: str
) -> None:
    await identify(writer, "u1", "1", name="王建国")
    one_id = (await everybody(people))["u1"].one_id
    with pytest.raises(InputError) as caught:
        await corrections.correct(one_id, field, value, why="x", by="k")
    assert caught.value.remedy
    assert not (value.strip() and value in caught.value.message.replace("`", " "))


async def test_a_reason_is_needed_and_somebody_to_correct(corrections: CorrectionService) -> None:
    with pytest.raises(InputError, match="`why`"):
        await corrections.correct("nobody", "name", "王建国", why=" ", by="k")
    with pytest.raises(NotFoundError):
        await corrections.correct("nobody", "name", "王建国", why="x", by="k")
    with pytest.raises(NotFoundError):
        await corrections.retract("nothing", by="k")


def test_a_value_is_read_as_a_sources_would_be() -> None:
    assert read_value("phone", "138 1234 5678", now=0) == "+8613812345678"
    assert read_value("birthDate", "1980/5/17", now=10**15) == "1980-05-17"
    assert read_value("gender", "男", now=0) == "male"
    assert read_value("name", "王建国", now=0)["display"] == "王建国"
    assert read_value("hobby", " sailing ", now=0) == "sailing"
