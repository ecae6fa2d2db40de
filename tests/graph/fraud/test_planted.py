"""Fraud that the seed world plants beside honest look-alikes: each kind is found, and what is flagged is so."""

from __future__ import annotations

from collections import Counter
from typing import Final

import orjson

from api.cli.seed import load
from api.wiring import Services, compose
from graph.db.database import Database
from graph.feed.follow import catch_up
from graph.fraud.flag import Code, Hop
from graph.fraud.service import fallen
from graph.identity.rules import Rules
from graph.privacy.keyring import Keyring
from graph.settings import Settings
from seed.referral_truth import Planted
from seed.referrals import referral_truth
from tests.graph.ingest.state import stored_profiles

PEOPLE: Final = 500
"""With a share of 1 each plot is there a few times."""
WANTED: Final = 0.9
CROWDED: Final = 4
"""Friends of one code, of which a look at one of them reads the others."""
ALONE: Final = 30
"""Referrals that are looked at once more, each by itself."""

Flagged = dict[str, tuple[Hop, ...]]


async def test_each_kind_is_found_and_what_is_flagged_is_so(
    database: Database, keyring: Keyring, rules: Rules, settings: Settings
) -> None:
    services = compose(settings, database, keyring=keyring, rules=rules)
    await load(services, people=PEOPLE, seed=42, referrals=1.0)
    for follower in services.followers:
        await catch_up(follower)
    await alone_as_together(services)
    truth = referral_truth(people=PEOPLE, seed=42, share=1.0)
    flagged = await flags(database, keyring)
    assert len(truth) == len(flagged)
    found, missed, wrong = Counter[str](), Counter[str](), Counter[str]()
    for each in truth:
        raised = flagged[each.code, each.friend]
        if each.kind is not None:
            (found if each.kind in raised else missed)[each.kind] += 1
        for code in raised:
            if not said(each, code):
                wrong[code] += 1
    planted = {each.kind for each in truth} - {None}
    assert planted == {*Code} - {Code.SHARED_EMAIL, Code.IMPOSSIBLE_DRIVE}
    recall = {kind: found[kind] / (found[kind] + missed[kind]) for kind in planted}
    precision = {kind: found[kind] / (found[kind] + wrong[kind]) for kind in planted if found[kind]}
    assert min(recall.values()) >= WANTED, recall
    assert min(precision.values()) >= WANTED, precision
    assert not await fallen(
        database.read_one, {hop for raised in flagged.values() for path in raised.values() for hop in path}
    )
    honest = {(each.code, each.friend) for each in truth if each.honest}
    assert not {key for key in await rejected(database, keyring) if key in honest}, (
        "nobody is rejected by a rule"
    )


async def alone_as_together(services: Services) -> None:
    """What is said of a referral is the same whatever others are looked at with it."""
    rows = await services.database.run_schema("CYPHER 5 MATCH (r:Referral) RETURN r.id AS id, r.code AS code")
    friends = Counter[str](row["code"] for row in rows)
    crowded = sorted(row["id"] for row in rows if friends[row["code"]] > CROWDED)[:ALONE]
    assert len(crowded) == ALONE
    read = services.database.read_one
    together = await services.fraud.look(read, [row["id"] for row in rows])
    for id_ in crowded:
        assert (await services.fraud.look(read, [id_]))[id_] == together[id_]


def said(each: Planted, code: str) -> bool:
    """Whether the flag is true of it, be it the fraud or what is so beside it."""
    return code == each.kind or code in each.also


async def flags(database: Database, keyring: Keyring) -> dict[tuple[str, tuple[str, str]], Flagged]:
    """What is raised of each referral, with its path; by the code and the friend's record."""
    keys = {profile.id: profile.key for profile in await stored_profiles(database, keyring)}
    rows = await database.run_schema(
        "CYPHER 5 MATCH (r:Referral)-[:FOR]->(p:Profile) "
        "RETURN r.code AS code, p.id AS friend, [(r)-[:HAS_FLAG]->(g) | [g.code, g.path]] AS flags"
    )
    return {
        (row["code"], keys[row["friend"]]): {
            code: tuple(Hop(*hop) for hop in orjson.loads(path)) for code, path in row["flags"]
        }
        for row in rows
    }


async def rejected(database: Database, keyring: Keyring) -> list[tuple[str, tuple[str, str]]]:
    """Referrals that are rejected though nobody decided."""
    keys = {profile.id: profile.key for profile in await stored_profiles(database, keyring)}
    rows = await database.run_schema(
        "CYPHER 5 MATCH (r:Referral {judgement: 'rejected'})-[:FOR]->(p:Profile) RETURN r.code AS code, p.id AS friend"
    )
    return [(row["code"], keys[row["friend"]]) for row in rows]
