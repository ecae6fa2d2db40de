"""`guanxi ingest` and `guanxi export identities` against a real Neo4j of the test run."""

from __future__ import annotations

import asyncio
import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.ingest import app
from graph.db.database import Database
from graph.errors import ConfigurationError, InputError
from graph.runtime import Endpoint

MAPPING = '[people]\nrecordId = "no"\nphone = "mobile"\n'


@pytest.fixture
def run(database: Database, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in a thread of its own, as a process would, on the test run's database."""
    monkeypatch.setenv("NEO4J_URI", endpoint.uri)
    monkeypatch.setenv("NEO4J_USERNAME", endpoint.username)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password.get_secret_value())
    monkeypatch.setenv("GUANXI_DATA_DIR", str(tmp_path / "cli"))

    async def call(*arguments: str, given: bytes | None = None) -> Any:
        return await asyncio.to_thread(
            CliRunner().invoke, app, list(arguments), input=given, catch_exceptions=False
        )

    return call


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "m.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "p.csv"
    path.write_text("no,mobile\nC1,13912340001\nC2,guest\n,13912340003\n", encoding="utf-8")
    return path


async def test_files_by_default_in_json(run: Any, people: Path, mapping: Path) -> None:
    first = await run(str(people), "--source", "crm", "--mapping", str(mapping), "--json")
    assert first.exit_code == 0
    said = json.loads(first.stdout)
    assert (said["rows"], said["stored"], said["duplicates"], said["rejected"]) == (3, 2, 0, 1)
    assert sum(said["refusedIdentifiers"]["phone"].values()) == 1
    assert said["files"][0]["rejectedFile"] == f"{people}.rejected.csv"

    again = await run("--source", "crm", "--mapping", str(mapping), str(people))
    assert again.exit_code == 0
    assert "0 stored, 2 known already" in again.stdout
    assert "13912340003" not in again.output


async def test_standard_input(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = await run(
        "-", "--source", "crm", "--json", given=b'{"recordId": "C1", "phone": "13912340001"}\nx\n'
    )
    assert json.loads(said.stdout)["stored"] == 1
    assert stat.S_IMODE((tmp_path / "stdin.rejected.jsonl").stat().st_mode) == 0o600


async def test_a_file_of_which_nothing_can_be_taken_ends_with_1(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("recordId\nnull\nundefined\n", encoding="utf-8")
    said = await run(str(path), "--source", "crm")
    assert said.exit_code == 1
    assert "2 rejected" in said.stdout


async def test_mistakes_are_told_before_anything_is_started(
    tmp_path: Path, people: Path, mapping: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEO4J_URI", "bolt://127.0.0.1:1")
    for arguments, error, says in (
        ([str(tmp_path / "absent.csv"), "--source", "crm"], InputError, "absent.csv"),
        ([str(people), "--source", "c r m"], ConfigurationError, "name"),
        ([str(people), "--source", "crm", "--mapping", str(people)], ConfigurationError, "not TOML"),
    ):
        with pytest.raises(error, match=says):
            CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert CliRunner().invoke(app, [str(people)]).exit_code == 2
    assert CliRunner().invoke(app, [str(people), "--source", "crm", "--format", "xml"]).exit_code == 2


async def test_a_wrong_time_names_the_option(run: Any, people: Path, mapping: Path) -> None:
    with pytest.raises(InputError, match="--as-of"):
        await run(str(people), "--source", "crm", "--mapping", str(mapping), "--as-of", "01/02/2024")


async def test_replay_says_what_became_of_the_letters(run: Any) -> None:
    said = await run("replay", "--json")
    assert json.loads(said.stdout) == {"stored": 0, "duplicates": 0, "suppressed": 0, "remaining": {}}
    assert (await run("replay", "--source", "crm", "--reason", "poisoned")).stdout.startswith("Stored 0")


def test_help_is_there_for_all() -> None:
    for arguments in (["--help"], ["files", "--help"], ["replay", "--help"]):
        shown = CliRunner().invoke(app, arguments)
        assert shown.exit_code == 0
        assert "--source" in shown.stdout


async def test_identities_of_what_was_taken_in(run: Any, people: Path, mapping: Path, tmp_path: Path) -> None:
    from api.cli.export import app as export_app

    await run(str(people), "--source", "crm", "--mapping", str(mapping))
    out = tmp_path / "ids.csv"
    said = await asyncio.to_thread(
        CliRunner().invoke, export_app, ["identities", "--out", str(out), "--json"], catch_exceptions=False
    )
    assert json.loads(said.stdout) == {"file": str(out), "records": 2, "unreadable": 0}
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    head, *rows = csv.reader(out.read_text(encoding="utf-8").splitlines())
    assert head == ["source", "recordId", "oneId"]
    assert sorted(row[:2] for row in rows) == [["crm", "C1"], ["crm", "C2"]]
    shown = await asyncio.to_thread(CliRunner().invoke, export_app, ["identities", "--out", "-"])
    assert shown.stdout == out.read_text(encoding="utf-8")


def test_an_export_into_no_folder_is_told_at_once(tmp_path: Path) -> None:
    from api.cli.export import app as export_app

    with pytest.raises(InputError, match="no folder"):
        CliRunner().invoke(
            export_app, ["identities", "--out", str(tmp_path / "no" / "x.csv")], catch_exceptions=False
        )
