"""`guanxi source` against a real Neo4j of the test run."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.source import app
from graph.db.database import Database
from graph.errors import ConfigurationError, NotFoundError
from graph.runtime import Endpoint

SOURCES = """
[sources.shop-web]
kind = "website"
idSpace = "shop"
allowedOrigins = ["https://shop.example"]

[sources.dealer-12]
kind = "dms"
dealer = "12"

[sources.dealer-12.grades]
governmentId = "verified"
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text(SOURCES, encoding="utf-8")
    return path


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


async def test_apply_list_show(run: Any, sources: Path) -> None:
    applied = await run("apply", str(sources))
    assert json.loads(applied.output) == {"sources": {"dealer-12": "added", "shop-web": "added"}}

    again = await run("apply", str(sources))
    assert set(json.loads(again.output)["sources"].values()) == {"unchanged"}

    listed = json.loads((await run("list")).output)
    assert [source["name"] for source in listed["sources"]] == ["dealer-12", "shop-web"]

    shown = json.loads((await run("show", "dealer-12")).output)
    assert shown["dealer"] == "12"
    assert shown["identifiers"]["governmentId"] == {"scope": "*", "http": "verified", "file": "verified"}
    assert shown["identifiers"]["userId"]["scope"] == "dealer-12"


async def test_an_unknown_source_is_an_error_that_says_what_holds(run: Any) -> None:
    with pytest.raises(NotFoundError, match="defaults"):
        await run("show", "nobody")


async def test_a_wrong_file_is_refused_before_anything_is_started(run: Any, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[sources.web]\nkind = "webzite"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"sources\.web"):
        await run("apply", str(wrong))
