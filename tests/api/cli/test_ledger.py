"""`guanxi ledger` against a real Neo4j of the test run."""

from __future__ import annotations

import asyncio
import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.ledger import app
from graph.clock import isoformat, system_clock
from graph.db.database import Database
from graph.errors import InputError, NotFoundError
from graph.identity.rules import Rules
from graph.ingest.writer import Writer
from graph.ledger.commands import Approve, Grant, Mature, Share
from graph.ledger.model import Side
from graph.ledger.repository import LedgerRepository
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from tests.graph.judgement.people import People, said
from tests.graph.ledger.lives import published

AT = 1_795_000_000_000_000


@pytest.fixture
def run(database: Database, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in a thread of its own, as a process would, on the test run's database."""
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.username)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password.get_secret_value())
    monkeypatch.setenv("GUANXI_DATA_DIR", str(tmp_path / "cli"))

    async def call(*arguments: str, code: int = 0) -> Any:
        answer = await asyncio.to_thread(
            CliRunner().invoke, app, [*arguments, "--json"], catch_exceptions=False
        )
        assert answer.exit_code == code, answer.output
        return json.loads(answer.stdout)

    return call


@pytest.fixture
async def profiles(database: Database, keyring: Keyring, rules: Rules, writer: Writer) -> dict[str, str]:
    """Two people, and a programme: the oneId of each by profile."""
    await published(database, "two-sided")
    await People(database, keyring, rules, writer).bring(said("a"), said("b"))
    rows = await database.run_schema(
        "CYPHER 5 MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User) "
        "RETURN p.id AS p, u.oneId AS u ORDER BY u"
    )
    return {row["p"]: row["u"] for row in rows}


async def granted(database: Database, profiles: dict[str, str], unit: str, *, amount: int) -> tuple[str, ...]:
    """A grant to both people; the keys of its rewards."""
    shares = tuple(Share(side, id_, unit, amount) for side, id_ in zip(Side, profiles, strict=True))
    grant = Grant("two-sided", f"r {unit}", "rule", "delivered 0", AT, shares)
    await LedgerRepository(database).post([grant])
    return tuple(f"{grant.key}:{side}" for side in Side)


async def test_from_a_budget_to_a_statement(run: Any, database: Database, profiles: dict[str, str]) -> None:
    one_id = next(iter(profiles.values()))
    funding = ("fund", "two-sided", "points", "10000", "--floor", "100", "--idempotency-key", "k")
    assert [(await run(*funding))["repeated"] for _ in range(2)] == [False, True]
    keys = await granted(database, profiles, "points", amount=500)
    listed = await run("rewards", "--programme", "two-sided", "--state", "pending", "--limit", "1")
    assert [one["key"] for one in listed["rewards"]] == [keys[0]]
    rest = await run("rewards", "--before", str(listed["next"]))
    assert [(one["key"], one["state"], one["amount"]) for one in rest["rewards"]] == [
        (keys[1], "pending", 500)
    ]
    approved = await run("approve", *keys, "--reason", "Looked at")
    assert [one["result"] for one in approved["outcomes"]] == ["approved"] * 2
    await LedgerRepository(database).post([Mature("m", keys, "matured", AT)])
    spent = await run("redeem", one_id, "two-sided", "points", "120", "--reason", "Winter tyres")
    assert [(one["result"], one["amount"]) for one in spent["outcomes"]] == [("redeemed", 120)]
    (has,) = (await run("balances", one_id))["balances"]
    assert (has["pending"], has["available"], has["spent"]) == (0, 380, 120)
    (had,) = (await run("balances", one_id, "--at", "2020-01-01"))["balances"]
    assert (had["available"], had["spent"]) == (0, 0)
    (stands,) = (await run("accounts", "two-sided"))["units"]
    assert (stands["funded"], stands["floor"], stands["outstanding"], stands["owed"]) == (
        10_000,
        100,
        880,
        120,
    )
    back = await run("reverse", keys[1], "--policy", "unlimited")
    assert [one["result"] for one in back["outcomes"]] == ["reversed"]
    lines = (await run("statement", one_id, "--language", "zh", "--limit", "1"))["lines"]
    assert [line["sentence"] for line in lines] == ["您使用了120积分（Winter tyres）。"]
    assert (await run("reconcile"))["well"]
    await database.run_schema("CYPHER 5 MATCH (a:Account {kind: 'budget'}) SET a.balance = 1")
    found = await run("reconcile", code=1)
    await database.run_schema("CYPHER 5 MATCH (a:Account {kind: 'budget'}) SET a.balance = 9500")
    assert [(one["what"], one["stands"], one["postings"]) for one in found["differences"]] == [
        ("balance", 1, 9_500)
    ]


async def test_a_payout_goes_out_and_comes_back(
    run: Any, database: Database, profiles: dict[str, str], tmp_path: Path
) -> None:
    await run("fund", "two-sided", "CNY", "10000.00")
    keys = await granted(database, profiles, "CNY", amount=350_05)
    await LedgerRepository(database).post([Approve("a", keys, "clear", AT), Mature("m", keys, "matured", AT)])
    out = tmp_path / "payout.csv"
    told = await run("payout", "2026-11", "two-sided", "CNY", "--out", str(out))
    assert (told["claimed"], told["claims"]) == (2, 2)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [(row["unit"], row["amount"], row["paidAt"]) for row in rows] == [("CNY", "350.05", "")] * 2
    assert {row["oneId"] for row in rows} == set(profiles.values())
    rows[0]["paidAt"] = isoformat(system_clock() - 1_000_000)
    rows[1] |= {"paidAt": "soon"}
    with out.open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    told = await run("paid", str(out), code=1)
    assert (told["paid"], told["repeated"], [one["line"] for one in told["wrong"]]) == (1, 0, [3])
    told = await run("payout", "2026-11", "two-sided", "CNY", "--out", str(out))
    assert (told["claimed"], told["claims"]) == (0, 2)
    again = await run("paid", str(out))
    assert (again["paid"], again["repeated"]) == (0, 1)
    (stands,) = (await run("accounts", "two-sided"))["units"]
    assert (stands["claimed"], stands["owed"], stands["paid"]) == (700_10, 350_05, 350_05)


async def test_what_is_wrong_is_told(run: Any, tmp_path: Path) -> None:
    for arguments in (
        ("fund", "two-sided", "points", "1.5"),
        ("fund", "two-sided", "CNY", "much"),
        ("fund", "two-sided", "RMB", "1"),
        ("payout", "2026-11", "two-sided", "points", "--out", str(tmp_path / "x.csv")),
        ("payout", "2026-11", "two-sided", "CNY", "--out", str(tmp_path / "none" / "x.csv")),
    ):
        with pytest.raises(InputError):
            await run(*arguments)
    for arguments in (
        ("balances", "nobody"),
        ("statement", "nobody"),
        ("approve", "none"),
        ("fund", "two", "CNY", "1"),
    ):
        with pytest.raises(NotFoundError):
            await run(*arguments)
    assert not (tmp_path / "x.csv").exists()
