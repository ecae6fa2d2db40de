"""`guanxi audit`: the record, listed and exported."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from graph.access.audit import AuditLog, ConsoleRun, Disclosure
from graph.errors import InputError
from graph.settings import load_settings

ONE = Disclosure(
    at=1_795_000_000_000_000,
    key_id="k1",
    role="steward",
    purpose="support",
    operation="user",
    fields=("Identifier.value",),
    subjects=("u1", "u2", "u3", "u4"),
)
OTHER = replace(ONE, at=ONE.at + 86_400_000_000, key_id="k2", purpose="stewardship", subjects=())


@pytest.fixture
def folder(tmp_path: Path) -> str:
    AuditLog(load_settings(data_dir=tmp_path).audit_file).append([ONE, OTHER])
    return str(tmp_path)


def listed(folder: str, *options: str) -> list[str]:
    result = CliRunner().invoke(app, ["audit", "list", "--data-dir", folder, "--json", *options])
    assert result.exit_code == 0, result.output
    return [one["key_id"] for one in json.loads(result.stdout)]


def test_it_is_listed_by_what_is_asked(folder: str) -> None:
    assert listed(folder) == ["k1", "k2"]
    assert listed(folder, "--key", "k2") == ["k2"]
    assert listed(folder, "--purpose", "support") == ["k1"]
    assert listed(folder, "--one-id", "u3") == ["k1"]
    assert listed(folder, "--limit", "1") == ["k1"]
    assert listed(folder, "--since", "2026-11-19T00:00:00Z") == ["k2"]
    assert listed(folder, "--until", "2026-11-19T00:00:00Z") == ["k1"]


def test_lines_say_when_who_what_for_and_of_whom(folder: str) -> None:
    first, second = CliRunner().invoke(app, ["audit", "list", "--data-dir", folder]).stdout.splitlines()
    assert "k1  steward  support" in first
    assert first.endswith("user  u1, u2, u3 and 1 more")
    assert "stewardship" in second


def test_all_is_exported_into_a_new_file_only(folder: str, tmp_path: Path) -> None:
    target = tmp_path / "audit.jsonl"
    arguments = ["audit", "export", str(target), "--data-dir", folder]
    assert "2 answers" in CliRunner().invoke(app, arguments).stdout
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [line["subjects"] for line in lines] == [["u1", "u2", "u3", "u4"], []]
    assert lines[0]["at"].startswith("2026-11-18T")
    assert isinstance(CliRunner().invoke(app, arguments).exception, InputError)


def test_runs_of_the_console_are_shown(tmp_path: Path) -> None:
    run = ConsoleRun(
        at=ONE.at, run="r-1", key_id="k9", role="analyst", purpose="", mode="run", statement="MATCH (n)\nRETURN n",
        parameters=("city",), revealed=(), rows=3, micros=1_500, outcome="done",
    )  # fmt: skip
    AuditLog(load_settings(data_dir=tmp_path).audit_file).append(
        [run, replace(run, key_id="k8", outcome="writes"), ONE]
    )
    shown = CliRunner().invoke(app, ["audit", "runs", "--data-dir", str(tmp_path)]).stdout.splitlines()
    assert len(shown) == 2
    assert shown[0].endswith("k9  analyst  done         3 rows 0.002 s  MATCH (n) RETURN n")
    told = CliRunner().invoke(app, ["audit", "runs", "--data-dir", str(tmp_path), "--json", "--key", "k8"])
    assert [(one["outcome"], one["parameters"]) for one in json.loads(told.stdout)] == [("writes", ["city"])]
    assert listed(str(tmp_path)) == ["k1"]
