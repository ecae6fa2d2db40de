"""`/v1/programmes`: told, checked, published once."""

from __future__ import annotations

from graph.clock import DAY
from graph.fraud.rules import RULES
from graph.referral.terms import PROGRAMMES
from tests.api.rest.referral.conftest import Brand, bought
from tests.graph.referral.stage import START

TOML = (PROGRAMMES / "two_sided.toml").read_text(encoding="utf-8")
NEXT = TOML.replace("version = 1", "version = 2").replace("windowDays = 90", "windowDays = 60")


async def test_programmes_are_told_with_their_versions(brand: Brand) -> None:
    (told,) = (await brand.get("/v1/programmes"))["programmes"]
    assert told == await brand.get("/v1/programmes/two-sided")
    assert (told["id"], told["name"]["zh"], told["jurisdiction"]) == ("two-sided", "推荐有礼", "CN")
    assert (told["startsOn"], told["endsOn"]) == ("2026-01-01", "2027-01-01")
    (version,) = told["versions"]
    assert (version["version"], version["changes"], version["unpayable"]) == (1, [], [])
    assert version["content"]["attribution"]["windowDays"] == 90
    missing = await brand.get("/v1/programmes/none", 404)
    assert missing["error"]["code"] == "programme_not_found"


async def test_a_version_is_checked_before_it_is_published(brand: Brand) -> None:
    same = await brand.post("/v1/programmes/check", {"toml": TOML})
    assert (same["id"], same["version"], same["published"], same["changes"]) == ("two-sided", 1, True, [])
    other = await brand.post("/v1/programmes/check", {"toml": NEXT.replace("level = 1", "level = 2")})
    assert (other["published"], other["unpayable"]) == (False, ["referrer-points"])
    assert "Changes attribution windowDays from 90 to 60." in other["changes"]
    for toml in ("id = ", TOML.replace('rule = "first"', 'rule = "best"')):
        wrong = await brand.post("/v1/programmes/check", {"toml": toml}, 400)
        assert wrong["error"]["code"] == "invalid_terms"
    assert "attribution.rule" in wrong["error"]["message"]


async def test_a_version_is_published_once(brand: Brand) -> None:
    for _ in range(2):
        told = await brand.post("/v1/programmes", {"toml": NEXT})
        assert [version["version"] for version in told["versions"]] == [1, 2]
    assert told["versions"][1]["changes"] == ["Changes attribution windowDays from 90 to 60."] or (
        "Changes attribution windowDays from 90 to 60." in told["versions"][1]["changes"]
    )
    changed = NEXT.replace("windowDays = 60", "windowDays = 30")
    refused = await brand.post("/v1/programmes", {"toml": changed}, 409)
    assert refused["error"]["code"] == "version_conflict"
    ahead = await brand.post("/v1/programmes", {"toml": NEXT.replace("version = 2", "version = 9")}, 409)
    assert ahead["error"]["code"] == "version_conflict"


async def test_an_act_earns_what_its_rules_say_once_and_no_more_than_a_day_allows(brand: Brand) -> None:
    contribution = (PROGRAMMES / "contribution.toml").read_text(encoding="utf-8")
    await brand.post("/v1/programmes", {"toml": contribution})
    path, one_id = "/v1/programmes/contribution/activities", await brand.one_id("o")
    refused = await brand.post(path, {"oneId": one_id, "event": "batteryShared"}, 409)
    assert refused["error"]["code"] == "not_eligible", "who has neither car nor order takes no part"
    await brand.stage.does(*bought("o", "own", at=START - 9 * DAY))
    for _ in range(2):
        earned = await brand.post(path, {"oneId": one_id, "event": "batteryShared"}, key="once")
        told = {(one["rule"], one["result"], one["unit"], one["amount"]) for one in earned["outcomes"]}
        assert told == {
            ("battery-sharing-points", "granted", "points", 200),
            ("battery-sharing-status", "granted", "status", 2),
        }
    again = await brand.post(path, {"oneId": one_id, "event": "batteryShared"})
    assert {one["result"] for one in again["outcomes"]} == {"capped"}
    balances = (await brand.get("/v1/ledger/balances", oneId=one_id))["balances"]
    assert {(one["unit"], one["pending"], one["available"]) for one in balances} == {
        ("points", 0, 200),
        ("status", 0, 2),
    }
    waits = await brand.post(path, {"oneId": one_id, "event": "feedbackUseful"}, 409)
    assert waits["error"]["code"] == "not_confirmed"
    useful = await brand.post(path, {"oneId": one_id, "event": "feedbackUseful", "confirmed": True})
    assert {(one["unit"], one["amount"]) for one in useful["outcomes"]} == {("points", 66), ("status", 3)}
    unknown = await brand.post(path, {"oneId": one_id, "event": "washed"}, 404)
    assert unknown["error"]["code"] == "activity_not_found"


async def test_other_rules_of_fraud_are_previewed(brand: Brand) -> None:
    await brand.referral()
    rules = RULES.read_text(encoding="utf-8")
    told = await brand.post("/v1/programmes/two-sided/whatIf", {"toml": rules, "days": 365})
    assert (told["lookedAt"], told["flagged"], told["before"]) == (1, 0, told["after"])
    wrong = await brand.post("/v1/programmes/two-sided/whatIf", {"toml": "[ring]\nlength = 0"}, 400)
    assert wrong["error"]["code"] == "invalid_rules"
