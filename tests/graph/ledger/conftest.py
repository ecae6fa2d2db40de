"""People with rewards in a real Neo4j."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from graph.db.database import Database
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.ledger.commands import Approve, Fund, Grant, Mature, Share
from graph.ledger.model import Side, Terms
from graph.ledger.repository import LedgerRepository
from graph.ledger.service import LedgerService
from graph.privacy.keyring import Keyring
from tests.graph.judgement.people import People, said
from tests.graph.ledger.lives import START

PROGRAMME = "two-sided"


@dataclass
class Desk:
    """A service, and short ways to grant through the repository."""

    people: People
    service: LedgerService
    repository: LedgerRepository
    now: int = START

    async def brought(self, *records: str) -> list[tuple[str, str]]:
        """New people: the profile and the oneId of each."""
        await self.people.bring(*(said(record) for record in records))
        rows = await self.people.database.run_schema(
            "CYPHER 5 MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User) RETURN p.id AS p, u.oneId AS u"
        )
        one_ids = {row["p"]: row["u"] for row in rows}
        found = [await self.people.id(record) for record in records]
        return [(profile, one_ids[profile]) for profile in found]

    async def fund(self, *units: str, amount: int = 100_000) -> None:
        commands = [Fund(f"fund {unit}", PROGRAMME, unit, amount, "c", START) for unit in units]
        await self.repository.post(commands)

    async def granted(
        self, *profiles: str, referral: str = "r", unit: str = "points", amount: int = 500,
        terms: Terms | None = None, at: int = START, cause: str = "delivered 0",
    ) -> list[str]:  # fmt: skip
        """The keys of the rewards of a referral's sides, in their order."""
        shares = tuple(Share(side, id_, unit, amount) for side, id_ in zip(Side, profiles, strict=False))
        grant = Grant(PROGRAMME, referral, "rule", cause, at, shares, terms or Terms())
        await self.repository.post([grant])
        return [f"{grant.key}:{side}" for side, _ in zip(Side, profiles, strict=False)]

    async def matured(self, *keys: str, at: int = START) -> None:
        for key in keys:
            await self.repository.post(
                [Approve(f"a {key}", (key,), "clear", at), Mature(f"m {key}", (key,), "matured", at)]
            )


@pytest.fixture
def desk(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> Desk:
    """A ledger whose clock stands still until `now` is set."""
    people = People(database, keyring, rules, writer)

    def clock() -> int:
        return made.now

    made = Desk(people, LedgerService(database, clock=clock), LedgerRepository(database, clock=clock))
    return made
