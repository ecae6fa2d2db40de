"""Numbers pass checks written here a second time, and none comes twice."""

from __future__ import annotations

from datetime import date

import phonenumbers
import pytest
from email_validator import validate_email
from hypothesis import given, settings
from hypothesis import strategies as st
from vininfo import Vin

from seed.items import SeedEvent, SeedRecord
from seed.places import DEALERS, RESERVED_PHONES
from seed.serials import (
    ID_SLOTS,
    birthday_of,
    chinese_mobile,
    chinese_plate,
    european_mobile,
    european_plate,
    government_id,
    masked,
    vin,
)
from seed.world import scenes
from tests.laws import examples

VIN_LETTERS = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
)


def id_sums_to_one(text: str) -> bool:
    """ISO 7064 MOD 11-2, which GB 11643 uses: the weighted sum with the check digit is 1 modulo 11."""
    digits = [10 if character == "X" else int(character) for character in text]
    return sum(digit * pow(2, 17 - place, 11) for place, digit in enumerate(digits)) % 11 == 1


def vin_check_is_right(text: str) -> bool:
    values = [int(c) if c.isdigit() else VIN_LETTERS[c] for c in text]
    weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    left = sum(v * w for v, w in zip(values, weights, strict=True)) % 11
    return text[8] == ("X" if left == 10 else str(left))


@settings(max_examples=examples(100), deadline=None)
@given(
    index=st.integers(min_value=0, max_value=ID_SLOTS - 1),
    year=st.integers(min_value=1930, max_value=2008),
    male=st.booleans(),
    twin=st.booleans(),
)
def test_a_government_id_tells_birthday_and_sex_and_passes_its_check(
    index: int, year: int, male: bool, twin: bool
) -> None:
    birth = date(year, *birthday_of(index))
    text = government_id(index, birth=birth, male=male, twin=twin)
    assert len(text) == 18
    assert id_sums_to_one(text)
    assert text[6:14] == f"{birth:%Y%m%d}"
    assert int(text[16]) % 2 == male


@settings(max_examples=examples(100), deadline=None)
@given(index=st.integers(min_value=0, max_value=3_000_000), year=st.integers(min_value=2022, max_value=2026))
def test_a_vin_passes_its_check(index: int, year: int) -> None:
    text = vin(index, body="25CH3", year=year)
    assert vin_check_is_right(text)
    assert Vin(text).verify_checksum()


def test_no_number_comes_twice() -> None:
    many = range(20_000)
    assert len({chinese_mobile(n) for n in many}) == len(many)
    assert len({european_mobile(n, country="FR") for n in many}) == len(many)
    beyond = range(0, 10_000_000, 499)  # a million people have more than a million numbers
    for country in ("DE", "FR", "NL", "IT", "GB"):
        numbers = {european_mobile(n, country=country) for n in beyond}
        assert len(numbers) == len(beyond)
        assert all(
            phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in sorted(numbers)[::200]
        )
    assert len({vin(n, body="25CH3", year=2024)[-6:] for n in many}) == len(many)
    assert len({chinese_plate(n, province="沪", electric=False) for n in many}) == len(many)
    assert len({european_plate(n, town="B") for n in many}) == len(many)
    same_year = {
        government_id(n, birth=date(1980, *birthday_of(n)), male=True, twin=twin)
        for n in many
        for twin in (False, True)
    }
    assert len(same_year) == 2 * len(many)


def test_consultants_have_numbers_of_their_own() -> None:
    phones = [phone for dealer in DEALERS for _, phone in dealer.consultants]
    assert len(set(phones)) == len(phones) < RESERVED_PHONES


def test_a_mask_hides_the_middle() -> None:
    assert masked("19312345678") == "193****5678"


@pytest.fixture(scope="module")
def people_and_items():
    return list(scenes(people=1_500, seed=3))


def test_all_real_phones_and_emails_of_a_world_can_exist(people_and_items) -> None:
    for scene in people_and_items:
        for person in scene.household.people:
            for phone in person.phones:
                assert phonenumbers.is_valid_number(phonenumbers.parse(phone, "CN"))
            if person.email:
                assert validate_email(person.email, check_deliverability=False).domain.endswith(
                    ".example.com"
                )


def test_all_government_ids_and_vins_of_a_world_are_valid_and_each_id_is_one_persons(
    people_and_items,
) -> None:
    owner: dict[str, str] = {}
    vins: set[str] = set()
    for scene in people_and_items:
        for item, truth in scene.items:
            row = item.record if isinstance(item, SeedRecord) else item.event.get("properties", {})
            if "governmentId" in row:
                assert id_sums_to_one(row["governmentId"])
                assert owner.setdefault(row["governmentId"], truth.person_id) == truth.person_id
            if "vin" in row:
                assert vin_check_is_right(row["vin"])
                vins.add(row["vin"])
                assert isinstance(item, SeedRecord | SeedEvent)
    assert len(owner) > 100
    assert len(vins) > 100


def test_people_with_ids_share_none_even_among_twins(people_and_items) -> None:
    ids = [p.government_id for scene in people_and_items for p in scene.household.people if p.government_id]
    assert len(set(ids)) == len(ids)
