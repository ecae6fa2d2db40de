"""Invitations in the graph: sent under a code, come by with it."""

from __future__ import annotations

import pytest

from graph.clock import DAY
from graph.db.database import Database
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from tests.graph.judgement.people import People
from tests.graph.referral.stage import START, A, B, Stage, did


@pytest.fixture
async def stage(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> Stage:
    return Stage(People(database, keyring, rules, writer))


async def test_an_invitation_is_come_by_with_its_own_code_alone(stage: Stage) -> None:
    await stage.open()
    await stage.owner("ann", A)
    await stage.owner("cid", B)
    sent = await stage.sharing.invite(A, by="k", channel="wechat")
    stage.now = START + 9 * DAY

    async def accepted_at() -> int | None:
        rows = await stage.database.run_schema("CYPHER 5 MATCH (i:Invitation) RETURN i.acceptedAt AS at")
        return rows[0]["at"]

    for name in (sent.id, "made-up"):
        await stage.does(did("bob", "Referral Link Clicked", at=START + 2 * DAY, code=B, invitation=name))
    assert (await stage.only())["openedAt"] == START + 2 * DAY
    assert await accepted_at() is None
    await stage.does(did("eve", "Referral Link Clicked", at=START + 5 * DAY, code=A, invitation=sent.id))
    opened = {one["code"]: one["openedAt"] for one in await stage.all()}
    assert opened == {A: START, B: START + 2 * DAY}
    assert await accepted_at() == START + 5 * DAY
