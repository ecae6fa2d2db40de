"""Master keys and keyrings that are missing, wrong, lost or damaged say so, and what to do."""

from __future__ import annotations

import errno
import os
import sqlite3
from base64 import b64encode
from pathlib import Path

import pytest

from graph.errors import KeyringError
from graph.privacy.keyring import Keyring
from graph.privacy.master import Wrapper
from tests.graph.privacy.support import settings_in

KEY = b64encode(bytes(range(32))).decode()
OTHER = b64encode(bytes(range(1, 33))).decode()


def test_the_setting_is_used_and_no_file_is_made(tmp_path: Path) -> None:
    with Keyring.open(settings_in(tmp_path, master_key=KEY)) as keyring:
        (key,) = keyring.allot([("crm", "1")])
        assert keyring.status().master_key == "GUANXI_MASTER_KEY"
    assert not (tmp_path / "master.key").exists()
    with Keyring.open(settings_in(tmp_path, master_key=f" {KEY}\n")) as keyring:
        assert keyring.allot([("crm", "1")]) == [key]


def test_the_master_key_lies_beside_a_keyring_named_by_path(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "keys.sqlite"
    with Keyring.open(settings_in(tmp_path / "data", keyring_path=path)) as keyring:
        assert keyring.status().path == str(path)
    assert (path.parent / "master.key").exists()
    assert not (tmp_path / "data").exists()


def test_a_wrong_master_key(tmp_path: Path) -> None:
    Keyring.open(settings_in(tmp_path, master_key=KEY)).close()
    with pytest.raises(
        KeyringError, match=r"GUANXI_MASTER_KEY does not open the keyring .*keyring\.sqlite"
    ) as wrong:
        Keyring.open(settings_in(tmp_path, master_key=OTHER))
    assert OTHER not in str(wrong.value)


def test_a_missing_master_key(tmp_path: Path) -> None:
    Keyring.open(settings_in(tmp_path)).close()
    (tmp_path / "master.key").unlink()
    with pytest.raises(KeyringError, match=r"no master key is in .*master\.key\. Restore it"):
        Keyring.open(settings_in(tmp_path))
    assert not (tmp_path / "master.key").exists()  # a fresh one would hide the loss


@pytest.mark.parametrize("text", ["secret", KEY[:-4], KEY + KEY, "ключ", "!" * 44])
def test_a_master_key_that_is_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(KeyringError, match="GUANXI_MASTER_KEY is not 32 bytes in base64") as wrong:
        Keyring.open(settings_in(tmp_path, master_key=text))
    assert text not in str(wrong.value)
    Keyring.open(settings_in(tmp_path / "file")).close()
    (tmp_path / "file" / "master.key").write_text(text, encoding="utf-8")
    with pytest.raises(KeyringError, match=r"master\.key is not 32 bytes in base64"):
        Keyring.open(settings_in(tmp_path / "file"))


def test_an_empty_setting_is_none_and_an_empty_file_is_wrong(tmp_path: Path) -> None:
    """Compose files pass `GUANXI_MASTER_KEY=` where it is not set."""
    with Keyring.open(settings_in(tmp_path, master_key="")) as keyring:
        assert keyring.status().master_key == str(tmp_path / "master.key")
    (tmp_path / "master.key").write_text("")
    with pytest.raises(KeyringError, match=r"master\.key is not 32 bytes in base64"):
        Keyring.open(settings_in(tmp_path))


def test_a_refused_first_start_can_be_repeated(tmp_path: Path) -> None:
    with pytest.raises(KeyringError):
        Keyring.open(settings_in(tmp_path, master_key="secret"))
    with Keyring.open(settings_in(tmp_path, master_key=KEY)) as keyring:
        assert keyring.allot([("crm", "1")])


def test_a_lost_keyring(tmp_path: Path) -> None:
    with Keyring.open(settings_in(tmp_path)) as keyring:
        known_to_graph = keyring.id
        keyring.check_same(known_to_graph)
    for path in tmp_path.glob("keyring.sqlite*"):
        path.unlink()
    with pytest.raises(KeyringError, match=r"no keyring at .*keyring\.sqlite.*restore it"):
        Keyring.open(settings_in(tmp_path), create=False)
    assert not (tmp_path / "keyring.sqlite").exists()
    lost = pytest.raises(KeyringError, match=rf"belongs to keyring {known_to_graph}.*keyring is lost")
    with Keyring.open(settings_in(tmp_path)) as fresh, lost:
        fresh.check_same(known_to_graph)


def test_a_copy_made_while_the_keyring_is_in_use_is_whole(tmp_path: Path) -> None:
    """The command that docs/security.md gives for backups."""
    with Keyring.open(settings_in(tmp_path, master_key=KEY)) as keyring:
        keys = keyring.allot([("crm", f"{number}") for number in range(50)])
        db = sqlite3.connect(tmp_path / "keyring.sqlite")
        db.execute("VACUUM INTO ?", [str(tmp_path / "backup.sqlite")])
        db.close()
    copy = tmp_path / "backup.sqlite"
    copy.chmod(0o600)
    with Keyring.open(settings_in(tmp_path, master_key=KEY, keyring_path=copy), create=False) as restored:
        assert restored.id == keyring.id
        assert restored.allot([("crm", f"{number}") for number in range(50)]) == keys


def test_an_empty_file_is_no_keyring(tmp_path: Path) -> None:
    (tmp_path / "keyring.sqlite").touch(mode=0o600)
    with pytest.raises(KeyringError, match="There is no keyring"):
        Keyring.open(settings_in(tmp_path), create=False)


def test_a_file_that_is_no_keyring(tmp_path: Path) -> None:
    path = tmp_path / "keyring.sqlite"
    path.touch(mode=0o600)
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 100)
    with pytest.raises(KeyringError, match=r"cannot be used: file is not a database.*backup"):
        Keyring.open(settings_in(tmp_path))
    path.write_bytes(b"")
    db = sqlite3.connect(path)
    db.executescript("CREATE TABLE other (x); PRAGMA user_version = 1;")
    db.close()
    with pytest.raises(KeyringError, match="is not a keyring"):
        Keyring.open(settings_in(tmp_path))


def test_a_keyring_of_a_newer_version(tmp_path: Path) -> None:
    Keyring.open(settings_in(tmp_path)).close()
    db = sqlite3.connect(tmp_path / "keyring.sqlite")
    db.execute("PRAGMA user_version = 2")
    db.close()
    with pytest.raises(KeyringError, match=r"has schema 2; this version knows 1.*newer guanxi"):
        Keyring.open(settings_in(tmp_path))


def test_a_damaged_or_exchanged_key_does_not_pass(tmp_path: Path) -> None:
    """Who can write the file cannot give one profile another's key."""
    with Keyring.open(settings_in(tmp_path)) as keyring:
        left, right = keyring.allot([("crm", "1"), ("crm", "2")])
    db = sqlite3.connect(tmp_path / "keyring.sqlite")
    db.execute(
        "UPDATE profile_key SET wrapped = (SELECT wrapped FROM profile_key WHERE profile_id = ?)"
        " WHERE profile_id = ?",
        (left.profile_id, right.profile_id),
    )
    db.commit()
    db.close()
    with Keyring.open(settings_in(tmp_path)) as keyring:
        assert keyring.allot([("crm", "1")]) == [left]
        with pytest.raises(KeyringError, match=f"damaged: profile/{right.profile_id}"):
            keyring.allot([("crm", "2")])


def test_a_full_disk_allots_nothing(tmp_path: Path) -> None:
    with Keyring.open(settings_in(tmp_path)) as keyring:
        with keyring._store.writing() as db:
            (pages,) = db.execute("PRAGMA page_count").fetchone()
            db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to be full
        with pytest.raises(KeyringError, match=r"disk is full.*free space"):
            keyring.allot([("crm", f"{number}") for number in range(1_000)])
        assert keyring.status().profiles == 0


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeyringError, match=f"cannot be read: {os.strerror(errno.ENOTDIR)}"):
        Keyring.open(settings_in(tmp_path / "file" / "data"))


def test_a_closed_keyring_says_so(tmp_path: Path) -> None:
    keyring = Keyring.open(settings_in(tmp_path))
    keyring.close()
    keyring.close()
    with pytest.raises(KeyringError, match="closed"):
        keyring.allot([("crm", "1")])


def test_wrapped_keys_are_bound_to_name_version_and_keyring() -> None:
    wrapper = Wrapper(bytes(32), "keyring")
    wrapped = wrapper.wrap(b"k" * 32, "profile", "1", version=1)
    assert wrapper.unwrap(wrapped, "profile", "1", version=1) == b"k" * 32
    assert wrapper.unwrap(wrapped, "profile", "2", version=1) is None
    assert wrapper.unwrap(wrapped, "profile1", "", version=1) is None
    assert wrapper.unwrap(wrapped, "profile", "1", version=2) is None
    assert Wrapper(bytes(32), "other").unwrap(wrapped, "profile", "1", version=1) is None
    assert Wrapper(b"1" * 32, "keyring").unwrap(wrapped, "profile", "1", version=1) is None
    assert wrapper.unwrap(wrapped[:5], "profile", "1", version=1) is None
