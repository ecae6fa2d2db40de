"""Numbers that pass the checks a real one passes: phones, government ids, VINs, plates.

Each is a one-to-one function of a running index, so two people never share one by accident: whatever is
shared in the world is shared on purpose, and truth has no noise. They are made up; never call or mail them.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from seed.draw import shuffled, words

_CHINESE_PREFIXES: Final = ("190", "192", "193", "195", "196", "197")  # young, thinly filled ranges
_EUROPEAN_PREFIXES: Final = {  # each is followed by a digit for the million, then six more
    "DE": "+491761",
    "FR": "+3361",
    "NL": "+3161",
    "IT": "+39347",
    "GB": "+44740",
}

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK: Final = "10X98765432"
_ID_REGIONS: Final = words(
    "110101 110102 110105 110106 110108 110112 120101 120103 310101 310104 310105 310106 "
    "310110 310112 310115 320102 320106 320505 320506 330102 330106 330108 340102 350102 "
    "370102 370202 410102 420102 420106 430102 440103 440106 440305 440306 500103 500112 "
    "510104 510107 610102 610113"
)
_ID_BIRTHDAYS: Final = 12 * 28
_ID_PAIRS: Final = 250
ID_SLOTS: Final = len(_ID_REGIONS) * _ID_BIRTHDAYS * _ID_PAIRS
_ID_STEP: Final = 618_041

_VIN_VALUES: Final = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_YEARS: Final = "ABCDEFGHJKLMNPRSTVWXY123456789"  # 2010 is A; the cycle is 30 years
_WMI: Final = "LXG"  # China; given to no maker we know of

_PLATE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def chinese_mobile(index: int) -> str:
    """Eleven digits; unique for index < 600 million."""
    block, place = divmod(index, len(_CHINESE_PREFIXES))
    return f"{_CHINESE_PREFIXES[place]}{shuffled(block, size=10**8, step=61_803_399):08d}"


def european_mobile(index: int, *, country: str) -> str:
    """A mobile number of the country (DE, FR, NL, IT or GB) in E.164; unique for index < 10 million."""
    million, place = divmod(index, 10**6)
    return f"{_EUROPEAN_PREFIXES[country]}{million}{shuffled(place, size=10**6, step=618_033):06d}"


def birthday_of(index: int) -> tuple[int, int]:
    """The month and the day (1 to 28) on which person `index` is born: part of what keeps ids apart."""
    month, day = divmod(shuffled(index, size=ID_SLOTS, step=_ID_STEP) % _ID_BIRTHDAYS, 28)
    return 1 + month, 1 + day


def government_id(index: int, *, birth: date, male: bool, twin: bool = False) -> str:
    """A Chinese resident id of 18 characters; unique for index < ID_SLOTS if born on `birthday_of(index)`.

    A twin takes the number registered right after the sibling's, whose index is passed.
    """
    slot = shuffled(index, size=ID_SLOTS, step=_ID_STEP) // _ID_BIRTHDAYS
    pair, region = divmod(slot, len(_ID_REGIONS))
    order = 4 * pair + 2 * twin + male
    body = f"{_ID_REGIONS[region]}{birth:%Y%m%d}{order:03d}"
    return body + government_id_check(body)


def government_id_check(body: str) -> str:
    """The check character of the first 17 (GB 11643-1999)."""
    return _ID_CHECK[sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def vin(index: int, *, body: str, year: int) -> str:
    """A VIN of 17 characters with a right check digit; `body` is the maker's five-letter model code.

    Unique for index < 999,983 x plants; years 2010 to 2039.
    """
    plant, serial = divmod(index, 999_983)
    head = f"{_WMI}{body}"
    tail = f"{_VIN_YEARS[year - 2010]}{'ACDE'[plant]}{shuffled(serial, size=999_983, step=618_033):06d}"
    return f"{head}{vin_check(head + '0' + tail)}{tail}"


def vin_check(text: str) -> str:
    """The ninth character that a VIN should have (ISO 3779, as North America and China require it)."""
    left = (
        sum(_VIN_VALUES[character] * weight for character, weight in zip(text, _VIN_WEIGHTS, strict=True))
        % 11
    )
    return "X" if left == 10 else str(left)


def chinese_plate(index: int, *, province: str, electric: bool) -> str:
    """A plate as 沪A12345, or 沪AD12345 for a new-energy car; unique for index < 2.4 million."""
    letter, digits = divmod(index, 100_000)
    middle = "D" if electric else ""
    return f"{province}{_PLATE_LETTERS[letter]}{middle}{shuffled(digits, size=100_000, step=61_803):05d}"


def european_plate(index: int, *, town: str) -> str:
    """A plate in the German form, `B-GX 1234`; unique for index < 5 million."""
    letters, digits = divmod(index, 9_000)
    first, second = divmod(letters, len(_PLATE_LETTERS))
    number = 1_000 + shuffled(digits, size=9_000, step=1_237)
    return f"{town}-{_PLATE_LETTERS[first]}{_PLATE_LETTERS[second]} {number}"


def masked(phone: str) -> str:
    """The phone as a market place shows it: `138****5678`."""
    return f"{phone[:3]}****{phone[-4:]}"
