"""Referral codes: short, readable aloud, and wrong when mistyped. Links and QR codes of them.

A code is seven random symbols and a check symbol, out of 23 that nobody takes for one another: no vowel, so
no word; no `1`, `I`, `L`, and of each pair that looks alike (`0 O Q`, `2 Z`, `5 S`, `6 G`, `8 B`, `9 g`) one.
23 is a prime, so a weighted sum modulo 23 catches every single wrong symbol and every two that changed
places; `tests/graph/referral/test_codes.py` tries them all.
"""

from __future__ import annotations

import io
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import segno

from graph.errors import InputError

ALPHABET: Final = "23456789CDFHJKMNPQRTVWX"
LENGTH: Final = 8
"""Symbols of a code with its check symbol: 23^7, 3.4 billion codes."""

_VALUES: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}
_LOOK_ALIKES: Final = str.maketrans({"Z": "2", "S": "5", "G": "6", "B": "8", "O": "Q", "0": "Q", "U": "V"})
_UNSEEN: Final = (
    "Z",
    "C",
    "P",
)  # Unicode categories: spaces, invisible characters, hyphens and other punctuation
_LONGEST_INPUT: Final = 64
_REMEDY: Final = "Compare it with the link or the card that it comes from."


def new_code(below: Callable[[int], int] = secrets.randbelow) -> str:
    """A new code, by a cryptographic generator: nobody guesses one from others.

    Two calls may answer the same, once in 3.4 billion; whoever stores codes keeps them unique and asks again.
    `below(n)` answers a number from 0 to n - 1.
    """
    body = "".join(ALPHABET[below(len(ALPHABET))] for _ in range(LENGTH - 1))
    return body + check_symbol(body)


def check_symbol(body: str) -> str:
    """The symbol that makes a body of `LENGTH` - 1 symbols of the alphabet a code."""
    return ALPHABET[-_weighted(body) * pow(LENGTH, -1, len(ALPHABET)) % len(ALPHABET)]


def _weighted(text: str) -> int:
    return sum(place * _VALUES[symbol] for place, symbol in enumerate(text, start=1))


def is_code(text: str) -> bool:
    """Whether it is a code exactly as `new_code` writes it."""
    return len(text) == LENGTH and _VALUES.keys() >= set(text) and _weighted(text) % len(ALPHABET) == 0


def read_code(text: str) -> str:
    """The code that somebody typed: case, width, spaces, hyphens, and symbols that look alike do not matter.

    Raises InputError where it is too short or too long, holds a character that no code has, or its check
    symbol does not fit: then one symbol is wrong or two are exchanged. The message says which, and never
    guesses.
    """
    if len(text) > _LONGEST_INPUT:
        raise InputError("The referral code is too long.", remedy=_REMEDY)
    wide = unicodedata.normalize("NFKC", text).upper()
    seen = "".join(char for char in wide if unicodedata.category(char)[0] not in _UNSEEN)
    code = seen.translate(_LOOK_ALIKES)
    if len(code) != LENGTH:
        raise InputError(f"A referral code has {LENGTH} symbols, this has {len(code)}.", remedy=_REMEDY)
    for place, symbol in enumerate(code, start=1):
        if symbol not in _VALUES:
            raise InputError(f"Symbol {place} of the referral code is none that codes have.", remedy=_REMEDY)
    if not is_code(code):
        raise InputError("The referral code has a wrong symbol, or two that changed places.", remedy=_REMEDY)
    return code


def show_code(code: str) -> str:
    """A code as people read it, in two groups: `7KQM-3XRT`."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def link(base: str, code: str) -> str:
    """The link of a code: `https://example.com/r` and its code.

    Raises InputError where the base is no https address, or has a query or fragment, which would swallow the
    code.
    """
    parts = urlsplit(base)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise InputError(
            "A referral link needs an https address without query and fragment.",
            remedy="Give one as https://example.com/r.",
        )
    return f"{base.rstrip('/')}/{code}"


def code_of(address: str) -> str:
    """The code that a link ends with, whatever query or fragment others have added.

    Raises InputError as `read_code` does.
    """
    return read_code(urlsplit(address).path.rstrip("/").rpartition("/")[2])


def qr_svg(address: str) -> str:
    """The QR code of a link as an SVG document that scales; legible with 15 % of it covered.

    The same link gives the same text.
    """
    drawing = io.BytesIO()
    segno.make_qr(address, error="m").save(drawing, kind="svg", omitsize=True, xmldecl=False, nl=False)
    return drawing.getvalue().decode()


def qr_png(address: str, *, scale: int = 8) -> bytes:
    """The QR code of a link as a PNG with `scale` pixels a module, 1 to 32.

    It has the quiet zone that readers need. Raises InputError for another scale.
    """
    if not 1 <= scale <= 32:
        raise InputError(
            "The scale of a QR code is from 1 to 32 pixels a module.", remedy="Give another scale."
        )
    image = io.BytesIO()
    segno.make_qr(address, error="m").save(image, kind="png", scale=scale)
    return image.getvalue()
