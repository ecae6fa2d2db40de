"""The keyring's file: SQLite connections, locks and schema. What the keys mean is not known here."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from graph.errors import KeyringError
from graph.privacy.master import require_private, sync_folder

SCHEMA_VERSION: Final = 1
_APPLICATION_ID: Final = 0x4758_4B52  # "GXKR"
_WAIT_SECONDS: Final = 30.0

_SCHEMA: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE master (version INTEGER PRIMARY KEY, proof BLOB NOT NULL) STRICT;
CREATE TABLE profile_key (
  profile_id TEXT PRIMARY KEY, source TEXT NOT NULL, record_key TEXT NOT NULL,
  key_version INTEGER NOT NULL, wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX profile_key_record ON profile_key (source, record_key);
CREATE TABLE shared_key (
  purpose TEXT NOT NULL, source TEXT NOT NULL, month TEXT NOT NULL,
  key_version INTEGER NOT NULL, wrapped BLOB NOT NULL, PRIMARY KEY (purpose, source, month)
) STRICT, WITHOUT ROWID;
CREATE TABLE shredded (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, profile_id TEXT NOT NULL, source TEXT NOT NULL,
  record_key TEXT NOT NULL, shredded_at INTEGER NOT NULL
) STRICT;
"""

_ERASURES: Final = """
CREATE TABLE IF NOT EXISTS erasure (
  profile_id TEXT PRIMARY KEY, suppression TEXT NOT NULL, asked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
"""


class KeyStore:
    """One SQLite file in WAL mode with full syncs; safe for many threads and processes, not across a fork.

    One connection reads and one writes, each under its own lock, so a reader never waits for a commit. All
    writers also take a lock file: SQLite before 3.51.3 can lose committed data where two connections write
    and checkpoint at the same instant (sqlite.org/wal.html, "the WAL-reset bug"), and older ones are common.
    Every method raises KeyringError where the file cannot be used or stays locked for 30 seconds.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file, which must exist with mode 0600; `claim` creates it."""
        self.path = path
        self._read_lock = threading.Lock()
        self._write_lock = threading.Lock()
        with self._explained():
            self._lock_file = _open_lock(path, "lock")
            try:
                with self._exclusive(), ExitStack() as opened:
                    self._writer = opened.enter_context(closing(_connect(path)))
                    self._reader = opened.enter_context(closing(_connect(path)))
                    opened.pop_all()
            except BaseException:
                os.close(self._lock_file)
                raise

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """The reading connection; each statement sees what is committed."""
        with self._explained(), self._read_lock:
            yield self._reader

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """One transaction, durable when the block ends and undone where it raises; do not nest."""
        with self._explained(), self._exclusive():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    def schema_version(self) -> int:
        """The version of the schema in the file, 0 for a new file; KeyringError where it is not a keyring."""
        with self.reading() as db:
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            application = int(db.execute("PRAGMA application_id").fetchone()[0])
        if version and application != _APPLICATION_ID:
            raise KeyringError(f"{self.path} is not a keyring.", remedy="Set GUANXI_KEYRING_PATH to one.")
        if version > SCHEMA_VERSION:
            raise KeyringError(
                f"The keyring {self.path} has schema {version}; this version knows {SCHEMA_VERSION}.",
                remedy="Start the newer guanxi that wrote it.",
            )
        return version

    def drop_remains(self) -> None:
        """Empties the write-ahead log, so that nothing deleted is left in it; calling twice is harmless.

        Where another process is reading at this moment, SQLite waits for it up to 30 seconds.
        """
        with self._explained(), self._exclusive():
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def close(self) -> None:
        """Closes the file; calling twice is harmless."""
        if self._lock_file < 0:
            return
        with self._explained(), self._read_lock, self._exclusive():
            self._reader.close()
            self._writer.close()
        os.close(self._lock_file)
        self._lock_file = -1

    @contextmanager
    def _exclusive(self) -> Generator[None]:
        with self._write_lock, _held(self._lock_file, self.path):
            yield

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:  # SQLite's messages name tables and columns, never values
            raise KeyringError(
                f"The keyring {self.path} cannot be used: {error}.",
                remedy="Check free space and owner; if the file is damaged, restore it from a backup.",
            ) from error
        except OSError as error:
            raise KeyringError(
                f"The keyring {self.path} cannot be used: {error.strerror}.",
                remedy="Check the folder's owner.",
            ) from error


def create_schema(db: sqlite3.Connection) -> None:
    """Creates all tables, inside the caller's transaction."""
    for statement in _SCHEMA.split(";\n"):
        db.execute(statement)
    add_erasures(db)
    db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def add_erasures(db: sqlite3.Connection) -> None:
    """Adds the table of erasures where it is missing, inside the caller's transaction."""
    db.execute(_ERASURES)


def claim(path: Path) -> None:
    """Creates an empty 0600 file in a 0700 folder where there is none yet; harmless where there is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            sync_folder(path.parent)
    except OSError as error:
        raise KeyringError(
            f"The keyring {path} cannot be created: {error.strerror}.",
            remedy="Check the folder's owner and space.",
        ) from None
    require_private(path)


@contextmanager
def lock_alone(path: Path, kind: str) -> Generator[bool]:
    """Holds one of a keyring's other locks, without waiting: False where somebody else has it."""
    descriptor = _open_lock(path, kind)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _open_lock(path: Path, kind: str) -> int:
    """A descriptor of a lock file, which holds nothing; its lock ends with the descriptor or the process."""
    return os.open(path.with_name(f"{path.name}.{kind}"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def _held(descriptor: int, path: Path) -> Generator[None]:
    """Holds an exclusive lock on an open lock file; KeyringError where another has it for 30 seconds."""
    deadline = time.monotonic() + _WAIT_SECONDS
    pause = 0.000_5
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise KeyringError(
                    f"Another process holds {path}.", remedy="Wait for it or end it, then try again."
                ) from None
        # Asked again and again, since a blocking flock has no deadline.
        time.sleep(pause)
        pause = min(pause * 2, 0.02)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _connect(path: Path) -> sqlite3.Connection:
    # check_same_thread is off because KeyStore's locks keep each connection to one thread at a time.
    db = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        with closing(db.cursor()) as cursor:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")  # what was allotted survives a power cut
            cursor.execute("PRAGMA fullfsync = ON")  # macOS: a sync that reaches the disk
            cursor.execute("PRAGMA secure_delete = ON")  # shredded keys are overwritten
            cursor.execute("PRAGMA temp_store = MEMORY")
            cursor.execute("PRAGMA trusted_schema = OFF")
    except BaseException:
        db.close()
        raise
    return db
