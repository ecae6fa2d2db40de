"""Reading a graph back for the laws: the partition by record ids, and a canonical form of all facts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from graph.db.database import Database
from graph.identity.stored import StoredProfile, open_profile
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

Partition = frozenset[frozenset[tuple[str, str]]]


async def stored_profiles(database: Database, keyring: Keyring) -> list[StoredProfile]:
    """Every profile of the graph with its evidence, unsealed."""
    rows = await database.run_schema(
        "CYPHER 5 MATCH (p:Profile) RETURN collect(DISTINCT p.component) AS components"
    )
    answer = await database.read_one("identity.read_components", read=rows[0], busy=1)
    assert answer is not None
    keys = keyring.keys_for([row[0] for row in answer[0]])
    return [open_profile(row, Sealer(keys[row[0]].data_key, row[0])) for row in answer[0]]


def partition(profiles: list[StoredProfile]) -> Partition:
    """Who is one person, by (source, record id)."""
    people: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for profile in profiles:
        assert profile.one_id is not None
        people[profile.one_id].add(profile.key)
    return frozenset(frozenset(members) for members in people.values())


def facts(profiles: list[StoredProfile]) -> dict[tuple[str, str], Any]:
    """All evidence, by record id, without generated ids and belief times."""
    return {
        profile.key: (
            profile.founder_class,
            {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in profile.traits.items()
            },
            {profile.identifiers[key]: use for key, use in profile.uses.items()},
        )
        for profile in profiles
    }


async def counts(database: Database) -> dict[str, int]:
    """How many nodes and edges there are of what must never be lost or counted twice."""
    rows = await database.run_schema(
        "CYPHER 5 RETURN COUNT { (:Message) } AS messages, COUNT { (:Touchpoint) } AS touchpoints, "
        "COUNT { ()-[:BROUGHT]->() } AS brought, COUNT { ()-[:HAS|CLAIMS]->() } AS evidence, "
        "COUNT { (:Identifier) } AS identifiers, COUNT { (:Profile) } AS profiles, "
        "COUNT { ()-[:KNOWN_TO]->() } AS known"
    )
    uses = await database.run_schema("CYPHER 5 MATCH ()-[e:HAS|CLAIMS]->() RETURN sum(e.uses) AS uses")
    return {**rows[0], **uses[0]}


async def relations(database: Database) -> list[dict[str, Any]]:
    """What each profile and dealer are to each other, without the time of the commit."""
    return await database.run_schema(
        "CYPHER 5 MATCH (p:Profile)-[k:KNOWN_TO]->(d:Dealer) "
        "RETURN p.recordKey AS profile, d.id AS dealer, k {.*, recordedAt: null, changedAt: null} AS told "
        "ORDER BY profile, dealer"
    )
