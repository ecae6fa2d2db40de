"""One seeded world for all analyses, with what the seed does not make: deeds of stewards, an erasure, dead letters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import pytest

from api.cli.seed import load
from api.wiring import Services, claim, compose
from graph.clock import from_datetime
from graph.db.database import Database
from graph.erasure.model import ByPerson
from graph.feed.follow import catch_up
from graph.identity.rules import Rules
from graph.ingest.message import Rejected
from graph.judgement.model import Different, MergeConflictError, Retract, Same
from graph.judgement.service import Outcome
from graph.privacy.keyring import Keyring
from graph.settings import Settings, load_settings
from graph.tag.service import TagService
from seed.items import END
from seed.referrers import PROGRAMME
from tests.conftest import broken_now, empty

PEOPLE: Final = 160
"""With a share of 1 they are enough for every plot of referrals."""
NOW: Final = from_datetime(END)
BY: Final = "key-1"
CANARY: Final = "noteqzjx"
"""Planted in every text that is sealed."""

_SCORES: Final = """CYPHER 5
MATCH (p:Profile)
WITH p ORDER BY p.id LIMIT 6
WITH collect(p) AS found
UNWIND range(0, 2) AS n
WITH found[n] AS a, found[n + 3] AS b, n
CREATE (a)-[s:SCORED {probability: 0.85 + n * 0.05, model: 'm', recordedAt: 0}]->(b)
RETURN count(s) AS made"""


@dataclass(frozen=True, slots=True)
class World:
    """The loaded graph; what was done in it beside the seed's own."""

    services: Services
    tagged: tuple[str, ...]
    erased: int


@pytest.fixture(scope="package")
async def world(
    server: Database, rules: Rules, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A world of 160 people and as many referrers and friends, followed to the feed's end."""
    await empty(server)
    with Keyring.open(load_settings(data_dir=tmp_path_factory.mktemp("keys"))) as keyring:
        await claim(server, keyring)
        services = compose(settings, server, keyring=keyring, rules=rules)
        await load(services, people=PEOPLE, seed=42, referrals=1.0)
        tagged, erased = await _live(services)
        for follower in services.followers:
            await catch_up(follower)
        await server.run_schema(_SCORES)  # a model would need more people
        yield World(services, tagged, erased)
        assert not await broken_now(server)
    await empty(server)


async def _live(services: Services) -> tuple[tuple[str, ...], int]:
    """What people do: a judgement that is taken back, corrections, tags, a budget, invitations, an erasure."""
    rows = await services.database.run_schema(
        "CYPHER 5 MATCH (u:User) WHERE NOT EXISTS { (u)<-[:RESOLVED_TO]-(:Profile)<-[:MADE|FOR]-() } "
        "WITH u ORDER BY u.oneId LIMIT 24 RETURN collect(u.oneId) AS ids"
    )
    one, two, three, gone, *others = rows[0]["ids"]
    tags = TagService(services.database, keyring=services.keyring)
    for who in (one, two, three):
        await tags.tag(who, "vip", why=f"knows the owner, {CANARY}", by=BY)
    await tags.tag(one, "club", why=CANARY, by=BY)
    await tags.tag(two, "club", why=CANARY, by=BY)
    await tags.untag(two, "club", by=BY)
    await services.judgements.judge(Different(one, two), by=BY, why=CANARY)
    joined = await _join(services, others)
    await services.judgements.judge(Retract(joined.judgement.id), by=BY, why=CANARY)
    await services.corrections.correct(three, "city", "Shanghai", why=CANARY, by=BY)
    await services.bookkeeping.fund(PROGRAMME, "CNY", 1_000_000, floor=100_000, by=BY)
    endpoint, _ = await services.webhooks.add("https://example.com/hook")
    await services.webhooks.test(endpoint.id)
    codes = await services.database.run_schema(
        "CYPHER 5 MATCH (c:ReferralCode) WITH c ORDER BY c.code LIMIT 2 RETURN collect(c.code) AS codes"
    )
    for code in codes[0]["codes"]:
        await services.sharing.invite(code, by=BY, channel="wechat")
    letters = [
        Rejected("website", f'{{"note": "{CANARY} {n}"}}'.encode(), "bad_field", "amount", "not a number")
        for n in range(3)
    ]
    await services.writer.write([], rejected=letters)
    erasure = await services.erasures.erase(ByPerson(gone), by=BY, why=CANARY)
    return (one, two, three), len(erasure.tombstones)


async def _join(services: Services, people: Sequence[str]) -> Outcome:
    """Join the first two whom evidence does not hold apart; whose user ids these are is another in each run."""
    for pair in combinations(people, 2):
        with suppress(MergeConflictError):
            return await services.judgements.judge(Same(*pair), by=BY, why=CANARY)
    raise AssertionError("Everybody is held apart from everybody.")
