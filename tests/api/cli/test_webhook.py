"""`guanxi webhook` against a real Neo4j of the test run."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.webhook import app
from graph.db.database import Database
from graph.errors import InputError, NotFoundError
from graph.runtime import Endpoint
from graph.webhook.signing import read_secret

URL = "https://crm.example/hook?token=abc123"


@pytest.fixture
def run(database: Database, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in a thread of its own, as a process would, on the test run's database."""
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.username)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password.get_secret_value())
    monkeypatch.setenv("GUANXI_DATA_DIR", str(tmp_path / "cli"))

    async def call(*arguments: str) -> Any:
        return await asyncio.to_thread(
            CliRunner().invoke, app, [*arguments, "--json"], catch_exceptions=False
        )

    return call


async def test_an_endpoint_is_added_tested_rotated_and_removed(run: Any) -> None:
    added = json.loads((await run("add", URL, "--type", "referral.matured")).stdout)
    assert len(read_secret(added["secret"])) == 32
    listed = await run("list")
    assert "abc123" not in listed.stdout
    assert added["secret"] not in listed.stdout
    (shown,) = json.loads(listed.stdout)["endpoints"]
    assert (shown["host"], shown["types"], shown["state"]) == ("crm.example", ["referral.matured"], "active")
    rotated = json.loads((await run("rotate", added["id"], "--grace", "12h")).stdout)
    assert rotated["secret"] != added["secret"]
    waiting = json.loads((await run("test", added["id"])).stdout)["delivery"]
    (delivery,) = json.loads((await run("deliveries", added["id"], "--state", "pending")).stdout)[
        "deliveries"
    ]
    assert (delivery["id"], delivery["type"], delivery["attempts"]) == (waiting, "webhook.ping", 0)
    assert json.loads((await run("replay", waiting)).stdout) == {"replayed": 0}
    ranged = await run("replay", "--endpoint", added["id"], "--since", "1h", "--dead")
    assert json.loads(ranged.stdout) == {"replayed": 0}
    await run("remove", added["id"])
    assert json.loads((await run("list")).stdout) == {"endpoints": []}


async def test_what_is_wrong_is_told(run: Any) -> None:
    with pytest.raises(InputError):
        await run("add", "http://crm.example/")
    with pytest.raises(InputError):
        await run("replay")
    with pytest.raises(InputError):
        await run("deliveries", "none", "--state", "lost")
    with pytest.raises(NotFoundError):
        await run("test", "none")
