"""The world: households one after another, their journeys, and the truth about whose each record is.

Deterministic by (people, seed, locale), in any process. Memory is that of one household and a small carry-over,
whatever the size. All items of a household come together, roughly in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.errors import InputError
from seed.catalogue import MODELS
from seed.channels import Contacts, Desk, identifier
from seed.disorder import arrived
from seed.draw import derived, pick
from seed.items import DAY_SECONDS, END, START, SeedEvent, SeedItem, SeedRecord, Truth, distinct
from seed.journeys import Journey
from seed.people import Course, Household, draw_household
from seed.places import Locale
from seed.promises import promises
from seed.state import State
from seed.strangers import buy_fleet, claim_falsely

__all__ = [
    "END",
    "START",
    "Locale",
    "Scene",
    "SeedEvent",
    "SeedItem",
    "SeedRecord",
    "Truth",
    "scenes",
    "truth_rows",
    "world",
    "world_with_truth",
]


@dataclass(frozen=True, slots=True)
class Scene:
    """One household as it is, and all that the systems saw of it, in the order it arrived."""

    household: Household
    items: tuple[tuple[SeedItem, Truth], ...]


def world(*, people: int, seed: int, locale: Locale = Locale.MIXED) -> Iterator[SeedItem]:
    """All items of a world with exactly that many people, each with at least one item."""
    for item, _ in world_with_truth(people=people, seed=seed, locale=locale):
        yield item


def world_with_truth(
    *, people: int, seed: int, locale: Locale = Locale.MIXED
) -> Iterator[tuple[SeedItem, Truth]]:
    """As `world`, each item with whose it is; a record's truth comes with each of its items."""
    for scene in scenes(people=people, seed=seed, locale=locale):
        yield from scene.items


def truth_rows(*, people: int, seed: int, locale: Locale = Locale.MIXED) -> Iterator[Truth]:
    """Whose each record of that world is: each (source, record id) once."""
    return distinct(truth for _, truth in world_with_truth(people=people, seed=seed, locale=locale))


def scenes(*, people: int, seed: int, locale: Locale = Locale.MIXED) -> Iterator[Scene]:
    """The same world household by household, with the people as they really are (for tests and measurements).

    Raises InputError where `people` is negative.
    """
    if people < 0:
        raise InputError("A world cannot have fewer than no people.", remedy="Give a number of 0 or more.")
    state = State(seed=seed, people=people, locale=locale)
    while state.next_person < people:
        rng = derived(seed, "household", state.next_household)
        household = draw_household(state, rng=rng, room=people - state.next_person)
        desk = Desk(state, rng)
        _live(household, desk)
        yield Scene(household, tuple((item, truth) for _, item, truth in arrived(desk.items, state=state)))


def _live(household: Household, desk: Desk) -> None:
    """Let the people go their ways; the first one's car may be driven by the others."""
    rng = desk.rng
    cookie = identifier(rng, "ajs-") if household.computer else None
    fleet = buy_fleet(household, desk)
    car = None
    for place, person in enumerate(household.people):
        shares_computer = household.computer and place < 2
        contacts = Contacts(
            person, desk, cookie=cookie if shares_computer else None, guest=shares_computer and place == 1
        )
        journey = Journey(
            contacts,
            household.dealer,
            pick(rng, MODELS),
            signs_in=shares_computer,
            family_car=fleet[place] if fleet else car,
        )
        before = len(desk.items)
        journey.run()
        car = car or journey.car
        claim_falsely(person, desk, since=before)
        if person.course is Course.ENQUIRY and not household.shares_phone and contacts.given == 1:
            last = max(entry[0] for entry in desk.items[before:]) // DAY_SECONDS
            desk.state.retire_phone(person.phones[0], country=person.country, last_day=last)
    lived = tuple(desk.items)
    for person in household.people:
        drawn = derived(desk.state.seed, "promises", person.id)
        desk.items.extend(promises(lived, person_id=person.id, rng=drawn))
