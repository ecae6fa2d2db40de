"""Blind indexes: what the graph finds a value by without holding it.

A blind index is HMAC-SHA-256 under a key that lies in the keyring, not in the graph. Equal values give
equal indexes, by design: that is how an identifier is found again. Phones and birth dates are few enough to
be tried one by one, so the index key is as secret as the values themselves.
"""

from __future__ import annotations

import hmac
from base64 import b32hexencode, urlsafe_b64encode
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from graph.errors import KeyringError
from graph.privacy.framing import frame

KEY_BYTES: Final = 32
INDEX_BYTES: Final = 16
TOKEN_BYTES: Final = 5
_SALT: Final = b"guanxi.blind.v1"
_HELD_KEYS: Final = 256  # a query may name any namespace; odd ones must not fill memory


class BlindIndex:
    """Derives blind indexes from one 32-byte root; thread-safe, without state a caller can see.

    Every index is 22 characters of base64url: the first 128 bits of the HMAC. Each namespace has a key of its
    own (HKDF-SHA-256), so a collision needs two values of one namespace. By the birthday bound, n values
    collide with probability below n²/2¹²⁹: 1.5·10⁻¹⁹ for ten billion identifiers, 1.5·10⁻¹⁵ for a million
    million messages. Who lacks the root cannot search for one.
    """

    __slots__ = ("_keyed", "_root")

    def __init__(self, root: bytes) -> None:
        """Takes the root from the keyring; raises KeyringError unless it has 32 bytes."""
        if len(root) != KEY_BYTES:
            raise KeyringError(f"The blind index root has {len(root)} bytes, not {KEY_BYTES}.")
        self._root = root
        self._keyed = lru_cache(maxsize=_HELD_KEYS)(self._derive)

    def __repr__(self) -> str:
        return "BlindIndex(…)"

    def key(self, namespace: str, scope: str, value: str) -> str:
        """The index of an identifier; scope is `*` for global namespaces. Case and form are the caller's."""
        return self._index("identifier", namespace, scope, value)

    def record_key(self, source: str, record_id: str) -> str:
        """The index a profile is found by: its source and its record id there."""
        return self._index("record", "", source, record_id)

    def message_key(self, source: str, message_id: str) -> str:
        """The index an event is known by, unique for ever in its source."""
        return self._index("message", "", source, message_id)

    def digest(self, purpose: str, data: bytes) -> str:
        """The index of any bytes for one purpose (content hashes, search tokens, derived ids).

        `purpose` is a fixed word of the caller's, never input.
        """
        keyed = self._keyed("digest", purpose).copy()
        keyed.update(data)
        return _text(keyed.digest())

    def token(self, purpose: str, data: bytes) -> str:
        """A short index for full-text search: eight letters and digits, the first 40 bits of the HMAC.

        Two grams in a million million share one by chance, so a token finds candidates and proves nothing.
        """
        keyed = self._keyed("token", purpose).copy()
        keyed.update(data)
        return b32hexencode(keyed.digest()[:TOKEN_BYTES]).decode("ascii").lower()

    def _index(self, kind: str, name: str, first: str, last: str) -> str:
        keyed = self._keyed(kind, name).copy()
        # The last part runs to the end, so one length in front of the first is enough to be unambiguous.
        head = first.encode("utf-8", "surrogatepass")
        keyed.update(len(head).to_bytes(4, "big") + head + last.encode("utf-8", "surrogatepass"))
        return _text(keyed.digest())

    def _derive(self, kind: str, name: str) -> hmac.HMAC:
        derived = HKDF(hashes.SHA256(), KEY_BYTES, salt=_SALT, info=frame(kind, name)).derive(self._root)
        return hmac.new(derived, digestmod="sha256")


def _text(digest: bytes) -> str:
    return urlsafe_b64encode(digest[:INDEX_BYTES])[:22].decode("ascii")  # without the two padding signs
