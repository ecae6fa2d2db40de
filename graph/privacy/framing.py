"""One unambiguous encoding of several parts, for everything that is authenticated or hashed."""

from __future__ import annotations


def frame(*parts: str | bytes) -> bytes:
    """The parts, each behind its length (4 bytes, big-endian); different parts never give equal bytes.

    Text is UTF-8, with lone surrogates passed through: the answer is total, so no value ends up in an error.
    """
    out = bytearray()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        out += len(raw).to_bytes(4, "big")
        out += raw
    return bytes(out)
