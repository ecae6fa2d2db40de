"""The seed world as evidence, without a database: read by the same doors, combined as the writer combines it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from graph.clock import SECOND
from graph.identity.evidence import Identifier, ProfileEvidence, SourceClass
from graph.identity.stored import StoredProfile, use_at
from graph.identity.stored import evidence_of as stored_evidence
from graph.ingest.message import Message
from graph.profile.traits import TraitState, merge
from seed.items import END, Truth
from seed.kinds import Kind, kinds_of
from seed.load import Doors, seed_sources
from seed.places import Locale
from seed.world import Scene, scenes

Key = tuple[str, str]

NOW: Final = int(END.timestamp()) * SECOND


@dataclass(frozen=True, slots=True)
class Seen:
    """One message as peers that work event by event get it: when, whose record, and the identifiers it shows."""

    at: int
    key: Key
    identifiers: tuple[Identifier, ...]


@dataclass(slots=True)
class World:
    """Evidence and truth of one made-up world.

    `traits` are each profile's newest values, for peers that compare records. `kinds` tells what is hard about
    a person; who is nobody (a tablet, a company, a false form) has none.
    """

    evidence: list[ProfileEvidence]
    truth: dict[Key, Truth]
    kinds: dict[str, frozenset[Kind]]
    seen: list[Seen] = field(default_factory=list[Seen])
    traits: dict[Key, TraitState] = field(default_factory=dict[Key, TraitState])


def build(*, people: int, seed: int, locale: Locale) -> World:
    """The evidence of the seed world of that size; equal arguments give equal worlds."""
    return evidence_of(scenes(people=people, seed=seed, locale=locale))


def evidence_of(world: Iterable[Scene]) -> World:
    """The evidence of these households; a message that arrives twice counts once."""
    doors = Doors(seed_sources())
    found = World([], {}, {})
    profiles: dict[Key, StoredProfile] = {}
    for scene in world:
        found.kinds |= kinds_of(scene)
        messages: set[str] = set()
        for item, truth in scene.items:
            message = doors.read(item, now=NOW)
            if not isinstance(message, Message):
                raise TypeError(f"The seed world made a message that is refused: {message.code}.")
            if message.message_id in messages:
                continue
            messages.add(message.message_id)
            key = (message.source, message.record_id)
            found.truth[key] = truth
            found.seen.append(
                Seen(message.occurred_at, key, tuple(sighting.identifier for sighting in message.sightings))
            )
            _take(profiles, message)
    _combine(found, profiles)
    return found


def evidence_of_messages(messages: Iterable[Message], *, person_of: Callable[[Key], str]) -> World:
    """The evidence of messages read elsewhere, each once; everybody is plain and lives alone."""
    found = World([], {}, {})
    profiles: dict[Key, StoredProfile] = {}
    for message in messages:
        key = (message.source, message.record_id)
        person = person_of(key)
        found.truth[key] = Truth(*key, person, f"h-{person}")
        found.kinds[person] = frozenset({Kind.SINGLE})
        _take(profiles, message)
    _combine(found, profiles)
    return found


def _combine(found: World, profiles: dict[Key, StoredProfile]) -> None:
    found.evidence = stored_evidence(profiles.values()).profiles
    found.traits = {key: profile.traits for key, profile in profiles.items()}


def _take(profiles: dict[Key, StoredProfile], message: Message) -> None:
    """Add a message to its profile, as `graph.ingest.change` does."""
    key = (message.source, message.record_id)
    profile = profiles.get(key)
    anonymous = int(message.source_class is SourceClass.ANONYMOUS)
    if profile is None:
        number = len(profiles)
        profile = profiles[key] = StoredProfile(
            id=f"{number:09d}",
            key=key,
            birth_id=f"{number:09d}",
            seq=number,
            founder_class=anonymous,
            component=None,
            traits={},
            uses={},
            identifiers={},
        )
    profile.founder_class = min(profile.founder_class, anonymous)
    if message.traits:
        profile.traits = merge(profile.traits, message.traits, message.used_at, clear=message.clear_traits)
    for sighting in message.sightings:
        name = "/".join((sighting.identifier.namespace, sighting.identifier.scope, sighting.identifier.value))
        use = use_at(sighting.grade, message.used_at, alias=sighting.alias)
        known = profile.uses.get(name)
        profile.uses[name] = use if known is None else known.joined(use)
        profile.identifiers[name] = sighting.identifier


def people_of(world: World) -> Iterator[tuple[Key, str, str]]:
    """(key, personId, householdId) of each profile, as `seed.metrics.compare` takes them."""
    return ((key, fact.person_id, fact.household_id) for key, fact in world.truth.items())
