"""The keyring: every key that opens personal values, in one file outside the graph.

A profile's id and data key are allotted together and durably before the graph is written, so two writers of a
new profile agree on both, and a process killed in between leaves at most an unused key.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

import orjson

from graph.clock import new_id, system_clock
from graph.errors import KeyringError
from graph.privacy.keycache import KeyCache, ProfileKey, Record
from graph.privacy.keystore import KeyStore, add_erasures, claim, create_schema
from graph.privacy.master import KEY_BYTES, MasterKeySource, require_private
from graph.privacy.rotation import BATCH, MasterKeys, Progress, Rotation
from graph.settings import Settings

__all__ = ["Keyring", "KeyringStatus", "ProfileKey"]

CACHED_KEYS: Final = 100_000
_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_INDEX_ROOT: Final = ("index-root", "", "")
_SUPPRESSION_ROOT: Final = ("suppression-root", "", "")

_FIND_RECORDS: Final = """
SELECT p.source, p.record_key, p.profile_id, p.key_version, p.wrapped
FROM json_each(?) AS wanted CROSS JOIN profile_key AS p
WHERE p.source = json_extract(wanted.value, '$[0]') AND p.record_key = json_extract(wanted.value, '$[1]')
"""
_FIND_PROFILES: Final = """
SELECT p.source, p.record_key, p.profile_id, p.key_version, p.wrapped
FROM json_each(?) AS wanted CROSS JOIN profile_key AS p WHERE p.profile_id = wanted.value
"""


@dataclass(frozen=True, slots=True)
class KeyringStatus:
    """What may be told of a keyring; no key among it.

    `unrotated` counts the keys still under an older master key: more than none means an unfinished rotation.
    """

    id: str
    path: str
    master_key: str
    key_version: int
    rotating: bool
    unrotated: int
    profiles: int
    shredded: int


class Keyring:
    """Keys per profile, per source and month, and the root of the blind indexes, wrapped by a master key.

    Safe for many threads and processes at once, not across a fork. Calls are synchronous: microseconds for
    what is cached, one disk sync (some milliseconds) where something new is allotted. Every method raises
    KeyringError where the file, the disk or the master key fails; nothing is half-done then.
    """

    def __init__(self, store: KeyStore, source: MasterKeySource) -> None:
        """Reads a keyring that exists; use `open`."""
        self._store = store
        self._source = source
        with store.reading() as db:
            self._id = str(db.execute("SELECT value FROM meta WHERE name = 'id'").fetchone()[0])
            self._masters = MasterKeys(store, source, self._id)
            self._masters.load(db)
            root = self._shared(db, _INDEX_ROOT)
        if root is None:
            raise KeyringError(f"The keyring {store.path} has no index root.", remedy="Restore a backup.")
        self._index_root = root
        self._suppression_root = self._find_suppression_root()
        self._periods: dict[tuple[str, str], bytes] = {}
        self._cache = KeyCache(CACHED_KEYS)
        self._rotation = Rotation(store, source, self._masters)
        self._rotation.settle()

    @classmethod
    def open(cls, settings: Settings, *, create: bool = True) -> Keyring:
        """Opens the keyring that the settings name; with `create`, makes it on first use with its master key.

        Raises KeyringError where it is missing and may not be created, where its master key is missing, wrong
        or half rotated, or where a file is open to other users. Several processes may call this at once.
        """
        path = settings.keyring_file
        source = MasterKeySource.of(settings)
        if not require_private(path):
            if not create:
                raise _absent(path)
            claim(path)
        store = KeyStore(path)
        try:
            if not store.schema_version():
                if not create:
                    raise _absent(path)
                _initialise(store, source)
            return cls(store, source)
        except BaseException:
            store.close()
            raise

    def __repr__(self) -> str:
        return f"Keyring(id={self._id!r}, path={str(self._store.path)!r})"

    def __enter__(self) -> Keyring:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; calling twice is harmless."""
        self._store.close()

    @property
    def id(self) -> str:
        """The keyring's own id, which the graph keeps to know its keyring again."""
        return self._id

    @property
    def index_root(self) -> bytes:
        """The root of the blind indexes, 32 bytes, for `BlindIndex`; the same for ever."""
        return self._index_root

    @property
    def suppression_root(self) -> bytes:
        """The root of the indexes by which an erased record is known again, 32 bytes; the same for ever.

        It is no index root, so that rotating those lets nobody come back.
        """
        return self._suppression_root

    def check_same(self, graph_keyring_id: str) -> None:
        """Raises KeyringError unless the graph was written with this keyring."""
        if graph_keyring_id != self._id:
            raise KeyringError(
                f"The graph belongs to keyring {graph_keyring_id}; {self._store.path} is another.",
                remedy=(
                    "Its keyring is lost, or the wrong one is named. Stop every guanxi, remove the -wal and"
                    " -shm files beside that one, put the right keyring and its master key there, and start."
                ),
            )

    def allot(self, items: Sequence[Record]) -> list[ProfileKey]:
        """The id and key of each (source, record key), in the order given; made in one transaction where new.

        The answer for a record is the same for ever, whichever process asks first, until `shred`; a record
        that comes back after that gets a new id and key. Repeated items are welcome.
        """
        as_of = self._catch_up()
        found = self._cache.of_records(items)
        missing = [item for item in dict.fromkeys(items) if item not in found]
        if missing:
            wanted = orjson.dumps(missing).decode()
            with self._store.reading() as db:
                stored = self._opened(db, db.execute(_FIND_RECORDS, (wanted,)))
            known = {record for record, _ in stored}
            new = [item for item in missing if item not in known]
            stored += self._make(new) if new else []
            self._cache.put(stored, as_of=as_of)
            found.update(stored)
        return [found[item] for item in items]

    def keys_for(self, profile_ids: Sequence[str]) -> dict[str, ProfileKey]:
        """The keys of profiles, by id; one that is unknown or shredded is absent."""
        as_of = self._catch_up()
        found = self._cache.of_ids(profile_ids)
        missing = [profile_id for profile_id in profile_ids if profile_id not in found]
        if missing:
            wanted = orjson.dumps(missing).decode()
            with self._store.reading() as db:
                stored = self._opened(db, db.execute(_FIND_PROFILES, (wanted,)))
            self._cache.put(stored, as_of=as_of)
            found.update((key.profile_id, key) for _, key in stored)
        return found

    def shred(self, profile_id: str) -> None:
        """Destroys a profile's key for good: what is sealed under it, in whatever copy, never opens again.

        Takes effect in every process at its next call; harmless for a profile that is unknown or shredded.
        The blind record key stays behind, so that an older copy of the keyring can be shredded again.
        """
        with self._store.writing() as db:
            db.execute(
                "INSERT INTO shredded (profile_id, source, record_key, shredded_at)"
                " SELECT profile_id, source, record_key, ? FROM profile_key WHERE profile_id = ?",
                (system_clock(), profile_id),
            )
            db.execute("DELETE FROM profile_key WHERE profile_id = ?", (profile_id,))
        self._store.drop_remains()

    def intend_erasure(self, items: Sequence[tuple[str, str]]) -> None:
        """Notes, durably, that profiles are to be erased, each with its suppression; noting again is harmless.

        Their keys stay until `shred`: whoever is killed in between leaves a `pending_erasures`.
        """
        with self._store.writing() as db:
            db.executemany(
                "INSERT INTO erasure (profile_id, suppression, asked_at) VALUES (?, ?, ?)"
                " ON CONFLICT (profile_id) DO NOTHING",
                [(profile_id, suppression, system_clock()) for profile_id, suppression in items],
            )

    def lift_suppression(self, suppression: str) -> None:
        """Forgets the suppression of an erased record, which may come back then; forgetting again is harmless."""
        with self._store.writing() as db:
            db.execute("UPDATE erasure SET suppression = '' WHERE suppression = ?", (suppression,))

    def pending_erasures(self) -> list[tuple[str, str]]:
        """The (profile id, suppression) of erasures whose keys are still there, in the order they were asked."""
        with self._store.reading() as db:
            return db.execute(
                "SELECT e.profile_id, e.suppression FROM erasure AS e JOIN profile_key USING (profile_id)"
                " ORDER BY e.asked_at, e.profile_id"
            ).fetchall()

    def erasures(self) -> list[tuple[str, str]]:
        """The (profile id, suppression) of every erasure there ever was: what a restored graph must lose again.

        The suppression is empty where it was lifted.
        """
        with self._store.reading() as db:
            return db.execute(
                "SELECT profile_id, suppression FROM erasure ORDER BY asked_at, profile_id"
            ).fetchall()

    def period_key(self, source: str, month: str) -> bytes:
        """The 32-byte key of a source and month (`2026-11`), for what belongs to no profile; made if new."""
        held = self._periods.get((source, month))
        if held is not None:
            return held
        if not _MONTH.fullmatch(month):
            raise KeyringError(f"{month!r} is not a month.", remedy="Write it as 2026-11.")
        name = ("period", source, month)
        with self._store.reading() as db:
            key = self._shared(db, name)
        if key is None:
            with self._store.writing() as db:
                key = self._shared(db, name)
                if key is None:
                    key = os.urandom(KEY_BYTES)
                    _insert_shared(db, self._masters, name, key)
        self._periods[source, month] = key
        return key

    def rotate_master(
        self, new: bytes | None = None, *, batch: int = BATCH, progress: Progress | None = None
    ) -> int:
        """Re-wraps every key by a new master key (32 bytes) and answers how many; no sealed value is touched.

        In transactions of `batch` keys, beside running readers and writers. Killed half-way, the old master
        key still opens the keyring and calling again goes on. Without `new`, goes on with an unfinished
        rotation or makes a key; a key given by GUANXI_MASTER_KEY must be replaced there afterwards, a file is
        replaced here. Raises KeyringError where another rotation runs or one to another key is unfinished.
        """
        return self._rotation.run(new, batch=batch, progress=progress)

    def status(self) -> KeyringStatus:
        """What may be told of this keyring; counts every key, so it takes a while for millions."""
        with self._store.reading() as db:
            versions = self._masters.versions(db)
            unrotated, profiles, shredded = db.execute(
                "SELECT (SELECT count(*) FROM profile_key WHERE key_version < :v)"
                " + (SELECT count(*) FROM shared_key WHERE key_version < :v),"
                " (SELECT count(*) FROM profile_key), (SELECT count(*) FROM shredded)",
                {"v": versions[-1]},
            ).fetchone()
        return KeyringStatus(
            id=self._id,
            path=str(self._store.path),
            master_key=self._source.name,
            key_version=versions[-1],
            rotating=len(versions) > 1,
            unrotated=unrotated,
            profiles=profiles,
            shredded=shredded,
        )

    def _find_suppression_root(self) -> bytes:
        """The root, made where this keyring is from before there were erasures."""
        with self._store.reading() as db:
            root = self._shared(db, _SUPPRESSION_ROOT)
        if root is not None:
            return root
        with self._store.writing() as db:
            root = self._shared(db, _SUPPRESSION_ROOT)
            if root is None:
                add_erasures(db)
                root = os.urandom(KEY_BYTES)
                _insert_shared(db, self._masters, _SUPPRESSION_ROOT, root)
        return root

    def _catch_up(self) -> int:
        """Drops from the cache what any process has shredded since; answers the last shredding known."""
        known = self._cache.shredded
        with self._store.reading() as db:
            (last,) = db.execute("SELECT max(seq) FROM shredded").fetchone()
            if last is None or last <= known:
                return known
            gone = db.execute(
                "SELECT seq, profile_id, source, record_key FROM shredded WHERE seq > ? ORDER BY seq",
                (known,),
            ).fetchall()
        self._cache.forget(gone)
        return self._cache.shredded

    def _make(self, records: Sequence[Record]) -> list[tuple[Record, ProfileKey]]:
        """Allots what is new; what another process allotted in the meantime stands."""
        with self._store.writing() as db:
            version, wrapper = self._masters.current(db)
            rows: list[tuple[str, str, str, int, bytes]] = []
            for source, record_key in records:
                profile_id = new_id()
                wrapped = wrapper.wrap(os.urandom(KEY_BYTES), "profile", profile_id, version=version)
                rows.append((profile_id, source, record_key, version, wrapped))
            db.executemany(
                "INSERT INTO profile_key (profile_id, source, record_key, key_version, wrapped)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (source, record_key) DO NOTHING",
                rows,
            )
            return self._opened(db, db.execute(_FIND_RECORDS, (orjson.dumps(list(records)).decode(),)))

    def _opened(
        self, db: sqlite3.Connection, rows: Iterable[tuple[str, str, str, int, bytes]]
    ) -> list[tuple[Record, ProfileKey]]:
        opened: list[tuple[Record, ProfileKey]] = []
        for source, record_key, profile_id, version, wrapped in list(rows):
            key = self._masters.unwrap(db, wrapped, "profile", profile_id, version=version)
            opened.append(((source, record_key), ProfileKey(profile_id, key)))
        return opened

    def _shared(self, db: sqlite3.Connection, name: tuple[str, str, str]) -> bytes | None:
        row = db.execute(
            "SELECT key_version, wrapped FROM shared_key WHERE purpose = ? AND source = ? AND month = ?", name
        ).fetchone()
        return self._masters.unwrap(db, row[1], "shared", *name, version=row[0]) if row else None


def _initialise(store: KeyStore, source: MasterKeySource) -> None:
    """Fills a new keyring: id, master key, index root; where another process was first, leaves its work."""
    with store.writing() as db:
        if db.execute("PRAGMA user_version").fetchone()[0]:
            return
        master = source.read() or source.create()
        create_schema(db)
        keyring_id = new_id()
        db.execute("INSERT INTO meta (name, value) VALUES ('id', ?)", (keyring_id,))
        masters = MasterKeys(store, source, keyring_id)
        masters.add(db, 1, master)
        _insert_shared(db, masters, _INDEX_ROOT, os.urandom(KEY_BYTES))
        _insert_shared(db, masters, _SUPPRESSION_ROOT, os.urandom(KEY_BYTES))


def _insert_shared(
    db: sqlite3.Connection, masters: MasterKeys, name: tuple[str, str, str], key: bytes
) -> None:
    version, wrapper = masters.current(db)
    wrapped = wrapper.wrap(key, "shared", *name, version=version)
    db.execute(
        "INSERT INTO shared_key (purpose, source, month, key_version, wrapped) VALUES (?, ?, ?, ?, ?)",
        (*name, version, wrapped),
    )


def _absent(path: Path) -> KeyringError:
    return KeyringError(
        f"There is no keyring at {path}.",
        remedy=(
            "If the graph has data, its keyring is lost: restore it and its master key from a backup, or set"
            " GUANXI_KEYRING_PATH. Without data, `guanxi serve` makes one."
        ),
    )
