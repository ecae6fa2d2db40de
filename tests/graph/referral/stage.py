"""A brand with a referral programme, and people who do things, in a real Neo4j."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graph.clock import DAY
from graph.db.database import Database
from graph.feed.follow import catch_up
from graph.fraud.flag import Code, Flag
from graph.ingest.components import ReadOne
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.writer import Writer
from graph.ledger.repository import LedgerRepository
from graph.privacy.blind import BlindIndex
from graph.referral.codes import check_symbol
from graph.referral.follower import Referrals
from graph.referral.gather import Look
from graph.referral.policy import load_policies
from graph.referral.programmes import Programmes
from graph.referral.service import ReferralService
from graph.referral.sharing import Sharing
from graph.referral.terms import PROGRAMMES, Terms, load_terms
from tests.graph.judgement.people import People, said, source

START: Final = 1_780_000_000_000_000
"""In May 2026: the ready programmes are in force."""
A, B, C, D = (body + check_symbol(body) for body in ("2222222", "3333333", "4444444", "7777777"))
"""Codes."""
_numbers = iter(range(10**6))


def did(user: str, event: str, *, at: int, id_: str | None = None, **properties: Any) -> Message:
    """What a record's source says that they did."""
    body = {
        "type": "track",
        "event": event,
        "userId": user,
        "messageId": id_ or f"did-{next(_numbers)}",
        "timestamp": at // 1000,
        "properties": properties,
    }
    made = read_message(body, Arrival(source(user), at + DAY))
    assert isinstance(made, Message), made
    return made


@dataclass
class Flags:
    """Stands for fraud detection: flags by referral, all others are clear."""

    of: dict[str, tuple[Flag, ...]] = field(default_factory=dict)
    everybody: tuple[Code, ...] = ()

    async def look(self, read: ReadOne, referral_ids: Collection[str]) -> dict[str, tuple[Flag, ...]]:
        del read
        raised = tuple(Flag(code, 0.9, (), "A word.") for code in self.everybody)
        return {id_: self.of.get(id_, raised) for id_ in referral_ids}


@dataclass
class Stage:
    """The programme's services on a clock of their own."""

    people: People
    now: int = START
    flags: Flags = field(default_factory=Flags)

    def __post_init__(self) -> None:
        people, database = self.people, self.people.database
        people.writer = Writer(
            database,
            keyring=people.keyring,
            blind=BlindIndex(people.keyring.index_root),
            rules=people.rules,
            clock=self.clock,
        )
        policies = load_policies()
        self.database = database
        self.ledger = LedgerRepository(database, clock=self.clock)
        self.programmes = Programmes(database, self.ledger, clock=self.clock)
        self.sharing = Sharing(
            database, keyring=people.keyring, programmes=self.programmes, policies=policies, clock=self.clock
        )
        self.referrals = ReferralService(
            database, keyring=people.keyring, programmes=self.programmes, clock=self.clock
        )
        self.follower = self.another()

    def another(self, database: Database | None = None, *, look: Look | None = None) -> Referrals:
        """Another process that follows."""
        database = database or self.database
        ledger = LedgerRepository(database, clock=self.clock)
        return Referrals(
            database,
            programmes=Programmes(database, ledger, clock=self.clock),
            ledger=ledger,
            policies=load_policies(),
            look=look or self.flags,
            clock=self.clock,
        )

    def clock(self) -> int:
        return self.now

    async def open(self, *terms: Terms) -> None:
        """Publish programmes; the two-sided one unless others are given."""
        for each in terms or (load_terms(PROGRAMMES / "two_sided.toml"),):
            await self.programmes.publish(each, by="k")

    async def owner(self, record: str, code: str, *, programme: str = "two-sided") -> str:
        """Somebody with a code; answers their profile id."""
        await self.people.bring(said(record, at=START - 400 * DAY))
        profile = await self.people.id(record)
        await self.sharing.import_codes(programme, [(code, profile)], by="k", issued_at=START - 300 * DAY)
        return profile

    async def does(self, *messages: Message) -> None:
        """Events come in, and the follower follows."""
        await self.people.writer.write(list(messages))
        await self.follow()

    async def follow(self) -> None:
        await catch_up(self.follower)

    async def at(self, now: int) -> None:
        """Time goes on."""
        self.now = now
        await self.follow()

    async def all(self) -> list[Mapping[str, Any]]:
        """Every referral of the two-sided programme, newest first."""
        found, _ = await self.referrals.page("two-sided", first=1_000)
        return [each.properties for each in found]

    async def only(self) -> Mapping[str, Any]:
        (one,) = await self.all()
        return one

    async def rewards(self) -> list[tuple[str, str, int, int, int]]:
        """Every reward: rule, state, pending, available, spent."""
        rows = await self.database.run_schema(
            "CYPHER 5 MATCH (w:Reward) RETURN w.rule AS rule, w.state AS state, w.pending AS pending, "
            "w.available AS available, w.spent AS spent"
        )
        return sorted((r["rule"], r["state"], r["pending"], r["available"], r["spent"]) for r in rows)

    async def brought(self) -> list[tuple[str, str, str]]:
        """Who was brought by whom, by what edge."""
        rows = await self.database.run_schema(
            "CYPHER 5 MATCH (a)-[e:FIRST_REFERRED_BY|ALSO_REFERRED_BY]->(b) "
            "RETURN a.oneId AS friend, type(e) AS type, b.oneId AS referrer ORDER BY friend, type, referrer"
        )
        return [(r["friend"], r["type"], r["referrer"]) for r in rows]


def bought(user: str, order: str, *, at: int, delivered: int | None = None) -> list[Message]:
    """An order, and its delivery."""
    placed = did(user, "Order Placed", at=at, orderId=order, amount=300_000, currency="CNY", model="ET5")
    if delivered is None:
        return [placed]
    return [placed, did(user, "Vehicle Delivered", at=delivered, orderId=order)]
