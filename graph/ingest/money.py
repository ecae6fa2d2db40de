"""Amounts of money: exact minor units by the exponents of ISO 4217, never floats."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

DEFAULT_CURRENCY: Final = "CNY"

_CODES_BY_DECIMALS: Final = {
    2: """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
    COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR
    MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST
    XCD XCG YER ZAR ZMW ZWG
    """,
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
EXPONENTS: Final[Mapping[str, int]] = {
    code: decimals for decimals, codes in _CODES_BY_DECIMALS.items() for code in codes.split()
}
"""Decimals of each currency in use."""

_ALIASES: Final = {"RMB": "CNY", "CNH": "CNY"}
_LARGEST: Final = 10**15  # exact in every JSON reader


def currency_code(text: str) -> str:
    """The ISO 4217 code in capitals; RMB is CNY. Raises ValueError for an unknown one."""
    code = text.strip().upper()
    code = _ALIASES.get(code, code)
    if code not in EXPONENTS:
        raise ValueError("is not an ISO 4217 currency code such as CNY")
    return code


def minor_units(amount: Decimal, currency: str) -> int:
    """The amount in the currency's smallest unit, exactly (12.34 CNY is 1234).

    Raises ValueError where the amount is negative, has more decimals than the currency, or exceeds 10^15
    units.
    """
    if amount < 0:
        raise ValueError("must not be negative")
    minor = amount.scaleb(EXPONENTS[currency])
    if minor > _LARGEST:
        raise ValueError("is too large")
    if minor != minor.to_integral_value():
        raise ValueError(f"has more decimals than {currency}, which has {EXPONENTS[currency]}")
    return int(minor)
