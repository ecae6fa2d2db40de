"""The record of who saw personal values in the clear."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from graph.access.audit import AuditLog, ConsoleRun, Disclosure, Filter
from graph.errors import AuditError, KeyringError

ONE = Disclosure(
    at=1_795_000_000_000_000,
    key_id="k1",
    role="steward",
    purpose="support",
    operation="user",
    fields=("Identifier.value",),
    subjects=("u1", "u2"),
)


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "audit.sqlite")


async def test_what_is_kept_is_read_again_by_any_process(log: AuditLog) -> None:
    many = [replace(ONE, at=ONE.at + n, operation=f"q{n}") for n in range(50)]
    await asyncio.gather(*map(log.keep, many))
    assert list(AuditLog(log.path).read(Filter())) == many
    assert log.path.stat().st_mode & 0o077 == 0


def test_nothing_was_recorded_yet(log: AuditLog) -> None:
    assert list(log.read(Filter())) == []
    assert not log.path.exists()


def test_filters(log: AuditLog) -> None:
    other = replace(ONE, at=ONE.at + 10, key_id="k2", purpose="investigation", subjects=("u2", "u3"))
    log.append([ONE, other])
    assert list(log.read(Filter(since=ONE.at + 1))) == [other]
    assert list(log.read(Filter(until=ONE.at + 10))) == [ONE]
    assert list(log.read(Filter(key_id="k2"))) == [other]
    assert list(log.read(Filter(purpose="support"))) == [ONE]
    assert list(log.read(Filter(subject="u2"))) == [ONE, other]
    assert list(log.read(Filter(subject="u3", key_id="k1"))) == []


def test_more_than_a_page_is_read_in_order(log: AuditLog) -> None:
    many = [replace(ONE, at=n) for n in range(2_500)]
    log.append(many)
    assert [one.at for one in log.read(Filter())] == list(range(2_500))


@pytest.mark.parametrize("change", ["DELETE FROM disclosure", "UPDATE disclosure SET key_id = 'x'"])
@pytest.mark.parametrize("table", ["disclosure", "disclosed"])
def test_nothing_is_changed_or_taken_away(log: AuditLog, change: str, table: str) -> None:
    log.append([ONE])
    statement = change.replace("disclosure", table).replace(
        "key_id", "subject" if table == "disclosed" else "key_id"
    )
    with (
        closing(sqlite3.connect(log.path)) as file,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        file.execute(statement)
    assert list(log.read(Filter())) == [ONE]


async def test_who_cannot_record_is_told_so_each(tmp_path: Path) -> None:
    path = tmp_path / "audit.sqlite"
    path.mkdir(mode=0o700)
    results = await asyncio.gather(*(AuditLog(path).keep(ONE) for _ in range(2)), return_exceptions=True)
    assert [type(result) for result in results] == [AuditError, AuditError]


async def test_it_works_again_after_a_failure(log: AuditLog) -> None:
    log.path.mkdir(mode=0o700)
    with pytest.raises(AuditError):
        await log.keep(ONE)
    log.path.rmdir()
    await log.keep(ONE)
    assert list(log.read(Filter())) == [ONE]


def test_a_file_open_to_others_is_refused(log: AuditLog) -> None:
    log.append([ONE])
    log.path.chmod(0o644)
    with pytest.raises(KeyringError):
        log.append([ONE])


def test_a_keys_last_runs_are_its_own_newest_first(log: AuditLog) -> None:
    assert log.last_runs(["k1"], limit=5) == []
    runs = [
        ConsoleRun(
            at=ONE.at + n, run=f"r{n}", key_id=f"k{n % 2}", role="analyst", purpose="", mode="run",
            statement=f"RETURN {n} AS n", parameters=("n",), revealed=(), rows=1, micros=5, outcome="done",
        )
        for n in range(9)
    ]  # fmt: skip
    log.append(runs)
    first = log.last_runs(["k1"], limit=3)
    rest = log.last_runs(["k1"], before=first[-1][0], limit=3)
    assert [run for _, run in first + rest] == [run for run in reversed(runs) if run.key_id == "k1"]
    assert [run for _, run in log.last_runs(["k0", "k1", "k2"], limit=9)] == runs[::-1]
