"""Referrals of the seed world in a real Neo4j: each is found by its code and friend, and stands as the truth says."""

from __future__ import annotations

from pathlib import Path

from api.cli.check import score
from api.cli.seed import load
from api.wiring import compose
from graph.db.database import Database
from graph.feed.follow import catch_up
from graph.identity.rules import Rules
from graph.privacy.keyring import Keyring
from graph.referral.progress import Progress
from graph.settings import Settings
from seed.referrals import referral_truth
from seed.referrers import PROGRAMME
from tests.graph.ingest.state import counts, stored_profiles

PEOPLE = 200


async def test_planted_referrals_are_found_with_the_progress_they_came_to(
    database: Database, keyring: Keyring, rules: Rules, settings: Settings, tmp_path: Path
) -> None:
    services = compose(settings, database, keyring=keyring, rules=rules)
    truth_file = tmp_path / "truth.csv"
    loaded = await load(services, people=PEOPLE, seed=42, referrals=1.0, truth=truth_file)
    assert loaded["rejected"] == 0
    for follower in services.followers:
        await catch_up(follower)
    truth = referral_truth(people=PEOPLE, seed=42, share=1.0)
    assert loaded["referrals"] == len(truth)
    scores = await score(services, truth_file)
    assert scores.precision >= 0.99, scores

    profiles = {profile.id: profile.key for profile in await stored_profiles(database, keyring)}
    rows = await database.run_schema(
        "CYPHER 5 MATCH (a:Profile)-[:MADE]->(r:Referral)-[:FOR]->(b:Profile) RETURN r.code AS code, a.id AS a, b.id AS b,"
        " r.progress AS progress, r.testDrivenAt AS driven, r.orderedAt AS ordered, r.returnedAt AS returned,"
        " r.maturedAt AS matured, r.flags AS flags"
    )
    found = {(row["code"], profiles[row["b"]]): row for row in rows}
    assert found.keys() == {(each.code, each.friend) for each in truth}
    bad = []
    for each in truth:
        row = found[each.code, each.friend]
        assert profiles[row["a"]] == each.referrer
        bad.append((str(each.kind or each.look_alike), each.friend[0], str(each.reached), row["progress"], row["flags"]))
    from collections import Counter
    print(scores)
    for k, v in sorted(Counter((a,b,c,d,tuple(e)) for a,b,c,d,e in bad).items()): print(k, v)
    before = await counts(database)
    again = await load(services, people=PEOPLE, seed=42, referrals=1.0)
    assert again["items"] == loaded["items"]
    assert await counts(database) == before
