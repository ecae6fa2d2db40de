"""Files into a real Neo4j: once, resumable, around what cannot be stored."""

from __future__ import annotations

import asyncio
import csv
import gc
import gzip
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from graph.db.database import Database
from graph.errors import DatabaseError, DatabaseUnavailableError, GuanxiError, InputError
from graph.ingest.files.load import FileLoader, FileOptions, Loaded
from graph.ingest.files.mapping import parse_mapping
from graph.ingest.sources import default_source
from graph.ingest.writer import Writer, Written
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.export import export_identities
from tests.graph.ingest.files.test_process import children


class Quiet:
    """A watcher that remembers."""

    def __init__(self) -> None:
        self.committed: list[int] = []
        self.waited: list[str] = []

    def begin(self, name: str, size: int | None) -> None:
        self.name, self.size = name, size

    def advance(self, consumed: int, rows: int) -> None:
        self.committed.append(rows)

    def waiting(self, reason: str) -> None:
        self.waited.append(reason)


class Faulty(Writer):
    """A writer whose database fails in a way the test says; all else is real."""

    fail: Any = None

    async def write_drafts(self, drafts: Any, *, rejected: Any = ()) -> Written:
        if self.fail is not None:
            self.fail(drafts)
        return await super().write_drafts(drafts, rejected=rejected)


@pytest.fixture
def faulty(database: Database, keyring: Keyring, blind: BlindIndex, rules: Any) -> Faulty:
    return Faulty(database, keyring=keyring, blind=blind, rules=rules)


@pytest.fixture(params=[sys.maxsize, 0], ids=["read here", "read beside"])
def load(
    request: pytest.FixtureRequest, faulty: Faulty, keyring: Keyring, blind: BlindIndex, tmp_path: Path
) -> Any:
    loader = FileLoader(faulty, default_source("crm"), keyring=keyring, blind=blind)

    async def run(path: Path, watcher: Quiet | None = None, **options: Any) -> Loaded:
        options.setdefault("state_dir", tmp_path / "state")
        options.setdefault("large", request.param)
        return await loader.load(path, FileOptions(**options), watcher=watcher or Quiet())

    return run


def people(path: Path, count: int, *, start: int = 0) -> Path:
    rows = "".join(f"C{n},王{chr(0x4E00 + n)},1391234{n:04d}\n" for n in range(start, start + count))
    path.write_text("recordId,name,phone\n" + rows, encoding="utf-8")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def identities(database: Database, keyring: Keyring) -> list[tuple[str, str, str]]:
    return [row async for page in export_identities(database, keyring) for row in page]


def counts(loaded: Loaded) -> tuple[int, int, int, int]:
    done = loaded.progress
    return done.rows, done.stored, done.duplicates, done.rejected


async def test_a_file_is_stored_once(load: Any, tmp_path: Path, database: Database, keyring: Keyring) -> None:
    path = people(tmp_path / "p.csv", 25)
    watcher = Quiet()
    assert counts(await load(path, watcher, batch_rows=10)) == (25, 25, 0, 0)
    assert watcher.committed == [10, 20, 25]
    assert watcher.size == path.stat().st_size
    stored = await identities(database, keyring)
    assert sorted(record for _, record, _ in stored) == sorted(f"C{n}" for n in range(25))
    assert counts(await load(path, batch_rows=7)) == (25, 0, 25, 0)
    assert await identities(database, keyring) == stored
    assert not list((tmp_path / "state").iterdir())
    assert names(tmp_path) == ["keys", "p.csv", "state"]


async def test_rejected_rows_can_be_corrected_and_taken_in(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("recordId,name,phone\nC1,A,13912340001\n,B,13912340002\nC3,C\nC4,D,13800138000\n")
    loaded = await load(path)
    assert counts(loaded) == (4, 2, 0, 2)
    assert loaded.progress.refused == {("phone", "placeholder"): 1}
    kept = loaded.rejected_file
    assert kept == tmp_path / "p.csv.rejected.csv"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with kept.open(encoding="utf-8", newline="") as file:
        head, empty, short = csv.reader(file)
    assert head == ["rejectedLine", "rejectedReason", "recordId", "name", "phone"]
    assert (empty[0], empty[2:]) == ("3", ["", "B", "13912340002"])
    assert "recordId" in empty[1]
    assert short == ["4", "The row has 2 fields, the header has 3.", "C3", "C"]

    corrected = tmp_path / "again.csv"
    with corrected.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, [*empty[:2], "C2", *empty[3:]], [*short, "13912340003"]])
    assert counts(await load(corrected)) == (2, 2, 0, 0)


async def test_json_lines_of_people_and_events(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(
        '{"recordId": 7, "name": "Wang", "phone": "13912340001"}\n'
        '{"type": "track", "event": "Store Visit", "userId": "u1"}\n'
        '{"type": "track", "userId": "u1"}\n'
        "nonsense\n",
        encoding="utf-8",
    )
    loaded = await load(path)
    assert counts(loaded) == (4, 2, 0, 2)
    assert loaded.rejected_file is not None
    lines = loaded.rejected_file.read_text(encoding="utf-8").splitlines()
    assert '"rejectedLine":3' in lines[0]
    assert '"row":{"type":"track","userId":"u1"}' in lines[0]
    assert '"row":"nonsense"' in lines[1]
    assert counts(await load(path)) == (4, 0, 2, 2)
    assert loaded.rejected_file.read_text(encoding="utf-8").splitlines() == lines


async def test_a_cut_off_run_goes_on_at_its_last_committed_batch(
    load: Any, faulty: Faulty, tmp_path: Path, database: Database, keyring: Keyring
) -> None:
    path = people(tmp_path / "p.csv", 30)
    text = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*text[:5], ",X,1\n", *text[5:]]), encoding="utf-8")
    calls = 0

    def cut(_drafts: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise asyncio.CancelledError

    faulty.fail = cut
    with pytest.raises(asyncio.CancelledError):
        await load(path, batch_rows=10)
    assert len(await identities(database, keyring)) == 19
    (state,) = (tmp_path / "state").iterdir()
    assert stat.S_IMODE(state.stat().st_mode) == 0o600

    faulty.fail = None
    loaded = await load(path, batch_rows=10)
    assert loaded.resumed_at == 21
    assert counts(loaded) == (31, 30, 0, 1)
    assert len(await identities(database, keyring)) == 30
    assert loaded.rejected_file is not None
    assert len(loaded.rejected_file.read_text(encoding="utf-8").splitlines()) == 2
    assert not list((tmp_path / "state").iterdir())


async def test_another_file_of_the_name_starts_anew(load: Any, faulty: Faulty, tmp_path: Path) -> None:
    def away(_drafts: Any) -> None:
        raise DatabaseUnavailableError("Neo4j is away.")

    path = people(tmp_path / "p.csv", 4)
    faulty.fail = lambda drafts: away(drafts) if drafts[0].message.record_id == "C2" else None
    with pytest.raises(DatabaseUnavailableError, match="up to line 3"):
        await load(path, batch_rows=2, patience=0)
    faulty.fail = None
    loaded = await load(people(path, 6, start=10), batch_rows=2)
    assert loaded.resumed_at is None
    assert counts(loaded) == (6, 6, 0, 0)


async def test_a_database_that_comes_back_is_waited_for(load: Any, faulty: Faulty, tmp_path: Path) -> None:
    left = 2

    def away(_drafts: Any) -> None:
        nonlocal left
        if left:
            left -= 1
            raise DatabaseUnavailableError("Neo4j is away.")

    faulty.fail = away
    watcher = Quiet()
    assert counts(await load(people(tmp_path / "p.csv", 3), watcher)) == (3, 3, 0, 0)
    assert watcher.waited == ["Neo4j is away."] * 2


async def test_a_poisoned_row_is_a_dead_letter_and_its_neighbours_stay(
    load: Any, faulty: Faulty, tmp_path: Path, database: Database
) -> None:
    def poison(drafts: Any) -> None:
        if any(item.message.record_id == "C13" for item in drafts):
            raise DatabaseError("Neo4j refused a statement.")

    faulty.fail = poison
    loaded = await load(people(tmp_path / "p.csv", 20))
    assert (loaded.progress.stored, loaded.progress.poisoned) == (19, 1)
    row = await database.read_one(
        "ingest.list_dead_letters", after="", until="g", limit=10, source="crm", reason="poisoned"
    )
    assert row is not None
    assert len(row[1]) == 1


async def test_untimed_rows_and_files_as_of(load: Any, tmp_path: Path) -> None:
    path = people(tmp_path / "p.csv", 2)
    assert counts(await load(path)) == (2, 2, 0, 0)
    assert counts(await load(path, as_of=1_700_000_000_000_000)) == (2, 2, 0, 0)
    assert counts(await load(path, as_of=1_700_000_000_000_000)) == (2, 0, 2, 0)


async def test_a_column_that_is_missing_stores_nothing(
    load: Any, tmp_path: Path, database: Database, keyring: Keyring
) -> None:
    mapping = parse_mapping(b'[people]\nrecordId = "recordid"\n', where="m.toml")
    with pytest.raises(InputError, match="Did you mean 'recordId'"):
        await load(people(tmp_path / "p.csv", 2), mapping=mapping)
    assert await identities(database, keyring) == []


async def test_killed_while_it_reads_nothing_is_lost_or_doubled(
    load: Any, faulty: Faulty, tmp_path: Path, database: Database, keyring: Keyring
) -> None:
    path = bad_people(tmp_path / "p.csv")
    calls = 0

    def kill(_drafts: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            (process,) = children()
            process.kill()

    faulty.fail = kill
    with pytest.raises(GuanxiError, match="killed by signal 9"):
        await load(path, batch_rows=100, large=0)
    stored = len(await identities(database, keyring))
    assert 0 < stored < 1_980

    faulty.fail = None
    loaded = await load(path, batch_rows=100)
    assert loaded.resumed_at is not None
    assert counts(loaded) == (2_000, 1_980, 0, 20)  # no duplicates: it went on after what was committed
    assert len(await identities(database, keyring)) == 1_980
    assert rejected_lines(loaded) == [str(line) for line in range(2, 2_002, 100)]


async def test_cancelled_while_it_reads_the_process_ends_and_the_rest_comes_later(
    load: Any, faulty: Faulty, tmp_path: Path, database: Database, keyring: Keyring
) -> None:
    path = bad_people(tmp_path / "p.csv")
    calls = 0

    def cancel(_drafts: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            assert len(children()) == 1
            running.cancel()

    faulty.fail = cancel
    running = asyncio.ensure_future(load(path, batch_rows=100, large=0))
    with pytest.raises(asyncio.CancelledError):
        await running
    assert children() == []

    faulty.fail = None
    loaded = await load(path, batch_rows=100)
    assert loaded.resumed_at == 201
    done = loaded.progress
    assert (done.rows, done.stored + done.duplicates, done.rejected) == (2_000, 1_980, 20)
    assert len(await identities(database, keyring)) == 1_980
    assert rejected_lines(loaded) == [str(line) for line in range(2, 2_002, 100)]


async def test_what_was_read_before_an_error_is_stored(load: Any, tmp_path: Path) -> None:
    packed = gzip.compress(bad_people(tmp_path / "p.csv", noise=True).read_bytes())
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(packed[: len(packed) // 2])
    watcher, collected = Quiet(), gc.get_threshold()
    with pytest.raises(InputError, match="is not a whole gzip file"):
        await load(path, watcher, batch_rows=100)
    assert gc.get_threshold() == collected
    assert watcher.committed
    assert watcher.committed == [100 * (n + 1) for n in range(len(watcher.committed))]


def bad_people(path: Path, *, noise: bool = False) -> Path:
    """Two thousand rows, each hundredth without an id, from the first on."""
    note = (lambda: os.urandom(50).hex()) if noise else str
    rows = [f"{'' if n % 100 == 0 else f'C{n}'},1391234{n:04d},{note()}\n" for n in range(2_000)]
    path.write_text("recordId,phone,note\n" + "".join(rows), encoding="utf-8")
    return path


def rejected_lines(loaded: Loaded) -> list[str]:
    assert loaded.rejected_file is not None
    with loaded.rejected_file.open(encoding="utf-8", newline="") as file:
        return [line for line, *_ in list(csv.reader(file))[1:]]
