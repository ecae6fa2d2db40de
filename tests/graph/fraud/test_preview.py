"""What other rules would change over history."""

from __future__ import annotations

from graph.clock import DAY
from graph.fraud.flag import Code
from graph.fraud.preview import Window, what_if
from graph.fraud.rules import load_fraud_rules
from graph.fraud.weigh import Answers
from tests.graph.fraud.town import NOW, Town, did, on_device

DECIDE = """CYPHER 5 MATCH (r:Referral {id: $id})
CREATE (d:ReferralDecision {id: 'd-' + $id, outcome: $outcome, flags: $flags, at: 1, recordedAt: 1})
CREATE (r)-[:HAS_DECISION]->(d)"""


async def test_what_would_be_flagged_and_cleared_by_code(town: Town) -> None:
    a, b, c, d = await town.settle(4)
    await town.bring(on_device(a, "d-1"), on_device(b, "d-1"), did(d, "Store Visited", at=NOW - 9 * DAY))
    shared, late = await town.refer(a, b, at=NOW), await town.refer(c, d, at=NOW)
    await town.refer(a, c, at=NOW + DAY)
    database = town.people.database
    for id_, outcome, code in ((shared, "rejected", "sharedDevice"), (late, "cleared", "codeAfterLead")):
        await database.run_schema(DECIDE, id=id_, outcome=outcome, flags=[code])
    rules = load_fraud_rules()  # two who use one device may be a couple
    now = rules.model_copy(update={"household": rules.household.model_copy(update={"on": False})})
    new = now.model_copy(
        update={
            "shared_device": now.shared_device.model_copy(update={"on": False}),
            "code_after_lead": now.code_after_lead.model_copy(update={"lead_days": 5}),
        }
    )
    window = Window("two-sided", NOW, NOW + DAY)
    forth = await what_if(database.read_one, now, new, window)
    assert (forth.looked_at, forth.flagged, forth.cleared) == (2, 0, 2)
    assert forth.by_code[Code.SHARED_DEVICE].cleared_examples == [shared]
    assert forth.by_code[Code.CODE_AFTER_LEAD].cleared_examples == [late]
    assert forth.before != forth.after
    assert forth.weights[Code.SHARED_DEVICE].answers == Answers(confirmed=1)
    assert forth.weights[Code.SHARED_DEVICE].suggested > now.shared_device.weight
    assert forth.weights[Code.CODE_AFTER_LEAD].suggested < now.code_after_lead.weight
    back = await what_if(database.read_one, new, now, window)
    assert (back.flagged, back.cleared) == (2, 0)
    same = await what_if(database.read_one, now, now, window)
    assert (same.flagged, same.cleared) == (0, 0)
    assert {code: change.kept for code, change in same.by_code.items()} == {
        Code.SHARED_DEVICE: 1,
        Code.CODE_AFTER_LEAD: 1,
    }
