"""What is at stake in a question of who is who: one number to rank the stewards' queue by. Pure.

Until a lifetime value is known, a person is worth what the graph has of them, in whole yuan:

    money of orders and services  +  50,000 a vehicle owned  +  100 a contact

The 50,000 are what a further purchase is worth at a guess, the 100 what it costs to bring a contact about; they only
order the queue. A question is worth all people it is about together: a valuable customer's lost record comes
before any two strangers. Whatever replaces this replaces `value_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from graph.ingest.money import EXPONENTS

PAID_KINDS: Final = ("order", "service")
"""Contacts whose amount is money: a negotiation's is talk, a delivery's was ordered before."""

VEHICLE: Final = 50_000
CONTACT: Final = 100
MOST: Final = 999_999_999
"""No question is worth more: its place in the queue has nine digits."""

_RATES: Final[Mapping[str, float]] = {
    "CNY": 1, "HKD": 0.9, "MOP": 0.9, "TWD": 0.22, "JPY": 0.05, "KRW": 0.005, "SGD": 5.4, "THB": 0.2, "MYR": 1.6,
    "AUD": 4.7, "USD": 7.2, "EUR": 7.8, "GBP": 9, "CHF": 8, "NOK": 0.7, "SEK": 0.7, "DKK": 1, "PLN": 1.8, "AED": 2,
    "SAR": 1.9, "INR": 0.085, "BRL": 1.3, "MXN": 0.4, "RUB": 0.08,
}  # fmt: skip
"""Yuan for one of a currency, roughly and for ever: good enough for a ranking, no more. Others count nothing."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What hangs on a person: contacts, vehicles owned, and amounts paid as (currency, minor units)."""

    contacts: int = 0
    vehicles: int = 0
    paid: tuple[tuple[str, int], ...] = ()


def value_of(holdings: Holdings) -> int:
    """What a person is worth for the queue, in whole yuan, `MOST` at most; more holdings are never worth less."""
    money = sum(
        _RATES.get(currency, 0) * minor / 10 ** EXPONENTS.get(currency, 2)
        for currency, minor in holdings.paid
    )
    return min(MOST, int(money) + VEHICLE * holdings.vehicles + CONTACT * holdings.contacts)


def at_stake(values: Iterable[int]) -> int:
    """The value at stake in a question about people of these values."""
    return min(MOST, sum(values))


def place_of_pair(stake: int, probability: float, left: str, right: str) -> str:
    """A pair's place in its queue, as text that sorts: most at stake first, then the likelier; unique."""
    return f"{MOST - stake:09d}{1_000_000 - round(probability * 1_000_000):07d}{left}{right}"


def place_of_ambiguous(stake: int, waiting: str) -> str:
    """An ambiguous profile's place: most at stake first, then the longest waiting; `waiting` is unique."""
    return f"{MOST - stake:09d}{waiting}"
