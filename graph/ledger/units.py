"""Units of value: currencies by ISO 4217, points that are spent, status that never is. Amounts are integers.

An amount counts the smallest part of its unit (fen for CNY, yen for JPY, a point, one of status). Units never mix.
"""

from __future__ import annotations

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
