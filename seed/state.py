"""What one household hands on to the next: running numbers, quotas, two small pools; always bounded."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Final

from seed import rates
from seed.catalogue import Model
from seed.draw import Quota, derived
from seed.places import RESERVED_PHONES, Dealer, Locale, open_dealers
from seed.serials import chinese_mobile, chinese_plate, european_mobile, european_plate, vin

_POOL: Final = 256


@dataclass(frozen=True, slots=True)
class Car:
    """A delivered car, the day it was delivered and, if it is resold, the day its first owner let it go."""

    vin: str
    plate: str
    model: Model
    dealer: Dealer
    delivered: int
    sold: int | None = None


@dataclass(slots=True)
class State:
    """The carry-over; everything else about a household comes from its own derived generator."""

    seed: int
    people: int
    locale: Locale = Locale.MIXED
    dealers: tuple[Dealer, ...] = ()
    next_person: int = 0
    next_household: int = 0
    next_record: int = 0
    next_stranger: int = 0
    _next_phone: int = RESERVED_PHONES
    _cars: int = 0
    _plates: int = 0
    _quotas: dict[str, Quota] = field(default_factory=dict[str, Quota])
    _silent: dict[str, deque[tuple[str, int]]] = field(
        default_factory=lambda: {
            country: deque(maxlen=_POOL) for country in ("CN", "DE", "FR", "NL", "IT", "GB")
        }
    )
    _used_cars: tuple[deque[Car], deque[Car]] = field(
        default_factory=lambda: (deque(maxlen=_POOL), deque(maxlen=_POOL))
    )

    def __post_init__(self) -> None:
        self.dealers = open_dealers(people=self.people, locale=self.locale)
        self._quotas = {
            rate.name: Quota(rate.share, rng=derived(self.seed, "quota", rate.name)) for rate in rates.ALL
        }

    def quota(self, rate: rates.Rate) -> Quota:
        """The quota that keeps the phenomenon at its rate."""
        return self._quotas[rate.name]

    def new_phone(self, *, country: str) -> str:
        """A number that nobody had before."""
        index = self._next_phone
        self._next_phone += 1
        return chinese_mobile(index) if country == "CN" else european_mobile(index, country=country)

    def retire_phone(self, phone: str, *, country: str, last_day: int) -> None:
        """Note that nobody uses the number after that day: it may be given out again."""
        self._silent[country].append((phone, last_day))

    def has_silent_phone(self, *, country: str, first_day: int) -> bool:
        """Whether `silent_phone` has a number to give."""
        return any(_silent_enough(last_day, first_day) for _, last_day in self._silent[country])

    def silent_phone(self, *, country: str, first_day: int) -> str:
        """A number long silent on that day, taken from the pool; ask `has_silent_phone` before."""
        pool = self._silent[country]
        place = next(n for n, (_, last_day) in enumerate(pool) if _silent_enough(last_day, first_day))
        phone, _ = pool[place]
        del pool[place]
        return phone

    def new_record(self) -> int:
        """A running number for a file record."""
        self.next_record += 1
        return self.next_record

    def new_car(self, *, model: Model, dealer: Dealer, delivered: int, year: int, sold: int | None) -> Car:
        """A car off the line, with its plate; resold ones wait in the pool for their second owner."""
        index = self._cars
        self._cars += 1
        plate = self.new_plate(dealer, electric=model.electric)
        car = Car(vin(index, body=model.body, year=year), plate, model, dealer, delivered, sold)
        if sold is not None:
            self._used_cars[dealer.city.country == "CN"].append(car)
        return car

    def new_plate(self, dealer: Dealer, *, electric: bool) -> str:
        """A plate of the dealer's town that no car had before."""
        index = self._plates
        self._plates += 1
        if dealer.city.country == "CN":
            return chinese_plate(index, province=dealer.city.plate, electric=electric)
        return european_plate(index, town=dealer.city.plate)

    def used_car(self, *, chinese: bool) -> Car | None:
        """The car that has waited longest for its second owner, if any."""
        pool = self._used_cars[chinese]
        return pool.popleft() if pool else None

    def dealer_of(self, rng: Random, *, chinese: bool) -> Dealer:
        """An open dealer in China or in Europe."""
        open_here = [dealer for dealer in self.dealers if (dealer.city.country == "CN") == chinese]
        return open_here[int(rng.random() * len(open_here))]


def _silent_enough(last_day: int, first_day: int) -> bool:
    return first_day - last_day > rates.PHONE_SILENCE_DAYS + 10
