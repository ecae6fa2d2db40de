"""Cities, dealers (4S stores) and their consultants: a fixed geography, of which small worlds use less."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from seed.serials import chinese_mobile, european_mobile


class Locale(StrEnum):
    """Where a world's people live: China, Europe, or four households in five in China."""

    CN = "cn"
    EU = "eu"
    MIXED = "mixed"

    @property
    def chinese_share(self) -> float:
        """The share of households in China."""
        return {Locale.CN: 1.0, Locale.EU: 0.0, Locale.MIXED: 0.8}[self]

    def takes(self, country: str) -> bool:
        """Whether there are dealers in that country."""
        return self is Locale.MIXED or (country == "CN") == (self is Locale.CN)


@dataclass(frozen=True, slots=True)
class City:
    """A city: its plate prefix (`沪` or `B`), its first postcode digits and some streets."""

    code: str
    name: str
    country: str
    plate: str
    postcode: str
    streets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dealer:
    """A dealer: its id, the DMS source it feeds, its tablet's ids and its consultants (id, own phone)."""

    id: str
    city: City
    dms: str
    tablet: str
    tablet_device: str
    consultants: tuple[tuple[str, str], ...]


_CHINESE_STREETS: Final = (
    "人民路",
    "中山路",
    "解放路",
    "建设路",
    "延安路",
    "长江路",
    "文化路",
    "新华街",
    "和平里",
    "花园路",
)
_STREETS: Final = {
    "CN": _CHINESE_STREETS,
    "DE": ("Hauptstraße", "Bahnhofstraße", "Gartenweg", "Schillerstraße", "Lindenallee", "Bergstraße"),
    "FR": ("rue de la République", "avenue Victor Hugo", "rue Pasteur", "rue des Lilas", "rue du Moulin"),
    "NL": ("Dorpsstraat", "Kerkstraat", "Molenweg", "Stationsweg", "Julianalaan"),
    "IT": ("via Roma", "via Garibaldi", "corso Vittorio Emanuele", "via Dante", "viale dei Tigli"),
    "GB": ("High Street", "Station Road", "Church Lane", "Victoria Road", "Mill Lane", "Park Avenue"),
}

CITIES: Final = tuple(
    City(code, name, country, plate, postcode, _STREETS[country])
    for code, name, country, plate, postcode in (
        ("sh", "上海", "CN", "沪", "2000"),
        ("bj", "北京", "CN", "京", "1000"),
        ("de-b", "Berlin", "DE", "B", "101"),
        ("gz", "广州", "CN", "粤", "5100"),
        ("hz", "杭州", "CN", "浙", "3100"),
        ("cd", "成都", "CN", "川", "6100"),
        ("nj", "南京", "CN", "苏", "2100"),
        ("fr-p", "Paris", "FR", "PA", "750"),
        ("sz", "深圳", "CN", "粤", "5180"),
        ("wh", "武汉", "CN", "鄂", "4300"),
        ("xa", "西安", "CN", "陕", "7100"),
        ("nl-a", "Amsterdam", "NL", "AM", "101"),
        ("cq", "重庆", "CN", "渝", "4000"),
        ("tj", "天津", "CN", "津", "3000"),
        ("qd", "青岛", "CN", "鲁", "2660"),
        ("de-m", "München", "DE", "M", "803"),
        ("cs", "长沙", "CN", "湘", "4100"),
        ("zz", "郑州", "CN", "豫", "4500"),
        ("hf", "合肥", "CN", "皖", "2300"),
        ("fr-l", "Lyon", "FR", "LY", "690"),
        ("su", "苏州", "CN", "苏", "2150"),
        ("sh", "上海", "CN", "沪", "2011"),
        ("gz", "广州", "CN", "粤", "5114"),
        ("bj", "北京", "CN", "京", "1020"),
        ("it-m", "Milano", "IT", "MI", "201"),
        ("gb-l", "London", "GB", "LD", "SW1"),
        ("it-r", "Roma", "IT", "RM", "001"),
        ("gb-m", "Manchester", "GB", "MN", "M14"),
        ("de-h", "Hamburg", "DE", "HH", "203"),
        ("fr-m", "Marseille", "FR", "MA", "130"),
    )
)

CONSULTANTS_EACH: Final = 3
RESERVED_PHONES: Final = 1_000
"""Phone indexes below this belong to consultants; people's begin here."""


def _dealer(place: int, city: City) -> Dealer:
    number = 1 + sum(earlier.code == city.code for earlier in CITIES[:place])
    name = f"{city.code}-{number:03d}"
    phones = [
        chinese_mobile(index) if city.country == "CN" else european_mobile(index, country=city.country)
        for index in range(place * CONSULTANTS_EACH, (place + 1) * CONSULTANTS_EACH)
    ]
    return Dealer(
        id=f"dealer-{name}",
        city=city,
        dms=f"dms-{name}",
        tablet=f"tablet-{name}-1",
        tablet_device=f"ipad-{name}-1",
        consultants=tuple((f"consultant-{name}-{n}", phone) for n, phone in enumerate(phones, 1)),
    )


DEALERS: Final = tuple(_dealer(place, city) for place, city in enumerate(CITIES))


def open_dealers(*, people: int, locale: Locale = Locale.MIXED) -> tuple[Dealer, ...]:
    """The dealers of a world of that size: one for 250 people, at least four, so that each has customers."""
    here = tuple(dealer for dealer in DEALERS if locale.takes(dealer.city.country))
    return here[: max(4, people // 250)]


DOORS: Final = 1_000_000
"""Addresses are numbered below this: in one street of a big town that many doors are not too few."""

_FLATS: Final = {"DE": ", Whg. ", "FR": ", appt ", "NL": "-", "IT": ", int. "}


def address(city: City, *, street: str, number: int) -> str:
    """One door of a street, as the country writes it; `number` tells house, building and flat."""
    house, rest = 1 + number % 220, number // 220
    if city.country == "CN":
        building, rest = 1 + rest % 28, rest // 28
        return f"{city.name}市{street}{house}号{building}栋{1 + rest % 27}0{1 + rest // 27 % 6}室"
    flat = 1 + rest % 60
    if city.country == "GB":
        return f"Flat {flat}, {house} {street}"
    if city.country == "FR":
        return f"{house} {street}{_FLATS['FR']}{flat}"
    return f"{street} {house}{_FLATS[city.country]}{flat}"


def postcode(city: City, *, number: int) -> str:
    """A postcode of the city."""
    if city.country == "NL":
        return f"{city.postcode}{number % 10} {'ABCDEFGHJK'[number % 10]}{'LMNPRSTUVW'[number // 10 % 10]}"
    if city.country == "GB":
        return f"{city.postcode} {number % 10}{'ABDEFGHJLN'[number % 10]}{'PQRSTUWXYZ'[number // 10 % 10]}"
    return f"{city.postcode}{number % 100:02d}"
