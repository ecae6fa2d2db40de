"""The peer of a split: the cluster rebuilt as two by hand-written Cypher, in one transaction.

It reads the cluster with its evidence, takes its parts as given, deletes and CREATEs. There is no feed, no
judgement that holds, no sealed value, nobody beside it. `whole` also throws the evidence edges away and writes
them again, as a system must that fuses its people's records.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from neo4j import AsyncDriver, AsyncManagedTransaction

_READ = """CYPHER 5 MATCH (u:User {oneId: $oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
MATCH (p)-[e:HAS|CLAIMS]->(i:Identifier)
RETURN collect([p.id, p.birthId, p.seq, i.key, type(e), properties(e), properties(r)]) AS rows"""

_DROP = """CYPHER 5 MATCH (u:User {oneId: $oneId})<-[r:RESOLVED_TO]-(:Profile) DELETE r WITH DISTINCT u DELETE u"""

_DROP_EVIDENCE = """CYPHER 5 UNWIND $asked.profiles AS id
MATCH (p:Profile {id: id})-[e:HAS|CLAIMS]->(:Identifier) DELETE e"""

_BUILD = """CYPHER 5 UNWIND $asked.users AS row
CREATE (u:User {oneId: row[0], recordedAt: row[1]})
WITH u, row UNWIND row[2] AS opens
MATCH (p:Profile {id: opens[0]})
CREATE (p)-[r:RESOLVED_TO]->(u) SET r = opens[1]"""

_BUILD_EVIDENCE = """CYPHER 5 UNWIND $asked.evidence AS row
MATCH (p:Profile {id: row[0]})
MATCH (i:Identifier {key: row[1]})
FOREACH (_ IN CASE row[2] WHEN 'HAS' THEN [1] ELSE [] END | CREATE (p)-[e:HAS]->(i) SET e = row[3])
FOREACH (_ IN CASE row[2] WHEN 'HAS' THEN [] ELSE [1] END | CREATE (p)-[e:CLAIMS]->(i) SET e = row[3])"""


async def rebuild(
    driver: AsyncDriver, database: str, one_id: str, part: Sequence[str], *, whole: bool
) -> float:
    """Seconds until the person is two, the part being one of them, and that is committed."""
    started = time.perf_counter()
    async with driver.session(database=database) as session:
        await session.execute_write(_work, one_id, frozenset(part), whole)
    return time.perf_counter() - started


async def _work(tx: AsyncManagedTransaction, one_id: str, part: frozenset[str], whole: bool) -> None:
    record = await (await tx.run(_READ, oneId=one_id)).single(strict=True)
    rows: list[list[Any]] = record["rows"]
    profiles = {row[0]: row for row in rows}
    await (await tx.run(_DROP, oneId=one_id)).consume()
    if whole:
        await (await tx.run(_DROP_EVIDENCE, asked={"profiles": list(profiles)})).consume()
    users: list[list[Any]] = []
    for ids in (part, profiles.keys() - part):
        founder = min((profiles[id_] for id_ in ids), key=lambda row: row[2])
        users.append([founder[1], 1, [[id_, profiles[id_][6]] for id_ in sorted(ids)]])
    await (await tx.run(_BUILD, asked={"users": users})).consume()
    if whole:
        evidence = [[row[0], row[3], row[4], row[5]] for row in rows]
        await (await tx.run(_BUILD_EVIDENCE, asked={"evidence": evidence})).consume()
