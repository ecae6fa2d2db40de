"""Reconciling finds what does not agree, and nothing where all does."""

from __future__ import annotations

from graph.ledger.model import ReturnPolicy
from graph.ledger.reconcile import Difference, reconcile
from tests.graph.ledger.conftest import Desk


async def test_a_ledger_agrees_until_it_is_spoiled(desk: Desk) -> None:
    (a, one_id), (b, _) = await desk.brought("a", "b")
    await desk.fund("points")
    keys = await desk.granted(a, b)
    await desk.matured(keys[0])
    await desk.service.redeem(one_id, "two-sided", "points", 5, by="k")
    await desk.service.reverse(keys[1:], ReturnPolicy.WITHIN_BALANCE, by="k")
    database = desk.people.database

    well = await reconcile(database, page=2)
    assert well.well
    assert (well.accounts, well.transactions, well.rewards) == (8, 6, 2)
    assert dict(well.totals) == {"points": 0}

    budget, funding = "MATCH (n:Account {kind: 'budget'})", "MATCH ()-[n:POSTS]->(:Account {kind: 'funding'})"
    reward = f"MATCH (n:Reward {{key: '{keys[0]}'}})"
    for what, spoil, mend, seen in (
        (budget, "n.balance = 1", "n.balance = 99500", ("balance", 1, 99_500)),
        (budget, "n.floor = 99501", "n.floor = 0", ("floor", 99_501, 99_500)),
        (funding, "n.amount = -1", "n.amount = -100000", ("zero", 0, 99_999)),
        (reward, "n.spent = 6", "n.spent = 5", ("spent", 6, 5)),
    ):
        await database.run_schema(f"CYPHER 5 {what} SET {spoil}")
        found = await reconcile(database)
        await database.run_schema(f"CYPHER 5 {what} SET {mend}")
        assert not found.well
        assert seen in [(one.what, one.stands, one.postings) for one in found.differences]
        assert all(isinstance(one, Difference) for one in found.differences)
        assert found.broken, "the invariants see it, too"
    assert (await reconcile(database)).well
