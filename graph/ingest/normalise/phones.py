"""Phone numbers to E.164.

Numbers of virtual operators (162, 165, 167, 170, 171 in China) are people's own lines and are kept, with
`operator: virtual` for stewards to see. Refused as *virtual* is what never names one person: relay numbers
with an extension, hotlines (400, 800, 95xxx), short and service codes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

from graph.ingest.normalise.placeholders import PHONES, is_placeholder
from graph.ingest.normalise.values import Normal, RefusalCode, Refused, folded
from graph.privacy import mask

_CACHE: Final = 65_536  # a cold parse costs 16 µs, a cached one under 1 µs
_LONGEST: Final = 40
_MASKED: Final = re.compile(r"[*•●∗×]|[xX#]{2,}")
_EXTENSION: Final = re.compile(
    r"\d.*?(?:转接?|分机|ext(?:ension)?\.?|[x#,;、pw~])\s*(\d+)\s*$", re.IGNORECASE
)
_DASHED_EXTENSION: Final = re.compile(r"(?:\+?86)?[ -]?1[3-9]\d{9}-\d{1,6}")
_SCHEME: Final = re.compile(r"(?i)(?:tel|phone|mobile|电话|手机)\s*:?\s*")
_SHAPE: Final = re.compile(r"[(\s]*\+?[\d\s()\-./]+")
_SERVICE_CHINA: Final = re.compile(r"(?:\+?86)?(?:9[56]\d{3,}|1[012]\d{1,3}|123\d\d|106\d+)")
_TRUNK_MOBILE: Final = re.compile(r"(\+?86|0086)?0(1[3-9]\d{9})")
_NEVER_PERSONAL: Final = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_LINES: Final = {
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.VOIP: "voip",
}
_OPERATORS: Final = {
    "mobile": """
        134 135 136 137 138 139 147 148 150 151 152 157 158 159 172 178 182 183 184 187 188 195 197 198
    """,
    "unicom": "130 131 132 145 146 155 156 166 175 176 185 186 196",
    "telecom": "133 149 153 173 174 177 180 181 189 190 191 193 199",
    "broadnet": "192",
    "virtual": "162 165 167 170 171",
}
_OPERATOR_OF: Final = {prefix: name for name, ranges in _OPERATORS.items() for prefix in ranges.split()}
"""As the ranges were allotted; a number carried to another operator keeps its prefix."""


def normal_phone(text: str, region: str) -> Normal | Refused:
    """The number in E.164, read as dialled in `region`; analysis: country, line and, in China, operator."""
    if len(text) > _LONGEST:
        return Refused(RefusalCode.TOO_LONG, "is too long for a phone number")
    return _parse(text, region)


@lru_cache(maxsize=_CACHE)
def _parse(raw: str, region: str) -> Normal | Refused:
    text = _SCHEME.sub("", folded(raw), count=1)
    if refusal := _refusal(text, region):
        return refusal
    compact = re.sub(r"[\s()\-./]", "", text)
    if region == "CN" and (trunk := _TRUNK_MOBILE.fullmatch(compact)):
        compact = f"+86{trunk.group(2)}"  # 0138…: the old way to dial a mobile in another city
    try:
        number = phonenumbers.parse(compact, region)
    except NumberParseException:
        return Refused(RefusalCode.MALFORMED, "is not a phone number")
    return _judge(number)


def _refusal(text: str, region: str) -> Refused | None:
    if is_placeholder(text):
        return Refused(RefusalCode.PLACEHOLDER, "is a placeholder, not a phone number")
    if _MASKED.search(text):
        return Refused(RefusalCode.MASKED, "is masked: digits are hidden")
    if refusal := _extended(text):
        return refusal
    if not _SHAPE.fullmatch(text):
        return Refused(RefusalCode.MALFORMED, "holds characters that no phone number has")
    if region == "CN" and _SERVICE_CHINA.fullmatch(re.sub(r"\D", "", text)):
        return Refused(RefusalCode.VIRTUAL, "is a service number, not a person's")
    return None


def _extended(text: str) -> Refused | None:
    extension = _EXTENSION.search(text)
    if extension and len(extension.group(1)) >= 7:
        return Refused(RefusalCode.MALFORMED, "holds two phone numbers; give one")
    if extension or _DASHED_EXTENSION.fullmatch(text):
        return Refused(RefusalCode.VIRTUAL, "is a relay number with an extension")
    return None


def _judge(number: PhoneNumber) -> Normal | Refused:
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if value in PHONES or value[-8:] == "00000000":
        return Refused(RefusalCode.PLACEHOLDER, "is a placeholder, not a person's number")
    country = phonenumbers.region_code_for_number(number)
    line = phonenumbers.number_type(number)
    if country is None or line == PhoneNumberType.UNKNOWN:
        return Refused(RefusalCode.MALFORMED, "is not a number that can exist")
    if line in _NEVER_PERSONAL:
        return Refused(RefusalCode.VIRTUAL, "is a hotline, not a person's number")
    analysis: dict[str, str | int] = {"country": country, "line": _LINES.get(line, "other")}
    operator = _OPERATOR_OF.get(value[3:6]) if country == "CN" and line == PhoneNumberType.MOBILE else None
    if operator:
        analysis["operator"] = operator
    return Normal(value, mask.phone(value), MappingProxyType(analysis))
