"""The master key: where it comes from, and how it wraps other keys.

It comes from the setting `GUANXI_MASTER_KEY` or, without one, from a file `master.key` beside the keyring.
While it is being rotated, a second file `master.key.next` holds the new one, wrapped by the old: so a process
that was started with the old key can go on, and the new key lies nowhere in the clear before its time.
"""

from __future__ import annotations

import binascii
import os
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from graph.errors import KeyringError
from graph.privacy.framing import frame
from graph.settings import Settings

KEY_BYTES: Final = 32
STAGED: Final = ("next",)
"""The name a staged master key is wrapped under, with version 0."""

_NONCE_BYTES: Final = 12
_PRIVATE: Final = 0o600


class Wrapper:
    """Wraps keys by one master key with AES-256-GCM; thread-safe.

    A wrapped key is `nonce (12) | ciphertext (32) | tag (16)`, bound to what it is for: it opens under no
    other name, and in no other keyring. Nonces are random: one master key is safe for 2³² wraps.
    """

    __slots__ = ("_cipher", "_keyring_id", "_master")

    def __init__(self, master: bytes, keyring_id: str) -> None:
        """Takes the 32 bytes of the master key and the keyring's id."""
        self._master = master
        self._cipher = AESGCM(master)
        self._keyring_id = keyring_id

    def __repr__(self) -> str:
        return f"Wrapper(keyring_id={self._keyring_id!r})"

    @property
    def master(self) -> bytes:
        """The master key itself, to hand it over or to write it to its file."""
        return self._master

    def wrap(self, key: bytes, *name: str, version: int) -> bytes:
        """The key wrapped under a name and the master key's version."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, self._bound(name, version))

    def unwrap(self, wrapped: bytes, *name: str, version: int) -> bytes | None:
        """The key, or None where this master key, name or version does not open it."""
        try:
            return self._cipher.decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], self._bound(name, version)
            )
        except (InvalidTag, ValueError):  # ValueError: shorter than a nonce
            return None

    def _bound(self, name: tuple[str, ...], version: int) -> bytes:
        return frame("guanxi.wrap", self._keyring_id, str(version), *name)


@dataclass(frozen=True, slots=True)
class MasterKeySource:
    """Where one keyring's master key is read from and written to."""

    path: Path
    setting: str | None

    @classmethod
    def of(cls, settings: Settings) -> MasterKeySource:
        """The source that the settings name: the setting unless empty, else the file beside the keyring."""
        secret = settings.master_key
        return cls(settings.keyring_file.parent / "master.key", secret.get_secret_value() if secret else None)

    def __repr__(self) -> str:
        return f"MasterKeySource({self.name})"

    @property
    def name(self) -> str:
        """The source for people, as messages name it."""
        return "GUANXI_MASTER_KEY" if self.in_setting else str(self.path)

    @property
    def in_setting(self) -> bool:
        """True where the operator keeps the key, so that we must not write it."""
        return self.setting is not None

    def read(self) -> bytes | None:
        """The master key as it is now, or None where there is none.

        Raises KeyringError where it is not 32 bytes in base64, cannot be read, or its file is open to others.
        """
        if self.setting is not None:
            return decode_key(self.setting, self.name)
        text = read_private(self.path)
        return None if text is None else decode_key(text, self.name)

    def create(self) -> bytes:
        """A fresh master key, in its file; the caller holds the keyring's lock and found none."""
        master = os.urandom(KEY_BYTES)
        write_private(self.path, encode_key(master))
        return master

    def replace(self, new: bytes) -> None:
        """Puts a new master key in the place of the old, whole or not at all; a setting is the operator's."""
        if not self.in_setting:
            write_private(self.path, encode_key(new))

    @property
    def staged_path(self) -> Path:
        """The file that holds the next master key while a rotation is under way."""
        return self.path.with_name(self.path.name + ".next")

    def stage(self, new: bytes, old: Wrapper) -> None:
        """Writes the next master key, wrapped by the old one."""
        write_private(self.staged_path, encode_key(old.wrap(new, *STAGED, version=0)))

    def staged(self) -> bytes | None:
        """The next master key as `stage` wrapped it, or None where none is staged or it is not readable."""
        text = read_private(self.staged_path)
        if text is not None:
            with suppress(binascii.Error, ValueError):
                return b64decode(text.strip(), validate=True)
        return None

    def unstage(self) -> None:
        """Removes the staged key; harmless where there is none."""
        self.staged_path.unlink(missing_ok=True)


def encode_key(key: bytes) -> str:
    """A key as text, as settings and files hold it."""
    return b64encode(key).decode("ascii") + "\n"


def decode_key(text: str, where: str) -> bytes:
    """A master key from its text; raises KeyringError naming where it came from, never repeating it."""
    key = b""
    with suppress(binascii.Error, ValueError):
        key = b64decode(text.strip(), validate=True)
    if len(key) != KEY_BYTES:
        raise KeyringError(
            f"The master key in {where} is not {KEY_BYTES} bytes in base64.",
            remedy="Put the right key there; a new one is made by `openssl rand -base64 32`.",
        )
    return key


def require_private(path: Path) -> bool:
    """True where the file exists and only its owner may use it, False where it does not exist.

    Raises KeyringError where others may read or write it.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise KeyringError(f"{path} cannot be read: {error.strerror}.", remedy="Check its owner.") from None
    if mode & 0o077:
        raise KeyringError(
            f"{path} is open to other users (mode {mode & 0o777:o}).", remedy=f"Run: chmod 600 {path}"
        )
    return True


def read_private(path: Path) -> str | None:
    """The text of a file that only its owner may read, None where there is none; KeyringError otherwise."""
    if not require_private(path):
        return None
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyringError(f"{path} cannot be read: {error.strerror}.", remedy="Check its owner.") from None


def write_private(path: Path, text: str) -> None:
    """Writes a 0600 file durably, whole or not at all; the caller holds a lock against other writers."""
    temporary = path.with_name(f"{path.name}.tmp")  # one name, so that a killed writer's is written over
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
        try:
            os.write(descriptor, text.encode("ascii"))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise KeyringError(f"{path} cannot be written: {error.strerror}.", remedy="Check the disk.") from None


def sync_folder(folder: Path) -> None:
    """Makes names created in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
