"""Units of value: currencies by ISO 4217, points that are spent, status that never is. Amounts are integers.

An amount counts the smallest part of its unit (fen for CNY, yen for JPY, a point, one of status). Units never mix.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from graph.errors import InputError
from graph.ingest.money import EXPONENTS

POINTS: Final = "points"
STATUS: Final = "status"
LARGEST: Final = 10**15
"""The largest amount of one operation: exact in every JSON reader, and sums of thousands fit 64 bits."""


def check_unit(unit: str) -> str:
    """The unit itself. Raises InputError for what is neither a currency code in capitals, `points` nor `status`."""
    if unit not in EXPONENTS and unit not in {POINTS, STATUS}:
        raise InputError("This is no unit.", remedy="Give an ISO 4217 code as CNY, `points` or `status`.")
    return unit


def decimals(unit: str) -> int:
    """How many decimals the unit is shown with: 2 for CNY, 0 for JPY, points and status."""
    return EXPONENTS.get(check_unit(unit), 0)


def spends(unit: str) -> bool:
    """Whether the unit buys something: all but status."""
    return check_unit(unit) != STATUS


def check_amount(amount: int) -> int:
    """The amount itself. Raises InputError where it is not 1 to 10^15."""
    if not 0 < amount <= LARGEST:
        raise InputError("An amount is 1 to 10^15 of a unit's smallest part.", remedy="Correct it.")
    return amount


def read_amount(text: str, unit: str) -> int:
    """An amount as people write it (`3500.00`, `-12`), in the unit's smallest part.

    Raises InputError for what is no number, is finer than the unit, or is over 10^15 of its smallest part.
    """
    try:
        smallest = Decimal(text.strip()).scaleb(decimals(unit))
    except InvalidOperation:
        raise InputError("The amount is no number.", remedy="Give one as 3500.00.") from None
    if not smallest.is_finite() or smallest != smallest.to_integral_value() or abs(smallest) > LARGEST:
        raise InputError(
            f"The amount is finer than {unit}, or too large.",
            remedy=f"Give at most {decimals(unit)} decimals.",
        )
    return int(smallest)


def write_amount(amount: int, unit: str) -> str:
    """An amount of the smallest part with all decimals of its unit, as `3500.00`."""
    return f"{Decimal(amount).scaleb(-decimals(unit)):f}"
