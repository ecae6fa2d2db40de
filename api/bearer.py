"""The key in an Authorization header."""

from __future__ import annotations

from graph.errors import AccessError


def bearer(authorization: str) -> str:
    """The key of `Bearer KEY`; raises AccessError where there is none."""
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise AccessError(
            "There is no key.",
            remedy="Send `Authorization: Bearer KEY`; an operator makes keys with `guanxi key create`.",
        )
    return key.strip()
