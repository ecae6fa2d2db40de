"""Who saw personal values in the clear, and what was asked in the console: an append-only record beside the keyring.

An answer with clear values is given only once its record is on disk, so none is ever lost. A console run without any
is recorded a moment after it ended; while that fails, nothing more is run. Other requests that see masks alone write
nothing. Those that wait at the same time share one transaction. No value of an answer is ever recorded; the text of a
statement is, as it was typed.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from graph.errors import AuditError
from graph.privacy.master import require_private

_WAIT_SECONDS: Final = 30.0
_SOON_SECONDS: Final = 0.05
"""How long a console run waits for others, to be written with them."""
_PAGE: Final = 1_000

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS disclosure (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, key_id TEXT NOT NULL, role TEXT NOT NULL,
  purpose TEXT NOT NULL, operation TEXT NOT NULL, fields TEXT NOT NULL, subjects TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS disclosed (
  subject TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (subject, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS disclosure_kept BEFORE DELETE ON disclosure
  BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS disclosure_fixed BEFORE UPDATE ON disclosure
  BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS disclosed_kept BEFORE DELETE ON disclosed
  BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS disclosed_fixed BEFORE UPDATE ON disclosed
  BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE IF NOT EXISTS console_run (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, run TEXT NOT NULL, key_id TEXT NOT NULL,
  role TEXT NOT NULL, purpose TEXT NOT NULL, mode TEXT NOT NULL, statement TEXT NOT NULL, parameters TEXT NOT NULL,
  revealed TEXT NOT NULL, rows INTEGER NOT NULL, micros INTEGER NOT NULL, outcome TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS console_run_kept BEFORE DELETE ON console_run
  BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS console_run_fixed BEFORE UPDATE ON console_run
  BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE INDEX IF NOT EXISTS console_run_of ON console_run (key_id, seq);
"""
_LAST: Final = "console_run_of"
_RUNS: Final = (
    "SELECT seq, at, run, key_id, role, purpose, mode, statement, parameters, revealed, rows, micros, outcome "
    "FROM console_run"
)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One answer with personal values in the clear: when (µs), to whom, what for, which fields, of whom.

    `subjects` are oneIds, and ids of profiles where no user was spoken of.
    """

    at: int
    key_id: str
    role: str
    purpose: str
    operation: str
    fields: tuple[str, ...]
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsoleRun:
    """One statement asked in the console: when (µs), by whom, its text, names of parameters, rows, time, how it ended.

    `outcome` is done, truncated, abandoned (nobody read it to its end), or the code of the error it met.
    """

    at: int
    run: str
    key_id: str
    role: str
    purpose: str
    mode: str
    statement: str
    parameters: tuple[str, ...]
    revealed: tuple[str, ...]
    rows: int
    micros: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which disclosures; what is left out does not restrict. Times in µs, from `since` to before `until`."""

    since: int | None = None
    until: int | None = None
    key_id: str | None = None
    purpose: str | None = None
    subject: str | None = None


class AuditLog:
    """The record, one SQLite file with mode 0600; for any number of processes. Belongs to one event loop.

    Every method raises AuditError where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[tuple[Disclosure | ConsoleRun, asyncio.Future[None] | None]] = []
        self._writing: asyncio.Task[None] | None = None
        self._soon: asyncio.TimerHandle | None = None
        self._unwritten: list[ConsoleRun] = []

    async def keep(self, disclosure: Disclosure) -> None:
        """Return once it is on disk."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((disclosure, kept))
        self._begin()
        await kept

    def note(self, run: ConsoleRun) -> None:
        """Record it soon; where that fails, `ready` raises until it went well."""
        self._waiting.append((run, None))
        if self._soon is None and self._writing is None:
            self._soon = asyncio.get_running_loop().call_later(_SOON_SECONDS, self._begin)

    async def ready(self) -> None:
        """Nothing, if the runs so far could be recorded; else tries again."""
        if self._unwritten:
            again, self._unwritten = self._unwritten, []
            try:
                await asyncio.to_thread(self.append, again)
            except AuditError:
                self._unwritten = [*again, *self._unwritten]
                raise

    async def drain(self) -> None:
        """Return once all that was noted is on disk, or was tried."""
        self._begin()
        while self._writing is not None:
            await asyncio.shield(self._writing)

    def _begin(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        if self._waiting and self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="audit")

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            failed: BaseException | None = None
            try:
                await asyncio.to_thread(self.append, [record for record, _ in batch])
            except Exception as error:
                failed = error
            for record, kept in batch:
                if kept is None:
                    if failed is not None and isinstance(record, ConsoleRun):
                        self._unwritten.append(record)
                    continue
                if kept.done():  # whoever asked is gone; it is recorded all the same
                    continue
                if failed is None:
                    kept.set_result(None)
                else:
                    kept.set_exception(failed)
        self._writing = None

    def append(self, records: Sequence[Disclosure | ConsoleRun]) -> None:
        """Write them in one transaction."""
        try:
            with closing(self._open()) as file, file:
                for one in records:
                    if isinstance(one, Disclosure):
                        _write_disclosure(file, one)
                    else:
                        _write_run(file, one)
        except (sqlite3.Error, OSError) as error:
            raise _unusable(self.path, error) from None

    def read(self, wanted: Filter) -> Iterator[Disclosure]:
        """All that fit, oldest first."""
        if not require_private(self.path):
            return
        conditions, values = _conditions(wanted)
        after = 0
        try:
            with closing(self._open()) as file:
                while True:
                    rows = file.execute(
                        "SELECT seq, at, key_id, role, purpose, operation, fields, subjects FROM disclosure "  # noqa: S608 - the conditions are texts of ours
                        f"WHERE seq > ?{conditions} ORDER BY seq LIMIT {_PAGE}",
                        (after, *values),
                    ).fetchall()
                    for row in rows:
                        _, at, key_id, role, purpose, operation, fields, subjects = row
                        named = tuple(json.loads(fields)), tuple(json.loads(subjects))
                        yield Disclosure(at, key_id, role, purpose, operation, *named)
                    if len(rows) < _PAGE:
                        return
                    after = rows[-1][0]
        except (sqlite3.Error, OSError) as error:
            raise _unusable(self.path, error) from None

    def runs(self, wanted: Filter) -> Iterator[ConsoleRun]:
        """All console runs that fit, oldest first; a filter for a subject fits none."""
        if not require_private(self.path) or wanted.subject is not None:
            return
        conditions, values = _conditions(wanted)
        after = 0
        try:
            with closing(self._open()) as file:
                while True:
                    rows = file.execute(
                        f"{_RUNS} WHERE seq > ?{conditions} ORDER BY seq LIMIT {_PAGE}",
                        (after, *values),
                    ).fetchall()
                    for row in rows:
                        yield _run(row)
                    if len(rows) < _PAGE:
                        return
                    after = rows[-1][0]
        except (sqlite3.Error, OSError) as error:
            raise _unusable(self.path, error) from None

    def last_runs(
        self, key_ids: Sequence[str], *, before: int | None = None, limit: int
    ) -> list[tuple[int, ConsoleRun]]:
        """The last console runs of these keys, newest first, each with its number; those below `before`."""
        if not require_private(self.path):
            return []
        below = 2**63 - 1 if before is None else before
        try:
            with closing(self._open()) as file:
                rows = file.execute(
                    f"{_RUNS} WHERE key_id IN ({', '.join('?' * len(key_ids))}) AND seq < ? ORDER BY seq DESC LIMIT ?",
                    (*key_ids, below, limit),
                ).fetchall()
        except (sqlite3.Error, OSError) as error:
            raise _unusable(self.path, error) from None
        return [(row[0], _run(row)) for row in rows]

    def _open(self) -> sqlite3.Connection:
        if not require_private(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        file = sqlite3.connect(self.path, timeout=_WAIT_SECONDS)
        try:
            file.execute("PRAGMA synchronous = FULL")
            if not file.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (_LAST,)).fetchone():
                file.executescript(_SCHEMA)
        except BaseException:
            file.close()
            raise
        return file


def _write_disclosure(file: sqlite3.Connection, one: Disclosure) -> None:
    seq = file.execute(
        "INSERT INTO disclosure (at, key_id, role, purpose, operation, fields, subjects) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            one.at,
            one.key_id,
            one.role,
            one.purpose,
            one.operation,
            json.dumps(one.fields),
            json.dumps(one.subjects),
        ),
    ).lastrowid
    file.executemany(
        "INSERT OR IGNORE INTO disclosed VALUES (?, ?)", [(subject, seq) for subject in one.subjects]
    )


def _write_run(file: sqlite3.Connection, one: ConsoleRun) -> None:
    file.execute(
        "INSERT INTO console_run (at, run, key_id, role, purpose, mode, statement, parameters, revealed, rows, "
        "micros, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.at,
            one.run,
            one.key_id,
            one.role,
            one.purpose,
            one.mode,
            one.statement,
            json.dumps(one.parameters),
            json.dumps(one.revealed),
            one.rows,
            one.micros,
            one.outcome,
        ),
    )


def _run(row: tuple[Any, ...]) -> ConsoleRun:
    named = tuple(json.loads(row[8])), tuple(json.loads(row[9]))
    return ConsoleRun(*cast("tuple[Any, ...]", (*row[1:8], *named, *row[10:])))


def _conditions(wanted: Filter) -> tuple[str, list[Any]]:
    given: list[tuple[str, Any]] = [
        ("at >= ?", wanted.since),
        ("at < ?", wanted.until),
        ("key_id = ?", wanted.key_id),
        ("purpose = ?", wanted.purpose),
        ("seq IN (SELECT seq FROM disclosed WHERE subject = ?)", wanted.subject),
    ]
    used = [(text, value) for text, value in given if value is not None]
    return "".join(f" AND {text}" for text, _ in used), [value for _, value in used]


def _unusable(path: Path, error: Exception) -> AuditError:
    return AuditError(
        f"The audit file {path.name} cannot be used ({type(error).__name__}).",
        remedy=f"See that {path.parent} is writable and its disk not full; until then only masks are shown.",
    )
