"""Tags: given once, taken back, carried by their profile through merges, splits and erasures."""

from __future__ import annotations

import pytest

from graph.db.database import Database
from graph.erasure.service import ByProfile, ErasureService
from graph.errors import InputError, NotFoundError
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.judgement.model import Retract, Same
from graph.judgement.service import JudgementService
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.tag.service import TagService
from tests.graph.judgement.people import People, said

BY = "key-1"
WHY = "她说 13912340001"


@pytest.fixture
def people(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> People:
    return People(database, keyring, rules, writer)


@pytest.fixture
def service(database: Database, keyring: Keyring) -> TagService:
    return TagService(database, keyring=keyring)


async def names(service: TagService, *one_ids: str) -> list[list[str]]:
    """The names of the standing tags of each."""
    found = await service.tags(one_ids, clear=False)
    return [[tag.name for tag in found[one_id]] for one_id in one_ids]


async def test_a_tag_is_given_once_and_taken_back(
    people: People, service: TagService, database: Database
) -> None:
    await people.bring(said("a"))
    one_id = await people.one_id("a")
    first = await service.tag(one_id, " VIP ", why=WHY, by=BY, idempotency_key="1")
    assert (first.one_id, [tag.name for tag in first.tags], first.repeated) == (one_id, ["VIP"], False)
    assert (await service.tag(one_id, "VIP", why="again", by="key-2")).repeated
    (tag,) = (await service.tags([one_id], clear=True))[one_id]
    assert (tag.by, tag.why, tag.profile_id) == (BY, WHY, await people.id("a"))
    assert (await service.tags([one_id], clear=False))[one_id][0].why is None

    assert (await service.untag(one_id, "VIP", by=BY)).tags == ()
    assert (await service.untag(one_id, "VIP", by=BY)).repeated
    assert (await service.tag(one_id, "VIP", why=WHY, by=BY, idempotency_key="1")).tags == ()
    again = await service.tag(one_id, "VIP", why=WHY, by=BY)
    assert ([tag.name for tag in again.tags], again.repeated) == (["VIP"], False)
    entries = await database.run_schema(
        "CYPHER 5 MATCH (e:FeedEntry {kind: 'tag'}) RETURN e.profileIds AS ids"
    )
    assert [row["ids"] for row in entries] == [[await people.id("a")]] * 3


async def test_it_goes_with_its_profile_through_a_merge_and_back(
    people: People, service: TagService, database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules
) -> None:
    await people.bring(said("a"), said("b"))
    a, b = await people.one_id("a"), await people.one_id("b")
    await service.tag(a, "VIP", why=WHY, by=BY)
    await service.tag(b, "VIP", why=WHY, by=BY)
    await service.tag(b, "press", why=WHY, by=BY)
    judgements = JudgementService(database, keyring=keyring, blind=blind, rules=rules)
    merged = await judgements.judge(Same(a, b), by=BY)
    assert await names(service, a) == [["VIP", "press"]]
    assert [tag.name for tag in (await service.tag(b, "VIP", why=WHY, by=BY)).tags] == ["VIP", "press"]
    await judgements.judge(Retract(merged.judgement.id), by=BY)
    assert await names(service, a, b) == [["VIP"], ["VIP", "press"]]

    await judgements.judge(Same(a, b), by=BY)
    await service.untag(a, "VIP", by=BY)  # of the person, on whichever profile it stands
    assert await names(service, a) == [["press"]]


async def test_an_erased_profile_takes_its_tags_along(
    people: People, service: TagService, database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules
) -> None:
    await people.bring(said("a"), said("b"))
    for record in ("a", "b"):
        await service.tag(await people.one_id(record), "VIP", why=WHY, by=BY)
    erasures = ErasureService(database, keyring=keyring, blind=blind, rules=rules)
    await erasures.erase(ByProfile(await people.id("a")), by=BY)
    rows = await database.run_schema("CYPHER 5 MATCH (p)-[:TAGGED]->(:Tag) RETURN p.id AS id")
    assert [row["id"] for row in rows] == [await people.id("b")]


@pytest.mark.parametrize("name", ["", "a@b.example", "13912340001", "x" * 65, "a/b"])
async def test_what_may_name_somebody_is_no_tag(people: People, service: TagService, name: str) -> None:
    await people.bring(said("a"))
    with pytest.raises(InputError, match="`tag`"):
        await service.tag(await people.one_id("a"), name, why=WHY, by=BY)


async def test_nobody_and_no_reason_are_refused(people: People, service: TagService) -> None:
    await people.bring(said("a"))
    for why in (" ", "x" * 1_001, "\ud800"):
        with pytest.raises(InputError, match="`why`"):
            await service.tag(await people.one_id("a"), "VIP", why=why, by=BY)
    with pytest.raises(NotFoundError):
        await service.tag("0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f", "VIP", why=WHY, by=BY)
    with pytest.raises(NotFoundError):
        await service.untag("nobody", "VIP", by=BY)
