"""Each phenomenon of `seed/rates.py` is as frequent in generated items as the table says, within 10 %."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from seed import rates
from seed.items import SeedEvent, SeedRecord, key_of, time_of
from seed.people import Person
from seed.places import DEALERS
from seed.world import Scene, scenes

PEOPLE = 15_000
CONSULTANT_PHONES = {phone for dealer in DEALERS for _, phone in dealer.consultants}
FILES = ("crm", "dms")


@dataclass
class Tally:
    """For each phenomenon: how often it happened, of how many units it could have happened to."""

    hits: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    phone_uses: dict[str, list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))
    drivers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    delivered: set[str] = field(default_factory=set)

    def count(self, rate: rates.Rate, hit: object) -> None:
        self.units[rate.name] += 1
        self.hits[rate.name] += bool(hit)

    def share(self, rate: rates.Rate) -> float:
        return self.hits[rate.name] / self.units[rate.name]


def phone_of(item: SeedEvent | SeedRecord) -> str | None:
    if isinstance(item, SeedRecord):
        return item.record.get("phone")
    return item.event.get("traits", {}).get("phone")


def tally_phones(tally: Tally, scene: Scene) -> None:
    holders: dict[str, set[str]] = defaultdict(set)
    victims: set[str] = set()
    for item, truth in scene.items:
        phone = phone_of(item)
        if phone and truth.person_id.startswith("x"):
            victims.add(phone)
        elif phone and truth.person_id == truth.household_id:
            assert scene.household.company
            assert phone == scene.household.company.phone
        elif phone and phone not in CONSULTANT_PHONES and "*" not in phone:
            holders[phone].add(truth.person_id)
            tally.phone_uses[phone].append((time_of(item), truth.person_id, truth.household_id))
    real = {phone: people for phone, people in holders.items() if len(phone) >= 11}
    company = scene.household.company
    tally.count(
        rates.SHARED_PHONE,
        any(
            len(people) > 1
            for phone, people in real.items()
            if phone != "13800138000" and not (company and phone == company.phone)
        ),
    )
    tally.count(rates.FLEET, company and len(holders[company.phone]) > 1)
    for person in scene.household.people:
        tally.count(
            rates.FALSE_CLAIM, person.phones[0] in victims and first_with(scene, person.phones[0]) is person
        )
        tally.count(
            rates.TWO_PHONES, len([phone for phone in person.phones if person.id in holders[phone]]) > 1
        )


def first_with(scene: Scene, phone: str) -> Person:
    """A family's one phone is the first person's: the others are no victims of their own."""
    return next(person for person in scene.household.people if phone in person.phones)


def tally_household(tally: Tally, scene: Scene) -> None:
    people = scene.household.people
    births = Counter((person.birth, person.family) for person in people)
    tally.count(rates.TWINS, births.most_common(1)[0][1] > 1)
    if not people[0].chinese:
        tally.count(rates.NAMESAKES, len({person.name for person in people}) < len(people))
    on_tablet = {truth.person_id for item, truth in scene.items if item.source == "showroom-tablet"}
    for person in people:
        tally.count(rates.TABLET, person.id in on_tablet)
    cookies: dict[str, set[str]] = defaultdict(set)
    for item, truth in scene.items:
        if isinstance(item, SeedEvent) and item.source.startswith("website"):
            cookies[item.event["anonymousId"]].add(truth.person_id)
    tally.count(rates.SHARED_COMPUTER, any(len(users) > 1 for users in cookies.values()))


def tally_files(tally: Tally, scene: Scene) -> None:
    people = {person.id: person for person in scene.household.people}
    rows: dict[tuple[str, str], tuple[Person, dict[str, str]]] = {}
    in_crm: dict[str, set[str]] = defaultdict(set)
    for item, truth in scene.items:
        if isinstance(item, SeedRecord) and truth.person_id in people:
            rows[key_of(item)] = people[truth.person_id], item.record
            if item.source.startswith("crm"):
                in_crm[truth.person_id].add(truth.record_id)
    company = scene.household.company
    for person, row in rows.values():
        phones = {*person.phones, *([company.phone] if company else [])}
        name = row.get("name") or f"{row['givenName']} {row['familyName']}"
        by_consultant = row["phone"] in CONSULTANT_PHONES
        wrong = [
            name != person.name,
            not by_consultant and row["phone"] not in phones,
            row.get("birthDate", person.birth.isoformat()) != person.birth.isoformat(),
        ]
        assert sum(wrong) <= 1
        tally.count(rates.TYPO, any(wrong))
        tally.count(rates.CONSULTANT_PHONE, by_consultant)
    for records in in_crm.values():
        tally.count(rates.DUPLICATE_RECORD, len(records) > 1)


def tally_forms(tally: Tally, scene: Scene) -> None:
    for item, _ in first_arrivals(scene):
        traits = item.event.get("traits", {})
        if item.event["type"] != "identify":
            continue
        guest = traits.get("name") == "guest"
        if item.source == "tmall":
            tally.count(rates.MASKED_PHONE, "*" in traits["phone"])
        elif "city" in traits or guest:
            tally.count(rates.PLACEHOLDER, guest)
            if item.source in ("douyin", "autohome") and not guest:
                tally.count(rates.PARTIAL_NAME, traits["name"].endswith(("先生", "女士")))
            if item.source == "autohome":
                tally.count(rates.VIRTUAL_PHONE, traits["phone"].startswith("95013"))


def first_arrivals(scene: Scene) -> Iterator[tuple[SeedEvent, str]]:
    """Each event once, with the youngest time that arrived before it."""
    seen: set[str] = set()
    youngest = ""
    for item, _ in scene.items:
        before, youngest = youngest, max(youngest, time_of(item))
        if isinstance(item, SeedEvent) and item.event["messageId"] not in seen:
            seen.add(item.event["messageId"])
            yield item, before


def tally_arrivals(tally: Tally, scene: Scene) -> None:
    copies = Counter(item.event["messageId"] for item, _ in scene.items if isinstance(item, SeedEvent))
    for number in copies.values():
        assert number <= 2
        tally.count(rates.DOUBLED, number > 1)
    for item, before in first_arrivals(scene):
        behind = timedelta()
        if before:
            behind = datetime.fromisoformat(before) - datetime.fromisoformat(item.event["timestamp"])
        late = behind >= timedelta(days=rates.LATE_DAYS)
        tally.count(rates.LATE, late)
        tally.count(rates.OUT_OF_ORDER, behind > timedelta() and not late)


def tally_cars(tally: Tally, scene: Scene) -> None:
    for item, truth in scene.items:
        if isinstance(item, SeedEvent) and (vin := item.event.get("properties", {}).get("vin")):
            tally.drivers[vin].add(truth.household_id)
            if item.event["event"] == "Vehicle Delivered":
                tally.delivered.add(vin)


def tally_between_households(tally: Tally) -> None:
    people = {person for uses in tally.phone_uses.values() for _, person, _ in uses}
    heirs: set[str] = set()
    for phone, uses in tally.phone_uses.items():
        by_household: dict[str, list[str]] = defaultdict(list)
        for time, _, household in uses:
            by_household[household].append(time)
        if len(by_household) < 2 or len(phone) < 11 or phone == "13800138000":
            continue
        (_, last), (start, _) = sorted((min(times), max(times)) for times in by_household.values())[:2]
        if datetime.fromisoformat(start) - datetime.fromisoformat(last) > timedelta(days=540):
            heirs |= {person for time, person, _ in uses if time >= start}
    tally.hits[rates.RECYCLED_PHONE.name] = len(heirs)
    tally.units[rates.RECYCLED_PHONE.name] = max(PEOPLE, len(people))
    for vin in tally.delivered:
        tally.count(rates.RESOLD_CAR, len(tally.drivers[vin]) > 1)


TALLIES: tuple[Callable[[Tally, Scene], None], ...] = (
    tally_phones,
    tally_household,
    tally_files,
    tally_forms,
    tally_arrivals,
    tally_cars,
)


@pytest.fixture(scope="module")
def tally() -> Tally:
    counted = Tally()
    for scene in scenes(people=PEOPLE, seed=7):
        for count in TALLIES:
            count(counted, scene)
    tally_between_households(counted)
    return counted


@pytest.mark.parametrize("rate", rates.ALL, ids=lambda rate: rate.name)
def test_the_generated_rate_is_the_declared_one(tally: Tally, rate: rates.Rate) -> None:
    assert tally.share(rate) == pytest.approx(rate.share, rel=0.1)


def test_the_docs_show_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "seed.md"
    assert rates.table() in page.read_text(encoding="utf-8")


def test_the_best_known_rates_are_those_asked_for() -> None:
    asked = {rates.SHARED_PHONE: 0.08, rates.RECYCLED_PHONE: 0.01, rates.RESOLD_CAR: 0.05, rates.TYPO: 0.04}
    assert {rate: rate.share for rate in asked} == asked
