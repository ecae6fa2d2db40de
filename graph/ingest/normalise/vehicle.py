"""VINs and number plates.

A VIN's check digit is mandatory in China (GB 16735) and North America, so a wrong one there is a typing
error and refused; elsewhere it is advice, told in the analysis. The letters I, O and Q occur in no VIN and
are read as 1, 0 and 0.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from vininfo import Vin
from vininfo.exceptions import VininfoException

from graph.ingest.normalise.placeholders import is_placeholder
from graph.ingest.normalise.values import Normal, RefusalCode, Refused, folded
from graph.privacy import mask

_CACHE: Final = 16_384
_LONGEST: Final = 64
_CONFUSABLE: Final = str.maketrans("IOQ", "100")
_CHECKED: Final = frozenset("L12345")  # first letters: China, and the United States, Canada, Mexico
_NO_SEPARATORS: Final = str.maketrans("", "", " -._·•‧∙・")

_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_SERIAL: Final = "A-HJ-NP-Z0-9"
_CHINESE_PLATE: Final = re.compile(
    rf"[{_PROVINCES}][A-Z](?:[{_SERIAL}]{{4}}[{_SERIAL}挂学警港澳领]|[A-HJK][{_SERIAL}]\d{{4}}|\d{{5}}[A-HJK])"
)
_FOREIGN_PLATE: Final = re.compile(r"(?=.*\d)[A-Z0-9]{4,10}")


def normal_vin(text: str) -> Normal | Refused:
    """The VIN in capitals; analysis: manufacturer and country where known, and `checkDigit` ok or wrong."""
    if len(text) > _LONGEST:
        return Refused(RefusalCode.TOO_LONG, "is too long for a VIN")
    return _parse_vin(text)


@lru_cache(maxsize=_CACHE)
def _parse_vin(raw: str) -> Normal | Refused:
    text = folded(raw).upper().translate(_NO_SEPARATORS).translate(_CONFUSABLE)
    if is_placeholder(folded(raw)) or is_placeholder(text):
        return Refused(RefusalCode.PLACEHOLDER, "is a placeholder, not a VIN")
    if "*" in text:
        return Refused(RefusalCode.MASKED, "is masked: characters are hidden")
    try:
        vin = Vin(text)
    except VininfoException:
        return Refused(RefusalCode.MALFORMED, "is not a VIN: 17 letters and digits, without I, O and Q")
    correct = vin.verify_checksum(check_year=False)
    if not correct and text[0] in _CHECKED and getattr(vin.assembler, "uses_sae_checkdigit", True):
        return Refused(RefusalCode.CHECK_DIGIT, "has a wrong check digit: probably a typing error")
    analysis: dict[str, str | int] = {"checkDigit": "ok" if correct else "wrong"}
    if maker := vin.manufacturer:
        analysis["manufacturer"] = maker
    if country := vin.country:
        analysis["country"] = country
    return Normal(text, mask.vin(text), MappingProxyType(analysis))


def normal_plate(text: str, region: str) -> Normal | Refused:
    """A plate in capitals without separators; analysis: province and `energy` (new or other) in China.

    A Chinese plate needs its province: without it 31 cars fit. Plates of other countries are kept as they
    are.
    """
    if len(text) > _LONGEST:
        return Refused(RefusalCode.TOO_LONG, "is too long for a plate")
    plate = folded(text).upper().translate(_NO_SEPARATORS)
    if is_placeholder(plate):
        return Refused(RefusalCode.PLACEHOLDER, "is a placeholder, not a plate")
    if "*" in plate:
        return Refused(RefusalCode.MASKED, "is masked: characters are hidden")
    if plate[:1] in _PROVINCES:
        return _chinese_plate(plate)
    if region == "CN" or not _FOREIGN_PLATE.fullmatch(plate):
        return Refused(RefusalCode.MALFORMED, "is not a plate; a Chinese one starts with its province")
    return Normal(plate, mask.plate(plate))


def _chinese_plate(text: str) -> Normal | Refused:
    plate = text[:2] + text[2:].replace("O", "0").replace("I", "1")
    if not _CHINESE_PLATE.fullmatch(plate):
        return Refused(RefusalCode.MALFORMED, "is not a Chinese plate, such as 沪A12345 or 沪AD12345")
    energy = "new" if len(plate) == 8 else "other"
    return Normal(plate, mask.plate(plate), MappingProxyType({"province": plate[0], "energy": energy}))
