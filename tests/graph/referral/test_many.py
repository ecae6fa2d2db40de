"""Many referrals: whoever follows and dies when, in whatever batches events come, it is as if all had come at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from graph.clock import DAY
from graph.db.connect import connect
from graph.db.database import Database
from graph.db.invariants import broken_invariants
from graph.errors import DatabaseUnavailableError
from graph.feed.follow import catch_up
from graph.identity.rules import Rules
from graph.ingest.message import Message
from graph.ingest.writer import Writer
from graph.ledger.commands import Fund
from graph.ledger.reconcile import reconcile
from graph.privacy.keyring import Keyring
from graph.referral.follower import Referrals
from graph.runtime import Endpoint
from tests.faults import BoltProxy
from tests.graph.judgement.people import People
from tests.graph.referral.stage import START, A, B, C, D, Stage, bought, did
from tests.laws import MULTIPLIER

OWNERS = {"ann": A, "bob": B, "cid": C, "dan": D}


class KilledError(Exception):
    """The process ends here."""


class Fate:
    """An observer that ends its process after some statements, and lets it live where it is told nothing."""

    def __init__(self) -> None:
        self.left: int | None = None

    def statement(self, name: str, seconds: float, *, failed: bool) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.left = None
                raise KilledError(name)


@pytest.fixture
async def stage(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> Stage:
    stage = Stage(People(database, keyring, rules, writer))
    await stage.open()
    for record, code in OWNERS.items():
        await stage.owner(record, code)
    return stage


def lives(chance: random.Random, friends: int) -> list[Message]:
    """What friends and owners do over 60 days, in the order of time."""
    found: list[tuple[int, list[Message]]] = []
    for number in range(friends):
        who = f"friend-{number}" if chance.random() < 0.9 else chance.choice(sorted(OWNERS))
        day = chance.randint(0, 30)
        for code in chance.sample(sorted(OWNERS.values()), chance.choice([1, 1, 1, 2])):
            at = START + day * DAY + chance.randint(0, 3) * DAY
            found.append((at, [did(who, "Referral Link Clicked", at=at, code=code)]))
        steps = chance.randint(0, 4)
        order = f"order-{number}"
        for step, event in enumerate(("Enquiry Submitted", "Test Drive Completed")[:steps], start=4):
            found.append(((at := START + (day + step) * DAY), [did(who, event, at=at)]))
        for step, message in enumerate(
            bought(who, order, at=START + (day + 7) * DAY, delivered=START + (day + 14) * DAY)
        ):
            if steps > step + 2:
                found.append((START + (day + 7 + 7 * step) * DAY, [message]))
        if steps == 4 and chance.random() < 0.6:
            event = chance.choice(["Vehicle Returned", "Order Cancelled"])
            found.append(((at := START + (day + 17) * DAY), [did(who, event, at=at, orderId=order)]))
    return [message for _, messages in sorted(found, key=lambda each: each[0]) for message in messages]


async def told(stage: Stage) -> tuple[Any, Any, Any]:
    """All that is derived, but for when it was; of reviews those that are about who brought whom."""
    rows = await stage.database.run_schema(
        "CYPHER 5 MATCH (f:Referral) RETURN properties(f) AS f ORDER BY f.id"
    )
    referrals = [
        {name: value for name, value in row["f"].items() if name not in ("recordedAt", "judgedAt")}
        for row in rows
    ]
    asked = {review["key"] for review in await stage.referrals.reviews(first=1_000) if "reward" not in review}
    return referrals, await stage.brought(), asked


async def held(stage: Stage) -> Counter[tuple[str, str]]:
    """What each profile has by rule, pending or available."""
    rows = await stage.database.run_schema(
        "CYPHER 5 MATCH (w:Reward) RETURN w.profileId AS id, w.rule AS rule, w.pending + w.available AS amount"
    )
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        found[row["id"], row["rule"]] += row["amount"]
    return +found


async def start_over(stage: Stage) -> None:
    """Forget all that was derived and granted, and follow from the first entry."""
    for text in (
        "MATCH (n) WHERE n:Referral OR n:ReferralReview OR n:ReferralFlag OR n:Reward DETACH DELETE n",
        "MATCH (t:LedgerTransaction) WHERE t.kind <> 'fund' DETACH DELETE t",
        "MATCH (a:Account) WHERE a.profileId IS NOT NULL DETACH DELETE a",
        "MATCH (a:Account) SET a.balance = reduce(s = 0, x IN [(a)<-[p:POSTS]-() | p.amount] | s + x)",
        "MATCH ()-[e:FIRST_REFERRED_BY|ALSO_REFERRED_BY]->() DELETE e",
        "MATCH (c:FeedCursor) DELETE c",
    ):
        await stage.database.run_schema(f"CYPHER 5 {text}")  # pyright: ignore[reportArgumentType]
    await stage.follow()


async def test_in_whatever_order_events_come_the_referrals_are_the_same(stage: Stage) -> None:
    chance = random.Random(5)
    messages = lives(chance, 40)
    stage.now = START + 60 * DAY
    shuffled = chance.sample(messages, len(messages))
    followers = [stage.follower, stage.another()]
    while shuffled:
        size = chance.randint(1, 25)
        await stage.people.writer.write(shuffled[:size])
        shuffled = shuffled[size:]
        await asyncio.gather(*(catch_up(follower) for follower in followers))
    once = await told(stage)
    assert once[2], "some are not the first of their friend"
    assert {referral["progress"] for referral in once[0]} >= {"clicked", "matured", "returned"}
    await start_over(stage)
    assert await told(stage) == once


async def test_who_is_killed_anywhere_pays_nothing_twice(stage: Stage, endpoint: Endpoint) -> None:
    """Time goes on, events come as they happen, and the process dies after any statement or commit."""
    chance = random.Random(8)
    messages = lives(chance, 40)
    fate = Fate()
    async with BoltProxy(int(endpoint.uri.rpartition(":")[2])) as proxy:
        driver = await connect(replace(endpoint, uri=f"bolt://127.0.0.1:{proxy.port}"))
        mortal = stage.another(Database(driver, name=endpoint.database, observer=fate))
        for day in range(0, 70, 4):
            stage.now = START + day * DAY
            now = [m for m in messages if stage.now - 4 * DAY < m.occurred_at <= stage.now]
            if now:
                await stage.people.writer.write(now)
            await follow_and_die(mortal, fate, proxy, chance)
        await driver.close()
    stepwise = await told(stage), await held(stage)
    assert not await broken_invariants(stage.database)
    reviews = await stage.referrals.reviews()
    assert not [review for review in reviews if "reward" in review], "what comes in order asks of no reward"
    await start_over(stage)
    assert (await told(stage), await held(stage)) == stepwise


async def follow_and_die(mortal: Referrals, fate: Fate, proxy: BoltProxy, chance: random.Random) -> None:
    """Follow to the end, dying and being started again on the way."""
    for _ in range(4):
        fate.left = chance.randint(1, 30)
        proxy.lose_commit_answers = chance.choice([0, 0, 1])
        try:
            await catch_up(mortal)
        except (KilledError, DatabaseUnavailableError):
            continue
    fate.left, proxy.lose_commit_answers = None, 0
    await catch_up(mortal)


async def test_many_mature_in_one_run_that_is_killed_at_random(stage: Stage) -> None:
    """300 friends; 100,000 in a soak of twenty times. Whoever runs with `-s` is told how long it took."""
    friends = 300 if MULTIPLIER == 1 else 5_000 * MULTIPLIER
    chance, fate = random.Random(3), Fate()
    budget = Fund("many", "two-sided", "CNY", 350_000 * friends, "for all of them", START, 0)
    await stage.ledger.post([budget])
    stage.now = START + 20 * DAY
    began = time.monotonic()
    for first in range(0, friends, 500):
        batch = [
            message
            for number in range(first, min(first + 500, friends))
            for message in (
                did(f"f{number}", "Referral Link Clicked", at=START, code=A),
                *bought(f"f{number}", f"o{number}", at=START + DAY, delivered=START + 15 * DAY),
            )
        ]
        await stage.people.writer.write(batch)
        await stage.follow()
    granted = time.monotonic()
    capped = 10  # the referrer's, a year
    assert await by_rule(stage) == [
        ("friend-credit", "approved", friends, 0),
        ("referrer-points", "approved", capped, 0),
    ]
    stage.now = START + 23 * DAY
    mortal = stage.another(stage.database.observed_by(fate))
    deaths = 0
    while True:
        fate.left = chance.randint(1, 40)
        try:
            await catch_up(mortal)
            break
        except KilledError:
            deaths += 1
    assert deaths
    fate.left = None
    await catch_up(mortal)
    matured = time.monotonic()
    assert await by_rule(stage) == [
        ("friend-credit", "posted", friends, 350_000 * friends),
        ("referrer-points", "posted", capped, 3_500 * capped),
    ]
    postings = await stage.database.run_schema(
        "CYPHER 5 MATCH (t:LedgerTransaction {kind: 'mature'})-[p:POSTS]->(a:Account {kind: 'available'}) "
        "WITH p.reward AS reward, count(DISTINCT t) AS times, sum(p.amount) AS amount "
        "RETURN count(*) AS many, max(times) AS times, sum(amount) AS amount"
    )
    (told,) = postings
    assert (told["many"], told["times"]) == (friends + capped, 1), "nobody is paid twice"
    assert told["amount"] == 350_000 * friends + 3_500 * capped
    found = await reconcile(stage.database)
    assert found.well, found
    print(
        f"{friends:,} friends: granted in {granted - began:,.0f} s, matured in {matured - granted:,.0f} s "
        f"with {deaths:,} deaths, reconciled in {time.monotonic() - matured:,.0f} s"
    )


async def by_rule(stage: Stage) -> list[tuple[str, str, int, int]]:
    """Of each rule and state how many rewards there are, and what is available of them."""
    rows = await stage.database.run_schema(
        "CYPHER 5 MATCH (w:Reward) RETURN w.rule AS rule, w.state AS state, count(*) AS many, "
        "sum(w.available) AS amount ORDER BY rule, state"
    )
    return [(row["rule"], row["state"], row["many"], row["amount"]) for row in rows]
