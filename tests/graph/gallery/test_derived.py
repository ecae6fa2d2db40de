"""What analyses of referrals, households, vehicles and operation count, against the seed's truth and plain readings."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import networkx as nx
import pytest

from graph.clock import DAY
from graph.feed.cursor import MOVING
from graph.growth.owners import Owner
from graph.growth.repository import GrowthRepository
from graph.referral.follower import KINDS
from graph.referral.progress import Progress
from seed.referrals import referral_truth
from seed.referrers import PROGRAMME
from tests.graph.gallery.conftest import NOW, PEOPLE, World
from tests.graph.gallery.plain import middle, month
from tests.graph.gallery.test_analyses import Rows, ask
from tests.graph.gallery.test_numbers import sets


async def read(world: World, text: str) -> Rows:
    """Plain rows."""
    return await world.services.database.run_schema(f"CYPHER 5 {text}")


async def test_the_funnel_is_the_seeds_truth(world: World) -> None:
    """Each planted referral is there, has come as far as it came, and was matured or returned where it was."""
    reached = Counter(each.reached for each in referral_truth(people=PEOPLE, seed=42, share=1.0))
    joined = await read(world, "MATCH (r:Referral) WHERE r.joins IS NOT NULL RETURN count(r) AS count")
    rows = await ask(world, "referral_funnel")
    total = {name: sum(row[name] for row in rows) for name in rows[0] if type(rows[0][name]) is int}
    assert total["opened"] == reached.total() - joined[0]["count"]
    assert joined[0]["count"] == 0
    assert total["opened"] - total["identified"] == reached[Progress.CLICKED]
    assert total["returned"] == reached[Progress.RETURNED]
    assert total["matured"] == reached[Progress.MATURED]
    assert {row["programme"] for row in rows} == {PROGRAMME}
    assert not await ask(world, "referral_funnel", programme="another")
    stored = await read(world, "MATCH (r:Referral) RETURN r.judgement AS judgement, r.progress AS progress")
    counted = Counter((row["judgement"], row["progress"]) for row in stored)
    found = sets(await ask(world, "referral_judgements"), "judgement", "progress", "referrals")
    assert found == {(*key, count) for key, count in counted.items()}


async def test_trees_and_generations(world: World) -> None:
    pairs = await read(
        world, "MATCH (a:User)-[:FIRST_REFERRED_BY]->(b) RETURN a.oneId AS friend, b.oneId AS by"
    )
    above = {row["friend"]: row["by"] for row in pairs}
    delivered = {
        row["one"]
        for row in await read(
            world,
            "MATCH (u:User)<-[r:RESOLVED_TO]-(:Profile)-[k:KNOWN_TO]->() "
            "WHERE r.to IS NULL AND k.deliveredAt IS NOT NULL RETURN DISTINCT u.oneId AS one",
        )
    }
    sizes: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    generations: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for friend in above:
        way = [friend]
        while way[-1] in above:
            way.append(above[way[-1]])
        depth, tree = len(way) - 1, sizes[way[-1]]
        tree[0], tree[1], tree[2] = tree[0] + 1, max(tree[1], depth), tree[2] + (depth == 1)
        for place, sign in enumerate((True, friend in delivered, friend in above.values())):
            generations[depth][place] += sign
    rows = await ask(world, "referral_trees")
    trees = Counter(tuple(size) for size in sizes.values())
    assert sets(rows, "people", "generations", "direct", "trees") == {(*size, n) for size, n in trees.items()}
    rows = await ask(world, "referral_generations")
    found = sets(rows, "generation", "people", "owners", "referrers")
    assert found == {(depth, *counts) for depth, counts in generations.items()}
    assert max(generations) > 5


async def test_rings(world: World) -> None:
    edges = await read(
        world,
        "MATCH (a:User)<-[r:RESOLVED_TO]-(:Profile)-[:MADE]->(e:Referral)-[:FOR]->(:Profile)-[s:RESOLVED_TO]->(b:User) "
        "WHERE r.to IS NULL AND s.to IS NULL AND e.judgement <> 'rejected' RETURN a.oneId AS a, b.oneId AS b",
    )
    graph = nx.DiGraph((row["a"], row["b"]) for row in edges if row["a"] != row["b"])
    counted = Counter(len(ring) for ring in nx.simple_cycles(graph, length_bound=4))
    assert sets(await ask(world, "referral_rings"), "people", "rings") == set(counted.items())
    assert len(counted) > 1
    reasons = await read(
        world, "MATCH (a)-[r:ALSO_REFERRED_BY]->() RETURN r.reason AS reason, a.oneId AS one"
    )
    times = Counter(row["reason"] for row in reasons)
    who = {reason: len({row["one"] for row in reasons if row["reason"] == reason}) for reason in times}
    found = sets(await ask(world, "second_referrers"), "reason", "referrals", "people")
    assert found == {(reason, times[reason], who[reason]) for reason in times}


@pytest.mark.parametrize("days", [60, 365])
async def test_k_by_month(world: World, days: int) -> None:
    owners, complete = await GrowthRepository(world.services.database).owners(
        since=0, until=NOW, programme=None, models=False
    )
    assert complete
    by_month: dict[str, list[Owner]] = defaultdict(list)
    for owner in owners:
        by_month[month(owner.delivered_at)].append(owner)
    rows = await ask(world, "k_by_month", days=days)
    expected = set[tuple[Any, ...]]()
    for name, of_month in by_month.items():
        old = [owner for owner in of_month if owner.delivered_at + days * DAY <= NOW]
        brought = sum(span < days * DAY for owner in old for span in owner.came_after())
        expected.add((name, len(of_month), len(old), brought, brought / len(old) if old else None))
    assert sets(rows, "month", "owners", "mature", "referees", "k") == expected
    assert sum(row["referees"] for row in rows) > 0


async def test_rewards_and_budgets(world: World) -> None:
    """Budgets as the postings add up, not as balances say."""
    postings = await read(
        world,
        "MATCH (:LedgerTransaction)-[p:POSTS]->(a:Account) "
        "RETURN a.programme AS programme, a.unit AS unit, a.kind AS kind, sum(p.amount) AS amount",
    )
    sums = {(row["programme"], row["unit"], row["kind"]): row["amount"] for row in postings}
    signs = {"funded": ("funding", -1), "left": ("budget", 1), "promised": ("pending", 1)} | {
        "spendable": ("available", 1),
        "owed": ("liability", -1),
        "paid": ("paid", -1),
    }
    rows = await ask(world, "programme_budgets")
    assert {(row["programme"], row["unit"]) for row in rows} == {key[:2] for key in sums}
    for row in rows:
        for column, (kind, sign) in signs.items():
            assert row[column] == sign * sums.get((row["programme"], row["unit"], kind), 0), column
    (cny,) = [row for row in rows if row["unit"] == "CNY"]
    assert cny["left"] - cny["aboveFloor"] == 100_000
    rewards = await ask(world, "rewards_by_state")
    assert sum(row["pending"] for row in rewards if row["unit"] == "CNY") == cny["promised"]
    for row in rewards:
        parts = [row[name] for name in ("pending", "available", "spent", "expired", "returned")]
        assert row["amount"] == sum(parts), "nothing was settled here"
    stored = await read(world, "MATCH (r:Reward) RETURN r.unit AS unit, r.side AS side, r.state AS state")
    counted = Counter((row["unit"], row["side"], row["state"]) for row in stored)
    assert sets(rewards, "unit", "side", "state", "rewards") == {(*key, n) for key, n in counted.items()}


async def test_flags(world: World) -> None:
    stored = await read(
        world,
        "MATCH (e:Referral)-[:HAS_FLAG]->(f) RETURN f.code AS code, f.score AS score, e.judgement AS judgement",
    )
    scores, flagged = defaultdict[str, list[float]](list), Counter[str]()
    for row in stored:
        scores[row["code"]].append(row["score"])
        flagged[row["code"]] += row["judgement"] == "flagged"
    rows = await ask(world, "referral_flags")
    expected = {(code, len(told), flagged[code]) for code, told in scores.items()}
    assert sets(rows, "flag", "referrals", "flagged") == expected
    for row in rows:
        assert row["score"] == pytest.approx(sum(scores[row["flag"]]) / len(scores[row["flag"]]))


async def test_households_and_vehicles(world: World) -> None:
    members = await read(
        world,
        "MATCH (h:Household)<-[m:MEMBER_OF]-(u:User) WHERE m.to IS NULL AND h.until IS NULL "
        "RETURN h.householdId AS id, h.kind AS kind, u.oneId AS one",
    )
    driven = await read(
        world,
        "MATCH (u:User)<-[r:RESOLVED_TO]-(:Profile)-[d:DRIVES]->(v:Vehicle) WHERE r.to IS NULL "
        "RETURN u.oneId AS one, v.key AS car, v.model AS model, d.ownerSince AS since",
    )
    cars: dict[str, set[str]] = defaultdict(set)
    owners: dict[tuple[str, str | None], dict[str, int]] = defaultdict(dict)
    for row in driven:
        cars[row["one"]].add(row["car"])
        if row["since"] is not None:
            of_car = owners[row["car"], row["model"]]
            of_car[row["one"]] = min(row["since"], of_car.get(row["one"], row["since"]))
    homes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in members:
        homes[row["kind"], row["id"]].add(row["one"])
    held: dict[tuple[str, int], list[int]] = defaultdict(list)
    for (kind, _), those in homes.items():
        held[kind, len(those)].append(len({car for one in those for car in cars[one]}))
    rows = await ask(world, "households_by_size")
    assert sets(rows, "kind", "members", "households") == {(*key, len(each)) for key, each in held.items()}
    for row in rows:
        each = held[row["kind"], row["members"]]
        assert row["cars"] == pytest.approx(sum(each) / len(each))
    spans: dict[tuple[str | None, int], list[int]] = defaultdict(list)
    for (_, model), since in owners.items():
        spans[model, len(since)].append(max(since.values()) - min(since.values()))
    rows = await ask(world, "vehicles_by_owners")
    assert sets(rows, "model", "owners", "vehicles") == {(*key, len(each)) for key, each in spans.items()}
    for row in rows:
        told = middle(spans[row["model"], row["owners"]])
        assert row["medianDays"] == (pytest.approx(told) if row["owners"] > 1 else None)
    assert max(row["owners"] for row in rows) > 1


async def test_deeds_of_people(world: World) -> None:
    """What the fixture did."""
    assert sets(await ask(world, "people_by_tag"), "tag", "people") == {("vip", 3), ("club", 1)}
    judged = sets(await ask(world, "stewards_judgements"), "kind", "judgements", "retracted", "profiles")
    assert {each[:3] for each in judged} == {("different", 1, 0), ("same", 1, 1)}
    moved = await ask(world, "moves_by_month")
    assert sum(row["moves"] for row in moved) >= 2, "to the other person, and back"
    assert sum(row["gone"] for row in moved) == 0, "who was gone is there again"
    corrected = await ask(world, "corrected_fields")
    assert sets(corrected, "field", "corrections", "standing", "profiles") == {("city", 1, 1, 1)}
    letters = sets(await ask(world, "dead_letters"), "source", "reason", "letters", "replayed")
    assert letters == {("website", "bad_field", 3, 0)}
    erased = sets(await ask(world, "erasures_by_month"), "profiles", "nobodyLeft", "sweeping")
    assert erased == {(world.erased, world.erased, 0)}
    sent = sets(await ask(world, "invitations_by_channel"), "channel", "sent", "accepted", "share")
    assert sent == {("wechat", 2, 0, 0.0)}
    pairs = sets(await ask(world, "likely_pairs"), "band", "pairs", "joined", "waiting")
    assert {each[:2] for each in pairs} == {(0.85, 1), (0.9, 1), (0.95, 1)}
    pings = [row for row in await ask(world, "webhook_deliveries") if row["type"] == "webhook.ping"]
    assert [(row["state"], row["deliveries"], row["attempts"]) for row in pings] == [("pending", 1, 0.0)]


async def test_followers_that_have_caught_up_have_nothing_waiting(world: World) -> None:
    rows = await ask(world, "feed_lag")
    assert {row["follower"] for row in rows} == {"households", "referrals", "review"}
    assert {(row["waiting"], row["waitingSeconds"]) for row in rows} == {(0, None)}
    head = rows[0]["head"]
    kinds = {
        row["position"]: row["kind"]
        for row in await read(world, "MATCH (e:FeedEntry) RETURN e.position AS position, e.kind AS kind")
    }
    assert max(kinds) == head
    heeded = {"households": MOVING, "review": MOVING, "referrals": KINDS}
    stood = {row["follower"]: row["position"] for row in rows}
    for back in (5, head):
        await _move(world, dict.fromkeys(stood, head - back))
        try:
            rows = await ask(world, "feed_lag")
        finally:
            await _move(world, stood)
        for row in rows:
            waits = [at for at, kind in kinds.items() if at > head - back and kind in heeded[row["follower"]]]
            assert row["waiting"] == len(waits)
            assert (row["waitingSeconds"] is None) == (not waits)


async def _move(world: World, positions: dict[str, int]) -> None:
    """Set the followers' places."""
    await world.services.database.run_schema(
        "CYPHER 5 MATCH (c:FeedCursor) SET c.position = $positions[c.name]", positions=positions
    )
