"""Signatures by the Standard Webhooks convention (standardwebhooks.com), version `v1`.

What is signed is `id.timestamp.body`, by HMAC-SHA-256. The header `webhook-signature` holds one signature for each
secret that is good now, parted by spaces, so that a secret can be rotated without losing a delivery.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Final

from graph.errors import AccessError, InputError

PREFIX: Final = "whsec_"
TOLERANCE_SECONDS: Final = 300
"""How far a receiver lets the timestamp be from its own clock."""

ID_HEADER: Final = "webhook-id"
TIMESTAMP_HEADER: Final = "webhook-timestamp"
SIGNATURE_HEADER: Final = "webhook-signature"

_NEW_BYTES: Final = 32
_BYTES: Final = range(24, 65)
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")


def new_secret() -> str:
    """A fresh secret of 32 random bytes, as text."""
    return PREFIX + b64encode(os.urandom(_NEW_BYTES)).decode("ascii")


def read_secret(text: str) -> bytes:
    """The bytes of a secret, which is `whsec_` and 24 to 64 bytes in base64.

    Raises InputError for another, never repeating it.
    """
    key = b""
    if text.startswith(PREFIX):
        try:
            key = b64decode(text.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
    if len(key) not in _BYTES:
        raise InputError(
            "A webhook's secret is `whsec_` and 24 to 64 bytes in base64.", remedy="Let one be made for you."
        )
    return key


def sign(secrets: Sequence[str], *, webhook_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a delivery: one signature for each secret, in their order.

    `timestamp` is in whole seconds since the epoch, of this attempt. Raises InputError for an id that is not 1 to 128
    letters, digits, `_` and `-` (a dot would make what is signed ambiguous), without a secret, and for a wrong one.
    """
    if not _ID.fullmatch(webhook_id) or not secrets:
        raise InputError("A webhook needs a secret and an id of letters, digits, `_` and `-`.")
    made = [_signature(read_secret(secret), webhook_id, str(timestamp), body) for secret in secrets]
    return {
        ID_HEADER: webhook_id,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: " ".join(f"v1,{signature}" for signature in made),
    }


def verify(
    secrets: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: int,
    tolerance: int = TOLERANCE_SECONDS,
) -> str:
    """What a receiver does: the `webhook-id` of a delivery that one of these secrets signed within `tolerance` seconds.

    Header names in lower case; `now` in whole seconds. Signatures of other versions are passed over. Raises AccessError
    for a header that is missing or unreadable, a timestamp too old or too far ahead, and where no signature fits.
    """
    webhook_id, timestamp, signatures = (
        headers.get(name, "") for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
    )
    if not _ID.fullmatch(webhook_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise AccessError("This is no signed webhook.")
    if abs(now - int(timestamp)) > tolerance:
        raise AccessError("The webhook was signed too long ago, or ahead of time.")
    given = [part[3:].encode() for part in signatures.split(" ") if part.startswith("v1,")]
    made = [_signature(read_secret(secret), webhook_id, timestamp, body).encode() for secret in secrets]
    if not any(hmac.compare_digest(one, other) for one in given for other in made):
        raise AccessError("No signature of the webhook fits.")
    return webhook_id


def _signature(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")
