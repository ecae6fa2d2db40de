"""People by the ingest path, and between them referrals in the shape in which they are kept."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api.wiring import Services
from graph.clock import DAY
from graph.referral.forest import Edge, Forest, forest_of
from tests.api.conftest import message

BEGUN = 1_770_000_000_000_000  # February 2026

STEMS = "甲乙丙丁戊己庚辛壬癸"
_WRITE = """CYPHER 5
MERGE (g:Programme {id: 'two-sided'}) ON CREATE SET g.recordedAt = 1
WITH g
UNWIND $rows AS row
MATCH (:User {oneId: row.referrer})<-[:RESOLVED_TO]-(p:Profile)
MATCH (:User {oneId: row.friend})<-[:RESOLVED_TO]-(q:Profile)
WITH row, head(collect(p)) AS p, head(collect(q)) AS q
CREATE (p)-[:MADE]->(r:Referral)-[:FOR]->(q)
SET r = row.properties"""

_LINK = """CYPHER 5
UNWIND $rows AS row
MATCH (friend:User {oneId: row[0]}), (referrer:User {oneId: row[1]})
FOREACH (_ IN CASE WHEN row[4] IS NULL THEN [1] ELSE [] END |
  CREATE (friend)-[:FIRST_REFERRED_BY {referral: row[2], at: row[3]}]->(referrer))
FOREACH (_ IN CASE WHEN row[4] IS NOT NULL THEN [1] ELSE [] END |
  CREATE (friend)-[:ALSO_REFERRED_BY {referral: row[2], at: row[3], reason: row[4]}]->(referrer))"""


@dataclass(frozen=True)
class Told:
    """One referral; `price` in CNY's smallest part where the order was credited to it by this `weight`."""

    id: str
    referrer: str
    friend: str
    at: int
    order: str | None = None
    price: int = 0
    weight: int = 1
    delivered_at: int | None = None
    currency: str = "CNY"
    channel: str = "app"
    identified_at: int | None = None
    counts: bool = True


async def write_people(
    services: Services, names: Sequence[str], events: Iterable[dict[str, Any]] = ()
) -> dict[str, str]:
    """People of these names, and what else happened to them; answers their oneIds by name."""
    told = [
        {
            "type": "identify",
            "userId": name,
            "messageId": f"i-{name}",
            "traits": {"name": f"张{STEMS[n % 10]}"},
        }
        for n, name in enumerate(names)
    ]
    found = [event | {"userId": f"member-{event['userId']}"} for event in [*told, *events]]
    await services.writer.write([message(event) for event in found])
    rows = await services.database.run_schema(
        "CYPHER 5 MATCH (p:Profile)-[:RESOLVED_TO]->(u:User) RETURN u.oneId AS id ORDER BY p.seq"
    )
    return {name: row["id"] for name, row in zip(names, rows, strict=True)}


async def write_referrals(services: Services, ids: dict[str, str], told: Sequence[Told]) -> Forest:
    """The referrals, and the forest that is derived of them; answers the forest, by oneIds."""
    rows = [
        {
            "referrer": ids[one.referrer],
            "friend": ids[one.friend],
            "properties": {
                "id": one.id,
                "programme": "two-sided",
                "code": "7KQM3XRT",
                "channel": one.channel,
                "openedAt": one.at,
                "progress": "delivered" if one.delivered_at else "ordered" if one.order else "clicked",
                "identifiedAt": one.identified_at,
                "orderedAt": one.at if one.order else None,
                "deliveredAt": one.delivered_at,
                "orderFact": one.order,
                "orderMinor": one.price if one.order else None,
                "orderCurrency": one.currency if one.order else None,
                "credited": one.weight if one.order else None,
                "counts": one.counts,
                "judgement": "clear",
                "recordedAt": one.at,
            },
        }
        for one in told
    ]
    await services.database.run_schema(_WRITE, rows=rows)
    forest = forest_of(Edge(one.id, ids[one.referrer], ids[one.friend], one.at) for one in told if one.counts)
    links = [[e.referee, e.referrer, e.referral, e.at, None] for e in forest.first.values()]
    links += [[e.referee, e.referrer, e.referral, e.at, reason.value] for e, reason in forest.also.values()]
    await services.database.run_schema(_LINK, rows=links)
    return forest


def made_up(random_: random.Random, names: Sequence[str], count: int) -> list[Told]:
    """Referrals between any two; half of them with an order that was delivered, a third of which is split in two."""
    told: list[Told] = []
    for number in range(count):
        referrer, other, friend = random_.sample(names, 3)
        at = BEGUN + number * DAY
        delivered = at + 20 * DAY if random_.random() < 0.6 else None
        order = f"order:{number}" if delivered or random_.random() < 0.3 else None
        price, currency = random_.randrange(1, 10**9), random_.choice(("CNY", "EUR"))
        parts = [(referrer, 2), (other, 1)] if order and random_.random() < 0.3 else [(referrer, 1)]
        told += [
            Told(f"r{number:03}-{by}", by, friend, at, order, price, weight, delivered, currency)
            for by, weight in parts
        ]
    return told
