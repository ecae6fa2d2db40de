"""Masks: what may be shown of a personal value to somebody who may not see it.

A mask shows about half of a value at most, whole values shorter than four characters never, and is stable:
the same value always has the same mask. Masks are stored in the clear beside blind indexes, so a mask must
never let the value be rebuilt.
"""

from __future__ import annotations

import re
from typing import Final

_STAR: Final = "*"
_MOST_STARS: Final = 8  # a long id's length is nobody's business
_CHINA_MOBILE: Final = re.compile(r"\+86(1\d{10})")


def hidden(length: int) -> str:
    """Stars in place of `length` characters, eight at most."""
    return _STAR * min(max(length, 3), _MOST_STARS)


def opaque(value: str) -> str:
    """An id of any form: at most its first and last quarter, four characters each at most."""
    if len(value) < 4:
        return _STAR * len(value)
    shown = min(4, len(value) // 4)
    return value[:shown] + hidden(len(value) - 2 * shown) + value[-shown:]


def phone(e164: str) -> str:
    """`138****5678` for a Chinese mobile number, `+44740****456` for others."""
    if match := _CHINA_MOBILE.fullmatch(e164):
        national = match.group(1)
        return f"{national[:3]}****{national[-4:]}"
    if len(e164) < 8:
        return "****"
    shown = min(3, len(e164) // 4)
    head = min(6, len(e164) // 2 - shown)
    return f"{e164[:head]}****{e164[-shown:]}"


def email(address: str) -> str:
    """`z***@qq.com`: the first letter of the local part (none of a one-letter one) and the domain."""
    local, _, domain = address.rpartition("@")
    return f"{local[0] if len(local) > 1 else ''}***@{domain}"


def person_name(display: str) -> str:
    """`王*明`, `王*`, `欧**明`, `J*** S***`; a single character is hidden whole."""
    words = display.split()
    if len(words) > 1:
        return " ".join(_word(word) for word in words)
    text = words[0] if words else ""
    if len(text) == 1 or text.isascii() or not _dense(text):
        return _word(text)
    if len(text) == 2:
        return text[0] + _STAR
    return text[0] + _STAR * min(len(text) - 2, 3) + text[-1]


def government_id(value: str) -> str:
    """The first three and last four of a long id (a Chinese one has 18), less of a short one."""
    return f"{value[:3]}{_STAR * 8}{value[-4:]}" if len(value) >= 14 else opaque(value)


def vin(value: str) -> str:
    """The maker's code and the last four: `LSV********1234`."""
    return f"{value[:3]}{_STAR * 8}{value[-4:]}" if len(value) == 17 else opaque(value)


def plate(value: str) -> str:
    """The place and the last character of a Chinese plate, `沪A****5`; of others as an id."""
    return (
        f"{value[:2]}****{value[-1]}"
        if value and not value[0].isascii() and len(value) >= 7
        else opaque(value)
    )


def address(key: str) -> str:
    """The first third, six characters at most: enough for province or town."""
    return key[: min(6, len(key) // 3)] + "****"


def _word(word: str) -> str:
    return f"{word[0]}***" if len(word) > 1 else "***"


def _dense(text: str) -> bool:
    """True for scripts in which one character is a syllable (Han, kana, Hangul)."""
    return all(
        "\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3" or char > "\uffff" for char in text[:1]
    )
