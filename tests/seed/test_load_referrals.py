"""Referrals of the seed world in a real Neo4j: each is found by its code and friend, and stands as the truth says."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from api.cli.check import score
from api.cli.seed import load
from api.wiring import compose
from graph.db.database import Database
from graph.errors import InputError
from graph.feed.follow import catch_up
from graph.fraud.flag import Code
from graph.identity.rules import Rules
from graph.privacy.keyring import Keyring
from graph.referral.progress import Progress
from graph.settings import Settings
from seed.referrals import referral_truth
from seed.referrers import MOST, PROGRAMME
from tests.graph.ingest.state import counts, stored_profiles

PEOPLE: Final = 160
"""With a share of 1 they are enough for every plot."""

STANDS: Final = {
    Progress.CLICKED: {"lapsed"},
    Progress.IDENTIFIED: {"lapsed"},
    Progress.TEST_DRIVEN: {"lapsed"},
    Progress.ORDERED: {"ordered", "lapsed"},  # lapsed where the order was cancelled
    Progress.MATURED: {"matured"},
    Progress.RETURNED: {"returned"},
}
"""Where a referral stands after the end of the world, by how far it came."""


async def test_planted_referrals_are_found_as_far_as_they_came(
    database: Database, keyring: Keyring, rules: Rules, settings: Settings, tmp_path: Path
) -> None:
    services = compose(settings, database, keyring=keyring, rules=rules)
    truth_file = tmp_path / "truth.csv"
    loaded = await load(services, people=PEOPLE, seed=42, referrals=1.0, truth=truth_file)
    assert loaded["rejected"] == 0
    for follower in services.followers:
        await catch_up(follower)
    scores = await score(services, truth_file)
    assert scores.precision >= 0.99, scores

    truth = referral_truth(people=PEOPLE, seed=42, share=1.0)
    assert loaded["referrals"] == len(truth)
    stored = await stored_profiles(database, keyring)
    keys = {profile.id: profile.key for profile in stored}
    rows = await database.run_schema(
        "CYPHER 5 MATCH (a:Profile)-[:MADE]->(r:Referral)-[:FOR]->(b:Profile) "
        "RETURN r.code AS code, r.programme AS programme, r.progress AS progress, a.id AS referrer, b.id AS friend"
    )
    found = {(row["code"], keys[row["friend"]]): row for row in rows}
    assert found.keys() == {(each.code, each.friend) for each in truth}
    for each in truth:
        row = found[each.code, each.friend]
        assert row["programme"] == PROGRAMME
        assert keys[row["referrer"]] == each.referrer
        assert row["progress"] in STANDS[each.reached], each
    people = {profile.key: profile.one_id for profile in stored}
    itself = {(each.code, each.friend) for each in truth if people[each.referrer] == people[each.friend]}
    assert itself == {(each.code, each.friend) for each in truth.of_kind(Code.SAME_PERSON)}

    before = await counts(database)
    again = await load(services, people=PEOPLE, seed=42, referrals=1.0)
    assert again["items"] == loaded["items"]
    assert await counts(database) == before


async def test_too_many_are_refused_before_anything_is_loaded(
    database: Database, keyring: Keyring, rules: Rules, settings: Settings, tmp_path: Path
) -> None:
    services = compose(settings, database, keyring=keyring, rules=rules)
    before, truth_file = await counts(database), tmp_path / "truth.csv"
    with pytest.raises(InputError, match="not enough numbers"):
        await load(services, people=MOST + 1, seed=42, referrals=1.0, truth=truth_file)
    assert await counts(database) == before
    assert not truth_file.exists()
