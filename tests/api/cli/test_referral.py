"""`guanxi referral` against a real Neo4j of the test run."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.referral import app
from api.gql.ids import global_id
from api.gql.standing.shapes import ORDER
from graph.clock import DAY, system_clock
from graph.db.database import Database
from graph.errors import ConfigurationError, InputError, NotFoundError
from graph.fraud.rules import RULES
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.privacy.keyring import Keyring
from graph.referral.terms import PROGRAMMES, load_terms
from graph.runtime import Endpoint
from graph.standing.statement import public_id
from tests.graph.judgement.people import People
from tests.graph.referral.stage import A, B, Stage, bought, did

TOML = PROGRAMMES / "two_sided.toml"


@pytest.fixture
def run(database: Database, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in a thread of its own, as a process would, on the test run's database."""
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.username)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password.get_secret_value())
    monkeypatch.setenv("GUANXI_DATA_DIR", str(tmp_path / "keys"))  # as the fixture `keyring`

    async def call(*arguments: str) -> Any:
        answer = await asyncio.to_thread(
            CliRunner().invoke, app, [*arguments, "--json"], catch_exceptions=False
        )
        assert answer.exit_code == 0, answer.output
        return json.loads(answer.stdout)

    return call


async def test_a_programme_is_checked_published_and_told(run: Any, tmp_path: Path) -> None:
    checked = await run("check", str(TOML))
    assert (checked["id"], checked["version"], checked["unpayable"]) == ("two-sided", 1, [])
    for _ in range(2):
        published = await run("publish", str(TOML))
        assert (published["id"], published["digest"]) == ("two-sided", checked["digest"])
    deeper = tmp_path / "deeper.toml"
    text = TOML.read_text(encoding="utf-8").replace("version = 1", "version = 2")
    deeper.write_text(text.replace("level = 1 ", "level = 2 "), encoding="utf-8")
    assert (await run("check", str(deeper)))["unpayable"] == ["referrer-points"]
    await run("publish", str(deeper))
    assert (await run("programmes"))["programmes"] == [{"id": "two-sided", "version": 2}]
    first, second = (await run("programme", "two-sided"))["versions"]
    assert (first["changes"], second["by"]) == ([], "cli")
    assert any("level of reward referrer-points" in change for change in second["changes"])
    deeper.write_text("id = ", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        await run("check", str(deeper))
    with pytest.raises(NotFoundError):
        await run("programme", "none")


async def test_a_referral_is_listed_shown_and_decided(
    run: Any, database: Database, keyring: Keyring, rules: Rules, writer: Writer, tmp_path: Path
) -> None:
    stage = Stage(People(database, keyring, rules, writer))
    now = stage.now = system_clock()
    await stage.open()
    await stage.owner("ann", A)
    await stage.does(did("bob", "Referral Link Clicked", at=now - 2 * DAY, code=A, channel="wechat"))
    (told,) = (await run("list", "two-sided", "--progress", "clicked"))["referrals"]
    assert (told["code"], told["judgement"], told["friend"]) == (
        A,
        "unchecked",
        await stage.people.one_id("bob"),
    )
    assert (await run("list", "two-sided", "--judgement", "flagged"))["referrals"] == []
    for _ in range(2):
        decided = await run(
            "decide", told["id"], "rejected", "--note", "Ann says no.", "--idempotency-key", "once"
        )
        assert [one["outcome"] for one in decided["decisions"]] == ["rejected"]
    await stage.at(system_clock())
    tried = await run("simulate", str(TOML))
    assert (tried["referrals"], tried["progress"], tried["judgement"]) == (1, {"clicked": 1}, {"rejected": 1})
    assert {rule["rule"]: rule["count"] for rule in tried["rules"]} == {
        "referrer-points": 0,
        "friend-credit": 0,
    }
    other = tmp_path / "rules.toml"
    other.write_text(RULES.read_text(encoding="utf-8"), encoding="utf-8")
    same = await run("what-if", str(other), "two-sided")
    assert (same["looked_at"], same["flagged"], same["cleared"], same["before"]) == (1, 0, 0, same["after"])
    shown = await run("show", told["id"])
    assert (shown["judgement"], shown["decisions"][0]["note"]) == ("rejected", "Ann says no.")
    assert (await run("reviews"))["reviews"] == []
    disabled = await run("disable", A.lower(), "--reason", "Posted on a forum")
    assert (disabled["code"], disabled["disabled"]) == (A, True)
    with pytest.raises(InputError, match="prospect"):
        await run("code", "two-sided", await stage.people.one_id("bob"))
    with pytest.raises(NotFoundError):
        await run("show", "none")
    with pytest.raises(NotFoundError):
        await run("claim", "none", "--accept", "--note", "x")
    with pytest.raises(NotFoundError):
        await run("review", "none", "--accept", "--note", "x")


async def test_claims_are_listed_and_decided(
    run: Any, database: Database, keyring: Keyring, rules: Rules, writer: Writer
) -> None:
    stage = Stage(People(database, keyring, rules, writer))
    now = stage.now = system_clock()
    await stage.open()
    await stage.owner("ann", A)
    await stage.does(*bought("bob", "o1", at=now - 2 * DAY))
    bob = await stage.people.one_id("bob")
    row = await database.read_one("referral.list_orders", oneId=bob)
    assert row is not None
    order = global_id(ORDER, public_id(row[0][0][0]))
    claiming = ("claim-order", "two-sided", bob, order, "--evidence", "Seen.", "--idempotency-key", "once")
    made = [await run(*claiming, "--code", A.lower(), "--code", f"{B}=3") for _ in range(2)]
    assert made[0] == made[1], "the same key makes one claim"
    (told,) = (await run("claims"))["claims"]
    assert (told["id"], told["codes"], told["evidence"], told["friend"]) == (
        made[0]["id"],
        {A: 1, B: 3},
        "Seen.",
        bob,
    )
    for codes, what in (((A, A), "twice"), ((f"{A}=much",), "no number"), ((f"{A}=0",), "1 to 1,000")):
        with pytest.raises(InputError, match=what):
            await run(*claiming, *(word for code in codes for word in ("--code", code)))
    with pytest.raises(NotFoundError, match="no such order"):
        await run("claim-order", "two-sided", bob, "none", "--code", A, "--evidence", "Seen.")
    for _ in range(2):
        decided = await run("claim", told["id"], "--refuse", "--note", "No.")
        assert (decided["state"], decided["note"]) == ("refused", "No.")
    assert (await run("claims"))["claims"] == []


async def test_an_activity_is_reported_once_for_each_key(
    run: Any, database: Database, keyring: Keyring, rules: Rules, writer: Writer
) -> None:
    stage = Stage(People(database, keyring, rules, writer))
    stage.now = system_clock()
    await stage.open(load_terms(PROGRAMMES / "contribution.toml"))
    await stage.does(*bought("ann", "o1", at=stage.now - 9 * DAY))
    ann = await stage.people.one_id("ann")
    reporting = ("report-activity", "contribution", ann, "feedbackUseful", "--idempotency-key", "once")
    with pytest.raises(InputError, match="confirmed"):
        await run(*reporting)
    for _ in range(2):
        told = (await run(*reporting, "--confirmed"))["outcomes"]
        assert [(one["rule"], one["result"], one["amount"]) for one in told] == [
            ("feedback-points", "granted", 66),
            ("feedback-status", "granted", 3),
        ]
    assert [(has[0], has[3]) for has in await stage.rewards()] == [
        ("feedback-points", 66),
        ("feedback-status", 3),
    ]
    with pytest.raises(NotFoundError, match="rewards no such act"):
        await run("report-activity", "contribution", ann, "singing")
