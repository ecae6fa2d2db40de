"""`/v1/referrals` on a real database: listed, looked at, decided, claimed; codes and invitations."""

from __future__ import annotations

import json
from urllib.parse import quote

from graph.clock import DAY
from graph.fraud.flag import CLEARS, Code, Flag, Hop
from graph.identity.rules import Rules
from graph.judgement.model import Same
from graph.judgement.service import JudgementService
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from tests.api.rest.referral.conftest import ORDERED, Brand, bought
from tests.graph.referral.stage import START, A, B, did


async def test_referrals_are_listed_by_what_they_are(brand: Brand) -> None:
    await brand.referral("f")
    await brand.referral("g", ordered=False)
    page = await brand.get("/v1/referrals", programme="two-sided")
    assert (len(page["items"]), page["next"]) == (2, None)
    assert {each["friend"] for each in page["items"]} == {await brand.one_id("f"), await brand.one_id("g")}
    assert {each["referrer"] for each in page["items"]} == {await brand.one_id("o")}
    (ordered,) = (await brand.get("/v1/referrals", programme="two-sided", progress="ordered"))["items"]
    assert (ordered["code"], ordered["judgement"], ordered["model"]) == (A, "clear", "ET5")
    assert (ordered["orderAmount"], ordered["orderCurrency"]) == (300_000_00, "CNY")
    for query in ({"judgement": "rejected"}, {"dealer": "d-9"}, {"progress": "matured"}):
        assert (await brand.get("/v1/referrals", programme="two-sided", **query))["items"] == []
    read: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = await brand.get("/v1/referrals", programme="two-sided", first=1, **after)
        read += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(set(read)) == len(read) == 2
    for wrong in ({"programme": "Two Sided"}, {"programme": "two-sided", "after": "x"}, {}):
        await brand.get("/v1/referrals", 400, **wrong)


async def test_a_flag_is_shown_with_its_way_and_cleared(brand: Brand) -> None:
    hops = (Hop("deviceId", "p", "d", 0.8), Hop("deviceId", "d", "q", 0.8))
    id_ = await brand.referral("f")
    brand.stage.flags.of[id_] = (Flag(Code.SHARED_DEVICE, 0.8, hops, CLEARS[Code.SHARED_DEVICE]),)
    await brand.stage.does(*bought("f", "order-f", at=ORDERED, delivered=ORDERED + 5 * DAY))
    told = await brand.get(f"/v1/referrals/{id_}")
    assert (told["judgement"], told["automatic"], told["flags"]) == ("flagged", "flagged", ["sharedDevice"])
    (flag,) = told["openFlags"]
    assert (flag["code"], flag["score"]) == ("sharedDevice", 0.8)
    assert flag["path"] == [
        {"kind": "deviceId", "of": "p", "to": "d", "rarity": 0.8},
        {"kind": "deviceId", "of": "d", "to": "q", "rarity": 0.8},
    ]
    assert {(each["rule"], each["side"], each["amount"]) for each in told["projected"]} == {
        ("referrer-points", "referrer", 3_500),
        ("friend-credit", "referee", 3_500_00),
    }
    path = f"/v1/referrals/{id_}/decision"
    decided = await brand.post(path, {"outcome": "cleared", "note": "An office."}, key="once")
    again = await brand.post(path, {"outcome": "cleared", "note": "An office."}, key="once")
    assert [each["outcome"] for each in decided["decisions"]] == ["cleared"]
    assert again["decisions"] == decided["decisions"]
    await brand.stage.follow()
    told = await brand.get(f"/v1/referrals/{id_}")
    assert (told["judgement"], told["flags"]) == ("cleared", [])
    assert {reward["state"] for reward in told["rewards"]} == {"approved"}
    assert {reward["oneId"] for reward in told["rewards"]} == {
        await brand.one_id("o"),
        await brand.one_id("f"),
    }
    refused = await brand.post(path, {"outcome": "cleared", "note": "Again."}, 409)
    assert refused["error"]["code"] == "illegal_move"
    for body in (
        {"outcome": "cleared"},
        {"outcome": "perhaps", "note": "x"},
        {"outcome": "cleared", "note": ""},
    ):
        await brand.post(path, body, 400)
    missing = await brand.get("/v1/referrals/none", 404)
    assert missing["error"]["code"] == "referral_not_found"
    await brand.post("/v1/referrals/none/decision", {"outcome": "rejected", "note": "x"}, 404)


async def test_a_merge_brings_a_review_that_is_decided(
    brand: Brand, keyring: Keyring, blind: BlindIndex, rules: Rules
) -> None:
    id_ = await brand.referral("f", delivered=True)
    judgements = JudgementService(brand.stage.database, keyring=keyring, blind=blind, rules=rules)
    ends = [await brand.stage.people.id(record) for record in ("o", "f")]
    await judgements.judge(Same(*ends), by="k")
    await brand.stage.follow()
    page = await brand.get("/v1/referrals/reviews")
    assert {(each["referral"], each["kind"], each["state"]) for each in page["items"]} == {
        (id_, "samePerson", "open")
    }
    first = await brand.get("/v1/referrals/reviews", first=1)
    second = await brand.get("/v1/referrals/reviews", first=1, after=first["next"])
    assert first["items"] + second["items"] == page["items"]
    one, other = page["items"]
    decided = await brand.post(
        "/v1/referrals/reviews/decision", {"review": one["key"], "accept": True, "note": "One person."}
    )
    assert (decided["state"], decided["note"]) == ("accepted", "One person.")
    await brand.post(
        "/v1/referrals/reviews/decision", {"review": other["key"], "accept": False, "note": "Goodwill."}
    )
    await brand.stage.follow()
    states = {
        reward["key"]: reward["state"] for reward in (await brand.get(f"/v1/referrals/{id_}"))["rewards"]
    }
    assert states[one["reward"]] == "reversed"
    assert states[other["reward"]] != "reversed"
    otherwise = {"review": one["key"], "accept": False, "note": "Changed."}
    assert (await brand.post("/v1/referrals/reviews/decision", otherwise, 409))["error"][
        "code"
    ] == "illegal_move"
    unknown = {"review": "none", "accept": True, "note": "x"}
    assert (await brand.post("/v1/referrals/reviews/decision", unknown, 404))["error"][
        "code"
    ] == "review_not_found"
    assert (await brand.get("/v1/referrals/reviews", state="refused"))["items"][0]["key"] == other["key"]


async def test_a_late_claim_is_made_and_decided(brand: Brand) -> None:
    await brand.stage.does(*bought("h", "order-h", at=ORDERED))
    await brand.stage.at(START + 10 * DAY)
    one_id = await brand.one_id("h")
    rows = await brand.stage.database.run_schema(
        "CYPHER 5 MATCH (t:Touchpoint) WHERE t.fact STARTS WITH 'order:' RETURN DISTINCT t.fact AS fact"
    )
    body = {
        "programme": "two-sided", "oneId": one_id, "order": rows[0]["fact"], "codes": {A: 1},
        "evidence": "A message of the first of May.",
    }  # fmt: skip
    made = await brand.post("/v1/referrals/claims", body, key="once")
    assert (made["state"], made["friend"], made["codes"]) == ("open", one_id, {A: 1})
    assert await brand.post("/v1/referrals/claims", body, key="once") == made
    assert (await brand.get("/v1/referrals/claims"))["items"] == [made]
    accept = {"claim": made["id"], "accept": True, "note": "The message is there."}
    decided = await brand.post("/v1/referrals/claims/decision", accept)
    assert decided["state"] == "accepted"
    assert await brand.post("/v1/referrals/claims/decision", accept) == decided
    refused = await brand.post("/v1/referrals/claims/decision", accept | {"accept": False}, 409)
    assert refused["error"]["code"] == "illegal_move"
    await brand.stage.follow()
    (referral,) = (await brand.get("/v1/referrals", programme="two-sided"))["items"]
    assert (referral["progress"], referral["friend"], referral["credited"]) == ("ordered", one_id, 1)
    for wrong, status, code in (
        ({"order": "order:none"}, 404, "not_found"),
        ({"codes": {"23456788": 1}}, 400, "bad_input"),
        ({"codes": {}}, 400, "bad_input"),
        ({"programme": "none"}, 404, "programme_not_found"),
    ):
        assert (await brand.post("/v1/referrals/claims", body | wrong, status))["error"]["code"] == code
    missing = await brand.post("/v1/referrals/claims/decision", accept | {"claim": "none"}, 404)
    assert missing["error"]["code"] == "claim_not_found"
    await brand.stage.at(ORDERED + 30 * DAY)
    late = await brand.post("/v1/referrals/claims", body, 409)
    assert late["error"]["code"] == "illegal_move"


async def test_codes_are_found_shown_and_disabled(brand: Brand) -> None:
    owner = await brand.one_id("o")
    (code,) = (await brand.get("/v1/referrals/codes", oneId=owner))["codes"]
    assert (code["code"], code["programme"], code["disabledAt"]) == (A, "two-sided", None)
    typed = quote(f"{A[:4].lower()}-{A[4:]}")
    assert await brand.get(f"/v1/referrals/codes/{typed}") == code
    svg = await brand.client.get(
        f"/v1/referrals/codes/{A}/qr", params={"base": "https://example.com/r"}, headers=brand.headers
    )
    assert (svg.headers["Content-Type"], svg.text[:4]) == ("image/svg+xml", "<svg")
    png = await brand.client.get(
        f"/v1/referrals/codes/{A}/qr",
        params={"base": "https://example.com/r", "format": "png", "scale": 4},
        headers=brand.headers,
    )
    assert (png.headers["Content-Type"], png.content[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    await brand.get(f"/v1/referrals/codes/{A}/qr", 400, base="http://example.com/r")
    invited = await brand.post(f"/v1/referrals/codes/{A}/invitations", {"channel": "wechat"}, key="once")
    again = await brand.post(f"/v1/referrals/codes/{A}/invitations", {"channel": "wechat"}, key="once")
    assert (invited["code"], invited["channel"], again["id"]) == (A, "wechat", invited["id"])
    await brand.post(f"/v1/referrals/codes/{A}/invitations", {"channel": "13912340001"}, 400)
    for _ in range(2):
        disabled = await brand.post(f"/v1/referrals/codes/{A}/disable", {"reason": "Posted on a forum"})
        assert disabled["disabledReason"] == "Posted on a forum"
    refused = await brand.post(f"/v1/referrals/codes/{A}/invitations", {}, 409)
    assert refused["error"]["code"] == "not_eligible"
    for path, status, said in (
        (f"/v1/referrals/codes/{B}", 404, "code_not_found"),
        ("/v1/referrals/codes/2345", 400, "bad_input"),
    ):
        assert (await brand.get(path, status))["error"]["code"] == said
    await brand.get("/v1/referrals/codes", 404, oneId="nobody")


async def test_a_code_is_issued_to_who_may_refer(brand: Brand) -> None:
    await brand.stage.does(
        *bought("owner", "order-owner", at=START, delivered=START + DAY),
        did("passer", "Content Viewed", at=START),
    )
    await brand.stage.at(START + 10 * DAY)
    body = {"programme": "two-sided", "oneId": await brand.one_id("passer")}
    refused = await brand.post("/v1/referrals/codes", body, 409)
    assert refused["error"]["code"] == "not_eligible"
    assert "prospect" in refused["error"]["message"]
    missing = await brand.post("/v1/referrals/codes", body | {"programme": "none"}, 404)
    assert missing["error"]["code"] == "programme_not_found"
    assert "nobody" not in json.dumps(
        await brand.post("/v1/referrals/codes", body | {"oneId": "nobody"}, 404)
    )
