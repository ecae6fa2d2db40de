"""Referral tooling by GraphQL: versions, codes, claims, acts, and what other rules would do."""

from __future__ import annotations

from typing import Any

from graph.access.roles import Role
from graph.clock import DAY, isoformat
from graph.fraud.rules import RULES
from graph.referral.terms import PROGRAMMES
from seed.serials import vin
from tests.api.gql.referral.conftest import World
from tests.graph.referral.stage import START, A, bought, did

ERROR = "__typename ... on ReferralError { message remedy }"
PUBLISH = f"""mutation ($i: PublishProgrammeInput!) {{ done: publishProgramme(input: $i) {{
  {ERROR} ... on PublishedProgramme {{ changes programme {{ id version }} }} }} }}"""
ISSUE = f"""mutation ($i: IssueReferralCodeInput!) {{ done: issueReferralCode(input: $i) {{
  {ERROR} ... on ReferralCode {{ code oneId disabledAt }} }} }}"""
DISABLE = f"""mutation ($i: DisableReferralCodeInput!) {{ done: disableReferralCode(input: $i) {{
  {ERROR} ... on ReferralCode {{ code disabledAt disabledReason }} }} }}"""
CLAIM = f"""mutation ($i: ClaimReferralInput!) {{ done: claimReferral(input: $i) {{
  {ERROR} ... on ReferralClaim {{ id state evidence codes {{ code weight }} }} }} }}"""
DECIDE = f"""mutation ($i: DecideReferralClaimInput!) {{ done: decideReferralClaim(input: $i) {{
  {ERROR} ... on ReferralClaim {{ id state note }} }} }}"""
REPORT = f"""mutation ($i: ReportReferralActivityInput!) {{ done: reportReferralActivity(input: $i) {{
  {ERROR} ... on ReferralActivity {{ outcomes {{ result amount }} }} }} }}"""
WHAT_IF = """query ($rules: String!, $since: DateTime!) {
  fraudWhatIf(programme: "two-sided", rules: $rules, since: $since) {
    lookedAt flagged cleared before after byCode { code flagged flaggedExamples } } }"""
TOML = (PROGRAMMES / "two_sided.toml").read_text(encoding="utf-8")
NEXT = TOML.replace("version = 1", "version = 2").replace("windowDays = 90", "windowDays = 60")


async def done(world: World, mutation: str, given: dict[str, Any], role: Role = Role.PROGRAMME) -> Any:
    return (await world.ask(mutation, {"i": given}, role))["done"]


async def test_a_version_is_published_once(world: World) -> None:
    for _ in range(2):
        told = await done(world, PUBLISH, {"toml": NEXT})
        assert told["programme"] == {"id": "two-sided", "version": 2}
        assert "Changes attribution windowDays from 90 to 60." in told["changes"]
    other = await done(world, PUBLISH, {"toml": NEXT.replace("= 60", "= 30")})
    assert other["__typename"] == "ReferralConflict"
    wrong = await done(world, PUBLISH, {"toml": TOML.replace('rule = "first"', 'rule = "best"')})
    assert (wrong["__typename"], "attribution.rule" in wrong["message"]) == ("ReferralInvalid", True)


async def test_codes_are_issued_found_and_disabled(world: World) -> None:
    ann = await world.stage.people.one_id("ann")
    refused = await done(world, ISSUE, {"programme": "two-sided", "oneId": ann})
    assert refused["__typename"] == "ReferralConflict", "who has no car yet brings nobody"
    await world.stage.does(
        did("ann", "Vehicle Delivered", at=START, vin=vin(1, body="EAAET", year=2023), orderId="own")
    )
    await world.stage.at(START + 10 * DAY)
    told = await done(world, ISSUE, {"programme": "two-sided", "oneId": ann})
    assert told == {"__typename": "ReferralCode", "code": A, "oneId": ann, "disabledAt": None}
    nobody = await done(world, ISSUE, {"programme": "none", "oneId": ann})
    assert nobody["__typename"] == "ReferralNotFound"
    typed = f"{A[:4]}-{A[4:]}".lower()
    found = await world.ask("query ($c: String!) { referralCode(code: $c) { code } }", {"c": typed})
    assert found["referralCode"] == {"code": A}
    told = await done(world, DISABLE, {"code": A, "reason": "Posted on a forum."})
    assert told["disabledReason"] == "Posted on a forum."
    assert await done(world, DISABLE, {"code": A, "reason": "Posted on a forum."}) == told


async def test_an_order_is_claimed_and_given(world: World) -> None:
    world.stage.now = START + 20 * DAY
    await world.stage.does(*bought("bob", "o1", at=START + 9 * DAY, delivered=START + 18 * DAY))
    bob = await world.stage.people.one_id("bob")
    orders = await world.ask("query ($id: ID!) { user(oneId: $id) { orders { id } } }", {"id": bob})
    (order,) = orders["user"]["orders"]
    given = {"programme": "two-sided", "oneId": bob, "order": order["id"], "evidence": "They came together."}
    twice = given | {"codes": [{"code": A}, {"code": A, "weight": 2}]}
    assert (await done(world, CLAIM, twice))["__typename"] == "ReferralInvalid"
    claim = await done(world, CLAIM, given | {"codes": [{"code": A}], "idempotencyKey": "k"})
    assert (claim["state"], claim["evidence"]) == ("open", "They came together.")
    assert claim["codes"] == [{"code": A, "weight": 1}]
    waiting = await world.ask("{ referralClaims { edges { node { id friendId } } } }", {})
    assert waiting["referralClaims"]["edges"] == [{"node": {"id": claim["id"], "friendId": bob}}]
    spaced = given | {"codes": [{"code": A}], "idempotencyKey": "k 1"}
    assert (await done(world, CLAIM, spaced))["__typename"] == "ReferralInvalid", "it would be in a cursor"
    for _ in range(2):
        told = await done(world, DECIDE, {"claim": claim["id"], "accept": True, "note": "Seen on camera."})
        assert (told["state"], told["note"]) == ("accepted", "Seen on camera.")
    decided = """{ open: referralClaims { edges { cursor } }
      accepted: referralClaims(state: accepted) { edges { node { id } } } }"""
    assert await world.ask(decided, {}) == {
        "open": {"edges": []},
        "accepted": {"edges": [{"node": {"id": claim["id"]}}]},
    }
    late = await done(world, DECIDE, {"claim": claim["id"], "accept": False, "note": "No."})
    assert late["__typename"] == "ReferralConflict"
    await world.stage.follow()
    assert (await world.stage.only())["progress"] == "delivered"


async def test_claims_come_in_pages_longest_waiting_first(world: World) -> None:
    await world.stage.does(*bought("bob", "o1", at=START - DAY))
    bob = await world.stage.people.one_id("bob")
    orders = await world.ask("query ($id: ID!) { user(oneId: $id) { orders { id } } }", {"id": bob})
    given = {"programme": "two-sided", "oneId": bob, "order": orders["user"]["orders"][0]["id"]}
    given |= {"evidence": "Seen.", "codes": [{"code": A}]}
    made = [(await done(world, CLAIM, given | {"idempotencyKey": f"k{4 - n}"}))["id"] for n in range(5)]
    page = """query ($after: String) { referralClaims(first: 2, after: $after) {
      edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
    read: list[str] = []
    ends: list[tuple[bool, bool]] = []
    after = None
    while not ends or ends[-1][0]:
        found = (await world.ask(page, {"after": after}))["referralClaims"]
        assert after is None or found["edges"][0]["cursor"] != after
        read += [edge["node"]["id"] for edge in found["edges"]]
        ends.append((found["pageInfo"]["hasNextPage"], found["pageInfo"]["hasPreviousPage"]))
        after = found["pageInfo"]["endCursor"]
    assert ends == [(True, False), (True, True), (False, True)]
    assert read == made, "each is made at a time of its own, though the clock stands still"
    headers = await world.headers(Role.PROGRAMME)
    wrong = {"query": page, "variables": {"after": "bm9uZTox"}}
    answer = await world.client.post("/graphql", json=wrong, headers=headers)
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["bad_input"]


async def test_an_act_earns_once(world: World) -> None:
    contribution = (PROGRAMMES / "contribution.toml").read_text(encoding="utf-8")
    await done(world, PUBLISH, {"toml": contribution})
    await world.stage.does(*bought("ann", "own", at=START - 9 * DAY))
    ann = await world.stage.people.one_id("ann")
    given = {"programme": "contribution", "oneId": ann, "event": "batteryShared", "idempotencyKey": "once"}
    told = await done(world, REPORT, given)
    assert told["outcomes"]
    assert await done(world, REPORT, given) == told
    unknown = await done(world, REPORT, given | {"event": "slept", "idempotencyKey": "other"})
    assert unknown["__typename"] in ("ReferralNotFound", "ReferralInvalid")


async def test_other_rules_are_previewed(world: World) -> None:
    await world.referral("bob", ordered=True)
    rules = RULES.read_text(encoding="utf-8")
    asked = {"rules": rules, "since": isoformat(START)}
    told = (await world.ask(WHAT_IF, asked))["fraudWhatIf"]
    assert (told["lookedAt"], told["flagged"], told["cleared"]) == (1, 0, 0)
    assert told["before"] == told["after"], "they are the rules in force"
    headers = await world.headers(Role.PROGRAMME)
    answer = await world.client.post(
        "/graphql",
        json={"query": WHAT_IF, "variables": asked | {"rules": "[samePerson]\nweigth = 1"}},
        headers=headers,
    )
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "invalid_rules"


async def test_who_may_not_is_refused(world: World) -> None:
    ann = await world.stage.people.one_id("ann")
    for mutation, given in (
        (PUBLISH, {"toml": NEXT}),
        (ISSUE, {"programme": "two-sided", "oneId": ann}),
        (DISABLE, {"code": A, "reason": "x"}),
        (CLAIM, {"programme": "two-sided", "oneId": ann, "order": "o", "codes": [], "evidence": "x"}),
        (DECIDE, {"claim": "c", "accept": True, "note": "x"}),
        (REPORT, {"programme": "two-sided", "oneId": ann, "event": "x"}),
    ):
        for role in (Role.FRONTEND, Role.STEWARD):
            assert (await done(world, mutation, given, role))["__typename"] == "ReferralForbidden"
