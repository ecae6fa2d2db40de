"""Sealing: personal values as the graph may hold them.

A sealed value is `version (1 byte) | nonce (12) | ciphertext | tag (16)`, AES-256-GCM under the profile's
data key. Profile, field and format version are associated data, so a value opens only where it was sealed.
Nonces are random; one data key stays many orders of magnitude below the 2³² values for which that is safe
(NIST SP 800-38D §8.3).
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from graph.errors import KeyringError, UnsealError
from graph.privacy.framing import frame

FORMAT: Final = 1
OVERHEAD: Final = 29
"""Bytes a sealed value is longer than its plaintext."""

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_VERSION: Final = bytes([FORMAT])


class Sealer:
    """Seals and opens the values of one profile; thread-safe, worth keeping while a batch lasts."""

    __slots__ = ("_bound", "_cipher", "profile_id")

    def __init__(self, data_key: bytes, profile_id: str) -> None:
        """Takes a profile's data key (32 bytes, else KeyringError) and id, as the keyring allotted them."""
        if len(data_key) != _KEY_BYTES:
            raise KeyringError(f"A data key has {len(data_key)} bytes, not {_KEY_BYTES}.")
        self.profile_id = profile_id
        self._cipher = AESGCM(data_key)
        self._bound = frame("guanxi.seal", _VERSION, profile_id)

    def __repr__(self) -> str:
        return f"Sealer(profile_id={self.profile_id!r})"

    def seal(self, field: str, plaintext: bytes) -> bytes:
        """The value sealed for this profile and field; the same value seals differently each time."""
        nonce = os.urandom(_NONCE_BYTES)
        # The field runs to the end of the associated data, so it needs no length of its own.
        bound = self._bound + field.encode("utf-8", "surrogatepass")
        return _VERSION + nonce + self._cipher.encrypt(nonce, plaintext, bound)

    def open(self, field: str, sealed: bytes) -> bytes:
        """The value sealed here before.

        Raises UnsealError where it was moved from another profile or field, truncated, altered, or sealed in
        a format this version does not know; the error tells none of its content.
        """
        if len(sealed) < OVERHEAD or sealed[0] != FORMAT:
            raise self._refused()
        bound = self._bound + field.encode("utf-8", "surrogatepass")
        try:
            return self._cipher.decrypt(sealed[1:13], sealed[13:], bound)
        except InvalidTag:
            raise self._refused() from None

    def seal_json(self, field: str, value: Any) -> bytes:
        """A JSON value sealed; raises what `orjson.dumps` raises for values that are not JSON."""
        return self.seal(field, orjson.dumps(value))

    def open_json(self, field: str, sealed: bytes) -> Any:
        """The JSON value sealed here before; raises UnsealError as `open` does, and for what is no JSON."""
        plaintext = self.open(field, sealed)
        with suppress(orjson.JSONDecodeError):  # it holds the document: not even as context
            return orjson.loads(plaintext)
        raise self._refused()

    def _refused(self) -> UnsealError:
        return UnsealError(
            f"A sealed value of {self.profile_id} does not open here.",
            remedy="It was moved, damaged, or sealed by a newer version; restore it from a backup.",
        )
