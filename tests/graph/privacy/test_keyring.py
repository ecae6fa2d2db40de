"""The keyring: one answer for ever, whoever asks, and nothing in the clear."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import stat
import threading
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import KeyringError
from graph.privacy import keyring as keyring_module
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring, ProfileKey
from graph.privacy.seal import Sealer
from tests.graph.privacy.support import remains, settings_in, start
from tests.laws import examples

ITEMS = [("crm", f"record{number:04d}") for number in range(500)]


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    with Keyring.open(settings_in(tmp_path)) as opened:
        yield opened


def test_allot_answers_the_same_for_ever(tmp_path: Path, keyring: Keyring) -> None:
    first = keyring.allot(ITEMS)
    assert len({key.profile_id for key in first}) == len({key.data_key for key in first}) == len(ITEMS)
    assert keyring.allot(ITEMS[::-1]) == first[::-1]
    keyring.close()
    with Keyring.open(settings_in(tmp_path)) as reopened:
        assert reopened.allot(ITEMS) == first
        assert reopened.id == keyring.id
        assert reopened.index_root == keyring.index_root


def test_allot_takes_repeats_known_new_and_nothing(keyring: Keyring) -> None:
    known = keyring.allot(ITEMS[:2])
    mixed = keyring.allot([ITEMS[1], ITEMS[2], ITEMS[1], ITEMS[0], ITEMS[2]])
    assert [mixed[0], mixed[3]] == [known[1], known[0]]
    assert mixed[0] == mixed[2]
    assert mixed[1] == mixed[4]
    assert keyring.allot([]) == []


def test_sources_are_apart(keyring: Keyring) -> None:
    left, right = keyring.allot([("crm", "a"), ("web", "a")])
    assert left.profile_id != right.profile_id
    assert left.data_key != right.data_key


def test_keys_for_answers_what_was_allotted(tmp_path: Path, keyring: Keyring) -> None:
    allotted = {key.profile_id: key for key in keyring.allot(ITEMS)}
    assert keyring.keys_for([*allotted, "unknown"]) == allotted
    with Keyring.open(settings_in(tmp_path)) as cold:
        assert cold.keys_for([*allotted, "unknown"]) == allotted
        assert cold.keys_for([]) == {}


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from(["crm", "web"]), st.sampled_from("abcdef")), max_size=6)))
def test_any_batches_agree_with_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[str, str]]]
) -> None:
    given_out: dict[tuple[str, str], ProfileKey] = {}
    with Keyring.open(settings_in(tmp_path_factory.mktemp("keyring"))) as keyring:
        for batch in batches:
            for item, key in zip(batch, keyring.allot(batch), strict=True):
                assert given_out.setdefault(item, key) == key
    assert len({key.profile_id for key in given_out.values()}) == len(given_out)


def test_the_cache_is_bounded_and_answers_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring_module, "CACHED_KEYS", 10)
    with Keyring.open(settings_in(tmp_path)) as keyring:
        first = keyring.allot(ITEMS)
        assert keyring.allot(ITEMS) == first
        assert repr(keyring._cache) == "KeyCache(held=10)"


def test_two_processes_agree_on_new_profiles(tmp_path: Path) -> None:
    program = """
    import json
    items = [("crm", f"record{n:04d}") for n in range(500)]
    print("ready", flush=True)
    sys.stdin.readline()
    order = items if sys.argv[2] == "up" else items[::-1]
    parts = [order[start:start + 50] for start in range(0, 500, 50)]
    answer = {item[1]: key for part in parts for item, key in zip(part, keyring.allot(part))}
    print(json.dumps({name: [key.profile_id, key.data_key.hex()] for name, key in answer.items()}))
    """
    # Both also open the keyring for the first time at once: one of them makes it.
    writers = [start(program, tmp_path, "up"), start(program, tmp_path, "down")]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    answers = [orjson.loads(writer.communicate(timeout=30)[0]) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert answers[0] == answers[1]
    assert len(answers[0]) == 500
    with Keyring.open(settings_in(tmp_path)) as keyring:
        mine = keyring.allot(ITEMS)
        assert {name: found[0] for name, found in answers[0].items()} == {
            item[1]: key.profile_id for item, key in zip(ITEMS, mine, strict=True)
        }


def test_threads_agree_on_new_profiles(keyring: Keyring) -> None:
    barrier = threading.Barrier(8)

    def work(number: int) -> list[ProfileKey]:
        barrier.wait(timeout=10)
        return keyring.allot(ITEMS[::-1] if number % 2 else ITEMS)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(work, range(8)))
    assert all(answer == (answers[1] if number % 2 else answers[0]) for number, answer in enumerate(answers))
    assert answers[0] == answers[1][::-1]


def test_killed_between_allotting_and_using_loses_nothing(tmp_path: Path) -> None:
    """The process dies after it allotted and sealed, before the graph could commit; its successor goes on."""
    program = """
    (key,) = keyring.allot([("crm", "record0000")])
    from graph.privacy.seal import Sealer
    sealed = Sealer(key.data_key, key.profile_id).seal("phone", b"+8613800001234")
    print(key.profile_id, sealed.hex(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = start(program, tmp_path)
    profile_id, sealed = killed.communicate(timeout=30)[0].split()
    assert killed.returncode == -signal.SIGKILL
    with Keyring.open(settings_in(tmp_path)) as keyring:
        (key,) = keyring.allot([("crm", "record0000")])
        assert key.profile_id == profile_id
        assert Sealer(key.data_key, profile_id).open("phone", bytes.fromhex(sealed)) == b"+8613800001234"


def test_killed_inside_a_write_frees_its_locks_and_leaves_nothing(tmp_path: Path) -> None:
    program = """
    with keyring._store.writing() as db:
        db.execute("INSERT INTO profile_key VALUES ('x', 'crm', 'half', 1, x'00')")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = start(program, tmp_path)
    killed.communicate(timeout=30)
    assert killed.returncode == -signal.SIGKILL
    with Keyring.open(settings_in(tmp_path)) as keyring:
        assert keyring.status().profiles == 0
        assert keyring.allot([("crm", "half")])[0].profile_id != "x"


def test_shredded_keys_are_gone_in_every_process_and_from_the_disk(tmp_path: Path, keyring: Keyring) -> None:
    doomed, spared = keyring.allot(ITEMS[:2])
    with Keyring.open(settings_in(tmp_path)) as other:
        assert other.keys_for([doomed.profile_id]) == {doomed.profile_id: doomed}  # cached over there
        with sqlite3.connect(tmp_path / "keyring.sqlite") as db:
            (wrapped,) = db.execute(
                "SELECT wrapped FROM profile_key WHERE profile_id = ?", (doomed.profile_id,)
            ).fetchone()
        db.close()
        assert wrapped in remains(tmp_path)
        keyring.shred(doomed.profile_id)
        keyring.shred(doomed.profile_id)
        keyring.shred("unknown")
        for ring in (keyring, other):
            assert ring.keys_for([doomed.profile_id, spared.profile_id]) == {spared.profile_id: spared}
        assert wrapped not in remains(tmp_path)
        back = other.allot(ITEMS[:2])
        assert back[0].profile_id != doomed.profile_id
        assert back[0].data_key != doomed.data_key
        assert back[1] == spared
        assert keyring.allot(ITEMS[:2]) == back
        assert keyring.status().shredded == 1


def test_a_key_read_before_a_shredding_is_not_cached_after_it(keyring: Keyring) -> None:
    (doomed,) = keyring.allot(ITEMS[:1])
    keyring.shred(doomed.profile_id)
    assert keyring.keys_for([doomed.profile_id]) == {}
    keyring._cache.put([(ITEMS[0], doomed)], as_of=0)  # a slow reader, back with what it read earlier
    assert keyring.keys_for([doomed.profile_id]) == {}
    assert keyring.allot(ITEMS[:1]) != [doomed]


def test_period_keys_are_kept_per_source_and_month(tmp_path: Path, keyring: Keyring) -> None:
    names = [("crm", "2026-11"), ("crm", "2026-12"), ("web", "2026-11")]
    keys = [keyring.period_key(*name) for name in names]
    assert len(set(keys)) == 3
    with Keyring.open(settings_in(tmp_path)) as other:
        assert [other.period_key(*name) for name in names] == keys
    for month in ("2026-13", "2026-1", "2026-11\n", "november"):
        with pytest.raises(KeyringError, match="is not a month"):
            keyring.period_key("crm", month)


def test_file_modes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    before = os.umask(0)
    try:
        with Keyring.open(settings_in(folder)) as keyring:
            keyring.allot(ITEMS)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    finally:
        os.umask(before)
    assert {"keyring.sqlite", "keyring.sqlite-wal", "master.key"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["keyring.sqlite", "master.key"])
def test_files_open_to_others_are_refused(tmp_path: Path, name: str) -> None:
    Keyring.open(settings_in(tmp_path)).close()
    (tmp_path / name).chmod(0o640)
    with pytest.raises(KeyringError, match=rf"{name} is open to other users \(mode 640\).*chmod 600"):
        Keyring.open(settings_in(tmp_path))


def test_nothing_shows_a_key(tmp_path: Path, keyring: Keyring, caplog: pytest.LogCaptureFixture) -> None:
    (key,) = keyring.allot(ITEMS[:1])
    parts = [keyring, key, keyring._masters, keyring._source, keyring._cache, keyring.status()]
    with caplog.at_level(logging.INFO):
        for part in parts:
            logging.getLogger("guanxi").info("%r %s", part, part)
    secrets = [key.data_key, keyring.index_root, (keyring._source.read() or b"")]
    for secret in secrets:
        assert len(secret) == 32
        for form in (repr(secret), secret.hex(), b64encode(secret).decode()):
            assert form not in caplog.text
    assert repr(key) == f"ProfileKey(profile_id={key.profile_id!r})"


def test_the_file_holds_no_record_id_and_no_key(tmp_path: Path, keyring: Keyring) -> None:
    index = BlindIndex(keyring.index_root)
    record_ids = [f"canary-customer-{number}" for number in range(200)]
    keys = keyring.allot([("crm", index.record_key("crm", record_id)) for record_id in record_ids])
    period = keyring.period_key("crm", "2026-11")
    master = keyring._source.read() or b""
    assert (tmp_path / "keyring.sqlite-wal").stat().st_size > 0
    for name in ("keyring.sqlite", "keyring.sqlite-wal"):
        held = (tmp_path / name).read_bytes()
        assert b"canary" not in held
        for secret in [master, keyring.index_root, period, *(key.data_key for key in keys)]:
            assert len(secret) == 32
            for form in (secret, secret.hex().encode(), b64encode(secret)):
                assert form not in held


def test_every_write_is_synced(keyring: Keyring) -> None:
    with keyring._store.writing() as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA secure_delete").fetchone() == (1,)
