"""Operation ids: what makes it safe to send a write again."""

from __future__ import annotations

from typing import Final

from graph.clock import new_id
from graph.errors import InputError

LONGEST_KEY: Final = 128
"""Characters of an idempotency key."""


def operation_of(kind: str, *, by: str, idempotency_key: str | None) -> str:
    """The id of one write: the same for the same caller and key, a new one without a key.

    Raises InputError for a key that is not 1 to 128 visible ASCII characters.
    """
    if idempotency_key is None:
        return new_id()
    if not (
        0 < len(idempotency_key) <= LONGEST_KEY
        and idempotency_key.isascii()
        and idempotency_key.isprintable()
        and " " not in idempotency_key  # it is in ids, and they in cursors
    ):
        raise InputError(
            f"An idempotency key is 1 to {LONGEST_KEY} visible ASCII characters.", remedy="Use a UUID."
        )
    return f"{kind}/{by}/{idempotency_key}"
