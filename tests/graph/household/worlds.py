"""The seed world as stored profiles and resolved people, without a database: what households are inferred from."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.household.adapt import VehicleUse
from graph.identity.evidence import Resolution, SourceClass
from graph.identity.rules import Rules
from graph.identity.stored import Key, StoredProfile, least, resolve_stored, use_at
from graph.ingest.message import Message
from graph.profile.traits import merge
from seed.items import Truth
from seed.load import Doors, seed_sources
from seed.world import world_with_truth

NOW = 1_900_000_000_000_000


@dataclass(slots=True)
class World:
    """Profiles with their vehicles, the people they are found to be, and the truth by record."""

    profiles: dict[Key, StoredProfile] = field(default_factory=dict)
    vehicles: dict[str, dict[str, VehicleUse]] = field(default_factory=dict)
    truth: dict[Key, Truth] = field(default_factory=dict)
    resolution: Resolution = field(default_factory=lambda: Resolution(()))


def stored_world(rules: Rules, *, people: int, seed: int) -> World:
    """A seed world, read as its doors would and resolved at once."""
    world = World()
    doors = Doors(seed_sources())
    for item, truth in world_with_truth(people=people, seed=seed):
        message = doors.read(item, now=NOW)
        if isinstance(message, Message):
            _add(world, message)
            world.truth.setdefault((message.source, message.record_id), truth)
    world.resolution = resolve_stored(world.profiles.values(), rules=rules)
    return world


def _add(world: World, message: Message) -> None:
    key = (message.source, message.record_id)
    profile = world.profiles.get(key)
    if profile is None:
        place = len(world.profiles)
        profile = world.profiles[key] = StoredProfile(
            id=f"p{place}",
            key=key,
            birth_id=f"b{place}",
            seq=place,
            founder_class=1,
            component=None,
            traits={},
            uses={},
            identifiers={},
        )
    profile.founder_class = min(profile.founder_class, int(message.source_class is SourceClass.ANONYMOUS))
    profile.traits = merge(profile.traits, message.traits, message.used_at, clear=message.clear_traits)
    for sighting in message.sightings:
        name = "|".join((sighting.identifier.namespace, sighting.identifier.scope, sighting.identifier.value))
        use = use_at(sighting.grade, message.used_at, alias=sighting.alias)
        known = profile.uses.get(name)
        profile.uses[name] = known.joined(use) if known else use
        profile.identifiers[name] = sighting.identifier
    if message.vehicle is not None and message.vehicle.role:
        role = message.vehicle.role
        since = message.used_at if role == "owner" else None
        ties = world.vehicles.setdefault(profile.id, {})
        known = ties.get(message.vehicle.vin)
        ties[message.vehicle.vin] = VehicleUse(
            message.vehicle.vin,
            "owner" if known and known.role == "owner" else role,
            least(known.owner_since, since) if known else since,
        )
