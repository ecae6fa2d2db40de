"""Reading a request's body: bounded while it arrives, unpacked with a guard, parsed.

One event that JSON cannot carry does not cost its neighbours.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson

from api.rest.ingest.limits import MAX_BODY_BYTES
from graph.errors import InputError, TooLargeError

_BOM: Final = b"\xef\xbb\xbf"
_WIDE_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_GZIP: Final = 16 + zlib.MAX_WBITS
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z_$-]{0,39}")


class NotFinite:
    """Stands for NaN or Infinity in a parsed event; nothing can serialise it, so the event cannot pass."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NaN"


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed body; `lenient` says that strict JSON it was not, so each event must be looked at."""

    value: dict[str, Any]
    lenient: bool = False


async def read_body(
    chunks: AsyncIterable[bytes], *, encoding: str = "", limit: int = MAX_BODY_BYTES
) -> bytes:
    """The body's bytes, unpacked. Raises TooLargeError as soon as they exceed the limit (packed or not).

    `encoding` is the Content-Encoding: gzip or none. Raises InputError for others and for damaged gzip.
    """
    kind = encoding.strip().lower()
    if kind not in ("", "identity", "gzip", "x-gzip"):
        raise InputError(
            "The body's Content-Encoding is neither gzip nor identity.", remedy="Send it plain or with gzip."
        )
    received = bytearray()
    async for chunk in chunks:
        received += chunk
        if len(received) > limit:
            raise too_large(limit)
    return _unpack(bytes(received), limit) if kind.endswith("gzip") else bytes(received)


def _unpack(packed: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(packed, limit + 1)
    except zlib.error:
        raise InputError(
            "The body is not gzip though its Content-Encoding says so.", remedy="Correct one of the two."
        ) from None
    if len(plain) > limit:
        raise too_large(limit)
    if not unpacker.eof:
        raise InputError("The gzip body ends too early.", remedy="Send all of it.")
    if unpacker.unused_data:
        raise InputError("Something follows the gzip body.", remedy="Send one gzip stream.")
    return plain


def too_large(limit: int) -> TooLargeError:
    """The refusal of a body over the limit, in bytes."""
    return TooLargeError(
        f"The body has more than {limit // 1000} KB.", remedy="Send the events in smaller batches."
    )


def parse_body(raw: bytes) -> Body:
    """The JSON object of a body. Raises InputError that says where it is wrong.

    A UTF-8 BOM is passed over; of a repeated key the last value counts. What some clients send though JSON
    forbids it (NaN, Infinity, half of a surrogate pair) is parsed all the same, so that only the event that
    holds it is refused; see `find_flaw`.
    """
    text = raw.removeprefix(_BOM)
    if not text.strip():
        raise InputError("The body is empty.", remedy="Send a JSON object.")
    lenient = False
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value, lenient = _parse_leniently(text), True
    if not isinstance(value, dict):
        raise InputError("The body is not a JSON object.", remedy="Send one object, not a list or a value.")
    return Body(value, lenient)  # pyright: ignore[reportUnknownArgumentType]


def _parse_leniently(raw: bytes) -> object:
    if raw.startswith(_WIDE_BOMS) or b"\x00" in raw[:4]:
        raise InputError("The body is UTF-16 or UTF-32.", remedy="Send UTF-8.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"The body is not UTF-8 at byte {error.start}.", remedy="Send UTF-8.") from None
    try:
        return json.loads(text, parse_constant=_not_finite, parse_int=_bounded_int)
    except json.JSONDecodeError as error:
        # The parser's own words quote nothing of the text.
        raise InputError(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            remedy="Correct it there.",
        ) from None
    except RecursionError:
        raise InputError("The body nests too deep.", remedy="Nest at most 32 levels.") from None


def _not_finite(_: str) -> NotFinite:
    return NotFinite()


def _bounded_int(digits: str) -> int | float:
    """As orjson reads it: what has more than 64 bits becomes a float."""
    return int(digits) if len(digits) < 19 else float(digits)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong in an event and where, without a value; `field` shows plain names only."""

    field: str
    message: str


def find_flaw(event: object) -> Flaw | None:
    """The first thing in a leniently parsed event that JSON cannot carry, or None."""
    stack: list[tuple[str, Any]] = [("", event)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, NotFinite) or (isinstance(value, float) and not math.isfinite(value)):
            return Flaw(path, "This is not a finite number; send null or leave it out.")
        if isinstance(value, str) and _has_half_pair(value):
            return Flaw(path, "This text holds half of a surrogate pair; send whole characters.")
        if isinstance(value, dict):
            for name, child in cast("dict[str, Any]", value).items():
                if _has_half_pair(name):
                    return Flaw(path, "A name in it holds half of a surrogate pair; send whole characters.")
                stack.append((f"{path}.{_shown(name)}".lstrip("."), child))
        elif isinstance(value, list):
            stack.extend((f"{path}[{i}]", child) for i, child in enumerate(cast("list[Any]", value)))
    return None


def _has_half_pair(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)


def _shown(name: str) -> str:
    """A name as it may stand in an error: someone may have used a phone number as a key."""
    return name if _PLAIN_NAME.fullmatch(name) else "*"
