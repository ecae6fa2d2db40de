"""Where a request carries its write key: HTTP Basic as user name, Bearer, or `writeKey` in the body."""

from __future__ import annotations

import base64
import binascii

from graph.errors import AccessError

_REMEDY = "Send the write key as the user name of Basic auth, as a Bearer token, or as writeKey in the body."


def key_of_header(authorization: str | None) -> str | None:
    """The key in an Authorization header, or None. Raises AccessError for a malformed header."""
    if not authorization:
        return None
    scheme, _, rest = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip() or None
    if scheme.lower() != "basic":
        raise AccessError("The Authorization header is neither Basic nor Bearer.", remedy=_REMEDY)
    try:
        decoded = base64.b64decode(rest.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise AccessError("The Basic authorization is not base64 of UTF-8.", remedy=_REMEDY) from None
    return decoded.partition(":")[0] or None


def key_of_body(value: object) -> str:
    """The key in a body's `writeKey`. Raises AccessError where there is none."""
    if isinstance(value, str) and value:
        return value
    raise AccessError("There is no write key.", remedy=_REMEDY)
