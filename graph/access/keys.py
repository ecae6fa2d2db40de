"""API keys as text: how they are made, written and recognised. Pure, but for the randomness.

A key is 32 random bytes, so nobody can try them all: one SHA-256 is as good as a slow hash, which protects
passwords that people choose, and costs a thousandth. The digest is what is stored and looked up; a look-up by
the digest of a secret tells nothing of the secret by its timing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

from graph.access.roles import Role
from graph.errors import ConfigurationError

KEY_BYTES: Final = 32
SHORTEST_PRESET: Final = 8
LONGEST_KEY: Final = 256

_SENDABLE: Final = re.compile(rf"[!-~]{{{SHORTEST_PRESET},{LONGEST_KEY}}}")
"""Visible ASCII: what an Authorization header can carry without being quoted."""


def new_key(role: Role) -> str:
    """A fresh key, as `gx_a_…`: the role's initial for people who find one, then 256 random bits."""
    return f"gx_{role[0]}_{secrets.token_urlsafe(KEY_BYTES)}"


def digest(key: str) -> str:
    """What is stored of a key: its SHA-256 in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def is_sendable(key: str) -> bool:
    """Whether a text can be a key at all; what is not is refused without a look-up."""
    return _SENDABLE.fullmatch(key) is not None


def check_preset(key: str) -> None:
    """Raises ConfigurationError where a preset key is too short or cannot be sent in a header."""
    if not is_sendable(key):
        raise ConfigurationError(
            f"GUANXI_ADMIN_KEY must be {SHORTEST_PRESET} to {LONGEST_KEY} visible ASCII characters.",
            remedy="Make one with `openssl rand -base64 32`.",
        )
