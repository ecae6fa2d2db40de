"""What a look at referrals costs in a small forest and in a large one: bounded by the neighbourhood, the same.

Each size is laid out by itself in plain Cypher: people in chains with a fan-out of three, every tenth of whom shares a
device with the next but one, and a tablet that all of a showroom have used.
"""

from __future__ import annotations

import os
import random
import time
from typing import Final

from bench.measure import ROUNDS, Figure
from bench.setting import Bench
from graph.db.database import Database
from graph.fraud.service import FraudLook

SMALL: Final = int(os.environ.get("GUANXI_BENCH_RING_SMALL", "100000"))
LARGE: Final = int(os.environ.get("GUANXI_BENCH_RING_LARGE", "1000000"))
"""Referrals in each forest."""
_BATCH: Final = 10_000
_LOOKS: Final = 200
_DAY: Final = 86_400_000_000

_PEOPLE: Final = """CYPHER 5 UNWIND range($first, $last) AS n
CREATE (p:Profile {id: $forest + n, source: 'bench', recordKey: $forest + n, birthId: $forest + n, seq: n,
                   founderClass: 0, component: $forest + n, recordedAt: n})
CREATE (p)-[:RESOLVED_TO {from: n}]->(:User {oneId: $forest + n, recordedAt: n})
WITH n, p, CASE WHEN n % 10 IN [0, 2] THEN n / 10 ELSE n + $most END AS device
MERGE (d:Identifier {key: $forest + 'device-' + device})
ON CREATE SET d.namespace = 'deviceId', d.scope = '*', d.mask = '***', d.recordedAt = n
CREATE (p)-[:HAS {grade: 'trusted', recordedAt: n}]->(d)
MERGE (t:Identifier {key: $forest + 'tablet-' + toString(n / 5000)})
ON CREATE SET t.namespace = 'deviceId', t.scope = '*', t.mask = '***', t.recordedAt = n
CREATE (p)-[:HAS {grade: 'trusted', recordedAt: n}]->(t)"""

_REFERRALS: Final = """CYPHER 5 UNWIND range($first, $last) AS n
MATCH (a:Profile {id: $forest + (n - 1) / 3}) MATCH (b:Profile {id: $forest + n})
CREATE (a)-[:MADE]->(:Referral {id: $forest + n, programme: $forest, code: $forest + (n - 1) / 3, progress: 'ordered',
                                openedAt: n % 300 * $day, recordedAt: n})-[:FOR]->(b)"""


async def _plant(database: Database, forest: str, referrals: int) -> None:
    for first in range(0, referrals + 1, _BATCH):
        last = min(first + _BATCH - 1, referrals)
        await database.run_schema(_PEOPLE, forest=forest, first=first, last=last, most=referrals)
    for first in range(1, referrals + 1, _BATCH):
        last = min(first + _BATCH - 1, referrals)
        await database.run_schema(_REFERRALS, forest=forest, first=first, last=last, day=_DAY)


async def _seconds(database: Database, forest: str, referrals: int, random_: random.Random) -> float:
    """Of 200 looks at one referral each, anywhere in the forest."""
    look = FraudLook()
    ids = [f"{forest}{random_.randint(1, referrals)}" for _ in range(_LOOKS)]
    started = time.perf_counter()
    for id_ in ids:
        await look.look(database.read_one, [id_])
    return time.perf_counter() - started


async def ring(opened: Bench) -> list[Figure]:
    """The cost of a look in the large forest, to that in the small one."""
    figure = Figure(
        name="ring",
        meaning=f"{_LOOKS} looks at referrals among {LARGE:,}, with the search of rings",
        peer=f"the same among {SMALL:,}",
        pass_at="≤ 1.3",
        higher_is_better=False,
    )
    sizes = {"small-": SMALL, "large-": LARGE}
    for forest, referrals in sizes.items():
        await _plant(opened.services.database, forest, referrals)
    await opened.services.database.run_schema("CYPHER 5 CALL db.awaitIndexes(600)")
    random_ = random.Random(7)
    for forest, referrals in sizes.items():  # warm
        await _seconds(opened.services.database, forest, referrals, random_)
    for _ in range(ROUNDS):
        figure.theirs.append(await _seconds(opened.services.database, "small-", SMALL, random_))
        figure.ours.append(await _seconds(opened.services.database, "large-", LARGE, random_))
    return [figure]
