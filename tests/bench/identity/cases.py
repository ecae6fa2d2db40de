"""Tiny worlds written by hand, for figures that can be counted on fingers."""

from __future__ import annotations

from bench.identity.evidence import Key, Seen, World
from graph.identity.evidence import Grade, Holding, Identifier, PersonName, ProfileEvidence
from seed.items import Truth
from seed.kinds import Kind


def phone(value: str) -> Identifier:
    return Identifier("phone", "*", value)


def account(value: str) -> Identifier:
    return Identifier("userId", "brand", value)


def browser(value: str) -> Identifier:
    return Identifier("anonymousId", "website", value)


def government(value: str) -> Identifier:
    return Identifier("governmentId", "*", value)


def key(name: str) -> Key:
    return "website", name


def profile(name: str, *held: Identifier, full: str = "", born: str = "") -> ProfileEvidence:
    """A profile that holds each identifier trusted, a government id verified."""
    return ProfileEvidence(
        key=key(name),
        names=frozenset({PersonName(full=full)} if full else ()),
        birth_dates=frozenset({born} if born else ()),
        holdings=tuple(
            Holding(i, Grade.VERIFIED if i.namespace == "governmentId" else Grade.TRUSTED) for i in held
        ),
    )


def world(people: dict[str, list[ProfileEvidence]], kinds: dict[str, Kind] | None = None) -> World:
    """Profiles by person; whoever has no kind is plain, and `x…` is nobody."""
    truth: dict[Key, Truth] = {}
    for person, profiles in people.items():
        house = person if person.startswith("x") else f"h-{person[0]}"
        for one in profiles:
            truth[one.key] = Truth(*one.key, person, house)
    given = kinds or {}
    return World(
        evidence=[one for profiles in people.values() for one in profiles],
        truth=truth,
        kinds={
            person: frozenset({given.get(person, Kind.SINGLE)})
            for person in people
            if not person.startswith("x")
        },
    )


def seen(at: int, name: str, *identifiers: Identifier) -> Seen:
    return Seen(at, key(name), identifiers)
