"""`guanxi keyring`: status and rotate, for people and for programs."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from api.cli.keyring import app
from graph.errors import KeyringError
from graph.privacy.keyring import Keyring
from graph.settings import Settings

OLD, NEW = (b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUANXI_DATA_DIR", str(tmp_path / "data"))
    for name in ("GUANXI_MASTER_KEY", "GUANXI_NEW_MASTER_KEY", "GUANXI_KEYRING_PATH"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def make() -> str:
    with Keyring.open(Settings()) as keyring:
        keyring.allot([("crm", "1"), ("crm", "2")])
        return keyring.id


def test_status() -> None:
    keyring_id = make()
    shown = run("status", "--json")
    assert shown.exit_code == 0
    status = orjson.loads(shown.stdout)
    assert status["id"] == keyring_id
    assert (status["key_version"], status["rotating"], status["profiles"], status["shredded"]) == (
        1,
        False,
        2,
        0,
    )
    assert "2 with a key, 0 shredded" in run("status").stdout


def test_status_makes_no_keyring(tmp_path: Path) -> None:
    shown = run("status")
    assert shown.exit_code != 0
    assert isinstance(shown.exception, KeyringError)
    assert not (tmp_path / "data").exists()


def test_rotate_with_a_key_file(tmp_path: Path) -> None:
    make()
    before = (tmp_path / "data" / "master.key").read_text()
    shown = run("rotate", "--json")
    assert orjson.loads(shown.stdout)["key_version"] == 2
    after = (tmp_path / "data" / "master.key").read_text()
    assert after != before
    assert after.strip() not in shown.output
    assert "version 3" in run("rotate").stdout


def test_rotate_with_a_key_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANXI_MASTER_KEY", OLD)
    make()
    refused = run("rotate")
    assert isinstance(refused.exception, KeyringError)
    assert "GUANXI_NEW_MASTER_KEY" in str(refused.exception)
    monkeypatch.setenv("GUANXI_NEW_MASTER_KEY", NEW)
    done = run("rotate")
    assert done.exit_code == 0
    assert "set GUANXI_MASTER_KEY" in done.stderr
    assert NEW not in done.output
    monkeypatch.setenv("GUANXI_MASTER_KEY", NEW)
    assert orjson.loads(run("status", "--json").stdout)["key_version"] == 2


def test_rotate_to_a_key_in_a_file(tmp_path: Path) -> None:
    make()
    new = tmp_path / "new.key"
    assert "there is no file" in run("rotate", "--new-key-file", str(new)).output.replace("\n", " ")
    new.touch(mode=0o600)
    new.write_text(NEW)
    assert run("rotate", "--new-key-file", str(new)).exit_code == 0
    assert (tmp_path / "data" / "master.key").read_text().strip() == NEW
    new.chmod(0o644)
    assert isinstance(run("rotate", "--new-key-file", str(new)).exception, KeyringError)
