"""`/v1/programmes`: told, checked, published once."""

from __future__ import annotations

from graph.referral.terms import PROGRAMMES
from tests.api.rest.referral.conftest import Brand

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
