"""A small town: people brought through ingest, and referrals between them as the referral domain writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from graph.clock import DAY
from graph.feed.follow import catch_up
from graph.fraud.flag import Code, Flag
from graph.fraud.service import FraudLook, fallen
from graph.household.service import Households
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.sources import SourceDeclaration
from tests.graph.judgement.people import NOW, People

NAMES: Final = (
    "王建国",
    "李敏",
    "张伟",
    "刘洋",
    "陈静",
    "杨帆",
    "赵磊",
    "黄丽",
    "周强",
    "吴迪",
    "徐涛",
    "孙悦",
)
_numbers = iter(range(10**6))

REFER = """CYPHER 5 MATCH (a:Profile {id: $maker}) MATCH (b:Profile {id: $friend})
MERGE (c:ReferralCode {code: $code}) ON CREATE SET c.programme = 'two-sided', c.issuedAt = 0, c.recordedAt = 0
MERGE (a)-[:SHARES]->(c)
MERGE (a)-[:MADE]->(r:Referral {id: $id})-[:FOR]->(b)
SET r += $properties"""


def body_of(user: str, kind: str, at: int, *, staff: bool = False, **content: Any) -> Message:
    """A message of a record's own source; all count ids of users, devices and orders together.

    With `staff` what it says of phones was written by staff, as in a dealer's system.
    """
    declared: dict[str, Any] = {"name": f"of-{user}", "idSpace": "town"}
    if staff:
        declared |= {"grades": {"phone": "trusted"}}
    source = SourceDeclaration.model_validate(declared)
    body = {
        "type": kind,
        "userId": user,
        "messageId": f"town-{next(_numbers)}",
        "timestamp": at // 1000,
        **content,
    }
    made = read_message(body, Arrival(source, NOW + DAY))
    assert isinstance(made, Message), made
    return made


def said(user: str, *, at: int = NOW, **traits: Any) -> Message:
    """What is said of somebody; two ids are two people."""
    return body_of(user, "identify", at, traits=traits)


def entered(user: str, phone: str, *, at: int = NOW) -> Message:
    """Staff wrote a phone into somebody's record."""
    return body_of(user, "identify", at, staff=True, traits={"phone": phone})


def did(user: str, event: str, *, at: int, **properties: Any) -> Message:
    """An event of the catalogue."""
    return body_of(user, "track", at, event=event, properties=properties)


def on_device(user: str, device: str, *, at: int = NOW) -> Message:
    """Somebody used a device."""
    return body_of(user, "identify", at, context={"device": {"id": device}}, traits={"locale": "zh"})


@dataclass
class Town:
    """The graph as a test of fraud sees it."""

    people: People
    households: Households

    async def settle(self, count: int) -> list[str]:
        """So many people of different names and birth dates."""
        names = [f"p{n}" for n in range(count)]
        await self.bring(
            *(
                said(name, name=NAMES[n], birthDate=f"{1960 + n}-0{1 + n % 9}-17")
                for n, name in enumerate(names)
            )
        )
        return names

    async def bring(self, *messages: Message) -> None:
        """Write messages and let households follow."""
        await self.people.writer.write(list(messages))
        await catch_up(self.households)

    async def refer(
        self, maker: str, friend: str, *, at: int = NOW, code: str | None = None, **properties: Any
    ) -> str:
        """A referral of which an order came; its id."""
        id_ = f"{maker}-{friend}"
        stored = await self.people.stored()
        await self.people.database.run_schema(
            REFER,
            maker=stored[maker].id,
            friend=stored[friend].id,
            id=id_,
            code=code or f"code-{maker}",
            properties={
                "programme": "two-sided",
                "code": code or f"code-{maker}",
                "openedAt": at,
                "progress": "ordered",
                "recordedAt": at,
                **properties,
            },
        )
        return id_

    async def flags(self, referral: str, *, look: FraudLook | None = None) -> dict[Code, Flag]:
        """The flags of a referral by code; of each the whole path must stand, from referrer to friend."""
        found = await (look or FraudLook()).look(self.people.database.read_one, [referral])
        assert (
            await fallen(self.people.database.read_one, [h for f in found[referral] for h in f.path]) == set()
        )
        stored = await self.people.stored()
        ends = [stored[name].id for name in referral.split("-")]
        for flag in found[referral]:
            assert all(one.to == other.of for one, other in zip(flag.path, flag.path[1:], strict=False))
            through = [flag.path[0].of, *(hop.to for hop in flag.path)]
            assert through.index(ends[0]) <= through.index(ends[1])
        return {flag.code: flag for flag in found[referral]}
