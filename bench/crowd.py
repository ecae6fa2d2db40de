"""People as a frontend's pages show them: two channel profiles each, some with a car, few and many touchpoints.

Profiles, evidence and cars come in through the product's own writer. Touchpoints are created by a statement: what is
measured is reading, and a page reads nothing of a touchpoint's message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bench.setting import Bench
from bench.worlds import people, read_all
from seed.serials import vin

PEOPLE: Final = 3_000
PAGE: Final = 20
PAGES: Final = 4
"""Pages of people of whom every fourth has a long history."""
FEW: Final = 5
MANY: Final = 5_000

_BATCH: Final = 2_000
_ONE_IDS: Final = "CYPHER 5 MATCH (u:User) RETURN u.oneId AS oneId ORDER BY oneId"
_PROFILES: Final = """CYPHER 5 UNWIND $oneIds AS oneId
MATCH (:User {oneId: oneId})<-[:RESOLVED_TO]-(p:Profile) WHERE p.founderClass = 0 RETURN p.id AS id ORDER BY id"""
_TOUCHPOINTS: Final = """CYPHER 5 UNWIND $ids AS id MATCH (p:Profile {id: id}) UNWIND range(1, $each) AS n
CREATE (p)-[:BROUGHT]->(:Message:Touchpoint {key: id + '-' + n, type: 'track', recordedAt: 1, profileId: id,
  at: right('000000000000000000' + toString(63000000000000000 + n * 1000000), 18) + id,
  kind: 'contentView', event: 'Content Viewed', occurredAt: 1700000000000000 + n * 1000000,
  receivedAt: 1700000000000000 + n * 1000000, channel: 'app', model: 'ET5'})"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """All oneIds ascending; the first `PAGES` pages of `PAGE` have those with long histories."""

    one_ids: list[str]

    @property
    def starts(self) -> list[str]:
        """What the pages with long histories come after."""
        return ["", *(self.one_ids[number * PAGE - 1] for number in range(1, PAGES))]


async def fill(bench: Bench) -> Crowd:
    """Write the crowd into the empty database."""
    services = bench.fresh()
    messages = read_all(people(1, PEOPLE + 1), bench.source)  # the phone of number 0 is nobody's
    messages += read_all(
        [
            {
                "type": "track",
                "event": "Vehicle Delivered",
                "userId": f"app-{number}",
                "messageId": f"delivered-{number}",
                "timestamp": 1.7e9 + number,
                "properties": {"vin": vin(number, body="EAAET", year=2023), "model": "ET5"},
            }
            for number in range(3, PEOPLE, 3)
        ],
        bench.source,
    )
    for start in range(0, len(messages), _BATCH):
        await services.writer.write(messages[start : start + _BATCH])
    run = services.database.run_schema
    one_ids = [row["oneId"] for row in await run(_ONE_IDS)]
    assert len(one_ids) == PEOPLE, len(one_ids)
    lively = one_ids[: PAGE * PAGES]
    for number, one_id in enumerate(lively):
        [profile] = await run(_PROFILES, oneIds=[one_id])
        await run(_TOUCHPOINTS, ids=[profile["id"]], each=FEW if number % 4 else MANY)
    rest = [row["id"] for row in await run(_PROFILES, oneIds=one_ids[len(lively) :])]
    await run(_TOUCHPOINTS, ids=rest, each=FEW)
    await run("CYPHER 5 CALL db.awaitIndexes(120)")
    return Crowd(one_ids)
