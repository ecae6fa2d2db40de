"""The versions of the master key in one keyring, and the passage from one to the next.

The rows of `master` say which versions are in use: one, or two while a rotation is under way. Each holds a
proof, a known text wrapped by that version, so a wrong key is noticed before it does harm. Keys are always
wrapped under the highest version, which is read in the writing transaction itself: once a new version stands,
nothing is added under the old one.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from typing import Final

from graph.errors import KeyringError
from graph.privacy.keystore import KeyStore, lock_alone
from graph.privacy.master import KEY_BYTES, STAGED, MasterKeySource, Wrapper

Progress = Callable[[int, int], None]
"""Told how many keys are re-wrapped and how many there are."""

BATCH: Final = 1_000
_PROOF: Final = bytes(KEY_BYTES)


class MasterKeys:
    """The master keys this process holds, by version; loads a version it meets for the first time."""

    def __init__(self, store: KeyStore, source: MasterKeySource, keyring_id: str) -> None:
        """Holds nothing yet; `load` reads the keys."""
        self._store = store
        self._source = source
        self._keyring_id = keyring_id
        self._lock = threading.Lock()
        self._held: dict[int, Wrapper] = {}

    def __repr__(self) -> str:
        return f"MasterKeys(versions={sorted(self._held)})"

    def load(self, db: sqlite3.Connection, offered: bytes | None = None) -> None:
        """Takes up every master key at hand that fits: given, staged, or offered by the caller.

        Raises KeyringError where none is there, or none fits.
        """
        proofs: dict[int, bytes] = dict(db.execute("SELECT version, proof FROM master").fetchall())
        with self._lock:
            # In this order: a rotation puts the new key in place before it removes the staged one.
            staged = self._source.staged()
            given = self._source.read()
            if given is None and not self._held:
                raise KeyringError(
                    f"The keyring {self._store.path} is there, but no master key is in {self._source.name}.",
                    remedy="Restore it from where you keep it; without it no personal value opens.",
                )
            at_hand = [*self._held.values()]
            at_hand += [Wrapper(key, self._keyring_id) for key in (given, offered) if key]
            opened = [wrapper.unwrap(staged or b"", *STAGED, version=0) for wrapper in at_hand]
            at_hand += [Wrapper(key, self._keyring_id) for key in opened if key]
            for version, proof in proofs.items():
                for wrapper in at_hand:
                    if wrapper.unwrap(proof, "proof", version=version) == _PROOF:
                        self._held[version] = wrapper
            if not self._held.keys() & proofs.keys():
                raise self._wrong_key()

    def add(self, db: sqlite3.Connection, version: int, master: bytes) -> None:
        """Makes a master key the current one, from the end of the caller's transaction on."""
        wrapper = Wrapper(master, self._keyring_id)
        proof = wrapper.wrap(_PROOF, "proof", version=version)
        db.execute("INSERT INTO master (version, proof) VALUES (?, ?)", (version, proof))

    def versions(self, db: sqlite3.Connection) -> list[int]:
        """The versions in use, the current one last."""
        return [version for (version,) in db.execute("SELECT version FROM master ORDER BY version")]

    def holds(self, version: int) -> bool:
        """True where this process has the master key of a version."""
        return version in self._held

    def current(self, db: sqlite3.Connection) -> tuple[int, Wrapper]:
        """The version to write under, which holds until the caller's transaction ends, and its wrapper."""
        version = self.versions(db)[-1]
        return version, self.wrapper(db, version)

    def wrapper(self, db: sqlite3.Connection, version: int) -> Wrapper:
        """The wrapper of a version; raises KeyringError where its master key is not at hand."""
        held = self._held.get(version)
        if held is None:
            self.load(db)
            held = self._held.get(version)
        if held is None:
            raise self._other_version(version < max(self._held))
        return held

    def unwrap(self, db: sqlite3.Connection, wrapped: bytes, *name: str, version: int) -> bytes:
        """A key of the keyring; raises KeyringError where its master key is missing or the row is damaged."""
        key = self.wrapper(db, version).unwrap(wrapped, *name, version=version)
        if key is None:
            raise KeyringError(
                f"A key in the keyring {self._store.path} is damaged: {'/'.join(name)}.",
                remedy="Restore the keyring from a backup.",
            )
        return key

    def _wrong_key(self) -> KeyringError:
        return KeyringError(
            f"The master key in {self._source.name} does not open the keyring {self._store.path}.",
            remedy="Give the key it was made with or, where it was rotated since, the key it was rotated to.",
        )

    def _other_version(self, old: bool) -> KeyringError:
        if old:
            return KeyringError(
                f"The rotation of {self._store.path} to a new master key is unfinished.",
                remedy="Start with the old master key and run `guanxi keyring rotate`; then use the new one.",
            )
        return KeyringError(
            f"The master key of the keyring {self._store.path} was rotated.",
            remedy=f"Put the new master key in {self._source.name} and start again.",
        )


class Rotation:
    """Takes a keyring from its master key to another one; sealed values are not touched.

    Each step leaves a state from which running the rotation again goes on: new key staged, its version
    recorded, keys re-wrapped batch by batch, new key put in place of the old, old version retired.
    """

    def __init__(self, store: KeyStore, source: MasterKeySource, masters: MasterKeys) -> None:
        """Takes the parts of an open keyring."""
        self._store = store
        self._source = source
        self._masters = masters

    def run(self, new: bytes | None, *, batch: int, progress: Progress | None) -> int:
        """Rotates, or finishes a rotation that was cut off; answers how many keys this call re-wrapped.

        Raises KeyringError where another rotation is running, or one to another key is unfinished.
        """
        with lock_alone(self._store.path, "rotation") as alone:
            if not alone:
                raise KeyringError("Another rotation is running.", remedy="Wait for it to end.")
            self._begin(new)
            done = self._rewrap_all(batch, progress)
            self._finish()
            return done

    def settle(self) -> None:
        """Ends a rotation that was killed at its last step: the new key is in place, the old has no rows."""
        with self._store.reading() as db:
            versions = self._masters.versions(db)
            if len(versions) == 1 or not self._masters.holds(versions[-1]) or self._left(db, versions[-1]):
                return
            newest = self._masters.wrapper(db, versions[-1]).master
        with lock_alone(self._store.path, "rotation") as alone:  # else its own process will end it
            if alone and newest == self._source.read():
                self._retire()

    def _begin(self, new: bytes | None) -> None:
        if new is not None and len(new) != KEY_BYTES:
            raise KeyringError(f"The new master key has {len(new)} bytes, not {KEY_BYTES}.")
        with self._store.writing() as db:
            self._masters.load(db, new)
            versions = self._masters.versions(db)
            old = self._masters.wrapper(db, versions[0])
            if len(versions) > 1:
                master = self._unfinished(db, versions[-1], new)
            else:
                master = new or self._made()
                if master == old.master:
                    raise KeyringError("The new master key is the old one.", remedy="Give another one.")
                self._masters.add(db, versions[-1] + 1, master)
            # Written before the transaction ends, so no process meets the new version without its key.
            self._source.stage(master, old)

    def _unfinished(self, db: sqlite3.Connection, version: int, new: bytes | None) -> bytes:
        """The key that a rotation cut off earlier goes to; KeyringError where that is not the one given."""
        if not self._masters.holds(version):
            raise KeyringError(
                "A rotation is unfinished, and its new master key is missing.",
                remedy="Give that key in GUANXI_NEW_MASTER_KEY.",
            )
        master = self._masters.wrapper(db, version).master
        if new is not None and new != master:
            raise KeyringError(
                "A rotation to another master key is unfinished.",
                remedy="Finish it first: run `guanxi keyring rotate` without a new key.",
            )
        return master

    def _made(self) -> bytes:
        if self._source.in_setting:
            raise KeyringError(
                "The master key is in GUANXI_MASTER_KEY, so the new one has to be given too.",
                remedy="Make one by `openssl rand -base64 32` and give it in GUANXI_NEW_MASTER_KEY.",
            )
        return os.urandom(KEY_BYTES)

    def _rewrap_all(self, batch: int, progress: Progress | None) -> int:
        with self._store.reading() as db:
            target = self._masters.versions(db)[-1]
            total = self._left(db, target)
        done = 0
        after: str | None = ""
        while after is not None:
            with self._store.writing() as db:
                count, after = self._rewrap_profiles(db, target, after, batch)
            done += count
            if progress:
                progress(done, total)
        # Last, so that until all is done a process with the new key alone stops at once, at the index root.
        with self._store.writing() as db:
            done += self._rewrap_shared(db, target)
        if progress:
            progress(done, total)
        return done

    def _rewrap_profiles(
        self, db: sqlite3.Connection, target: int, after: str, batch: int
    ) -> tuple[int, str | None]:
        """Re-wraps the next profiles; answers how many, and the last one or None at the end."""
        rows = db.execute(
            "SELECT profile_id, key_version, wrapped FROM profile_key"
            " WHERE profile_id > ? AND key_version < ? ORDER BY profile_id LIMIT ?",
            (after, target, batch),
        ).fetchall()
        new = self._masters.wrapper(db, target)
        changes: list[tuple[int, bytes, str]] = []
        for profile_id, version, wrapped in rows:
            key = self._masters.unwrap(db, wrapped, "profile", profile_id, version=version)
            changes.append((target, new.wrap(key, "profile", profile_id, version=target), profile_id))
        db.executemany("UPDATE profile_key SET key_version = ?, wrapped = ? WHERE profile_id = ?", changes)
        return len(rows), rows[-1][0] if rows else None

    def _rewrap_shared(self, db: sqlite3.Connection, target: int) -> int:
        """Re-wraps the index root and the keys per source and month; they are few."""
        rows = db.execute(
            "SELECT purpose, source, month, key_version, wrapped FROM shared_key WHERE key_version < ?",
            (target,),
        ).fetchall()
        new = self._masters.wrapper(db, target)
        for *name, version, wrapped in rows:
            key = self._masters.unwrap(db, wrapped, "shared", *name, version=version)
            db.execute(
                "UPDATE shared_key SET key_version = ?, wrapped = ?"
                " WHERE purpose = ? AND source = ? AND month = ?",
                (target, new.wrap(key, "shared", *name, version=target), *name),
            )
        return len(rows)

    def _finish(self) -> None:
        with self._store.reading() as db:
            master = self._masters.current(db)[1].master
        self._source.replace(master)
        self._retire()

    def _retire(self) -> None:
        with self._store.writing() as db:
            target = self._masters.versions(db)[-1]
            if not self._left(db, target):
                db.execute("DELETE FROM master WHERE version < ?", (target,))
        self._store.drop_remains()  # keys wrapped by the old master key must not lie about
        self._source.unstage()

    def _left(self, db: sqlite3.Connection, target: int) -> int:
        (count,) = db.execute(
            "SELECT (SELECT count(*) FROM profile_key WHERE key_version < :v)"
            " + (SELECT count(*) FROM shared_key WHERE key_version < :v)",
            {"v": target},
        ).fetchone()
        return int(count)
