from __future__ import annotations

import errno
import hashlib
import os
import socket
import stat
from pathlib import Path

import pytest

from graph.errors import RuntimeProvisionError
from graph.runtime.server_settings import Memory
from graph.runtime.store import StoreFolder, folder_error, hold, initial_auth, port_is_free

MEMORY = Memory(256, 64)


def test_prepared_folder_is_private_and_keeps_its_password(tmp_path: Path) -> None:
    folder = StoreFolder.of(tmp_path / "new" / "data")
    assert not folder.exists
    folder.prepare(memory=MEMORY, port=20_001)
    password = folder.password()
    folder.prepare(memory=MEMORY, port=20_002)
    assert folder.exists
    assert folder.password() == password
    assert len(password) >= 32
    assert "127.0.0.1:20002" in (folder.conf / "neo4j.conf").read_text()
    assert password not in (folder.conf / "neo4j.conf").read_text()
    for path in (tmp_path / "new").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_initial_auth_is_what_the_server_checks() -> None:
    user, hashed = initial_auth("neo4j", "secret").strip().rstrip(":").split(":", 1)
    algorithm, digest, salt, rounds = hashed.split(",")
    expected = hashlib.sha256(bytes.fromhex(salt) + b"secret").digest()
    for _ in range(int(rounds) - 1):
        expected = hashlib.sha256(expected).digest()
    assert (user, algorithm, digest) == ("neo4j", "SHA-256", expected.hex())


def test_store_without_its_password_is_refused(tmp_path: Path) -> None:
    folder = StoreFolder.of(tmp_path)
    (folder.home / "data" / "databases").mkdir(parents=True)
    with pytest.raises(RuntimeProvisionError, match="password cannot be read") as failure:
        folder.prepare(memory=MEMORY, port=20_001)
    assert "backup" in failure.value.remedy
    assert not folder.password_file.exists()


def test_port_is_kept_unless_it_is_taken(tmp_path: Path) -> None:
    folder = StoreFolder.of(tmp_path)
    port = folder.choose_port()
    folder.prepare(memory=MEMORY, port=port)
    assert folder.choose_port() == port
    assert folder.choose_port(avoid=port) != port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert not port_is_free(port)
        assert folder.choose_port() != port
    folder.port_file.write_text("nonsense")
    assert folder.choose_port() in range(20_000, 32_000)


def test_lock_is_held_by_one(tmp_path: Path) -> None:
    first = hold(tmp_path / "lock")
    assert first is not None
    assert hold(tmp_path / "lock") is None
    os.close(first)
    second = hold(tmp_path / "lock")
    assert second is not None
    os.close(second)


def test_last_output_is_short_and_survives_bad_bytes(tmp_path: Path) -> None:
    folder = StoreFolder.of(tmp_path)
    assert folder.last_output() == []
    folder.logs.mkdir(parents=True)
    folder.output.write_bytes(b"\n".join(b"line %d \xff" % n for n in range(10_000)))
    assert folder.last_output(2) == ["line 9998 \ufffd", "line 9999 \ufffd"]


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EACCES, "cannot be written")]
)
def test_folder_errors_name_the_folder_and_the_setting(number: int, words: str, tmp_path: Path) -> None:
    error = folder_error(tmp_path, OSError(number, os.strerror(number)))
    assert words in error.message
    assert str(tmp_path) in error.message
    assert "GUANXI_DATA_DIR" in error.remedy
