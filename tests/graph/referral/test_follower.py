"""Referrals behind the feed: what is judged, granted, taken back and told, whatever the order and whoever follows."""

from __future__ import annotations

import pytest

from graph.clock import DAY
from graph.db.database import Database
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from tests.graph.judgement.people import People
from tests.graph.referral.stage import START, A, Stage, bought, did


@pytest.fixture
async def stage(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> Stage:
    return Stage(People(database, keyring, rules, writer))


async def test_a_friend_orders_and_both_are_paid_when_it_cannot_be_returned(stage: Stage) -> None:
    await stage.open()
    await stage.owner("ann", A)
    await stage.does(did("bob", "Referral Link Clicked", at=START, code=A, channel="wechat"))
    one = await stage.only()
    assert (one["progress"], one["judgement"], one["code"], one["channel"]) == (
        "clicked",
        "clear",
        A,
        "wechat",
    )
    assert await stage.rewards() == []
    stage.now = START + 20 * DAY
    await stage.does(*bought("bob", "o1", at=START + 10 * DAY, delivered=START + 20 * DAY))
    assert (await stage.only())["progress"] == "delivered"
    assert await stage.rewards() == [
        ("friend-credit", "approved", 350_000, 0, 0),
        ("referrer-points", "approved", 3500, 0, 0),
    ]
    await stage.at(START + 27 * DAY)
    assert (await stage.only())["progress"] == "matured"
    assert await stage.rewards() == [
        ("friend-credit", "posted", 0, 350_000, 0),
        ("referrer-points", "posted", 0, 3500, 0),
    ]
    ann, bob = await stage.people.one_id("ann"), await stage.people.one_id("bob")
    assert await stage.brought() == [(bob, "FIRST_REFERRED_BY", ann)]
