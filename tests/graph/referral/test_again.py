"""What is looked at again when a later referral is flagged: a bounded number, and the rest before anything is paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import pytest

from graph.clock import DAY, SECOND
from graph.db.database import Database
from graph.fraud.flag import Code, Flag, Hop, HopKind
from graph.identity.rules import Rules
from graph.ingest.components import ReadOne
from graph.ingest.message import Message
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from graph.referral.case import referral_id
from tests.graph.judgement.people import People
from tests.graph.referral.stage import START, A, Flags, Stage, bought, did

EARLIER: Final = 75
"""Friends who came by the code before; more than are looked at again."""
AGAIN: Final = 60
"""As `referral.write_judged` has it."""
OWN: Final = 2
"""A new friend's own looks: when there is something to look at, and once more when the referral is in the graph."""


@dataclass
class Counted(Flags):
    """Counts how often each referral is looked at."""

    looks: Counter[str] = field(default_factory=Counter[str])

    async def look(self, read: ReadOne, referral_ids: Collection[str]) -> dict[str, tuple[Flag, ...]]:
        self.looks.update(referral_ids)
        return await super().look(read, referral_ids)

    def taken(self) -> Counter[str]:
        """The looks since this was asked last."""
        taken, self.looks = self.looks, Counter()
        return taken


@dataclass
class Popular:
    """A code that many came by, and who they are: referrals by the order in which they came."""

    stage: Stage
    looking: Counted
    referrals: list[str]

    async def joins(self, name: str) -> str:
        """The id of a friend's referral who comes now; what it brings about is not followed yet."""
        await self.stage.people.writer.write(_comes(name, at=self.stage.now))
        return referral_id("two-sided", await self.stage.people.id("ann"), await self.stage.people.id(name))


def _comes(name: str, *, at: int) -> list[Message]:
    return [
        did(name, "Referral Link Clicked", at=at - 2 * SECOND, code=A),
        did(name, "Enquiry Submitted", at=at - SECOND),
    ]


@pytest.fixture
async def popular(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> Popular:
    looking = Counted()
    stage = Stage(People(database, keyring, rules, writer), flags=looking)
    await stage.open()
    await stage.owner("ann", A)
    stage.now = START + 20 * DAY
    await stage.does(
        *(each for number in range(EARLIER) for each in _comes(f"f{number:02}", at=START + number * SECOND)),
        *bought("f00", "o0", at=START + DAY, delivered=START + 15 * DAY),
        *bought("f01", "o1", at=START + DAY, delivered=START + 15 * DAY),
    )
    ids = [each["id"] for each in reversed(await stage.all())]
    assert (len(ids), {each["judgement"] for each in await stage.all()}) == (EARLIER, {"clear"})
    looking.taken()
    return Popular(stage, looking, ids)


async def test_a_popular_codes_new_referral_costs_so_many_looks(popular: Popular) -> None:
    stage, looking = popular.stage, popular.looking
    honest = await popular.joins("eve")
    await stage.follow()
    assert set(looking.taken()) == {honest}
    traded = await popular.joins("mal")
    looking.of[traded] = (Flag(Code.TRADED_CODE, 0.9, (), "A word."),)
    await stage.follow()
    looks = looking.taken()
    latest = {honest, *popular.referrals[-(AGAIN - 1) :]}
    assert set(looks) == {traded, *latest}, "the latest sixty of the code"
    assert looks.total() <= AGAIN + OWN
    await stage.does(did("mal", "Test Drive Completed", at=stage.now))
    assert set(looking.taken()) == {traded}, "the same flag asks nothing anew"
    first, second = popular.referrals[:2]
    ring = await popular.joins("rob")
    path = tuple(Hop(HopKind.FOR, "profile", id_) for id_ in (first, second, ring))
    looking.of[ring] = (Flag(Code.RING, 0.9, path, "A word."),)
    await stage.follow()
    looks = looking.taken()
    assert set(looks) == {ring, first, second}
    assert looks.total() <= 2 + OWN


async def test_what_is_flagged_one_by_another_is_looked_at_a_few_times_each(popular: Popular) -> None:
    """Each that comes to be flagged asks for those before it: not for each of them again and again."""
    popular.looking.everybody = (Code.VELOCITY,)
    await popular.joins("mal")
    await popular.stage.follow()
    looks = popular.looking.taken()
    assert {each["judgement"] for each in await popular.stage.all()} == {"flagged"}
    assert max(looks.values()) <= 1 + OWN
    assert len(looks) == EARLIER + 1


async def test_what_was_left_out_is_looked_at_before_anything_is_available(popular: Popular) -> None:
    stage, looking = popular.stage, popular.looking
    oldest = set(popular.referrals[:2])
    waiting = [("friend-credit", "approved", 350_000, 0, 0)] * 2
    waiting += [("referrer-points", "approved", 3_500, 0, 0)] * 2
    assert await stage.rewards() == waiting
    traded = await popular.joins("mal")
    looking.of[traded] = (Flag(Code.TRADED_CODE, 0.9, (), "A word."),)
    await stage.follow()
    assert not oldest & looking.taken().keys()
    looking.everybody = (Code.TRADED_CODE,)
    await stage.at(START + 22 * DAY - 1)
    assert (looking.taken(), await stage.rewards()) == (Counter(), waiting)
    await stage.at(START + 22 * DAY)
    assert oldest <= looking.taken().keys()
    assert await stage.rewards() == waiting, "the return window is over, and nothing is available"
    looking.everybody = ()
    await stage.does(did("f00", "Test Drive Completed", at=START))
    assert sorted(state for _, state, *_ in await stage.rewards()) == ["approved"] * 2 + ["posted"] * 2
