"""Who is hard and why, and what strangers and companies do: as the items show it."""

from __future__ import annotations

import csv
from itertools import chain
from pathlib import Path

import pytest

from seed.items import SeedEvent, SeedRecord
from seed.kinds import HouseholdKind, Kind, household_kind, kinds_of
from seed.places import DEALERS, Locale
from seed.truth import DETAIL_HEADER, write_details
from seed.world import Scene, scenes, world


@pytest.fixture(scope="module")
def made() -> list[Scene]:
    return list(scenes(people=4_000, seed=3))


def test_every_person_has_a_kind_and_every_kind_somebody(made: list[Scene]) -> None:
    found = {person: kinds for scene in made for person, kinds in kinds_of(scene).items()}
    assert found.keys() == {person.id for scene in made for person in scene.household.people}
    assert set(chain.from_iterable(found.values())) == set(Kind)


def test_plain_people_have_no_other_kind(made: list[Scene]) -> None:
    for scene in made:
        plain = household_kind(scene.household) is HouseholdKind.SINGLE
        for kinds in kinds_of(scene).values():
            if kinds & {Kind.SINGLE, Kind.FAMILY}:
                assert kinds == {Kind.SINGLE if plain else Kind.FAMILY}


def test_a_company_owns_a_car_for_each_driver_and_they_give_its_phone(made: list[Scene]) -> None:
    fleets = [scene for scene in made if scene.household.company]
    assert len(fleets) > 10
    for scene in fleets:
        company, drivers = scene.household.company, scene.household.people
        assert company is not None
        own = [item for item, truth in scene.items if truth.person_id == company.id]
        bought = {item.record["vin"] for item in own if isinstance(item, SeedRecord)}
        assert len(bought) == len(drivers) >= 3
        delivered = {
            item.event["properties"]["vin"]
            for item in own
            if isinstance(item, SeedEvent) and item.event["event"] == "Vehicle Delivered"
        }
        assert delivered == bought
        for item, truth in scene.items:
            if (
                isinstance(item, SeedRecord)
                and item.source.startswith("dms")
                and truth.person_id != company.id
            ):
                assert item.record["email"] == company.email
                assert item.record.get("vin") in bought | {None}


def test_a_false_form_has_the_victims_phone_a_cookie_of_its_own_and_another_name(made: list[Scene]) -> None:
    forms = 0
    for scene in made:
        by_phone = {phone: person for person in reversed(scene.household.people) for phone in person.phones}
        cookies: set[str] = set()
        for item, truth in scene.items:
            if not truth.person_id.startswith("x"):
                continue
            assert isinstance(item, SeedEvent)
            assert truth.person_id == truth.household_id
            traits = item.event["traits"]
            victim = by_phone[traits["phone"]]
            assert traits.get("name") != victim.name
            assert (traits.get("givenName"), traits.get("familyName")) != (victim.given, victim.family)
            cookies.add(item.event["anonymousId"])
            forms += 1
        others = {
            item.event["anonymousId"]
            for item, truth in scene.items
            if isinstance(item, SeedEvent) and "anonymousId" in item.event and truth.person_id[0] == "p"
        }
        assert cookies.isdisjoint(others)
    assert forms > 80


@pytest.mark.parametrize("locale", list(Locale))
def test_people_live_where_the_locale_says(locale: Locale) -> None:
    homes = {
        person.country for s in scenes(people=2_500, seed=8, locale=locale) for person in s.household.people
    }
    sources = {item.source for item in world(people=2_500, seed=8, locale=locale)}
    if locale is Locale.CN:
        assert homes == {"CN"}
        assert "website-europe" not in sources
    else:
        assert homes >= {"DE", "FR"}
        assert ("CN" in homes) == ("wechat-miniprogram" in sources) == (locale is Locale.MIXED)


def test_europe_has_all_its_countries_and_repeats_exactly() -> None:
    first = list(scenes(people=2_750, seed=8, locale=Locale.EU))
    assert {person.country for scene in first for person in scene.household.people} == {
        dealer.city.country for dealer in DEALERS if dealer.city.country != "CN"
    }
    assert first == list(scenes(people=2_750, seed=8, locale=Locale.EU))


def test_details_are_one_line_a_person(tmp_path: Path, made: list[Scene]) -> None:
    path = tmp_path / "details.csv"
    assert write_details(path, made) == 4_000
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == DETAIL_HEADER
    assert len({row["personId"] for row in rows}) == 4_000
    kinds = {row["householdId"]: row["householdKind"] for row in rows}
    assert kinds == {scene.household.id: household_kind(scene.household) for scene in made}
    assert path.stat().st_mode & 0o777 == 0o600
