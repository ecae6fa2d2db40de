"""Matching looks again at keys that an erasure, or a judgement, brings under their cap: bulk is arrival."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graph.db.database import Database
from graph.erasure.model import ByRecord
from graph.erasure.service import ErasureService
from graph.feed.follow import catch_up
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.matching.model import to_json
from graph.matching.service import Matching
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.graph.matching.test_service import keys, messages, rows, scores

__all__ = ["rows"]

ALIKE = {
    "given_name": "zebedee", "surname": "quux", "date_of_birth": "19010203", "postcode": "0001",
    "address_1": "nowhere at all", "street_number": "9999", "suburb": "elsewhere",
}  # fmt: skip


async def test_a_key_under_its_cap_again_brings_its_pairs(
    database: Database,
    writer: Writer,
    keyring: Keyring,
    blind: BlindIndex,
    rules: Rules,
    rows: list[dict[str, Any]],
) -> None:
    alike = [{**ALIKE, "rec_id": f"copy-{number}"} for number in range(3)]
    await writer.write(messages([*rows, *alike]))
    trained = await Matching(database, keyring=keyring, blind=blind, rules=rules).train(seed=1)
    await database.run_schema(
        "CYPHER 5 MATCH (m:MatchingModel {version: $version}) SET m.content = $content RETURN m",
        version=trained.version,
        content=to_json(replace(trained.model, cap=2)),
    )
    matching = Matching(database, keyring=keyring, blind=blind, rules=rules)
    await matching.link()
    before = await scores(database)
    erasing = ErasureService(database, keyring=keyring, blind=blind, rules=rules)
    await catch_up(matching)
    assert await scores(database) == before
    await erasing.erase(ByRecord("crm", "copy-0"), by="key-1")
    await catch_up(matching)
    followed = await scores(database), await keys(database)
    assert (
        len(followed[0].keys() - before.keys()) == 1
    )  # the two whom no key under its cap had brought together
    assert (await matching.link()).changed == 0
    assert (await scores(database), await keys(database)) == followed
