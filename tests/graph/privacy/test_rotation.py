"""A new master key: all keys re-wrapped, no sealed value touched, and it goes on from where it was killed."""

from __future__ import annotations

import signal
import sqlite3
from base64 import b64encode
from pathlib import Path

import pytest

from graph.errors import KeyringError
from graph.privacy.keyring import Keyring, ProfileKey
from graph.privacy.keystore import lock_alone
from graph.privacy.rotation import Rotation
from graph.privacy.seal import Sealer
from tests.graph.privacy.support import remains, settings_in, start

ITEMS = [("crm", f"record{number:04d}") for number in range(95)]
OLD, NEW, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))


def text(key: bytes) -> str:
    return b64encode(key).decode()


def wrapped_keys(folder: Path) -> dict[str, tuple[int, bytes]]:
    db = sqlite3.connect(folder / "keyring.sqlite")
    rows = db.execute(
        "SELECT profile_id, key_version, wrapped FROM profile_key"
        " UNION ALL SELECT purpose || source || month, key_version, wrapped FROM shared_key"
    ).fetchall()
    db.close()
    return {name: (version, wrapped) for name, version, wrapped in rows}


def filled(folder: Path, **given: object) -> tuple[list[ProfileKey], list[bytes], bytes, bytes]:
    """A keyring with keys, and values sealed under them."""
    with Keyring.open(settings_in(folder, **given)) as keyring:
        keys = keyring.allot(ITEMS)
        sealed = [Sealer(key.data_key, key.profile_id).seal("phone", b"+8613800001234") for key in keys]
        return keys, sealed, keyring.period_key("crm", "2026-11"), keyring.index_root


def check(keyring: Keyring, was: tuple[list[ProfileKey], list[bytes], bytes, bytes]) -> None:
    keys, sealed, period, root = was
    assert keyring.allot(ITEMS) == keys
    for key, value in zip(keyring.keys_for([key.profile_id for key in keys]).values(), sealed, strict=True):
        assert Sealer(key.data_key, key.profile_id).open("phone", value) == b"+8613800001234"
    assert (keyring.period_key("crm", "2026-11"), keyring.index_root) == (period, root)


def test_rotation_rewraps_every_key_and_nothing_else(tmp_path: Path) -> None:
    was = filled(tmp_path)
    before = wrapped_keys(tmp_path)
    old_key = (tmp_path / "master.key").read_text()
    seen: list[tuple[int, int]] = []
    with Keyring.open(settings_in(tmp_path)) as keyring:
        done = keyring.rotate_master(NEW, batch=20, progress=lambda *step: seen.append(step))
        check(keyring, was)
        status = keyring.status()
    assert done == len(before) == len(ITEMS) + 3
    assert [step for step, _ in seen] == [20, 40, 60, 80, 95, 95, 98]
    assert (status.key_version, status.rotating, status.unrotated) == (2, False, 0)
    after = wrapped_keys(tmp_path)
    assert after.keys() == before.keys()
    for name, (version, wrapped) in after.items():
        assert version == 2
        assert wrapped != before[name][1]
    assert (tmp_path / "master.key").read_text().strip() == text(NEW)
    assert not (tmp_path / "master.key.next").exists()
    left = remains(tmp_path)
    assert old_key.strip().encode() not in left
    assert not any(wrapped in left for _, wrapped in before.values())
    with Keyring.open(settings_in(tmp_path)) as reopened:
        check(reopened, was)
        assert reopened.rotate_master() == 98  # again, to a key made here
        check(reopened, was)


KILL_POINTS = {
    "before anything is recorded": "MasterKeys.add = die",
    "staged, not committed": "MasterKeySource.stage = after(MasterKeySource.stage)",
    "recorded, nothing re-wrapped": "Rotation._rewrap_all = die",
    "in the middle": "Rotation._rewrap_profiles = after(Rotation._rewrap_profiles, calls=3)",
    "profiles done": "Rotation._rewrap_shared = die",
    "all re-wrapped": "MasterKeySource.replace = die",
    "new key in place": "MasterKeySource.replace = after(MasterKeySource.replace)",
    "old version retired": "MasterKeySource.unstage = die",
}


@pytest.mark.parametrize("in_setting", [False, True], ids=["file", "setting"])
@pytest.mark.parametrize("point", KILL_POINTS)
def test_a_killed_rotation_goes_on(tmp_path: Path, point: str, in_setting: bool) -> None:
    old = {"master_key": text(OLD)} if in_setting else {}
    new = {"master_key": text(NEW)} if in_setting else {}
    was = filled(tmp_path, **old)
    program = f"""
    from graph.privacy.master import MasterKeySource
    from graph.privacy.rotation import MasterKeys, Rotation
    def die(*args, **kwargs):
        os.kill(os.getpid(), signal.SIGKILL)
    def after(method, calls=1):
        left = [calls]
        def step(*args):
            answer = method(*args)
            left[0] -= 1
            return answer if left[0] else die()
        return step
    {KILL_POINTS[point]}
    keyring.rotate_master(bytes([2]) * 32, batch=20)
    """
    killed = start(program, tmp_path, environment={"GUANXI_MASTER_KEY": text(OLD)} if in_setting else None)
    killed.communicate(timeout=30)
    assert killed.returncode == -signal.SIGKILL
    usable = new if point == "old version retired" else old
    with Keyring.open(settings_in(tmp_path, **usable)) as keyring:
        check(keyring, was)  # usable as it was left
        assert keyring.allot([("crm", "new meanwhile")])
        if keyring.status().key_version == 1 or keyring.status().rotating:
            keyring.rotate_master(NEW, batch=20)
        check(keyring, was)
        status = keyring.status()
        assert (status.key_version, status.rotating, status.unrotated) == (2, False, 0)
    with Keyring.open(settings_in(tmp_path, **new)) as keyring:
        check(keyring, was)
    if not in_setting:
        assert (tmp_path / "master.key").read_text().strip() == text(NEW)


def test_an_unfinished_rotation_goes_on_without_naming_the_key(tmp_path: Path) -> None:
    was = filled(tmp_path)
    stop_half_way(tmp_path, NEW)
    with Keyring.open(settings_in(tmp_path)) as keyring:
        assert keyring.status().rotating
        assert keyring.status().unrotated == 58
        assert keyring.rotate_master() == 58
        check(keyring, was)
    assert (tmp_path / "master.key").read_text().strip() == text(NEW)


def test_the_old_master_key_is_needed_until_all_is_done(tmp_path: Path) -> None:
    was = filled(tmp_path, master_key=text(OLD))
    stop_half_way(tmp_path, NEW, master_key=text(OLD))
    with pytest.raises(KeyringError, match=r"unfinished.*old master key"):
        Keyring.open(settings_in(tmp_path, master_key=text(NEW)))
    with Keyring.open(settings_in(tmp_path, master_key=text(OLD))) as keyring:
        keyring.rotate_master(NEW)
    with pytest.raises(KeyringError, match=r"does not open .*rotated"):
        Keyring.open(settings_in(tmp_path, master_key=text(OLD)))
    with Keyring.open(settings_in(tmp_path, master_key=text(NEW))) as keyring:
        check(keyring, was)


def test_the_new_key_alone_ends_a_rotation_that_was_killed_at_its_last_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    was = filled(tmp_path, master_key=text(OLD))
    with (
        Keyring.open(settings_in(tmp_path, master_key=text(OLD))) as keyring,
        monkeypatch.context() as patched,
    ):
        patched.setattr(Rotation, "_retire", lambda _: None)
        keyring.rotate_master(NEW)
        assert keyring.status().rotating
    with Keyring.open(settings_in(tmp_path, master_key=text(NEW))) as keyring:
        assert not keyring.status().rotating
        check(keyring, was)
    assert not (tmp_path / "master.key.next").exists()


def test_the_new_key_is_never_on_disk_in_the_clear_where_the_operator_keeps_it(tmp_path: Path) -> None:
    filled(tmp_path, master_key=text(OLD))
    stop_half_way(tmp_path, NEW, master_key=text(OLD))
    assert (tmp_path / "master.key.next").stat().st_mode & 0o777 == 0o600
    left = remains(tmp_path)
    for key in (OLD, NEW):
        assert key not in left
        assert text(key).encode() not in left


def test_a_lost_staged_key_can_be_given_again(tmp_path: Path) -> None:
    was = filled(tmp_path)
    stop_half_way(tmp_path, NEW)
    (tmp_path / "master.key.next").unlink()
    # The keys already under the new one do not open until it is given.
    with Keyring.open(settings_in(tmp_path)) as keyring:
        with pytest.raises(KeyringError, match="was rotated"):
            keyring.allot(ITEMS)
        with pytest.raises(KeyringError, match="new master key is missing"):
            keyring.rotate_master()
        with pytest.raises(KeyringError, match="new master key is missing"):
            keyring.rotate_master(OTHER)
        keyring.rotate_master(NEW)
        check(keyring, was)


def test_running_processes_follow_a_rotation(tmp_path: Path) -> None:
    was = filled(tmp_path)
    with Keyring.open(settings_in(tmp_path)) as bystander, Keyring.open(settings_in(tmp_path)) as rotating:
        during: list[ProfileKey] = []

        def meanwhile(done: int, total: int) -> None:
            during.extend(bystander.allot([("web", f"{done}")]))

        rotating.rotate_master(NEW, batch=20, progress=meanwhile)
        check(bystander, was)
        late = bystander.allot([("web", "late")])
        assert len(during) > 5
        assert rotating.keys_for([key.profile_id for key in during + late]) == {
            key.profile_id: key for key in during + late
        }
    assert {version for version, _ in wrapped_keys(tmp_path).values()} == {2}


def test_a_process_that_slept_through_a_rotation_follows(tmp_path: Path) -> None:
    was = filled(tmp_path)
    with Keyring.open(settings_in(tmp_path)) as sleeper:
        with Keyring.open(settings_in(tmp_path)) as rotating:
            rotating.rotate_master(NEW)
            rotating.rotate_master(OTHER)
        check(sleeper, was)
        assert sleeper.allot([("web", "late")])


def test_where_a_setting_holds_the_key_a_sleeper_is_told(tmp_path: Path) -> None:
    filled(tmp_path, master_key=text(OLD))
    with Keyring.open(settings_in(tmp_path, master_key=text(OLD))) as sleeper:
        with Keyring.open(settings_in(tmp_path, master_key=text(OLD))) as rotating:
            rotating.rotate_master(NEW)
        with pytest.raises(KeyringError, match="does not open"):
            sleeper.allot(ITEMS)


def test_one_rotation_at_a_time_and_one_key_at_a_time(tmp_path: Path) -> None:
    filled(tmp_path)
    stop_half_way(tmp_path, NEW)
    with Keyring.open(settings_in(tmp_path)) as keyring:
        with pytest.raises(KeyringError, match=r"another master key is unfinished"):
            keyring.rotate_master(OTHER)
        with lock_alone(tmp_path / "keyring.sqlite", "rotation") as alone:
            assert alone
            with pytest.raises(KeyringError, match="Another rotation is running"):
                keyring.rotate_master(NEW)


def test_unfit_new_keys_are_refused(tmp_path: Path) -> None:
    was = filled(tmp_path, master_key=text(OLD))
    with Keyring.open(settings_in(tmp_path, master_key=text(OLD))) as keyring:
        with pytest.raises(KeyringError, match="is the old one"):
            keyring.rotate_master(OLD)
        with pytest.raises(KeyringError, match="5 bytes"):
            keyring.rotate_master(b"short")
        with pytest.raises(KeyringError, match="0 bytes"):
            keyring.rotate_master(b"")
        with pytest.raises(KeyringError, match=r"has to be given.*GUANXI_NEW_MASTER_KEY"):
            keyring.rotate_master()
        assert keyring.status().key_version == 1
        check(keyring, was)


class Stop(Exception):
    """Ends a rotation as a kill would: nothing after the last commit."""


def stop_half_way(folder: Path, new: bytes, **given: object) -> None:
    """Leaves a rotation with 40 of 98 keys re-wrapped."""

    def stop(done: int, total: int) -> None:
        if done == 40:
            raise Stop

    with Keyring.open(settings_in(folder, **given)) as keyring, pytest.raises(Stop):
        keyring.rotate_master(new, batch=20, progress=stop)
