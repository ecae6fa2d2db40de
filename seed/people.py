"""Households and the people in them: who they are in truth, before any system writes it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random
from typing import Final

from seed import rates
from seed.draw import Weighted, pick
from seed.items import DAYS
from seed.names import chinese_family, chinese_given, european_family, european_given
from seed.places import DOORS, City, Dealer, address, postcode
from seed.serials import birthday_of, government_id
from seed.state import Car, State


class Course(StrEnum):
    """How far a person's journey goes; the first four are the tiers C, B, A, H of docs/product.md §2."""

    ENQUIRY = "enquiry"
    VISIT = "visit"
    DRIVE = "drive"
    PURCHASE = "purchase"
    USED_OWNER = "used-owner"
    CO_DRIVER = "co-driver"
    FLEET_DRIVER = "fleet-driver"


@dataclass(frozen=True, slots=True)
class Company:
    """A company that owns cars; `id` is that of the household its drivers are counted as."""

    id: str
    name: str
    phone: str
    email: str
    address: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Person:
    """One person as they are. `phones` begins with the one they give first; `start` is a day since START."""

    id: str
    household_id: str
    country: str
    male: bool
    birth: date
    family: str
    given: str
    phones: tuple[str, ...]
    email: str | None
    city: City
    address: str
    postcode: str
    government_id: str | None
    course: Course
    start: int
    shares_phone: bool = False
    recycled: bool = False
    used_car: Car | None = None
    company: Company | None = None

    @property
    def chinese(self) -> bool:
        """Whether they live in China, with its channels."""
        return self.country == "CN"

    @property
    def name(self) -> str:
        """The full name as it is written at home."""
        return self.family + self.given if self.country == "CN" else f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True)
class Household:
    """People under one roof and the dealer nearest to them; `computer`: two of them share a browser.

    Or a `company` and the drivers of its cars, who live apart.
    """

    id: str
    dealer: Dealer
    people: tuple[Person, ...]
    shares_phone: bool = False
    computer: bool = False
    twins: bool = False
    namesakes: bool = False
    company: Company | None = None


@dataclass(slots=True)
class _Sketch:
    """A person being drawn: sex, year of birth and the names already fixed by the family."""

    male: bool
    year: int
    family: str
    given: str = ""
    twin: bool = False


_KINDS: Final = Weighted(
    [
        (("main",), 38.0),
        (("main", "partner"), 28.0),
        (("main", "partner", "child"), 15.0),
        (("main", "elder"), 9.0),
        (("main", "child"), 5.0),
        (("main", "partner", "child", "elder"), 5.0),
    ]
)
_TWIN_KIND: Final = ("main", "partner", "child", "twin")
_NAMESAKE_KIND: Final = ("main", "partner", "child")
_COURSES: Final = Weighted(
    [(Course.ENQUIRY, 30), (Course.VISIT, 18), (Course.DRIVE, 20), (Course.PURCHASE, 32)]
)
_FURTHER_COURSES: Final = Weighted(
    [
        (Course.ENQUIRY, 46),
        (Course.VISIT, 22),
        (Course.DRIVE, 14),
        (Course.PURCHASE, 6),
        (Course.CO_DRIVER, 12),
    ]
)
_MAIL: Final = ("qq", "163", "126", "sina", "foxmail")
_EUROPEAN_MAIL: Final = ("gmx", "web", "orange", "laposte", "ziggo", "libero", "btinternet", "outlook")
_COMPANY_WORDS: Final = ("Nordwind", "Atlas", "Meridian", "Falke", "Comète", "Delta", "Union", "Express")
_CHINESE_COMPANY_WORDS: Final = ("腾达", "顺捷", "宏远", "安通", "华运", "捷诚")
_FEWEST_DRIVERS: Final = 3
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def draw_household(state: State, *, rng: Random, room: int) -> Household:
    """The next household, of at most `room` people."""
    chinese = rng.random() < state.locale.chinese_share
    dealer = state.dealer_of(rng, chinese=chinese)
    twins = state.quota(rates.TWINS).offer(eligible=room >= len(_TWIN_KIND))
    namesakes = not chinese and state.quota(rates.NAMESAKES).offer(eligible=room >= 3 and not twins)
    fleet = state.quota(rates.FLEET).offer(eligible=room >= _FEWEST_DRIVERS and not (twins or namesakes))
    kind = _TWIN_KIND if twins else _NAMESAKE_KIND if namesakes else _KINDS.draw(rng)[:room]
    if fleet:
        kind = ("driver",) * min(room, _FEWEST_DRIVERS + int(rng.random() * 4))
    several = len(kind) > 1 and not fleet
    shares = state.quota(rates.SHARED_PHONE).offer(eligible=several)
    computer = state.quota(rates.SHARED_COMPUTER).offer(eligible=several)
    household_id = f"h{state.next_household:07d}"
    state.next_household += 1
    company = _company(state, rng=rng, dealer=dealer, household_id=household_id) if fleet else None
    people: list[Person] = []
    for sketch in _sketches(kind, rng=rng, country=dealer.city.country, namesakes=namesakes):
        people.append(
            _person(
                state,
                sketch,
                rng=rng,
                dealer=dealer,
                household_id=household_id,
                elders=people,
                shares=shares,
                company=company,
            )
        )
    return Household(household_id, dealer, tuple(people), shares, computer, twins, namesakes, company)


def _sketches(kind: tuple[str, ...], *, rng: Random, country: str, namesakes: bool) -> list[_Sketch]:
    grown_children = "child" in kind
    year = 1962 + int(rng.random() * 18) if grown_children else 1966 + int(rng.random() * 36)
    main = _Sketch(namesakes or rng.random() < 0.62, year, _family(rng, country))
    family = [main]
    for role in kind[1:]:
        if role == "driver":
            family.append(_Sketch(rng.random() < 0.8, 1966 + int(rng.random() * 36), _family(rng, country)))
        elif role == "partner":
            own = country == "CN" or rng.random() < 0.3
            family.append(
                _Sketch(
                    not main.male,
                    main.year - 3 + int(rng.random() * 7),
                    _family(rng, country) if own else main.family,
                )
            )
        elif role == "child":
            born = min(2007, main.year + 23 + int(rng.random() * 8))
            family.append(_Sketch(namesakes or rng.random() < 0.5, born, main.family))
        elif role == "twin":
            elder = family[-1]
            family.append(_Sketch(rng.random() < 0.5, elder.year, elder.family, twin=True))
        else:
            male = rng.random() < 0.5
            own = country == "CN" and not male
            family.append(
                _Sketch(
                    male,
                    main.year - 22 - int(rng.random() * 10),
                    _family(rng, country) if own else main.family,
                )
            )
    taken: set[tuple[str, str]] = set()
    for sketch in family:
        sketch.given = _given(rng, sketch, country)
        while (sketch.family, sketch.given) in taken:  # families do not name two alike by accident
            sketch.given = _given(rng, sketch, country)
        taken.add((sketch.family, sketch.given))
    if namesakes:
        family[2].given = main.given
    return family


def _family(rng: Random, country: str) -> str:
    return chinese_family(rng) if country == "CN" else european_family(rng, country=country)


def _given(rng: Random, sketch: _Sketch, country: str) -> str:
    if country == "CN":
        return chinese_given(rng, male=sketch.male, born=sketch.year)
    return european_given(rng, country=country, male=sketch.male)


def _person(
    state: State,
    sketch: _Sketch,
    *,
    rng: Random,
    dealer: Dealer,
    household_id: str,
    elders: list[Person],
    shares: bool,
    company: Company | None,
) -> Person:
    index = state.next_person
    state.next_person += 1
    first = elders[0] if elders and company is None else None
    city = dealer.city
    chinese = city.country == "CN"
    birth = elders[-1].birth if sketch.twin else date(sketch.year, *birthday_of(index))
    if company:
        course, start, car = Course.FLEET_DRIVER, int(rng.random() * (DAYS - 220)), None
    else:
        course, start, car = _course(state, rng=rng, chinese=chinese, first=first)
    phones, recycled = _phones(state, country=city.country, start=start, first=first, shares=shares)
    number = int(rng.random() * DOORS)
    return Person(
        id=f"p{index:07d}",
        household_id=household_id,
        country=city.country,
        male=sketch.male,
        birth=birth,
        family=sketch.family,
        given=sketch.given,
        phones=phones,
        email=_email(rng, index, chinese=chinese),
        city=city,
        address=first.address if first else address(city, street=pick(rng, city.streets), number=number),
        postcode=first.postcode if first else postcode(city, number=number),
        government_id=(
            government_id(index - sketch.twin, birth=birth, male=sketch.male, twin=sketch.twin)
            if chinese
            else None
        ),
        course=course,
        start=start,
        shares_phone=shares,
        recycled=recycled,
        used_car=car,
        company=company,
    )


def _company(state: State, *, rng: Random, dealer: Dealer, household_id: str) -> Company:
    """A company of the dealer's town, with one phone and one mailbox for all its drivers."""
    city, word, number = dealer.city, pick(rng, _COMPANY_WORDS), int(rng.random() * DOORS)
    chinese = city.country == "CN"
    return Company(
        id=household_id,
        name=f"{city.name}{pick(rng, _CHINESE_COMPANY_WORDS)}物流有限公司"
        if chinese
        else f"{word} Logistics Ltd",
        phone=state.new_phone(country=city.country),
        email=f"fleet@{word.lower().replace('è', 'e')}-{household_id[1:]}.example.com",
        address=address(city, street=pick(rng, city.streets), number=number),
        postcode=postcode(city, number=number),
    )


def _course(
    state: State, *, rng: Random, chinese: bool, first: Person | None
) -> tuple[Course, int, Car | None]:
    """How far the journey goes, the day it starts, and the used car it is about, if any."""
    course = (_FURTHER_COURSES if first else _COURSES).draw(rng)
    if course is Course.CO_DRIVER and (first is None or first.course is not Course.PURCHASE):
        course = Course.ENQUIRY
    if course is Course.ENQUIRY:
        car = state.used_car(chinese=chinese)
        if car is not None and car.sold is not None:
            return Course.USED_OWNER, car.sold + 3 + int(rng.random() * 20), car
    if first and (course is Course.CO_DRIVER or rng.random() < 0.4):
        return course, min(first.start + int(rng.random() * 15), DAYS - 90), None
    reach = DAYS - 220 if course is Course.PURCHASE else DAYS - 90
    return course, int(rng.random() * reach), None


def _phones(
    state: State, *, country: str, start: int, first: Person | None, shares: bool
) -> tuple[tuple[str, ...], bool]:
    two = state.quota(rates.TWO_PHONES).offer(eligible=not shares)
    silent = not shares and not two and state.has_silent_phone(country=country, first_day=start)
    if state.quota(rates.RECYCLED_PHONE).offer(eligible=silent):
        return (state.silent_phone(country=country, first_day=start),), True
    if shares and first:
        return first.phones, False
    own = state.new_phone(country=country)
    return ((own, state.new_phone(country=country)) if two else (own,)), False


def _email(rng: Random, index: int, *, chinese: bool) -> str | None:
    if rng.random() > (0.55 if chinese else 0.95):
        return None
    provider = pick(rng, _MAIL if chinese else _EUROPEAN_MAIL)
    return f"{pick(rng, _LETTERS)}{pick(rng, _LETTERS)}{index:06d}@{provider}.example.com"
