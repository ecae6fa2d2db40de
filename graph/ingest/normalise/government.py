"""Government ids: the Chinese resident number read and checked, others kept as letters and digits."""

from __future__ import annotations

import re
from datetime import date
from types import MappingProxyType
from typing import Final

from graph.ingest.normalise.placeholders import is_placeholder
from graph.ingest.normalise.values import Normal, RefusalCode, Refused, folded, words
from graph.privacy import mask

_LONGEST: Final = 64
_RESIDENT: Final = re.compile(r"[0-9]{17}[0-9X]")
_OLD_RESIDENT: Final = re.compile(r"[0-9]{15}")
_OTHER: Final = re.compile(r"[A-Z0-9]{5,32}")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_NO_SEPARATORS: Final = str.maketrans("", "", " -./")
_PROVINCES: Final = words("""
    11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81
    82 83 91
""")


def normal_government_id(text: str, region: str) -> Normal | Refused:
    """A government id in capitals without separators.

    A Chinese resident number (GB 11643) must have a real date and the right check digit; one of 15 digits
    is upgraded to 18. Its analysis is birthYear, gender and regionCode (to the city). Any other id is 5 to
    32 letters and digits. Outside China 15 or 18 digits that are no resident number are somebody else's id
    and kept.
    """
    if len(text) > _LONGEST:
        return Refused(RefusalCode.TOO_LONG, "is too long for a government id")
    value = folded(text).upper().translate(_NO_SEPARATORS)
    if is_placeholder(value) or len(set(value)) == 1:
        return Refused(RefusalCode.PLACEHOLDER, "is a placeholder, not a government id")
    if "*" in value:
        return Refused(RefusalCode.MASKED, "is masked: characters are hidden")
    if _RESIDENT.fullmatch(value):
        resident = _resident(value)
        return resident if isinstance(resident, Normal) or region == "CN" else _opaque(value)
    if _OLD_RESIDENT.fullmatch(value):
        body = f"{value[:6]}19{value[6:]}"
        upgraded = _resident(body + _check_digit(body))
        return upgraded if isinstance(upgraded, Normal) else _opaque(value)
    return _opaque(value)


def _opaque(value: str) -> Normal | Refused:
    if not _OTHER.fullmatch(value):
        return Refused(RefusalCode.MALFORMED, "is not a government id: 5 to 32 letters and digits")
    return Normal(value, mask.government_id(value))


def _resident(value: str) -> Normal | Refused:
    if _check_digit(value[:17]) != value[17]:
        return Refused(RefusalCode.CHECK_DIGIT, "has a wrong check digit: probably a typing error")
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        born = None
    if born is None or born.year < 1850 or value[:2] not in _PROVINCES:
        return Refused(RefusalCode.MALFORMED, "is not a resident number: its place or date cannot be")
    analysis: dict[str, str | int] = {
        "birthYear": born.year,
        "gender": "male" if int(value[16]) % 2 else "female",
        "regionCode": f"{value[:4]}00",
    }
    return Normal(value, mask.government_id(value), MappingProxyType(analysis))


def _check_digit(body: str) -> str:
    """ISO 7064 MOD 11-2 over the first 17 digits."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
